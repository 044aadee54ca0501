"""Counting: one grouped statement for every picture and table that can share it, within the reader's scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import KEPT, Filter
from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.buckets import buckets_of
from plugins.crm_reports.declare import Amount, BySteps, Count, Mean, Measure, Share, Sum
from plugins.crm_reports.filtering import own_name
from plugins.crm_reports.largest import MOST_TEXTS, Other, compared_by, is_text, largest_texts
from plugins.crm_reports.measuring import currency_of, measured, measures_of
from plugins.crm_reports.narrowing import criteria_of, narrowing_of
from plugins.crm_reports.span import Span
from plugins.crm_reports.tally import BEFORE, Axis, Tallies, Tally

MOST_GROUPS = 10_000
"""As many groups may a statement that serves several pictures have; beyond that each has its own."""


def count_all(session: Session, reader: Reader, ask: Ask, axes: Iterable[Axis]) -> Mapping[Axis, Tallies]:
    """What each of these axes asks for, of the report's records and of those beside it."""
    wanted = list(dict.fromkeys(axes))
    found = _count_part(session, reader, ask, wanted)
    for part in ask.beside:
        own = {_own_axis(part, axis): axis for axis in wanted}
        known = [axis for axis in own if all(part.resource.has_field(name) for name in axis.fields)]
        for axis, tallies in _count_part(session, reader, part, known).items():
            found[own[axis]].add(tallies)
    return found


def count_stays(
    session: Session, reader: Reader, ask: Ask, cut: BySteps
) -> Mapping[int | None, tuple[int, int]]:
    """For each step the seconds of all stays there that have ended, and how many: of the records of the period."""
    kept = cut.spent
    assert kept is not None
    model, step = kept.model, getattr(kept.model, kept.step)
    seconds = sa.cast(sa.extract("epoch", model.until), sa.BigInteger) - sa.cast(
        sa.extract("epoch", model.since), sa.BigInteger
    )
    span = Span(reader, ask.resource, ask.report.day)
    statement = (
        sa.select(step, sa.func.sum(seconds), sa.func.count())
        .select_from(model)
        .join(ask.resource.model, ask.resource.model.id == getattr(model, kept.parent))
        .where(model.until.isnot(None), span.within([ask.period]))
        .where(*criteria_of(session, reader, ask.resource, ask.filters))
        .group_by(step)
    )
    rows = session.execute(statement, execution_options=KEPT)
    return {id: (int(seconds), int(stays)) for id, seconds, stays in rows}


def first_and_last_day(session: Session, reader: Reader, ask: Ask) -> tuple[Any, Any]:
    """The days of the first and the last record the filters mean, whatever the period; Nones where there is none."""
    span = Span(reader, ask.resource, ask.report.day)
    statement = sa.select(sa.func.min(span.column), sa.func.max(span.column)).select_from(ask.resource.model)
    where = criteria_of(session, reader, ask.resource, ask.filters)
    first, last = session.execute(statement.where(*where), execution_options=KEPT).one()
    return span.day_of(first), span.day_of(last)


def statement_of(session: Session, reader: Reader, ask: Ask, axis: Axis) -> sa.Select[Any]:
    """The one statement that counts an axis, the period before along with it.

    Of a text those that are largest are found in a part of the same statement, joined to each record; a record without
    one of them belongs to the others. Of rows that hang on records only the largest are counted.
    """
    span = Span(reader, ask.resource, ask.report.day)
    periods = [ask.period, *([ask.before] if ask.before else [])]
    where = [span.within(periods), *criteria_of(session, reader, ask.resource, ask.filters)]
    groups: dict[str, Any] = {}
    texts: list[tuple[sa.Subquery, Any]] = []
    for name in axis.fields:
        if (choices := ask.filter_of(name)) is not None:
            groups[f"group_{name}"] = _chosen(reader, choices)
            continue
        field, model = ask.field_of(name), ask.model_of(name)
        column = getattr(model, field.attribute)
        groups[f"group_{name}"] = column
        if is_text(field):
            counted = _counted_now(session, reader, ask, span)
            largest = largest_texts(model, field, name, counted, where, ask.selected_from)
            texts.append((largest, largest.c.compared == compared_by(model, field)))
            groups[f"group_{name}"] = largest.c.written
            groups[f"rest_{name}"] = sa.case(
                (sa.and_(column.isnot(None), largest.c.compared.is_(None)), 1), else_=0
            )
    groups |= {"group_bucket": _bucket(ask, axis, span), "group_currency": currency_of(ask)}
    named = [expression.label(name) for name, expression in groups.items() if expression is not None]
    statement = ask.selected_from(sa.select(*named, *measured(session, reader, ask)))
    for largest, is_one in texts:
        statement = statement.join(largest, is_one, isouter=not ask.report.rows)
    return statement.where(*where).group_by(*(label.name for label in named))


def _chosen(reader: Reader, filter_: Filter) -> Any:
    """The choice of a filter that a record meets, by the very criterion of the list."""
    ways = []
    for key, _label in filter_.choices():
        meant = filter_.personal(key, reader.actor) if filter_.personal else filter_.criterion(key)
        ways.append((meant, sa.literal(key, literal_execute=True)))
    return sa.case(*ways, else_=None)


def _bucket(ask: Ask, axis: Axis, span: Span) -> Any:
    nothing, before = sa.literal(0, literal_execute=True), sa.literal(BEFORE, literal_execute=True)
    now: Any = span.bucket(axis.grain, ask.period) if axis.grain else nothing
    if ask.before is None:
        return now
    shift = ask.shift(axis.grain)
    if axis.grain and shift is not None:
        before = before - (span.bucket(axis.grain, ask.before) + sa.literal(shift, literal_execute=True))
    return sa.case((span.between(ask.period), now), else_=before)


def _count_part(session: Session, reader: Reader, ask: Ask, wanted: Sequence[Axis]) -> dict[Axis, Tallies]:
    """What each of these axes asks for, in as few statements as the number of groups allows.

    Each axis has tallies of its own.
    """
    widest: list[Axis] = []
    for axis in wanted:
        for place, known in enumerate(widest):
            joined = known.joined(axis)
            if joined is not None and _may_join(reader, ask, known, axis, joined):
                widest[place] = joined
                break
        else:
            widest.append(axis)
    found = {axis: _count(session, reader, ask, axis) for axis in widest}

    def serves(known: Axis, axis: Axis) -> bool:
        return known.covers(axis) and (not ask.report.rows or known.fields == axis.fields)

    return {axis: found[next(known for known in widest if serves(known, axis))].on(axis) for axis in wanted}


def _may_join(reader: Reader, ask: Ask, known: Axis, axis: Axis, joined: Axis) -> bool:
    """Whether one statement may serve both. A record with two products is one record: such groups do not add up."""
    if ask.report.rows:
        return known.fields == axis.fields
    return joined == known or _group_count(reader, ask, joined) <= MOST_GROUPS


def _own_axis(part: Ask, axis: Axis) -> Axis:
    return Axis(tuple(own_name(part.report, name) for name in axis.fields), axis.grain)


def _group_count(reader: Reader, ask: Ask, axis: Axis) -> int:
    """How many groups an axis can have at most, a currency more or less."""
    return prod(_size(reader, ask, name) for name in axis.fields) * (
        len(buckets_of(axis.grain, ask.period)) + 1 if axis.grain else 2
    )


def _size(reader: Reader, ask: Ask, name: str) -> int:
    """How many values a field can have in groups, the empty one and all others among them."""
    if (choices := ask.filter_of(name)) is not None:
        return len(choices.choices()) + 1
    field = ask.field_of(name)
    kind: Any = field.kind
    return MOST_TEXTS + 2 if is_text(field) else len(reader.formats.references.items(kind.list)) + 1


def _count(session: Session, reader: Reader, ask: Ask, axis: Axis) -> Tallies:
    """What the statement of an axis finds; its rows are read by place, for there are thousands of them."""
    tallies = Tallies(axis.fields)
    found = session.execute(statement_of(session, reader, ask, axis), execution_options=KEPT)
    place = {name: number for number, name in enumerate(found.keys())}
    groups = [(place[f"group_{name}"], place.get(f"rest_{name}")) for name in axis.fields]
    bucket, currency = place["group_bucket"], place.get("group_currency")
    readers = [_reader_of(measure, place) for measure in measures_of(ask) if not isinstance(measure, Share)]
    for row in found:
        values = tuple(
            Other.TEXTS if rest is not None and row[rest] else row[group] for group, rest in groups
        )
        code = (row[currency] if currency is not None else None) or reader.formats.currency
        tally = tallies.groups[values, row[bucket]]
        for read in readers:
            read(tally, row, code)
    return tallies


def _reader_of(measure: Measure, place: Mapping[str, int]) -> Callable[[Tally, Sequence[Any], str], None]:
    """What adds a row's figures of a measure to a tally."""
    name = measure.name
    if isinstance(measure, (Count, Sum)):
        number = place[f"n_{name}"]

        def read(tally: Tally, row: Sequence[Any], code: str) -> None:
            tally.counts[name] += whole(row[number] or 0)

    elif isinstance(measure, Amount):
        amount = place[f"a_{name}"]

        def read(tally: Tally, row: Sequence[Any], code: str) -> None:
            if row[amount] is not None:
                tally.add_amount(name, code, row[amount])

    elif isinstance(measure, Mean):
        total, of = place[f"a_{name}"], place[f"o_{name}"]

        def read(tally: Tally, row: Sequence[Any], code: str) -> None:
            if row[of]:
                tally.add_mean(name, code, row[total], int(row[of]))

    else:
        seconds, both = place[f"s_{name}"], place[f"o_{name}"]

        def read(tally: Tally, row: Sequence[Any], code: str) -> None:
            tally.add_seconds(name, int(row[seconds]), int(row[both]))

    return read


def _counted_now(session: Session, reader: Reader, ask: Ask, span: Span) -> Any:
    """What says how large a group is: the report's own count in the period asked for."""
    measure: Any = ask.report.measure(ask.report.counted)
    where = criteria_of(session, reader, ask.resource, narrowing_of(measure.where))
    return sa.func.sum(sa.case((sa.and_(span.between(ask.period), *where), 1), else_=0))


def whole(number: Any) -> Any:
    """A sum as a whole number where it is one: of quantities not all are."""
    return number if isinstance(number, int) or number != int(number) else int(number)
