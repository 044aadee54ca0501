"""The addresses and contact persons of S3: their fields, their rules, what files call them, and what became of old cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import plugins.crm_clients
import plugins.crm_leads
from core.host.schema.migrate import downgrade, moving_tables, upgrade
from core.host.schema.revisions import Owner
from core.imports.targets import header_names
from core.resources.children import children_of
from core.settings import StoredSetting, save_setting
from core.tabular import match_headers
from core.testing.installation import Installation
from plugins.crm_clients.models import Sector, Zone

ADDRESS = {
    "address": "Av. Las Américas, Edif. Roraima",
    "country": "VE",
    "state": "Mérida",
    "city": "Mérida",
    "municipality": "Libertador",
    "parish": "Arias",
    "postal_code": "5101",
    "reference_point": "Frente a la plaza",
    "latitude": "8.598333",
    "longitude": "-71.145",
}
CONTACT = {
    "first_name": "Bárbara",
    "last_name": "Guaimarán",
    "description": "Compras",
    "email": "barbara@example.com",
    "phone_1": "0414-555.12.34",
    "phone_2": "0274 252 00 11",
}


class Api:
    """A program with the administrator's token."""

    def __init__(self, installation: Installation) -> None:
        self.client = installation.app.test_client()
        self.headers = dict(installation.token())

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json


@pytest.fixture
def api(installation: Installation) -> Api:
    return Api(installation)


@pytest.mark.parametrize("resource", ["leads", "clients"])
def test_every_field_of_the_card_is_kept_and_found(api: Api, resource: str) -> None:
    made = api(
        "POST",
        f"/{resource}",
        {
            "name": "Uno",
            "addresses": [{"city": "Coro"}, ADDRESS],
            "contacts": [{"first_name": "Ana"}, CONTACT],
        },
        201,
    )
    assert {name: made["addresses"][1][name] for name in ADDRESS} == ADDRESS
    assert {name: made["contacts"][1][name] for name in CONTACT} == CONTACT
    for text in ("roraima", "arias", "libertador", "guaimaran", "barbara@", "+584145551234", "2522"[:3]):
        assert [each["id"] for each in api("GET", f"/{resource}?q={text.replace('+', '%2B')}")["items"]] == [
            made["id"]
        ], text
    turned = api(
        "PATCH",
        f"/{resource}/{made['id']}",
        {"addresses": [{"id": made["addresses"][1]["id"]}], "contacts": [{"id": made["contacts"][1]["id"]}]},
    )
    assert {name: turned[name] for name in ADDRESS} == ADDRESS
    assert turned["contact_position"] == "Compras" and turned["contact_phone_2"] == CONTACT["phone_2"]


@pytest.fixture
def places(installation: Installation) -> dict[str, int]:
    """Two zones, a sector of the first and a sector of none."""
    from core.state import forget

    with installation.session() as session:
        north, south = Zone(name="Norte"), Zone(name="Sur")
        session.add_all([north, south])
        session.flush()
        hill, shore = Sector(name="La Colina", zone_id=north.id), Sector(name="La Orilla")
        session.add_all([hill, shore])
        session.flush()
        forget(session)
        session.commit()
        return {each.name: each.id for each in (north, south, hill, shore)}


def test_a_sector_lies_in_its_zone(api: Api, places: dict[str, int]) -> None:
    def told(body: dict[str, Any], path: str = "/leads", method: str = "POST") -> dict[str, str]:
        answer = api(method, path, {"name": "Uno", **body}, 422)
        return {name: found[0]["code"] for name, found in answer["error"]["fields"].items()}

    wrong = {"zone": "Sur", "sector": "La Colina"}
    assert told({"addresses": [{"city": "Coro"}, wrong]}) == {"addresses.1.sector": "other_zone"}
    assert told(wrong) == {"sector": "other_zone"}
    for right in (
        {"zone": "Norte", "sector": "La Colina"},
        {"zone": "Sur", "sector": "La Orilla"},
        {"sector": "La Colina"},
    ):
        made = api("POST", "/leads", {"name": "Dos", "addresses": [right]}, 201)
        assert made["sector"]["name"] == right["sector"]
    assert told({"zone": "Sur"}, f"/leads/{made['id']}", "PATCH") == {"sector": "other_zone"}
    api("PATCH", f"/leads/{made['id']}", {"zone": "Sur", "sector": None})


def test_a_place_has_both_coordinates_within_the_globe(api: Api) -> None:
    for body, wrong in (
        ({"latitude": "10.5"}, {"longitude": "half_a_place"}),
        ({"longitude": 3}, {"latitude": "half_a_place"}),
        ({"latitude": 90.1, "longitude": 0}, {"latitude": "out_of_range"}),
        ({"latitude": 0, "longitude": -180.5}, {"longitude": "out_of_range"}),
        ({"latitude": "norte", "longitude": 1}, {"latitude": "not_a_number"}),
    ):
        flat = api("POST", "/clients", {"name": "Uno", **body}, 422)["error"]["fields"]
        rows = api("POST", "/clients", {"name": "Uno", "addresses": [body]}, 422)["error"]["fields"]
        assert {name: found[0]["code"] for name, found in flat.items()}.items() >= wrong.items()
        assert {
            name.removeprefix("addresses.0."): found[0]["code"] for name, found in rows.items()
        }.items() >= (wrong.items())
    made = api("POST", "/clients", {"name": "Uno", "latitude": 10.4880556, "longitude": "-66.879444"}, 201)
    assert (made["latitude"], made["longitude"]) == ("10.488056", "-66.879444")
    assert made["addresses"][0]["latitude"] == "10.488056"


def test_a_lead_takes_its_addresses_and_people_along(api: Api) -> None:
    lead = api(
        "POST",
        "/leads",
        {
            "name": "Uno",
            "addresses": [{"city": "Coro"}, ADDRESS],
            "contacts": [CONTACT, {"first_name": "Ana"}],
        },
        201,
    )
    done = api("POST", f"/leads/{lead['id']}/convert")
    client = api("GET", f"/clients/{done['client']['id']}")

    def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "id"} for row in rows]

    assert told(client["addresses"]) == told(lead["addresses"])
    assert told(client["contacts"]) == told(lead["contacts"])
    assert client["city"] == "Coro" and client["contact_last_name"] == "Guaimarán"


def test_a_known_client_gets_the_addresses_and_people_it_lacks(api: Api) -> None:
    number = {"document_type": "RIF", "document_number": "J-11721484-1"}
    client = api(
        "POST",
        "/clients",
        {"name": "Uno", **number, "addresses": [ADDRESS], "contacts": [{"first_name": "BARBARA"}]},
        201,
    )
    lead = api(
        "POST",
        "/leads",
        {
            "name": "Uno",
            **number,
            "addresses": [{"city": "Coro", "is_main": True}, {"city": "merida", "parish": "Arias"}],
            "contacts": [CONTACT, {"first_name": "Ana"}],
        },
        201,
    )
    api("POST", f"/leads/{lead['id']}/convert")
    now = api("GET", f"/clients/{client['id']}")
    assert now["addresses"][0] == client["addresses"][0]
    assert [row["city"] for row in now["addresses"]] == ["Mérida", "Coro"]
    first, second = now["contacts"]
    assert first["id"] == client["contacts"][0]["id"] and first["email"] == CONTACT["email"]
    assert second["first_name"] == "Ana" and not second["is_main"]
    assert now["contact_email"] == CONTACT["email"] and now["city"] == "Mérida"


def test_files_call_the_new_fields_by_many_names(installation: Installation) -> None:
    resource = installation.house.resources["leads"]
    wanted = {
        "Latitud": "latitude",
        "Longitud": "longitude",
        "Tipo de dirección": "address_type",
        "Contacto teléfono": "contact_phone_1",
        "Téléphone du contact": "contact_phone_1",
        "Contacto móvil": "contact_phone_2",
    }
    names = [(each.name, header_names(each)) for each in resource.fields]
    for header, name in wanted.items():
        assert match_headers([header], names) == {0: name}, header


def test_cards_that_were_there_before_get_their_rows(installation: Installation, api: Api) -> None:
    full = {"name": "Con todo", "city": "Coro", "contact_email": "Ana@Example.com"}
    ids = {
        resource: [api("POST", f"/{resource}", body, 201)["id"] for body in (full, {"name": "Solo país"})]
        for resource in ("leads", "clients")
    }
    owners = [
        (Owner(module.__name__.rpartition(".")[2], Path(str(module.__file__)).parent / "migrations/versions"))
        for module in (plugins.crm_clients, plugins.crm_leads)
    ]
    with installation.session() as session:
        save_setting(session, "company.mode", "simple")
        session.commit()
    with moving_tables(installation.config, [owner.name for owner in owners]) as connection:
        for owner in reversed(owners):
            downgrade(connection, owner, f"{owner.name}_0001")
        for owner in owners:
            upgrade(connection, owner)
    with installation.session() as session:
        for name, (with_all, bare) in ids.items():
            found = children_of(session, installation.house.resources[name], [with_all, bare])
            assert [row.values["city"] for row in found["addresses"][with_all]] == ["Coro"]
            assert str(found["contacts"][with_all][0].values["email"]) == "Ana@Example.com"
            assert found["addresses"][with_all][0].is_main and bare not in found["addresses"]
        assert session.scalar(sa.text("SELECT count(*) FROM crm_leads_address")) == 1
        mode = session.get_one(StoredSetting, "company.mode")
        assert mode.value == "classic", "where leads were at work, they go on being so"
        save_setting(session, "company.mode", "classic")  # other processes were told by the upgrade
        session.commit()
    changed = api("PATCH", f"/leads/{ids['leads'][0]}", {"city": "Mérida"})
    assert [row["city"] for row in changed["addresses"]] == ["Mérida"]
