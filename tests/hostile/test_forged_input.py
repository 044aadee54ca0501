"""Addresses, filters, cursors and bodies that no page of ours sends: refused in words, never a fault of the server."""

from __future__ import annotations

import base64
import io
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from core.testing.installation import Installation

HUGE = "9" * 30
CURSORS: list[Any] = [
    [None, float("inf"), 1, False],
    [1, 10**30, 1, False],
    [1, 1, 10**40, False],
    ["a\0", 1, 1, True],
    [["x"], 1, 1, True],
    [10**40, 1, 1, 1],
    ["NaN", 1, 1, 1],
    ["1e999999", 1, 1, 1],
    ["9999-99-99", 1, 1, 1],
    ["0001-01-01T00:00:00+23:59", 1, 1, 1],
]
FILTERS = [
    "value.from=%20",
    "entered_on.to=%20",
    "entered_on.to=9999-12-31",
    "name.contains=%00",
    "email=%00a",
    "tags=a%00",
    "tags.contains=a",
    "tags.from=a",
    "status.last_days=3",
    "value.last_days=3",
    "notifications.from=1",
    "email.from=a@b.co",
    "phone_1.from=04125551234",
    "q=a%00b",
    "value.from=1e999999",
    "id=999999999999999999",
    urlencode([("name", str(number)) for number in range(1200)]),
    urlencode([("name.not", str(number)) for number in range(3000)]),
    urlencode([("tags", str(number)) for number in range(2000)]),
]


def cursor(content: Any) -> str:
    return quote(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())


def test_filters_that_mean_nothing_are_told_or_left_out(installation: Installation) -> None:
    api, headers, person = installation.app.test_client(), installation.token(), installation.browser()
    assert api.post("/api/v1/leads", json={"name": "Uno", "value": "3"}, headers=headers).status_code == 201
    for query in FILTERS:
        for answer in (
            api.get(f"/api/v1/leads?{query}", headers=headers),
            person.get(f"/leads?{query}"),
            person.get(f"/leads/summary?{query}"),
            person.get(f"/leads/export?{query}&format=csv"),
            person.get(f"/leads/1/beside?from={quote(query)}"),
        ):
            assert answer.status_code in (200, 400, 422), (
                answer.request.path,
                query[:80],
                answer.status_code,
            )
            answer.close()


def test_a_forged_cursor_is_no_cursor(installation: Installation) -> None:
    api, headers, person = installation.app.test_client(), installation.token(), installation.browser()
    assert api.post("/api/v1/leads", json={"name": "Uno", "value": "3"}, headers=headers).status_code == 201
    wanted = [*map(cursor, CURSORS), base64.urlsafe_b64encode(b"[" * 30_000).decode()]
    for sort in ("", "name", "-value", "entered_on", "validity_days", "-updated_at", "document_number"):
        for each in wanted:
            for answer in (
                api.get(f"/api/v1/leads?sort={sort}&cursor={each}", headers=headers),
                person.get(f"/leads?sort={sort}&cursor={each}"),
            ):
                assert answer.status_code < 500, (sort, each[:60])


def test_ids_that_no_row_can_have_are_addresses_that_there_are_not(installation: Installation) -> None:
    person = installation.browser()
    for address in (
        "/leads/{}",
        "/leads/1/files/{}",
        "/imports/{}",
        "/jobs/{}",
        "/exports/{}",
        "/settings/users/{}",
        "/settings/roles/{}",
        "/settings/teams/{}",
        "/settings/lists/channels/{}/edit",
        "/api/v1/jobs/{}",
        "/api/v1/imports/{}",
        "/api/v1/leads/{}",
    ):
        assert person.get(address.format(HUGE)).status_code == 404, address
    for address in ("/undo/{}", "/leads/views/{}"):
        assert person.post(address.format(HUGE)).status_code == 404, address
    deleted = person.post("/settings/lists/channels/1/delete", {"replacement": HUGE})
    assert deleted.status_code < 500


def test_bodies_that_are_no_json_of_ours(installation: Installation) -> None:
    api, headers = installation.app.test_client(), installation.token()
    for body in (
        b"{",
        b"[" * 100_000,
        b'{"name":' * 50_000,
        b'{"name":"\\ud800"}',
        b"[]",
        b"\xff\xfe",
        b'{"name":' + b"9" * 10_000 + b"}",
    ):
        answer = api.post("/api/v1/leads", data=body, content_type="application/json", headers=headers)
        assert answer.status_code == 400, (body[:20], answer.status_code)


@pytest.mark.parametrize(
    "values",
    [
        {"entered_on": None},
        {"entered_on": "  "},
        {"kind": None},
        {"entered_on": "9999-12-31"},
        {"entered_on": "0001-01-01"},
    ],
)
def test_what_a_record_always_has_is_not_taken_away(
    installation: Installation, values: dict[str, Any]
) -> None:
    api, headers = installation.app.test_client(), installation.token()
    made = api.post("/api/v1/leads", json={"name": "Uno", "validity_days": 30}, headers=headers).json
    answer = api.patch(f"/api/v1/leads/{made['id']}", json=values, headers=headers)
    assert answer.status_code == 422
    assert list(answer.json["error"]["fields"]) == list(values)


def test_forms_with_what_no_form_sends(installation: Installation) -> None:
    person = installation.browser()
    person.post("/leads/new", {"name": "Uno"})
    for address, form in (
        ("/leads/new", {"name": "a\0"}),
        ("/leads/views/new", {"name": "\0"}),
        ("/settings/lists/channels", {"name": "\0"}),
        ("/profile/tokens", {"name": "\0"}),
        ("/forgotten", {"email": "a\0@example.com"}),
    ):
        assert person.post(address, form).status_code == 400, address
    nested = person.post("/leads/1/edit", {"name": "x", "version": "abc", "was": "[" * 100_000})
    assert nested.status_code == 400
    long = person.post("/leads/bulk", {"action": "tag", "id": "1", "tags": "x" * 500, "sure": "y"})
    assert long.status_code == 200
    forged = person.post(
        "/leads/bulk",
        {"action": "assign", "all": "1", "query": "value.from=%20&q=%00", "sure": "y", "salesperson": "zz"},
    )
    assert forged.status_code < 500


def test_a_mapping_of_an_import_that_is_no_mapping(installation: Installation) -> None:
    form = {"resource": "leads", "file": (io.BytesIO(b"name\nUno\n"), "a.csv"), "mapping": "[" * 100_000}
    answer = installation.app.test_client().post("/api/v1/imports", data=form, headers=installation.token())
    assert answer.status_code == 422
