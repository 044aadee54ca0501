"""How many statements a page may cost, whatever it shows; the figures are in tests/budgets.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db import engine_for
from core.testing.installation import Installation
from tests.core.resources.conftest import WriteLead

BUDGETS: dict[str, int] = json.loads((Path(__file__).parents[2] / "budgets.json").read_text(encoding="utf-8"))
ELSEWHERE = ("/deals", "/interactions", "/tasks", "/my-day", "/calendar", "/settings/automation")
"""Pages of apps that this installation has not; tests of theirs look at them."""


@contextmanager
def counting(installation: Installation) -> Iterator[list[str]]:
    """The statements that reach the database inside."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    engine = engine_for(installation.config.database_url)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path", sorted(path for path in BUDGETS if not any(each in path for each in ELSEWHERE))
)
def test_a_page_keeps_to_its_budget_however_much_it_shows(
    installation: Installation, write_lead: WriteLead, path: str
) -> None:
    ids = [write_lead(name=f"L{number}", level="Alto", tags=["VIP"], value="5") for number in range(12)]
    address = path.replace("{id}", str(ids[3]))
    browser, headers = installation.browser(), dict(installation.token())
    client, sent = (
        (browser, {}) if not path.startswith("/api/") else (installation.app.test_client(), headers)
    )
    client.get(address, headers=sent)  # what is kept in memory is read now
    with counting(installation) as said:
        assert client.get(address, headers=sent).status_code == 200
    asked = [each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))]
    assert len(asked) <= BUDGETS[path], "\n".join(asked)
