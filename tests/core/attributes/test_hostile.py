"""Files as attributes through doors that bring their own: a merge takes those of its records and no others."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from core.testing.installation import Browser, Installation

Make = Callable[..., dict[str, Any]]


def with_file(browser: Browser) -> int:
    """A lead with a contract."""
    data = {"name": "Ana", "x_contrato": "", "x_contrato-file": (io.BytesIO(b"%PDF-1.4 x"), "contrato.pdf")}
    made = browser.post("/leads/new", data, content_type="multipart/form-data")
    return int(made.location.rpartition("/")[2])


def test_a_merge_takes_no_file_of_others(installation: Installation, make: Make) -> None:
    make("Contrato", "file")
    client, headers = installation.app.test_client(), installation.token()

    def lead(id: int) -> Any:
        return client.get(f"/api/v1/leads/{id}", headers=headers).json

    browser = installation.browser()
    other, own = with_file(browser), with_file(browser)
    keep, gone = (
        client.post("/api/v1/leads", json={"name": name}, headers=headers).json["id"] for name in "BC"
    )
    for wrong in (lead(other)["x_contrato"]["id"], 999):
        body: dict[str, Any] = {"keep": keep, "merge": [gone], "values": {"x_contrato": wrong}}
        assert client.post("/api/v1/leads/merge", json=body, headers=headers).status_code == 422
    body = {"keep": keep, "merge": [own], "from": {"x_contrato": own}}
    merged = client.post("/api/v1/leads/merge", json=body, headers=headers).json
    assert merged["record"]["x_contrato"]["name"] == "contrato.pdf"
    assert client.post(f"/api/v1/merges/{merged['merge']['id']}/undo", headers=headers).status_code == 200
    assert lead(keep)["x_contrato"] is None
    assert lead(own)["x_contrato"]["name"] == "contrato.pdf"
