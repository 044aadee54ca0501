"""The page of attributes in Settings: made, changed, arranged, deleted, brought back; and what cannot be."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from core.testing.installation import Browser, Installation

Make = Callable[..., dict[str, Any]]

HTMX = {"HX-Request": "true"}


def form(**given: Any) -> dict[str, Any]:
    return {"name": "Contrato", "kind": "text", "resources": ["leads", "clients"], **given}


def listed(installation: Installation) -> list[dict[str, Any]]:
    answer = installation.app.test_client().get("/api/v1/attributes", headers=installation.token())
    return list((answer.json or {})["items"])


def toast_undo(browser: Browser) -> str:
    """The address that takes back what was just done, as the next page offers it."""
    page = html.unescape(browser.get("/settings/attributes").text)
    found = re.search(r"/settings/attributes/undo/[\w.\-]+", page)
    assert found is not None
    return found.group(0)


def test_an_attribute_is_a_field_of_the_next_page(installation: Installation) -> None:
    browser = installation.browser()
    assert "Contrato" not in browser.get("/leads/new").text
    browser.post("/settings/attributes/new", form())
    page = browser.get("/settings/attributes").text
    assert 'value="Contrato"' in page
    assert 'name="x_contrato"' in browser.get("/leads/new").text
    assert 'name="x_contrato"' in browser.get("/clients/new").text
    made = browser.post("/leads/new", {"name": "Ana", "x_contrato": "C-7"})
    assert made.status_code == 302
    record = browser.get(made.location).text
    assert "Contrato" in record and "C-7" in record
    inline = browser.post(f"{made.location}/field/x_contrato", {"x_contrato": "C-8"}, headers=HTMX)
    assert "C-8" in inline.text
    assert "C-8" in browser.get("/leads?columns=x_contrato&x_contrato.contains=c-8").text
    assert "C-7" in browser.get(f"{made.location}/timeline").text


def test_choices_are_ticked_and_unticked(installation: Installation) -> None:
    browser = installation.browser()
    given = {"choice-key": ["", ""], "choice-name": ["Rojo", "Azul"], "choice-hue": ["red", "blue"]}
    browser.post("/settings/attributes/new", form(name="Colores", kind="choice", multiple="y", **given))
    page = browser.get("/leads/new").text
    assert page.count('name="x_colores"') == 3 and "h-red" in page
    made = browser.post("/leads/new", {"name": "Ana", "x_colores": ["rojo", "azul", ""]}).location
    assert re.search(r'value="rojo"[^>]*checked|checked[^>]*value="rojo"', browser.get(f"{made}/edit").text)
    browser.post(f"{made}/field/x_colores", {"x_colores": ["azul", ""]})
    browser.post(f"{made}/field/x_colores", {"x_colores": [""]})
    kept = installation.app.test_client().get(f"/api/v1{made}", headers=installation.token()).json
    assert kept is not None and kept["x_colores"] == []


def test_a_deleted_attribute_comes_back_with_its_values(installation: Installation) -> None:
    browser = installation.browser()
    browser.post("/settings/attributes/new", form())
    made = browser.post("/leads/new", {"name": "Ana", "x_contrato": "C-7"}).location
    id = listed(installation)[0]["id"]
    assert '<td class="is-number">1</td>' in browser.get("/settings/attributes").text
    assert f"/settings/attributes/{id}/delete" in browser.get(f"/settings/attributes/{id}/delete").text
    browser.post(f"/settings/attributes/{id}/delete")
    way_back = toast_undo(browser)
    assert "C-7" not in browser.get(made).text and listed(installation) == []
    browser.post(way_back)
    assert "C-7" in browser.get(made).text
    assert [each["key"] for each in listed(installation)] == ["contrato"]


def test_a_name_is_free_again_after_deletion(installation: Installation, make: Make) -> None:
    browser = installation.browser()
    first = make("Contrato")
    browser.post(f"/settings/attributes/{first['id']}/delete")
    way_back = toast_undo(browser)
    assert make("Contrato", "number")["key"] == "contrato"
    browser.post(way_back)
    assert [each["type"] for each in listed(installation)] == ["number"]


def test_the_type_stays_while_there_are_values(installation: Installation, make: Make) -> None:
    browser, made = installation.browser(), make("Contrato")
    address = f"/settings/attributes/{made['id']}/edit"
    browser.post("/leads/new", {"name": "Ana", "x_contrato": "C-7"})
    assert browser.post(address, form(kind="number")).status_code == 422
    assert browser.post(address, form(kind="long_text")).status_code == 303
    assert browser.post(address, form(kind="long_text", resources=["clients"])).status_code == 422
    assert listed(installation)[0]["type"] == "long_text"


def test_a_choice_in_use_is_kept(installation: Installation, make: Make) -> None:
    browser = installation.browser()
    made = make("Color", "choice", choices=[{"name": "Rojo"}, {"name": "Azul"}])
    lead = browser.post("/leads/new", {"name": "Ana", "x_color": "rojo"}).location
    address = f"/settings/attributes/{made['id']}/edit"
    red = {"choice-key": ["rojo"], "choice-name": ["Colorado"], "choice-hue": ["red"]}
    blue = {"choice-key": ["azul"], "choice-name": ["Azul"], "choice-hue": ["blue"]}
    assert browser.post(address, form(name="Color", kind="choice", **blue)).status_code == 422
    assert browser.post(address, form(name="Color", kind="choice", **red)).status_code == 303
    assert "Colorado" in browser.get(lead).text


def test_what_makes_no_attribute_is_refused(installation: Installation, make: Make) -> None:
    browser = installation.browser()
    make("Contrato")
    for wrong in (
        form(),  # the name is taken
        form(name=" CONTRATÓ "),
        form(name=""),
        form(name="Nombre"),  # a field of the app
        form(name="x" * 121),
        form(name="Otro", kind="magic"),
        form(name="Otro", resources=[]),
        form(name="Otro", resources=["users"]),
        form(name="Otro", kind="choice"),
        form(name="Otro", kind="boolean", multiple="y"),
        form(
            name="Otro",
            kind="choice",
            **{"choice-key": ["", ""], "choice-name": ["a", "Á"], "choice-hue": ["", ""]},
        ),
    ):
        assert browser.post("/settings/attributes/new", wrong).status_code == 422, wrong
    assert len(listed(installation)) == 1


def test_order_and_names_are_changed_where_they_stand(installation: Installation, make: Make) -> None:
    browser = installation.browser()
    ids = [make(name)["id"] for name in ("Uno", "Dos", "Tres")]
    answer = browser.post("/settings/attributes/order", {"id": [str(ids[2]), str(ids[0]), str(ids[1])]})
    assert answer.status_code == 204
    browser.post(f"/settings/attributes/{ids[1]}/up")
    drawn = browser.post(f"/settings/attributes/{ids[0]}", {"name": "Primero"}, headers=HTMX)
    assert 'value="Primero"' in drawn.text
    assert [each["name"] for each in listed(installation)] == ["Tres", "Dos", "Primero"]
    page = browser.get("/leads/new").text
    assert page.index("x_tres") < page.index("x_dos") < page.index("x_uno")
    refused = browser.post(f"/settings/attributes/{ids[0]}", {"name": "Dos"}, headers=HTMX)
    assert 'value="Primero"' in refused.text and "error" in refused.headers["HX-Trigger"]


def test_only_who_may_change_settings(installation: Installation, make: Make) -> None:
    made = make("Contrato")
    installation.user("vera@example.com")
    vera, headers = installation.browser("vera@example.com"), installation.token("vera@example.com")
    assert vera.get("/settings/attributes").status_code == 403
    assert vera.post("/settings/attributes/new", form(name="Otro")).status_code == 403
    client = installation.app.test_client()
    assert client.get("/api/v1/attributes", headers=headers).status_code == 200
    assert client.post("/api/v1/attributes", json={"name": "Otro"}, headers=headers).status_code == 403
    assert client.delete(f"/api/v1/attributes/{made['id']}", headers=headers).status_code == 403


def test_the_api_says_what_is_wrong_of_which(installation: Installation, make: Make) -> None:
    made, client, headers = make("Contrato"), installation.app.test_client(), installation.token()
    at = f"/api/v1/attributes/{made['id']}"
    assert client.patch(at, json={"name": "Acuerdo"}, headers=headers).json["field"] == "x_contrato"
    for body, field in (({"type": "magic"}, "type"), ({"multiple": 1}, "multiple"), ({"key": "a"}, "key")):
        answer = client.patch(at, json=body, headers=headers)
        assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, [field])
    described = client.get("/api/v1/openapi.json", headers=headers).json
    assert "x_contrato" in described["components"]["schemas"]["leads.record"]["properties"]
    assert "patch" in described["paths"]["/api/v1/attributes/{id}"]
    assert client.delete(at, headers=headers).status_code == 204
    assert client.delete(at, headers=headers).status_code == 404


def test_every_process_knows_at_its_next_request(installation: Installation) -> None:
    from core.switchboard import create_app

    headers = installation.token()
    other = create_app(installation.config).test_client()
    assert "x_contrato" not in other.get("/api/v1/openapi.json", headers=headers).text
    browser = installation.browser()
    browser.post("/settings/attributes/new", form())
    made = other.post("/api/v1/leads", json={"name": "Ana", "x_contrato": "C"}, headers=headers)
    assert made.status_code == 201
    browser.post(f"/settings/attributes/{listed(installation)[0]['id']}/delete")
    gone = other.post("/api/v1/leads", json={"name": "Ana", "x_contrato": "C"}, headers=headers)
    assert list(gone.json["error"]["fields"]) == ["x_contrato"]


def test_what_is_sent_twice_is_told_once(installation: Installation, make: Make) -> None:
    made, browser = make("Contrato"), installation.browser()
    at = f"/settings/attributes/{made['id']}"
    first = browser.post(at, {"name": "Acuerdo"}, headers=HTMX)
    assert "/undo/" in first.headers["HX-Trigger"]
    assert "HX-Trigger" not in browser.post(at, {"name": "Acuerdo"}, headers=HTMX).headers


def test_what_records_have_by_now_is_not_undone(installation: Installation) -> None:
    browser = installation.browser()
    client, headers = installation.app.test_client(), installation.token()
    red: dict[str, Any] = {"choice-key": "", "choice-name": "Rojo", "choice-hue": "red"}
    browser.post("/settings/attributes/new", form(name="Color", kind="choice", **red))
    toast_undo(browser)  # that of the making is told, and gone
    both = {"choice-key": ["rojo", ""], "choice-name": ["Rojo", "Azul"], "choice-hue": ["red", "blue"]}
    browser.post("/settings/attributes/1/edit", form(name="Color", kind="choice", **both))
    way_back = toast_undo(browser)
    lead = client.post("/api/v1/leads", json={"name": "Ana", "x_color": "azul"}, headers=headers).json["id"]
    browser.post(way_back)
    assert [each["key"] for each in listed(installation)[0]["choices"]] == ["rojo", "azul"]
    client.patch(f"/api/v1/leads/{lead}", json={"x_color": None}, headers=headers)
    browser.post(way_back)
    assert [each["key"] for each in listed(installation)[0]["choices"]] == ["rojo"]


def test_a_text_made_long_is_short_again_while_all_fit(installation: Installation) -> None:
    browser = installation.browser()
    client, headers = installation.app.test_client(), installation.token()
    browser.post("/settings/attributes/new", form())
    toast_undo(browser)
    lead = client.post("/api/v1/leads", json={"name": "Ana", "x_contrato": "C-7"}, headers=headers).json["id"]
    browser.post("/settings/attributes/1/edit", form(kind="long_text"))
    way_back = toast_undo(browser)
    client.patch(f"/api/v1/leads/{lead}", json={"x_contrato": "C-7\nC-8"}, headers=headers)
    browser.post(way_back)
    assert listed(installation)[0]["type"] == "long_text"
    client.patch(f"/api/v1/leads/{lead}", json={"x_contrato": "C-7"}, headers=headers)
    browser.post(way_back)
    assert listed(installation)[0]["type"] == "text"
