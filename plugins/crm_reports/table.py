"""The table of a report: lines of cells, each count with the address of its list; the same for page, workbook and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.api import ReferenceItem, UserRef, _, fold
from plugins.crm_reports.ask import Ask, Narrowing, Reader, list_url, narrowing_of
from plugins.crm_reports.buckets import Grain, bucket_label, buckets_of, days_of, grain_for
from plugins.crm_reports.declare import (
    Amount,
    ByMonth,
    ByStages,
    BySteps,
    ByValue,
    Count,
    Cut,
    Days,
    Measure,
    Share,
    Words,
)
from plugins.crm_reports.largest import Other, Value, is_text, narrowing_to
from plugins.crm_reports.lists import item_title, items_within
from plugins.crm_reports.periods import Period
from plugins.crm_reports.tally import Axis, Tallies, Tally
from plugins.crm_reports.words import change_of, number_text, value_text

EMPTY = "empty"
"""Key of the row of records whose field is not filled in; it stands last, in a colour that no value of the list has."""

OTHERS = "others"
TOTAL = "total"

EMPTY_HUES = ("slate", "brown", "cyan", "lime")


@dataclass(frozen=True)
class Heading:
    """A column: `name` for programs; `kind` is count, money, share, days or change; `starts` a new group of columns."""

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


@dataclass(frozen=True)
class Group:
    """One row of a cut before it is drawn: what it is called, how its records are listed, what was counted.

    `narrowing` is None where no list has words for its records.
    """

    key: str
    label: str
    hue: str
    narrowing: Narrowing | None
    days: tuple[date, date] | None
    tally: Tally
    before: Tally | None
    meaning: str = ""
    is_coloured: bool = False
    value: Value = None


def axis_of(cut: Cut, period: Period) -> Axis:
    """What must be counted for a cut."""
    if isinstance(cut, ByStages):
        return Axis()
    return Axis(grain=grain_for(period, finest="month")) if isinstance(cut, ByMonth) else Axis((cut.name,))


def groups_of(reader: Reader, ask: Ask, cut: Cut, tallies: Tallies) -> list[Group]:
    """The rows of a cut: values with anything to count, the largest first, others and empty last; steps in their order; months all."""
    if isinstance(cut, ByMonth):
        return _months(reader, ask, grain_for(ask.period, finest="month"), tallies)
    now, before = tallies.by_value(cut.name), tallies.by_value(cut.name, before=True)
    found = {*now, *before}
    draw = _text_group if is_text(ask.resource.field(cut.name)) else _group
    groups = [
        draw(
            reader,
            ask,
            cut,
            value,
            found,
            now.get(value, Tally()),
            before.get(value, Tally()) if ask.before else None,
        )
        for value in _order(reader, ask, cut, found)
    ]
    if isinstance(cut, ByValue):
        groups.sort(
            key=lambda group: (
                group.value is None,
                group.value is Other.TEXTS,
                -group.tally.counts[ask.report.counted],
            )
        )
    return groups


def table_of(reader: Reader, ask: Ask, cut: ByValue | ByMonth, tallies: Tallies) -> Table:
    """A row for each value or month, with the cut's measures; a total under more than one."""
    report = ask.report
    measures = [report.measure(name) for name in cut.columns or report.columns if ask.counts(name)]
    compared = ask.before is not None and not isinstance(cut, ByMonth)
    total = Group(
        TOTAL, _("Total"), "", {}, None, tallies.total(), tallies.total(before=True) if ask.before else None
    )
    lines = [_line(reader, ask, group, measures, compared) for group in groups_of(reader, ask, cut, tallies)]
    return Table(
        cut,
        cut.label,
        tuple(_headings(measures, compared)),
        tuple(lines),
        _line(reader, ask, total, measures, compared) if len(lines) > 1 else None,
    )


def count_cell(
    reader: Reader, ask: Ask, count: int, period: Period | tuple[date, date], *narrowings: Narrowing | None
) -> Cell:
    """A count that opens its list; nothing to open where there is nothing."""
    url = list_url(reader, ask, period, *narrowings) if count else ""
    return Cell(count, number_text(count, reader.formats.language), url)


def _line(reader: Reader, ask: Ask, group: Group, measures: Sequence[Measure], compared: bool) -> Line:
    cells: list[Cell] = []
    report = ask.report
    for measure in measures:
        value = group.tally.value(report, measure)
        if isinstance(measure, Count):
            where, part = narrowing_of(measure.where), ask.part_of(measure.name)
            cells.append(count_cell(reader, part, value, group.days or ask.period, group.narrowing, where))
        else:
            cells.append(Cell(value, value_text(measure, value, reader.formats)))
        if not (compared and measure.compared) or group.before is None or ask.before is None:
            continue
        before = group.before.value(report, measure)
        if isinstance(measure, Count):
            where, part = narrowing_of(measure.where), ask.part_of(measure.name)
            cells.append(count_cell(reader, part, before, ask.before, group.narrowing, where))
            change = change_of(measure, value, before, reader.formats)
            cells.append(Cell(change.amount, change.signed, tone=change.tone) if change else Cell(None, "—"))
        else:
            cells.append(Cell(before, value_text(measure, before, reader.formats)))
    return Line(group.key, group.label, group.hue if group.is_coloured else "", tuple(cells))


def _headings(measures: Sequence[Measure], compared: bool) -> list[Heading]:
    """A count begins a group of columns when it, or the one before it, has others beside it."""
    headings: list[Heading] = []
    for position, measure in enumerate(measures):
        starts = isinstance(measure, Count) and position > 0
        headings.append(Heading(measure.name, measure.label, kind_of(measure), starts))
        if compared and measure.compared:
            headings.append(Heading(f"{measure.name}_before", _("Before"), kind_of(measure), is_before=True))
            if isinstance(measure, Count):
                headings.append(Heading(f"{measure.name}_change", _("Change"), "change"))
    return headings


def kind_of(measure: Measure) -> str:
    return {Count: "count", Amount: "money", Share: "share", Days: "days"}[type(measure)]


def _order(reader: Reader, ask: Ask, cut: Cut, found: Set[Any]) -> list[Any]:
    """The values to show: of steps all that are on the list, of others those that were found; the empty one last."""
    field = ask.resource.field(cut.name)
    if is_text(field):
        return sorted(
            found,
            key=lambda value: fold(field.kind.text(value, reader.formats)) if isinstance(value, str) else "",
        )
    kind: Any = field.kind
    own = {item.id for item in items_within(reader, ask, kind.list)}
    known = [
        item.id for item in reader.formats.references.items(kind.list) if item.id in own or item.id in found
    ]
    if isinstance(cut, BySteps):
        return [*known, *([None] if None in found else [])]
    rest = sorted(id for id in found if id is not None and id not in set(known))
    return [id for id in (*known, *rest, None) if id in found]


def _text_group(
    reader: Reader, ask: Ask, cut: Cut, value: Value, found: Set[Value], tally: Tally, before: Tally | None
) -> Group:
    field = ask.resource.field(cut.name)
    narrowing = narrowing_to(
        field, value, sorted(text for text in found if isinstance(text, str)), reader.reading
    )
    if isinstance(value, str):
        key = f"={value}" if value in (EMPTY, OTHERS, TOTAL) else value
        return Group(
            key, field.kind.text(value, reader.formats), "", narrowing, None, tally, before, value=value
        )
    key, label = (EMPTY, _("Not filled in")) if value is None else (OTHERS, _("Others"))
    return Group(key, label, "", narrowing, None, tally, before, value=value)


def _group(
    reader: Reader, ask: Ask, cut: Cut, id: int | None, found: Set[Value], tally: Tally, before: Tally | None
) -> Group:
    kind: Any = ask.resource.field(cut.name).kind
    item: ReferenceItem | None = reader.formats.references.get(kind.list, id)
    declared = reader.house.lists.get(kind.list)
    empty = _("Nobody") if isinstance(kind, UserRef) else _("Not filled in")
    label = item_title(reader, ask, kind.list, item) if item else empty if id is None else f"#{id}"
    value = "~empty" if id is None else str(id)
    taken = {each.hue for each in reader.formats.references.items(kind.list)}
    hue = item.hue if item else next((each for each in EMPTY_HUES if each not in taken), EMPTY_HUES[0])
    return Group(
        EMPTY if id is None else str(id),
        label,
        hue,
        {cut.name: (value,)},
        None,
        tally,
        before,
        item.meaning or "" if item else "",
        declared is not None and declared.coloured,
        id,
    )


def _months(reader: Reader, ask: Ask, grain: Grain, tallies: Tallies) -> list[Group]:
    found: Mapping[int, Tally] = tallies.by_bucket()
    groups = []
    for bucket in buckets_of(grain, ask.period):
        days = days_of(grain, bucket, ask.period)
        groups.append(
            Group(
                days[0].isoformat(),
                bucket_label(grain, bucket, reader.formats.language),
                "",
                {},
                days,
                found.get(bucket, Tally()),
                None,
            )
        )
    return groups
