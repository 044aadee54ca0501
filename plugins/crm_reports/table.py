"""The table of a report: lines of cells, each count with the address of its list; the same for page, workbook and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from core.api import _
from plugins.crm_reports.ask import Ask, Reader, list_of
from plugins.crm_reports.buckets import grain_for
from plugins.crm_reports.declare import (
    Amount,
    ByFilter,
    ByMonth,
    ByValue,
    Count,
    Cut,
    Days,
    Mean,
    Measure,
    Share,
    Sum,
    Words,
)
from plugins.crm_reports.groups import TOTAL, Group, groups_of
from plugins.crm_reports.narrowing import Narrowing
from plugins.crm_reports.periods import Period
from plugins.crm_reports.tally import Tallies, Tally
from plugins.crm_reports.words import change_of, value_text


@dataclass(frozen=True)
class Heading:
    """A column: `name` for programs; `kind` is count, number, money, share, days, hours or change; `starts` a new group of
    columns."""

    name: str
    label: Words
    kind: str
    starts: bool = False
    is_before: bool = False


@dataclass(frozen=True)
class Cell:
    """One figure: as it is, as it is read, and the list it opens."""

    value: Any
    text: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """One row. `key` tells it from the others in the API; `hue` is empty where the list has no colours."""

    key: str
    label: str
    hue: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    cut: Cut
    first: Words
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    total: Line | None


def table_of(
    reader: Reader, ask: Ask, cut: ByValue | ByFilter | ByMonth, tallies: Tallies, whole: Tallies
) -> Table:
    """A row for each value or month, with the cut's measures; under more than one the total, which `whole` was counted for.

    A record with two products is in two rows, but is one.
    """
    report = ask.report
    measures = [report.measure(name) for name in cut.columns or report.columns if ask.counts(name)]
    compared = ask.before is not None and (not isinstance(cut, ByMonth) or _months_match(ask, cut))
    total = Group(
        TOTAL, _("Total"), "", {}, None, whole.total(), whole.total(before=True) if ask.before else None
    )
    lines = [_line(reader, ask, group, measures, compared) for group in groups_of(reader, ask, cut, tallies)]
    return Table(
        cut,
        cut.label,
        tuple(_headings(measures, compared)),
        tuple(lines),
        _line(reader, ask, total, measures, compared) if len(lines) > 1 else None,
    )


def cell_of(
    reader: Reader,
    ask: Ask,
    measure: Measure,
    tally: Tally,
    period: Period | tuple[date, date],
    narrowing: Narrowing | None = MappingProxyType({}),
) -> Cell:
    """A measure of some records, opening their list; nothing to open where there is nothing."""
    value = tally.value(ask.report, measure)
    text = value_text(measure, value, reader.formats)
    if isinstance(measure, Share):
        return Cell(value, text)
    is_there = value is not None if isinstance(measure, Days) else bool(value)
    return Cell(value, text, list_of(reader, ask, measure, period, narrowing) if is_there else "")


def _line(reader: Reader, ask: Ask, group: Group, measures: Sequence[Measure], compared: bool) -> Line:
    cells: list[Cell] = []
    for measure in measures:
        now = cell_of(reader, ask, measure, group.tally, group.days or ask.period, group.narrowing)
        cells.append(now)
        if not (compared and measure.compared) or group.before is None or ask.before is None:
            continue
        before = cell_of(reader, ask, measure, group.before, group.days_before or ask.before, group.narrowing)
        cells.append(before)
        if has_change(measure):
            change = change_of(measure, now.value, before.value, reader.formats)
            cells.append(Cell(change.amount, change.signed, tone=change.tone) if change else Cell(None, "—"))
    return Line(group.key, group.label, group.hue if group.is_coloured else "", tuple(cells))


def has_change(measure: Measure) -> bool:
    """Whether a column says by how much it moved."""
    return isinstance(measure, (Count, Sum))


def _headings(measures: Sequence[Measure], compared: bool) -> list[Heading]:
    """A count begins a group of columns when it, or the one before it, has others beside it."""
    headings: list[Heading] = []
    for position, measure in enumerate(measures):
        starts = isinstance(measure, Count) and position > 0
        headings.append(Heading(measure.name, measure.label, kind_of(measure), starts))
        if compared and measure.compared:
            headings.append(Heading(f"{measure.name}_before", _("Before"), kind_of(measure), is_before=True))
            if has_change(measure):
                headings.append(Heading(f"{measure.name}_change", _("Change"), "change"))
    return headings


def kind_of(measure: Measure) -> str:
    """What sort of figure it is, for programs and workbooks."""
    if isinstance(measure, Days):
        return measure.unit
    return {Count: "count", Sum: "number", Amount: "money", Mean: "money", Share: "share"}[type(measure)]


def _months_match(ask: Ask, cut: ByMonth) -> bool:
    return ask.shift(grain_for(ask.period, finest=cut.finest)) is not None
