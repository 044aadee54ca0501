"""Clients become one: their people, leads, documents and attributes come along, and go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core.records.models import Attachment
from core.testing.installation import Installation
from plugins.crm_leads.models import Result
from tests.core.attributes.conftest import make  # noqa: F401  a fixture
from tests.core.merging.conftest import Api, api, put_file  # noqa: F401  fixtures


def test_people_and_leads_of_merged_clients_come_along(api: Api) -> None:  # noqa: F811
    keep = api.make("clients", name="Casa Matriz")
    lead = api.make(name="Casa", email="casa@example.com")
    gone = api.post(f"leads/{lead}/convert").json["client"]["id"]
    worker = api.make("clients", name="Luis", kind="person", belongs_to={"id": gone})
    merge = api.merge(keep, gone, resource="clients").json["merge"]["id"]
    assert api.get(f"clients/{worker}").json["belongs_to"]["id"] == keep
    with api.installation.session() as session:
        assert session.scalars(sa.select(Result.record_id)).all() == [keep]
    assert api.post(f"merges/{merge}/undo").json["left"] == []
    assert api.get(f"clients/{worker}").json["belongs_to"]["id"] == gone
    with api.installation.session() as session:
        assert session.scalars(sa.select(Result.record_id)).all() == [gone]


def test_a_branch_merged_into_its_company_does_not_belong_to_itself(api: Api) -> None:  # noqa: F811
    company = api.make("clients", name="Casa")
    branch = api.make("clients", name="Sucursal", belongs_to={"id": company})
    merge = api.merge(company, branch, resource="clients").json["merge"]["id"]
    assert api.get(f"clients/{company}").json["belongs_to"] is None
    api.post(f"merges/{merge}/undo")
    assert api.get(f"clients/{branch}").json["belongs_to"]["id"] == company
    merge = api.merge(branch, company, resource="clients").json["merge"]["id"]
    assert api.get(f"clients/{branch}").json["belongs_to"] is None
    api.post(f"merges/{merge}/undo")
    assert api.get(f"clients/{branch}").json["belongs_to"]["id"] == company


def test_attributes_are_chosen_like_any_field_and_lists_of_them_united(
    api: Api,  # noqa: F811
    make: Callable[..., dict[str, Any]],  # noqa: F811
) -> None:
    make("Uniforme")
    make("Rutas", multiple=True)
    make("Sedes", "number")
    names = api.get("clients?limit=1")
    assert names.status_code == 200
    keep = api.make("clients", name="A", x_uniforme="azul", x_rutas=["norte"])
    gone = api.make("clients", name="B", x_uniforme="rojo", x_rutas=["sur", "norte"], x_sedes="4")
    before = api.get(f"clients/{keep}").json
    answer = api.merge(keep, gone, resource="clients", **{"from": {"x_uniforme": gone}})
    assert answer.status_code == 200, answer.text
    record = answer.json["record"]
    assert (record["x_uniforme"], record["x_rutas"]) == ("rojo", ["norte", "sur"])
    assert float(record["x_sedes"]) == 4
    page = api.installation.browser().get(f"/clients/{keep}/timeline").text
    assert "/merges/1/undo" in page
    assert api.post("merges/1/undo").json["left"] == []
    after = api.get(f"clients/{keep}").json
    assert {name: after[name] for name in after if name.startswith("x_")} == {
        name: before[name] for name in before if name.startswith("x_")
    }
    assert api.get(f"clients/{gone}").json["x_uniforme"] == "rojo"


def test_documents_of_both_are_on_the_one(
    api: Api,  # noqa: F811
    put_file: Callable[[str, int, str], None],  # noqa: F811
) -> None:
    keep, gone = api.make("clients", name="A"), api.make("clients", name="B")
    put_file("clients", keep, "rif.txt")
    put_file("clients", gone, "contrato.txt")
    api.merge(keep, gone, resource="clients")
    page = api.installation.browser().get(f"/clients/{keep}").text
    assert "rif.txt" in page
    assert "contrato.txt" in page
    with api.installation.session() as session:
        assert set(session.scalars(sa.select(Attachment.record_id))) == {keep}


@pytest.mark.parametrize("resource", ["clients", "leads"])
def test_a_document_and_its_type_come_from_the_same_record(
    installation: Installation,
    api: Api,  # noqa: F811
    resource: str,
) -> None:
    keep = api.make(resource, name="A", document_type="RIF", document_number="J-11721484-1")
    gone = api.make(resource, name="B", document_type="Cédula", document_number="V-12345678")
    answer = api.merge(keep, gone, resource=resource, **{"from": {"document_number": gone}})
    assert answer.status_code == 200, answer.text
    record = answer.json["record"]
    assert record["document_type"]["name"].startswith("Cédula")
    page = installation.browser().get(f"/{resource}/{keep}/timeline").text
    assert "V-12345678" in page


def test_repeat_leads_of_merged_clients_point_at_the_one_that_stays(api: Api) -> None:  # noqa: F811
    for number, also in enumerate(({}, {"never_repeat": True})):
        email = f"va{number}@example.com"
        keep = api.make("clients", name="Queda", **also)
        gone = api.make("clients", name="Va", email=email)
        lead = api.make(name="Repite", email=email)
        assert api.get(f"leads/{lead}").json["client"]["id"] == gone
        api.patch(f"clients/{gone}", {"never_repeat": True})
        merge = api.merge(keep, gone, resource="clients", **{"from": {"never_repeat": gone}})
        assert merge.status_code == 200, merge.text
        stays = api.get(f"leads/{lead}").json
        assert stays["client"]["id"] == keep and stays["is_repeat"] is True
        assert api.get(f"clients/{keep}").json["never_repeat"] is True
        undone = api.post(f"merges/{merge.json['merge']['id']}/undo")
        assert undone.status_code == 200 and undone.json["left"] == [], undone.text
        assert api.get(f"leads/{lead}").json["client"]["id"] == gone
        assert api.get(f"clients/{gone}").json["never_repeat"] is True
        assert bool(api.get(f"clients/{keep}").json["never_repeat"]) is bool(also)
