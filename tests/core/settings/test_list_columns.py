"""What a list keeps of a value besides its name, and a replaced value that comes back to who had it."""

from __future__ import annotations

import json
from typing import Any

from core.host.state import PluginRow
from core.references import references_of
from core.testing.installation import Installation

HTMX = {"HX-Request": "true"}


def add(installation: Installation, list_name: str, name: str, **also: str) -> int:
    browser = installation.browser()
    browser.get(f"/settings/lists/{list_name}")
    browser.post(f"/settings/lists/{list_name}", {"name": name, **also})
    return item(installation, list_name, name).id


def item(installation: Installation, list_name: str, name: str) -> Any:
    with installation.session() as session:
        return references_of(session).find(list_name, name)


def test_a_sector_says_its_zone_where_it_stands(installation: Installation) -> None:
    north, south = (add(installation, "zones", name) for name in ("Norte", "Sur"))
    sector = add(installation, "sectors", "Centro", zone=str(north))
    assert item(installation, "sectors", "Centro").about["zone"] == north
    browser = installation.browser()
    page = browser.get("/settings/lists/sectors").text
    assert f'<option value="{north}" selected>Norte' in page
    browser.post(f"/settings/lists/sectors/{sector}", {"zone": str(south)}, headers=HTMX)
    assert item(installation, "sectors", "Centro").about["zone"] == south
    refused = browser.post(f"/settings/lists/sectors/{sector}", {"zone": "999"}, headers=HTMX)
    assert json.loads(refused.headers["HX-Trigger"])["toast"]["kind"] == "error"
    browser.post(f"/settings/lists/sectors/{sector}", {"zone": ""}, headers=HTMX)
    assert item(installation, "sectors", "Centro").about["zone"] is None


def test_a_document_type_has_a_country_and_a_rule(installation: Installation) -> None:
    made = add(installation, "document_types", "Registro", rule="es.nif")
    browser = installation.browser()
    browser.post(f"/settings/lists/document_types/{made}", {"country": "España"}, headers=HTMX)
    assert item(installation, "document_types", "Registro").about == {"country": "ES", "rule": "es.nif"}
    client, headers = installation.app.test_client(), installation.token()
    for number, status in (("12345678Z", 201), ("12345678A", 422)):
        values = {"name": "Uno", "document_type": "Registro", "document_number": number}
        assert client.post("/api/v1/leads", json=values, headers=headers).status_code == status


def test_lists_are_shipped_whole(installation: Installation) -> None:
    with installation.session() as session:
        known = references_of(session)
        assert known.find("address_types", "Livraison").name == "Entrega"
        assert {each.name for each in known.items("document_types")} >= {
            "RIF",
            "NIF",
            "SIREN",
            "RUT",
            "CUIT",
            "RFC",
        }
        assert {each.meaning for each in known.items("statuses")} == {"open", "converted", "junk"}
        for name in ("channels", "segments", "levels", "sources", "junk_reasons"):
            assert known.items(name), name


def test_a_replaced_value_comes_back_to_who_had_it(installation: Installation) -> None:
    old, new = (add(installation, "channels", name) for name in ("Viejo", "Nuevo"))
    client, headers = installation.app.test_client(), installation.token()
    leads = [
        client.post("/api/v1/leads", json={"name": name, "channel": "Viejo"}, headers=headers).json["id"]
        for name in ("Ana", "Berta")
    ]
    browser = installation.browser()
    answer = browser.post(f"/settings/lists/channels/{old}/delete", {"replacement": str(new)})
    assert answer.status_code == 303

    def channels() -> list[str]:
        found = client.get("/api/v1/leads?sort=name", headers=headers).json["items"]
        return [each["channel"]["name"] for each in found]

    assert channels() == ["Nuevo", "Nuevo"]
    page = browser.get("/settings/lists/channels").text
    way_back = page.split("/settings/lists/channels/undo/")[1].split('"')[0].split("&")[0].split("'")[0]
    client.patch(f"/api/v1/leads/{leads[1]}", json={"channel": "Web"}, headers=headers)
    browser.post(f"/settings/lists/channels/undo/{way_back}")
    assert channels() == ["Viejo", "Web"]  # what somebody changed since stays
    assert browser.post(f"/settings/lists/channels/undo/{way_back}").status_code == 404


def test_an_upgrade_ships_the_lists_it_brought(sqlite_installation: Installation) -> None:
    from core.host.lifecycle.upgrade import upgrade_all

    installation = sqlite_installation
    with installation.session() as session:
        row = session.get_one(PluginRow, "crm_clients")
        lists = [name for name in row.declares["lists"] if name != "address_types"]
        row.declares, row.version = {**row.declares, "lists": lists}, "0.0.1"
        for name in ("address_types", "channels"):
            session.query(installation.house.lists[name].model).delete()
        session.commit()
    upgrade_all(installation.config)
    assert item(installation, "address_types", "Entrega") is not None
    with installation.session() as session:
        from core.state import forget

        forget(session)
        assert references_of(session).items("channels") == ()  # emptied by hand
