"""Attributes cost a page one statement, however many there are and however many records it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.db import engine_for
from core.testing.installation import Installation

Make = Callable[..., dict[str, Any]]


def statements(installation: Installation, path: str) -> int:
    """How many statements the second look at a page takes."""
    browser, seen = installation.browser(), []
    browser.get(path)
    engine = engine_for(installation.config.database_url)

    def note(*_about: Any) -> None:
        seen.append(1)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_list_and_a_record_take_one_more(installation: Installation, make: Make) -> None:
    client, headers = installation.app.test_client(), installation.token()
    made = client.post("/api/v1/leads", json={"name": "Ana"}, headers=headers).json["id"]
    plain = [statements(installation, path) for path in ("/leads", f"/leads/{made}")]
    names = [make(f"Campo {number}", kind)["field"] for number, kind in enumerate(("text", "number", "date"))]
    for number in range(20):
        values = {"name": f"Lead {number}", names[0]: "a", names[1]: number}
        client.post("/api/v1/leads", json=values, headers=headers)
    client.patch(f"/api/v1/leads/{made}", json={names[0]: "a"}, headers=headers)
    chosen = "/leads?columns=" + ",".join(names)
    now = [statements(installation, path) for path in (chosen, f"/leads/{made}")]
    assert [after - before for before, after in zip(plain, now, strict=True)] <= [1, 1]
    assert statements(installation, "/leads") <= plain[0]  # what is not shown is not asked for
