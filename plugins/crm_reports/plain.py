"""Reports as plain values for programs: names instead of labels to go by, numbers unformatted, lists as addresses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from plugins.crm_reports.declare import Report
from plugins.crm_reports.periods import Period
from plugins.crm_reports.services import Answer, Figure
from plugins.crm_reports.table import Line, Table


def plain_report(report: Report, address: str) -> dict[str, Any]:
    return {
        "name": report.name,
        "label": str(report.label),
        "summary": str(report.summary),
        "resource": report.resource,
        "url": address,
    }


def plain_answer(answer: Answer) -> dict[str, Any]:
    """Everything a report says. Amounts are `{currency: "decimal"}`, shares parts of 1."""
    ask, table = answer.ask, answer.table
    return {
        "name": ask.report.name,
        "label": str(ask.report.label),
        "period": _days(ask.period),
        "before": _days(ask.before) if ask.before else None,
        "filters": {name: list(values) for name, values in ask.filters.items()},
        "by": ask.cut.name,
        "figures": [plain_figure(figure) for figure in answer.figures],
        "rows": plain_table(table) if table else [],
        "total": _line(table, table.total) if table and table.total else None,
    }


def plain_table(table: Table) -> list[dict[str, Any]]:
    """The lines of a table, without its total."""
    return [_line(table, line) for line in table.lines]


def plain_figure(figure: Figure) -> dict[str, Any]:
    """One of the large figures."""
    return {
        "name": figure.name,
        "label": str(figure.label),
        "kind": figure.kind,
        "value": _plain(figure.value),
        "before": _plain(figure.before),
        "change": figure.change.amount if figure.change else None,
        "list": figure.url or None,
    }


def _line(table: Table, line: Line) -> dict[str, Any]:
    cells = list(zip(table.headings, line.cells, strict=True))
    return {
        "key": line.key,
        "label": line.label,
        "values": {heading.name: _plain(cell.value) for heading, cell in cells},
        "lists": {heading.name: cell.url for heading, cell in cells if cell.url},
    }


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {currency: str(amount) for currency, amount in sorted(value.items())}
    return str(value) if isinstance(value, Decimal) else value
