"""A report costs a handful of statements, however many records it counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from plugins.crm_leads.reports import REPORTS
from tests.crm_reports.conftest import Sold
from tests.crm_reports.test_figures import ask_for


@contextmanager
def statements(bind: sa.Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "core_table_change" not in statement:  # whether what is kept still holds
            seen.append(statement)

    sa.event.listen(bind, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(bind, "before_cursor_execute", note)


@pytest.mark.parametrize("name", [report.name for report in REPORTS])
def test_a_report_is_a_few_statements(sold: Sold, name: str) -> None:
    report = next(each for each in REPORTS if each.name == name)
    with sold.installation.session("berta@example.com") as session:
        ask_for(session, sold, report, "by=salesperson")  # what processes remember is read once
        for query in ("period=365d", "period=365d&by=salesperson", "from=1999-01-01&to=1999-02-02"):
            with statements(session.get_bind()) as seen:  # type: ignore[arg-type]
                ask_for(session, sold, report, query)
            assert len(seen) <= 3, seen
