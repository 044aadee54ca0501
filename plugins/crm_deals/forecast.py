"""What is likely to come in: open deals by the month they are expected to close, their value and what it is likely worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from babel.dates import format_skeleton

from core.api import Condition, Formats, Listed, Words, _
from plugins.crm_deals.models import OPEN, WON, Deal, Stage

MONTHS = 6
"""Of which each stands by itself: this one and the next; what is expected after them stands together."""

OVERDUE, LATER, UNDATED = "overdue", "later", "undated"


@dataclass(frozen=True)
class Worth:
    """What deals are worth together in one currency ('' for none): all of it, and weighted by how likely each is won."""

    currency: str
    value: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Line:
    """Deals that are expected in one stretch of time. `list` is exactly their list."""

    key: str
    label: Words
    list: Listed
    number: int = 0
    worths: Sequence[Worth] = ()


@dataclass(frozen=True)
class Forecast:
    """The stretches in their order, all of them together, and what was won in this month so far."""

    lines: Sequence[Line]
    total: Line
    won: Line


@dataclass(frozen=True)
class Stretch:
    """Some time in which deals are expected; the two days are part of it, None is open."""

    key: str
    first: date | None = None
    last: date | None = None


def forecast_of(listed: Listed) -> Forecast:
    """The forecast of a list: its filters hold, and what the reader may not see is not in it. Two queries."""
    today = datetime.now(listed.formats.zone).date()
    open_ones = listed.of_meaning("stage", OPEN)
    stretches = stretches_from(today)
    found = _added_up(open_ones, stretches)
    lines = [
        Line(
            each.key,
            label_of(each, listed.formats),
            _list_of(open_ones, each),
            *found.get(each.key, (0, ())),
        )
        for each in stretches
    ]
    total = Line("total", _("Open"), open_ones, sum(line.number for line in lines), _together(lines))
    return Forecast(lines, total, _won(listed, today))


def stretches_from(today: date) -> list[Stretch]:
    """What is late, the rest of this month, the next months, what comes after them, and what has no date."""
    firsts = [_month_after(today, number) for number in range(MONTHS + 1)]
    ends = [day - timedelta(days=1) for day in firsts[1:]]
    months = [
        Stretch(f"{first:%Y-%m}", max(first, today), last)
        for first, last in zip(firsts[:-1], ends, strict=True)
    ]
    return [
        Stretch(OVERDUE, None, today - timedelta(days=1)),
        *months,
        Stretch(LATER, firsts[-1], None),
        Stretch(UNDATED),
    ]


def label_of(stretch: Stretch, formats: Formats) -> Words:
    """What a stretch is called: a month by its name."""
    if stretch.first is not None and stretch.last is not None:
        name = str(format_skeleton("yMMMM", stretch.first, locale=formats.language))
        return name[:1].upper() + name[1:]
    return {OVERDUE: _("Overdue"), LATER: _("Later"), UNDATED: _("Without a date")}[stretch.key]


def told(forecast: Forecast) -> Mapping[str, Any]:
    """The forecast for programs."""
    return {
        "expected": [_told(line) for line in forecast.lines],
        "total": _told(forecast.total),
        "won_this_month": _told(forecast.won),
    }


def _told(line: Line) -> Mapping[str, Any]:
    return {
        "key": line.key,
        "deals": line.number,
        "worth": [
            {"currency": each.currency or None, "value": str(each.value), "weighted": str(each.weighted)}
            for each in line.worths
        ],
        "filter": dict(line.list.query.arguments()),
    }


def _list_of(listed: Listed, stretch: Stretch) -> Listed:
    if stretch.key == UNDATED:
        return listed.narrowed(Condition("expected_close", "is", ("~empty",)))
    return listed.between("expected_close", stretch.first, stretch.last)


def _added_up(listed: Listed, stretches: Sequence[Stretch]) -> Mapping[str, tuple[int, Sequence[Worth]]]:
    """How many deals stand in each stretch and what they are worth; one statement for all."""
    day = Deal.expected_close
    dated = [(day <= each.last, each.key) for each in stretches if each.last is not None]
    key = sa.case((day.is_(None), UNDATED), *dated, else_=LATER)
    deals = (
        sa.select(key.label("key"), Deal.currency, Stage.probability, Deal.value)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.id.in_(listed.ids))
        .subquery()
    )
    parts = (deals.c.key, deals.c.currency, deals.c.probability)
    rows = listed.session.execute(
        sa.select(*parts, sa.func.count(), sa.func.sum(deals.c.value)).group_by(*parts)
    )
    return _by_key((key, code, Decimal(percent), number, value) for key, code, percent, number, value in rows)


def _won(listed: Listed, today: date) -> Line:
    won = listed.of_meaning("stage", WON).between("closed_at", today.replace(day=1), None)
    rows = listed.session.execute(
        sa.select(Deal.currency, sa.func.count(), sa.func.sum(Deal.value))
        .where(Deal.id.in_(won.ids))
        .group_by(Deal.currency)
    )
    found = _by_key(("won", code, Decimal(100), number, value) for code, number, value in rows)
    return Line("won", _("Won this month"), won, *found.get("won", (0, ())))


def _by_key(rows: Any) -> dict[str, tuple[int, Sequence[Worth]]]:
    numbers: dict[str, int] = defaultdict(int)
    sums: dict[str, dict[str, Worth]] = defaultdict(dict)
    for key, code, percent, number, value in rows:
        numbers[key] += number
        if value is None:
            continue
        before = sums[key].get(code or "", Worth(code or "", Decimal(), Decimal()))
        sums[key][code or ""] = Worth(
            before.currency, before.value + value, before.weighted + value * percent / 100
        )
    return {key: (number, _in_order(sums[key].values())) for key, number in numbers.items()}


def _together(lines: Sequence[Line]) -> Sequence[Worth]:
    sums: dict[str, Worth] = {}
    for each in (worth for line in lines for worth in line.worths):
        before = sums.get(each.currency, Worth(each.currency, Decimal(), Decimal()))
        sums[each.currency] = Worth(each.currency, before.value + each.value, before.weighted + each.weighted)
    return _in_order(sums.values())


def _in_order(worths: Any) -> Sequence[Worth]:
    return sorted(worths, key=lambda each: (-each.value, each.currency))


def _month_after(day: date, number: int) -> date:
    """The first day of the month so many months after this day's."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
