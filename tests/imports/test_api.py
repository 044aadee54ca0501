"""Imports by the API, with a key."""

from __future__ import annotations

import io
from typing import Any

from core.testing.installation import Installation
from tests.imports.conftest import counts_of
from tests.imports.made import VE_COUNTS, VE_ERRORS, as_csv, ve_file

AT = "/api/v1/imports"


def test_a_file_is_sent_and_its_outcome_read(installation: Installation) -> None:
    client, headers = installation.app.test_client(), installation.token()
    tried = client.post(AT, data=_form(ve_file(), dry_run="1"), headers=headers)
    assert tried.status_code == 201
    assert tried.json["state"] == "checked"
    assert counts_of(tried.json["checked"]) == VE_COUNTS
    answer = client.post(AT, data=_form(ve_file()), headers=headers)
    assert answer.status_code == 201
    assert counts_of(answer.json["counts"]) == VE_COUNTS
    read = client.get(answer.headers["Location"], headers=headers)
    assert read.json == answer.json
    assert [error["row"] for error in read.json["errors"]] == list(VE_ERRORS)
    assert read.json["errors"][0]["problems"][0]["field"] == "email"
    assert client.get("/api/v1/leads?q=acolchada", headers=headers).json["items"]


def test_what_cannot_be_is_said_in_json(sqlite_installation: Installation) -> None:
    place = sqlite_installation
    place.user("eva@example.com", roles=("salesperson",))
    client, headers = place.app.test_client(), place.token()
    plain = as_csv([("A", "B"), ("Una", "x")], ",").encode()
    for form, status, word in (
        (_form(b"%PDF-1.7"), 422, "file"),
        ({"resource": "leads"}, 422, "file"),
        (_form(plain, mapping="[]"), 422, "mapping"),
        (_form(plain, mapping='{"Z": "name"}'), 422, "mapping"),
        (_form(plain, on_duplicate="perhaps"), 422, "on_duplicate"),
    ):
        answer = client.post(AT, data=form, headers=headers)
        assert answer.status_code == status
        assert word in answer.json["error"]["fields"]
    assert not list((place.config.instance / "imports").glob("*"))
    assert client.post(AT, data=_form(plain, resource="nothing"), headers=headers).status_code == 404
    assert client.get(f"{AT}/1").status_code == 401
    wrong = {"Authorization": "Bearer prt_nobody"}
    assert client.post(AT, data=_form(plain), headers=wrong).status_code == 401
    assert client.post(AT, data=_form(plain), headers=place.token(read_only=True)).status_code == 403

    mine = client.post(AT, data=_form(plain, mapping='{"A": "name"}'), headers=headers)
    assert mine.json["counts"]["created"] == {"leads": 1}
    assert client.get(f"{AT}/{mine.json['id']}", headers=place.token("eva@example.com")).status_code == 404


def _form(content: bytes, resource: str = "leads", **also: str) -> dict[str, Any]:
    return {"resource": resource, "file": (io.BytesIO(content), "prospectos.csv"), **also}


def test_imports_are_described(sqlite_installation: Installation) -> None:
    paths = (
        sqlite_installation.app.test_client()
        .get("/api/v1/openapi.json", headers=sqlite_installation.token())
        .json["paths"]
    )
    assert "multipart/form-data" in paths["/api/v1/imports"]["post"]["requestBody"]["content"]
    assert "200" in paths["/api/v1/imports/{id}"]["get"]["responses"]
