"""The rows of a cut: which values there are, how each is called, and how its records are listed."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.api import ReferenceItem, UserRef, _, fold
from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.buckets import Grain, bucket_label, buckets_of, days_of, grain_for
from plugins.crm_reports.declare import ByFilter, ByMonth, ByStages, BySteps, ByValue, Cut
from plugins.crm_reports.largest import Other, Value, has_further, is_text, narrowing_to
from plugins.crm_reports.lists import item_title, items_within
from plugins.crm_reports.narrowing import Narrowing
from plugins.crm_reports.periods import Period
from plugins.crm_reports.tally import Axis, Tallies, Tally

EMPTY = "empty"
"""Key of the row of records whose field is not filled in; it stands last, in a colour that no value of the list has."""

OTHERS = "others"
TOTAL = "total"

EMPTY_HUES = ("slate", "brown", "cyan", "lime")


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
    days_before: tuple[date, date] | None = None
    """Of a month: the days of the one it is compared with."""


def axis_of(cut: Cut, period: Period) -> Axis:
    """What must be counted for a cut."""
    if isinstance(cut, ByStages):
        return Axis()
    return Axis(grain=grain_for(period, finest=cut.finest)) if isinstance(cut, ByMonth) else Axis((cut.name,))


def groups_of(reader: Reader, ask: Ask, cut: Cut, tallies: Tallies) -> list[Group]:
    """The rows of a cut: values with anything to count, the largest first, others and empty last; steps in their order; months all."""
    if isinstance(cut, ByMonth):
        return _months(reader, ask, grain_for(ask.period, finest=cut.finest), tallies)
    now, before = tallies.by_value(cut.name), tallies.by_value(cut.name, before=True)
    if isinstance(cut, ByFilter):
        return _choices(ask, cut, now, before)
    found = {*now, *before}
    draw = _text_group if is_text(ask.field_of(cut.name)) else _group
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


def _order(reader: Reader, ask: Ask, cut: Cut, found: Set[Any]) -> list[Any]:
    """The values to show: of steps all that are on the list, of others those that were found; the empty one last."""
    field = ask.field_of(cut.name)
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


def _choices(
    ask: Ask, cut: ByFilter, now: Mapping[Value, Tally], before: Mapping[Value, Tally]
) -> list[Group]:
    """The choices of a filter, all of them, in its order; what meets none of them has no row."""
    declared = ask.filter_of(cut.name)
    assert declared is not None
    hues = (*cut.hues, *("slate",) * 20)
    return [
        Group(
            key,
            str(label),
            hue,
            {cut.name: (key,)},
            None,
            now.get(key, Tally()),
            before.get(key, Tally()) if ask.before else None,
            is_coloured=bool(cut.hues),
            value=key,
        )
        for (key, label), hue in zip(declared.choices(), hues, strict=False)
    ]


def _text_group(
    reader: Reader, ask: Ask, cut: Cut, value: Value, found: Set[Value], tally: Tally, before: Tally | None
) -> Group:
    field = ask.field_of(cut.name)
    shown = sorted(text for text in found if isinstance(text, str))
    narrowing = narrowing_to(ask.resource, cut.name, field, value, shown, reader.reading)
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
        {f"{cut.name}.main" if has_further(ask.resource, cut.name) else cut.name: (value,)},
        None,
        tally,
        before,
        item.meaning or "" if item else "",
        declared is not None and declared.coloured,
        id,
    )


def _months(reader: Reader, ask: Ask, grain: Grain, tallies: Tallies) -> list[Group]:
    found, earlier = tallies.by_bucket(), tallies.by_bucket(before=True)
    shift = ask.shift(grain) if ask.before is not None else None
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
                earlier.get(bucket, Tally()) if shift is not None else None,
                days_before=days_of(grain, bucket - shift, ask.before)
                if shift is not None and ask.before
                else None,
            )
        )
    return groups
