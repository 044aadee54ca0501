"""A file as an attribute: chosen in the form, on the record with it, nobody else's."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from core.testing.installation import Browser, Installation

Make = Callable[..., dict[str, Any]]


def send(browser: Browser, path: str, file: str = "contrato.pdf", **fields: Any) -> Any:
    data = {"name": "Ana", "x_contrato": "", "x_contrato-file": (io.BytesIO(b"%PDF-1.4 x"), file), **fields}
    return browser.post(path, data, content_type="multipart/form-data")


def value(installation: Installation, at: str) -> Any:
    answer = installation.app.test_client().get(f"/api/v1{at}", headers=installation.token())
    return (answer.json or {})["x_contrato"]


def test_a_file_comes_with_the_form(installation: Installation, make: Make) -> None:
    make("Contrato", "file")
    browser = installation.browser()
    made = send(browser, "/leads/new").location
    kept = value(installation, made)
    assert kept["name"] == "contrato.pdf"
    page = browser.get(made).text
    assert f'class="value-act" href="{made}/files/{kept["id"]}"' in page
    assert browser.get(f"{made}/files/{kept['id']}").data == b"%PDF-1.4 x"
    found = browser.get("/leads?x_contrato.contains=contrato&columns=x_contrato").text
    assert "contrato.pdf" in found
    assert "Ana" not in browser.get("/leads?x_contrato=~empty").text
    send(browser, f"{made}/field/x_contrato", "nuevo.pdf", x_contrato=str(kept["id"]))
    assert value(installation, made)["name"] == "nuevo.pdf"
    browser.post(f"{made}/field/x_contrato", {"x_contrato": str(kept["id"]), "x_contrato-drop": "1"})
    assert value(installation, made) is None


def test_an_error_elsewhere_loses_no_file(installation: Installation, make: Make) -> None:
    make("Contrato", "file")
    browser = installation.browser()
    wrong = send(browser, "/leads/new", name="")
    assert wrong.status_code == 422 and "contrato.pdf" in wrong.text
    id = wrong.text.split('name="x_contrato" value="')[1].split('"')[0]
    made = browser.post("/leads/new", {"name": "Ana", "x_contrato": id}).location
    assert value(installation, made) == {"id": int(id), "name": "contrato.pdf"}


def test_only_ones_own_files(installation: Installation, make: Make) -> None:
    make("Contrato", "file")
    browser = installation.browser()
    made = send(browser, "/leads/new").location
    kept = value(installation, made)["id"]
    client, headers = installation.app.test_client(), installation.token()
    other = client.post("/api/v1/leads", json={"name": "Otra"}, headers=headers).json["id"]
    for wrong in (kept, {"id": kept}, 999, "a", True):
        answer = client.patch(f"/api/v1/leads/{other}", json={"x_contrato": wrong}, headers=headers)
        assert answer.status_code == 422, wrong
    again = client.patch(f"/api/v1{made}", json={"x_contrato": {"id": kept}}, headers=headers)
    assert again.json["version"] == 1
    refused = client.patch("/api/v1/attributes/1", json={"required": True}, headers=headers)
    assert refused.status_code == 422


def test_conversion_takes_the_file_along(installation: Installation, make: Make) -> None:
    make("Contrato", "file")
    browser = installation.browser()
    made = send(browser, "/leads/new").location
    browser.post(f"{made}/convert")
    assert value(installation, "/clients/1")["name"] == "contrato.pdf"
    kept = value(installation, "/clients/1")["id"]
    assert browser.get(f"/clients/1/files/{kept}").status_code == 200
    assert f"{made}/files/{kept}" not in browser.get(made).text
