"""A field that points to another record: chosen by name, shown as a link, and never more than the reader may see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import Scope
from core.access.models import Grant
from core.imports.command import import_file
from core.resources.export import export_file
from core.state import forget
from core.testing.installation import ADMIN, Installation
from plugins.crm_clients.models import Client
from tests.core.resources.test_budgets import counting

VERA = "vera@example.com"


@pytest.fixture
def headers(installation: Installation) -> Mapping[str, str]:
    return installation.token()


@pytest.fixture
def vera(installation: Installation) -> Mapping[str, str]:
    """A salesperson who sees only her own."""
    installation.user(VERA)
    return installation.token(VERA)


def new_client(installation: Installation, headers: Mapping[str, str], name: str, **also: Any) -> int:
    body = {"name": name, **also}
    answer = installation.app.test_client().post("/api/v1/clients", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def read(installation: Installation, headers: Mapping[str, str], id: int) -> Any:
    return installation.app.test_client().get(f"/api/v1/clients/{id}", headers=headers).json


def change(installation: Installation, headers: Mapping[str, str], id: int, **values: Any) -> Any:
    return installation.app.test_client().patch(f"/api/v1/clients/{id}", json=values, headers=headers)


def company_of(installation: Installation, id: int) -> int | None:
    with installation.session() as session:
        return session.scalar(sa.select(Client.company_id).where(Client.id == id))


@pytest.fixture
def avila(installation: Installation, headers: Mapping[str, str]) -> int:
    """A company of the administrator's."""
    document = {"document_type": "RIF", "document_number": "J-11721484-1"}
    return new_client(installation, headers, "Ferretería Ávila, C.A.", **document)


@pytest.mark.parametrize("said", ["id", "object", "name", "folded", "document", "form"])
def test_a_record_is_named_in_several_ways(
    installation: Installation, headers: Mapping[str, str], avila: int, said: str
) -> None:
    ways = {
        "id": avila,
        "object": {"id": avila},
        "name": "Ferretería Ávila, C.A.",
        "folded": "FERRETERIA AVILA, C.A.",
        "document": "j117214841",
        "form": f"Ferretería Ávila, C.A. #{avila}",
    }
    person = new_client(installation, headers, "Zoraida", kind="person", belongs_to=ways[said])
    assert read(installation, headers, person)["belongs_to"] == {
        "id": avila,
        "name": "Ferretería Ávila, C.A.",
    }
    assert change(installation, headers, person, belongs_to=None).json["belongs_to"] is None


@pytest.mark.parametrize(
    "said", [999_999, "Nobody & Co.", {"id": 999_999}, {"name": "x"}, "x #999999", True, 2**70]
)
def test_what_there_is_not_is_refused(
    installation: Installation, headers: Mapping[str, str], said: Any
) -> None:
    person = new_client(installation, headers, "Zoraida", kind="person")
    answer = change(installation, headers, person, belongs_to=said)
    assert answer.status_code == 422, answer.text
    assert list(answer.json["error"]["fields"]) == ["belongs_to"]


def test_nobody_belongs_to_themselves_and_two_of_one_name_are_told(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    first = new_client(installation, headers, "Gemela")
    second = new_client(installation, headers, "Gemela")
    person = new_client(installation, headers, "Zoraida", kind="person")
    answer = change(installation, headers, person, belongs_to="gemela")
    assert answer.json["error"]["fields"]["belongs_to"][0]["code"] == "ambiguous"
    assert change(installation, headers, person, belongs_to=f"Gemela #{second}").status_code == 200
    assert change(installation, headers, person, belongs_to=f"Otra #{second}").status_code == 422
    assert change(installation, headers, person, belongs_to=f"#{second}").status_code == 200
    assert change(installation, headers, first, belongs_to=first).status_code == 422


def test_an_unseen_company_has_no_name_and_survives_who_does_not_see_it(
    installation: Installation, headers: Mapping[str, str], vera: Mapping[str, str], avila: int
) -> None:
    person = new_client(installation, headers, "Zoraida", kind="person", belongs_to=avila, salesperson=VERA)
    seen = read(installation, vera, person)
    assert seen["belongs_to"] == {"id": None, "name": None, "hidden": True}
    listed = installation.app.test_client().get("/api/v1/clients", headers=vera).json["items"]
    assert [each["belongs_to"] for each in listed] == [seen["belongs_to"]]
    browser = installation.browser(VERA)
    pages = (
        f"/clients/{person}",
        f"/clients/{person}/edit",
        f"/clients/{person}/timeline",
        "/clients?columns=name,belongs_to",
        f"/clients?belongs_to={avila}",
        "/clients/choose?q=ferre",
    )
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        assert "vila" not in answer.text, page
    # what was read is written back: nothing is lost
    assert change(installation, vera, person, belongs_to=seen["belongs_to"], city="Mérida").status_code == 200
    assert company_of(installation, person) == avila
    form = {"name": "Zoraida Ávila", "belongs_to": "•••", "version": "2"}
    browser.get(f"/clients/{person}/edit")
    assert browser.post(f"/clients/{person}/edit", form).status_code == 302
    assert company_of(installation, person) == avila
    # an unseen id, name or number is refused like a missing one
    mine = new_client(installation, vera, "De Vera", kind="person")
    refusals = [
        change(installation, vera, mine, belongs_to=said).json["error"]["fields"]["belongs_to"][0]["message"]
        for said in (avila, avila + 1000)
    ]
    assert refusals[0].replace(str(avila), "N") == refusals[1].replace(str(avila + 1000), "N")
    assert change(installation, vera, mine, belongs_to="Ferretería Ávila, C.A.").status_code == 422
    assert change(installation, vera, mine, belongs_to="J-11721484-1").status_code == 422
    filtered = installation.app.test_client().get(f"/api/v1/clients?belongs_to={avila}", headers=vera)
    assert filtered.status_code == 422
    assert change(installation, vera, person, belongs_to=None).status_code == 200
    assert company_of(installation, person) is None


def test_page_form_list_and_filter(
    installation: Installation, headers: Mapping[str, str], avila: int
) -> None:
    person = new_client(installation, headers, "Zoraida", kind="person", belongs_to=avila)
    other = new_client(installation, headers, "Inés", kind="person")
    browser = installation.browser()
    page = browser.get(f"/clients/{person}").text
    assert f'href="/clients/{avila}"' in page
    form = browser.get(f"/clients/{person}/edit").text
    assert f'value="Ferretería Ávila, C.A. #{avila}"' in form
    assert 'data-typeahead="/clients/choose?kind=company"' in form
    listed = browser.get("/clients?columns=name,belongs_to").text
    assert f'<a href="/clients/{avila}">Ferretería Ávila, C.A.</a>' in listed
    for query in (f"belongs_to={avila}", "belongs_to=ferreteria avila, c.a.", "belongs_to=~any"):
        found = browser.get(f"/clients?{query}").text
        assert "Zoraida" in found
        assert "Inés" not in found
    assert "Inés" in browser.get("/clients?belongs_to=~empty").text
    assert browser.get("/clients?belongs_to=•••").status_code == 200
    choices = browser.get("/clients/choose?kind=company&q=avil").text
    assert f'data-value="{avila}"' in choices
    assert "Zoraida" not in browser.get("/clients/choose?kind=company&q=zora").text
    inline = browser.get(f"/clients/{other}/field/belongs_to", headers={"HX-Request": "true"}).text
    assert "data-typeahead" in inline
    saved = browser.post(
        f"/clients/{other}/field/belongs_to",
        {"belongs_to": f"Ferretería Ávila, C.A. #{avila}"},
        headers={"HX-Request": "true"},
    )
    assert saved.status_code == 200
    assert company_of(installation, other) == avila
    assert "Ferretería Ávila" in browser.get(f"/clients/{other}/timeline").text


def test_export_and_import(
    installation: Installation, headers: Mapping[str, str], avila: int, tmp_path: Path
) -> None:
    new_client(installation, headers, "Zoraida", kind="person", belongs_to=avila)
    clients = installation.house.resources["clients"]
    with installation.session(ADMIN) as session:
        export_file(
            session, installation.house, clients, tmp_path / "all.csv", columns=("name", "belongs_to")
        )
    assert "Zoraida" in (text := (tmp_path / "all.csv").read_text("utf-8-sig"))
    assert re.search(r"Zoraida.*Ferretería Ávila, C\.A\.", text)
    file = tmp_path / "people.csv"
    file.write_text(
        "Nombre;Pertenece a\nRosa;ferreteria avila, c.a.\nCarmen;J-11721484-1\nLuz;Nadie\n", "utf-8"
    )
    with installation.session(ADMIN) as session:
        done = import_file(session, installation.house, clients, file)
        assert done.counts["errors"] == 0
        assert done.counts["warnings"] == 1
        session.commit()
        held = dict(session.execute(sa.select(Client.name, Client.company_id)).tuples().all())
    assert (held["Rosa"], held["Carmen"], held["Luz"]) == (avila, avila, None)


def test_an_export_comes_back_in_without_cutting_what_its_reader_does_not_see(
    installation: Installation, headers: Mapping[str, str], avila: int, tmp_path: Path
) -> None:
    installation.user(VERA, ["manager"])
    with installation.session() as session:  # who may export and import, but only what is hers
        session.execute(sa.update(Grant).where(Grant.resource == "clients").values(scope=int(Scope.OWN)))
        forget(session)
        session.commit()
    person = new_client(
        installation, headers, "Zoraida", kind="person", belongs_to=avila, salesperson=VERA, city="Mérida"
    )
    clients = installation.house.resources["clients"]
    file = tmp_path / "hers.csv"
    with installation.session(VERA) as session:
        assert export_file(session, installation.house, clients, file) == 1
    text = file.read_text("utf-8-sig")
    assert "Ferretería" not in text
    file.write_text(text.replace("Mérida", "Lyon"), "utf-8-sig")
    with installation.session(VERA) as session:
        done = import_file(session, installation.house, clients, file, on_duplicate="update")
        assert (done.counts["updated"], done.counts["errors"]) == (1, 0)
        session.commit()
    assert company_of(installation, person) == avila
    assert read(installation, headers, person)["city"] == "Lyon"


def test_a_page_of_them_costs_one_more_query(installation: Installation, headers: Mapping[str, str]) -> None:
    for number in range(8):
        company = new_client(installation, headers, f"Empresa {number}")
        new_client(installation, headers, f"Persona {number}", kind="person", belongs_to=company)
    browser = installation.browser()
    asked: dict[str, int] = {}
    for columns in ("name", "name,belongs_to"):
        path = f"/clients?kind=person&columns={columns}"
        browser.get(path)
        with counting(installation) as said:
            browser.get(path)
        asked[columns] = len([each for each in said if each.startswith(("SELECT", "WITH"))])
    assert asked["name,belongs_to"] == asked["name"] + 1


def test_a_company_that_goes_leaves_its_people_and_comes_back_with_them(
    installation: Installation, headers: Mapping[str, str], avila: int
) -> None:
    person = new_client(installation, headers, "Zoraida", kind="person", belongs_to=avila)
    browser = installation.browser()
    browser.get("/clients")
    browser.post(f"/clients/{avila}/delete")
    assert company_of(installation, person) is None
    undo = re.search(r"/undo/\d+", browser.get("/clients").text)
    assert undo
    browser.post(undo[0])
    assert company_of(installation, person) == avila
