"""Counting: one grouped statement for every picture and table that can share it, within the reader's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Condition, criterion
from plugins.crm_reports.ask import Ask, Narrowing, Reader, narrowing_of
from plugins.crm_reports.buckets import Grain, bucket_sql, buckets_of
from plugins.crm_reports.declare import Amount, Count, Days, Measure, Report, Share
from plugins.crm_reports.largest import MOST_TEXTS, Other, Value, compared_by, is_text, largest_texts
from plugins.crm_reports.span import between, day_sql, within

BEFORE = -1
"""The bucket of everything in the period that is compared with."""

DAY = 86_400


MOST_GROUPS = 20_000
"""As many groups may a statement that serves several pictures have; beyond that each has its own."""


@dataclass(frozen=True)
class Axis:
    """By what records are grouped: fields, buckets of time, both or neither."""

    fields: tuple[str, ...] = ()
    grain: Grain | None = None

    def covers(self, other: Axis) -> bool:
        """Whether the other's groups are sums of this one's."""
        return set(other.fields) <= set(self.fields) and other.grain in (None, self.grain)

    def joined(self, other: Axis) -> Axis | None:
        """The narrowest axis that covers both; None where they divide time differently."""
        if self.grain and other.grain and self.grain != other.grain:
            return None
        return Axis(tuple(dict.fromkeys((*self.fields, *other.fields))), self.grain or other.grain)


@dataclass
class Tally:
    """What was counted of one group of records; adds up with others."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    amounts: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    seconds: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Measure name → sum of seconds, and of how many records."""

    def __iadd__(self, other: Tally) -> Tally:
        for name, count in other.counts.items():
            self.counts[name] += count
        for name, sums in other.amounts.items():
            mine = self.amounts.setdefault(name, {})
            for currency, amount in sums.items():
                mine[currency] = mine.get(currency, Decimal(0)) + amount
        for name, (sum_, of) in other.seconds.items():
            mine_sum, mine_of = self.seconds.get(name, (0, 0))
            self.seconds[name] = (mine_sum + sum_, mine_of + of)
        return self

    def value(self, report: Report, measure: Measure) -> Any:
        """A measure's value: int, {currency: Decimal}, or float (a share of 1, days); None where there is none."""
        if isinstance(measure, Count):
            return self.counts[measure.name]
        if isinstance(measure, Amount):
            return self.amounts.get(measure.name, {})
        if isinstance(measure, Share):
            whole = self.value(report, report.measure(measure.whole))
            return self.value(report, report.measure(measure.part)) / whole if whole else None
        sum_, of = self.seconds.get(measure.name, (0, 0))
        return sum_ / of / DAY if of else None


@dataclass
class Tallies:
    """The groups of one axis: (values of its fields, bucket) → what was counted."""

    fields: tuple[str, ...] = ()
    groups: dict[tuple[tuple[Value, ...], int], Tally] = field(default_factory=lambda: defaultdict(Tally))

    def total(self, before: bool = False) -> Tally:
        return self._sum(lambda values, bucket: 0, before).get(0, Tally())

    def by_value(self, field: str, before: bool = False) -> Mapping[Value, Tally]:
        place = self.fields.index(field)
        return self._sum(lambda values, bucket: values[place], before)

    def by_bucket(self) -> Mapping[int, Tally]:
        return self._sum(lambda values, bucket: bucket, False)

    def by_value_and_bucket(self, field: str) -> Mapping[tuple[Value, int], Tally]:
        place = self.fields.index(field)
        return self._sum(lambda values, bucket: (values[place], bucket), False)

    def on(self, axis: Axis) -> Tallies:
        """The same by the fields of this axis alone."""
        places = [self.fields.index(name) for name in axis.fields]
        narrow = Tallies(axis.fields)
        for (values, bucket), tally in self.groups.items():
            kept = bucket if axis.grain or bucket == BEFORE else 0
            narrow.groups[tuple(values[place] for place in places), kept] += tally
        return narrow

    def add(self, other: Tallies) -> None:
        """Put what was counted of other records of the same axis beside."""
        for key, tally in other.groups.items():
            self.groups[key] += tally

    def _sum(self, key: Callable[[tuple[Value, ...], int], Any], before: bool) -> dict[Any, Tally]:
        sums: dict[Any, Tally] = defaultdict(Tally)
        for (values, bucket), tally in self.groups.items():
            if (bucket == BEFORE) is before:
                sums[key(values, bucket)] += tally
        return sums


def count_all(session: Session, reader: Reader, ask: Ask, axes: Iterable[Axis]) -> Mapping[Axis, Tallies]:
    """What each of these axes asks for, of the report's records and of those beside it."""
    wanted = list(dict.fromkeys(axes))
    found = _count_part(session, reader, ask, wanted)
    for part in ask.beside:
        own = [axis for axis in wanted if all(part.resource.has_field(name) for name in axis.fields)]
        for axis, tallies in _count_part(session, reader, part, own).items():
            found[axis].add(tallies)
    return found


def _count_part(session: Session, reader: Reader, ask: Ask, wanted: Sequence[Axis]) -> dict[Axis, Tallies]:
    """What each of these axes asks for, in as few statements as the number of groups allows.

    Each axis has tallies of its own.
    """
    widest: list[Axis] = []
    for axis in wanted:
        for place, known in enumerate(widest):
            joined = known.joined(axis)
            if joined is not None and (joined == known or _group_count(reader, ask, joined) <= MOST_GROUPS):
                widest[place] = joined
                break
        else:
            widest.append(axis)
    found = {axis: _count(session, reader, ask, axis) for axis in widest}
    return {axis: found[next(known for known in widest if known.covers(axis))].on(axis) for axis in wanted}


def _group_count(reader: Reader, ask: Ask, axis: Axis) -> int:
    """How many groups an axis can have at most, a currency more or less."""
    return prod(_size(reader, ask, name) for name in axis.fields) * (
        len(buckets_of(axis.grain, ask.period)) + 1 if axis.grain else 2
    )


def _size(reader: Reader, ask: Ask, name: str) -> int:
    """How many values a field can have in groups, the empty one and all others among them."""
    field = ask.resource.field(name)
    kind: Any = field.kind
    return MOST_TEXTS + 2 if is_text(field) else len(reader.formats.references.items(kind.list)) + 1


def first_and_last_day(session: Session, reader: Reader, ask: Ask) -> tuple[Any, Any]:
    """The days of the first and the last record the filters mean, whatever the period; Nones where there is none."""
    day = day_sql(ask.resource, ask.report.day)
    statement = sa.select(sa.func.min(day), sa.func.max(day)).select_from(ask.resource.model)
    row = session.execute(statement.where(*criteria_of(reader, ask, ask.filters))).one()
    return row[0], row[1]


def criteria_of(reader: Reader, ask: Ask, narrowing: Narrowing) -> list[Any]:
    """A narrowing as SQL, by the very rules of the resource's list."""
    return [
        criterion(ask.resource, Condition(name, "is", tuple(values)), reader.reading, reader.actor)
        for name, values in narrowing.items()
    ]


def statement_of(reader: Reader, ask: Ask, axis: Axis) -> sa.Select[Any]:
    """The one statement that counts an axis, the period before along with it.

    Of a text those that are largest are found in a part of the same statement, joined to each record; a record without
    one of them belongs to the others.
    """
    day = day_sql(ask.resource, ask.report.day)
    periods = [ask.period, *([ask.before] if ask.before else [])]
    where = [within(ask.resource, ask.report.day, periods), *criteria_of(reader, ask, ask.filters)]
    bucket: Any = bucket_sql(axis.grain, day) if axis.grain else sa.literal(0, literal_execute=True)
    groups: dict[str, Any] = {}
    texts: list[tuple[sa.Subquery, Any]] = []
    for name in axis.fields:
        field, column = ask.resource.field(name), _column(ask, name)
        groups[f"group_{name}"] = column
        if is_text(field):
            largest = largest_texts(ask.resource.model, field, _counted_now(reader, ask), where)
            texts.append((largest, largest.c.compared == compared_by(ask.resource.model, field)))
            groups[f"group_{name}"] = largest.c.written
            groups[f"rest_{name}"] = sa.case(
                (sa.and_(column.isnot(None), largest.c.compared.is_(None)), 1), else_=0
            )
    groups |= {"group_bucket": bucket, "group_currency": _currency(ask)}
    if ask.before:
        groups["group_bucket"] = sa.case(
            (_in_period(ask), bucket), else_=sa.literal(BEFORE, literal_execute=True)
        )
    named = [expression.label(name) for name, expression in groups.items() if expression is not None]
    statement = sa.select(*named, *_measured(reader, ask)).select_from(ask.resource.model)
    for largest, is_one in texts:
        statement = statement.outerjoin(largest, is_one)
    return statement.where(*where).group_by(*(label.name for label in named))


def _count(session: Session, reader: Reader, ask: Ask, axis: Axis) -> Tallies:
    tallies = Tallies(axis.fields)
    for row in session.execute(statement_of(reader, ask, axis)).mappings():
        values = tuple(
            Other.TEXTS if row.get(f"rest_{name}") else row[f"group_{name}"] for name in axis.fields
        )
        group = tallies.groups[values, row["group_bucket"]]
        group += _tally_of(row, reader, ask.report.measures)
    return tallies


def _counted_now(reader: Reader, ask: Ask) -> Any:
    """What says how large a group is: the report's own count in the period asked for."""
    measure: Any = ask.report.measure(ask.report.counted)
    where = criteria_of(reader, ask, narrowing_of(measure.where))
    return sa.func.sum(sa.case((sa.and_(_in_period(ask), *where), 1), else_=0))


def _measured(reader: Reader, ask: Ask) -> list[Any]:
    columns: list[Any] = []
    for measure in ask.report.measures:
        if isinstance(measure, Share):
            continue
        where = criteria_of(reader, ask, narrowing_of(measure.where))
        if isinstance(measure, Count):
            counted = sa.func.sum(sa.case((sa.and_(*where), 1), else_=0)) if where else sa.func.count()
            columns.append(counted.label(f"n_{measure.name}"))
        elif isinstance(measure, Amount):
            amount = getattr(ask.resource.model, measure.of)
            columns.append(
                sa.func.sum(sa.case((sa.and_(*where), amount)) if where else amount).label(
                    f"a_{measure.name}"
                )
            )
        else:
            columns += _elapsed(ask, measure, where)
    return columns


def _elapsed(ask: Ask, measure: Days, where: Sequence[Any]) -> list[Any]:
    model = ask.resource.model
    begin = getattr(model, measure.begin)
    end = measure.end() if callable(measure.end) else getattr(model, measure.end)
    both = sa.and_(begin.isnot(None), end.isnot(None), *where)
    seconds = sa.cast(sa.extract("epoch", end), sa.BigInteger) - sa.cast(
        sa.extract("epoch", begin), sa.BigInteger
    )
    return [
        sa.func.sum(sa.case((both, seconds), else_=0)).label(f"s_{measure.name}"),
        sa.func.sum(sa.case((both, 1), else_=0)).label(f"o_{measure.name}"),
    ]


def _tally_of(row: Mapping[Any, Any], reader: Reader, measures: Sequence[Measure]) -> Tally:
    tally = Tally()
    currency = row.get("group_currency") or reader.formats.currency
    for measure in measures:
        name = measure.name
        if isinstance(measure, Count):
            tally.counts[name] = int(row[f"n_{name}"])
        elif isinstance(measure, Amount) and row[f"a_{name}"] is not None:
            tally.amounts[name] = {currency: row[f"a_{name}"]}
        elif isinstance(measure, Days):
            tally.seconds[name] = (int(row[f"s_{name}"]), int(row[f"o_{name}"]))
    return tally


def _currency(ask: Ask) -> Any:
    """Amounts of different currencies are kept apart by grouping; nothing is where no amount is asked for."""
    wanted = any(isinstance(measure, Amount) for measure in ask.report.measures)
    return getattr(ask.resource.model, "currency", None) if wanted else None


def _column(ask: Ask, name: str) -> Any:
    return getattr(ask.resource.model, ask.resource.field(name).attribute)


def _in_period(ask: Ask) -> Any:
    return between(ask.resource, ask.report.day, ask.period)
