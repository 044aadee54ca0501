"""A report as a workbook: what was asked on the first sheet, native charts on the second, then their figures and the table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from flask import current_app

from core.api import ColumnType, Date, DateTime, Formats, SinkColumn, XlsxSink, _, utcnow
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.drawn import Picture, Series
from plugins.crm_reports.periods import Period, comparison_label
from plugins.crm_reports.services import Answer
from plugins.crm_reports.table import Cell, Heading, Line, Table

CHART_WIDTH, CHART_HEIGHT = 760, 380
ROWS_A_CHART = 21
"""Rows of a sheet that a chart of this height covers, with one to spare."""

UNITS: dict[str, ColumnType] = {
    "share": "percent",
    "days": "decimal",
    "hours": "decimal",
    "count": "integer",
    "number": "integer",
    "change": "percent",
    "money": "decimal",
}


@dataclass(frozen=True)
class Written:
    """Where a picture's figures stand: the categories in the first column, each series in one of its own."""

    sheet: str
    rows: int


def write_workbook(target: BinaryIO, reader: Reader, answer: Answer) -> None:
    """Write the whole workbook. Texts are texts, whatever they begin with; numbers are numbers, shown by the reader's Excel."""
    with XlsxSink(target, zone=reader.formats.zone) as sink:
        _write_question(sink, reader, answer)
        charts = sink.workbook.add_worksheet(_("Charts")[:31]) if answer.pictures else None
        if charts is not None:
            charts.set_landscape()
            charts.fit_to_pages(1, 0)
        _write_figures(sink, answer)
        written = [(picture, _write_picture(sink, picture)) for picture in answer.pictures]
        if answer.table is not None:
            _write_table(sink, answer.table)
        for place, (picture, where) in enumerate(written):
            charts.insert_chart(place * ROWS_A_CHART, 0, _chart(sink, picture, where))  # type: ignore[union-attr]


def _write_question(sink: XlsxSink, reader: Reader, answer: Answer) -> None:
    ask = answer.ask
    sink.begin(_("Filters"), [SinkColumn(_("Filter"), width=28), SinkColumn(_("Value"), width=48)])
    sink.row([_("Report"), str(ask.report.label)])
    sink.row([_("Period"), _days(ask.period, reader.formats)])
    if ask.before is not None:
        sink.row([comparison_label(ask.comparison, ask.period), _days(ask.before, reader.formats)])
    for label, words in answer.said:
        sink.row([label, words])
    if reader.actor is not None:
        sink.row([_("Made for"), reader.actor.name or reader.actor.email])
    sink.row([_("Made on"), DateTime().text(utcnow(), reader.formats)])
    if answer.is_empty:
        sink.row([_("Result"), _("No data in this period")])


def _write_figures(sink: XlsxSink, answer: Answer) -> None:
    if not answer.figures:
        return
    sink.begin(
        _("Figures"),
        [
            SinkColumn(_("Figure"), width=30),
            SinkColumn(_("Unit"), width=10),
            SinkColumn(_("This period"), "decimal"),
            SinkColumn(_("Period before"), "decimal"),
        ],
    )
    for figure in answer.figures:
        if figure.kind == "money":
            for currency in sorted({*(figure.value or {}), *(figure.before or {})}):
                sink.row(
                    [
                        str(figure.label),
                        currency,
                        (figure.value or {}).get(currency),
                        (figure.before or {}).get(currency),
                    ]
                )
        else:
            factor = 100 if figure.kind == "share" else 1
            unit = {"share": "%", "days": _("days"), "hours": _("hours")}.get(figure.kind, "")
            sink.row(
                [
                    str(figure.label),
                    unit,
                    *(
                        None if value is None else float(value * factor)
                        for value in (figure.value, figure.before)
                    ),
                ]
            )


def _write_picture(sink: XlsxSink, picture: Picture) -> Written:
    sink.begin(
        str(picture.title),
        [SinkColumn(str(picture.title)), *(SinkColumn(series.name, "integer") for series in picture.series)],
    )
    sheet = sink.workbook.worksheets()[-1].get_name()
    for row, category in enumerate(picture.categories):
        sink.row([category, *(series.values[row] for series in picture.series)])
    return Written(sheet, len(picture.categories))


def _chart(sink: XlsxSink, picture: Picture, where: Written) -> Any:
    kind: dict[str, Any] = {"type": "bar" if picture.is_lying else "column"}
    if picture.look in ("over_time", "parts"):
        kind["subtype"] = "stacked"
    chart = sink.workbook.add_chart(kind)
    for place, series in enumerate(picture.series, start=1):
        chart.add_series(_series(where, place, series, is_only=len(picture.series) == 1))
    subtitle = f" · {picture.subtitle}" if picture.subtitle else ""
    chart.set_title({"name": f"{picture.title}{subtitle}", "name_font": {"size": 13}})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    if picture.is_lying:
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "0", "label_position": "high"})
    else:
        chart.set_y_axis(
            {"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": _colour("line")}}}
        )
    if len(picture.series) > 1:
        chart.set_legend({"position": "bottom"})
    else:
        chart.set_legend({"none": True})
    return chart


def _series(where: Written, place: int, series: Series, *, is_only: bool) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "name": [where.sheet, 0, place],
        "categories": [where.sheet, 1, 0, where.rows, 0],
        "values": [where.sheet, 1, place, where.rows, place],
        "fill": {"color": _colour(series.hue)},
        "gap": 60,
    }
    if series.hues:
        drawn["points"] = [{"fill": {"color": _colour(hue)}} for hue in series.hues]
    if is_only or series.texts:
        drawn["data_labels"] = {"value": True}
    return drawn


def _write_table(sink: XlsxSink, table: Table) -> None:
    currencies = _currencies(table)
    columns = [SinkColumn(str(table.first), width=28)]
    for heading in table.headings:
        if heading.kind == "money":
            found = currencies.get(heading.name, ())
            columns += [SinkColumn(f"{heading.label} ({currency})", "decimal") for currency in found]
        else:
            columns.append(SinkColumn(str(heading.label), UNITS[heading.kind]))
    sink.begin(_("Table"), columns)
    for line in (*table.lines, *([table.total] if table.total else [])):
        sink.row([line.label, *_values(table.headings, line, currencies)])


def _values(headings: Sequence[Heading], line: Line, currencies: Mapping[str, Sequence[str]]) -> list[Any]:
    values: list[Any] = []
    for heading, cell in zip(headings, line.cells, strict=True):
        if heading.kind == "money":
            values += [_amount(cell, currency) for currency in currencies.get(heading.name, ())]
        else:
            values.append(cell.value)
    return values


def _amount(cell: Cell, currency: str) -> Decimal | None:
    return cell.value.get(currency) if isinstance(cell.value, Mapping) else None


def _currencies(table: Table) -> dict[str, list[str]]:
    """The currencies of each column of money."""
    found: dict[str, set[str]] = {}
    for line in (*table.lines, *([table.total] if table.total else [])):
        for heading, cell in zip(table.headings, line.cells, strict=True):
            if heading.kind == "money" and isinstance(cell.value, Mapping):
                found.setdefault(heading.name, set()).update(cell.value)
    return {name: sorted(currencies) for name, currencies in found.items()}


def _days(period: Period, formats: Formats) -> str:
    return f"{Date().text(period.first, formats)} – {Date().text(period.last, formats)}"


def _colour(hue: str) -> str:
    """A hue's light colour as the style sheet has it, for a workbook knows no tokens."""
    return _colours(str(current_app.static_folder))[hue]


@lru_cache(maxsize=4)
def _colours(static_folder: str) -> Mapping[str, str]:
    text = (Path(static_folder) / "css" / "tokens.css").read_text(encoding="utf-8")
    light = text.split('[data-bs-theme="dark"]')[0]
    tokens = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9A-Fa-f]{6});", light))
    hues = dict(re.findall(r"^\.h-([a-z]+) \{ --dot: (#[0-9A-Fa-f]{6});", text, re.MULTILINE))
    return {**hues, "accent": tokens["--ac"], "before": tokens["--line-in"], "line": tokens["--line"]}
