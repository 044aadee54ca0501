"""A rule's filter: kept as a list's query with plain numbers, read again as conditions, tried on records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlencode

from sqlalchemy.orm import Session

from core.fields import Formats, Integer, MoneyAmount, Number, Reading, single
from core.fields.kind import Invalid
from core.formats import reading_for
from core.i18n import _
from core.records.views import QUERY_LENGTH
from core.resources.context import Refused
from core.resources.criteria import Condition, Unreadable, criterion, read_conditions
from core.resources.declare import Field, Resource
from core.resources.query import ListQuery, filtered

MOST_MEANT = 100_000
PERSONAL = frozenset({"~me", "~team"})


def kept_query(
    session: Session, resource: Resource, args: Mapping[str, Sequence[str]], reading: Reading
) -> str:
    """What a rule keeps of the filters somebody set.

    Raises:
        Refused: a value cannot be read, or means another thing for each person.
    """
    conditions = read_conditions(resource, args)
    personal = {each.name for each in resource.extra_filters if each.personal is not None}
    for each in conditions:
        if PERSONAL & set(each.values) or each.field in personal:
            raise Refused(_("A rule cannot ask who is looking (“Me”, “My team”)."), "personal")
        try:
            criterion(resource, each, reading, None)
        except Unreadable as error:
            raise Refused(error.problem.message, "filter") from error

    def plain(value: str, field: Field) -> str:
        parsed = single(field.kind).parse(value, field, reading)
        return value if parsed is None else format(parsed, "f" if isinstance(parsed, Decimal) else "")

    kept = [_turned(resource, each, plain) for each in conditions]
    query = urlencode([(each.key, value) for each in kept for value in each.values])
    if len(query) > QUERY_LENGTH:
        raise Refused(_("This view has too many filters to be saved."), "too_long")
    return query


def conditions_of(resource: Resource, query: str) -> tuple[Condition, ...] | None:
    """The conditions of a rule's filter; None where one of them no longer means anything (its attribute is gone)."""
    pairs = parse_qs(query)
    found = read_conditions(resource, pairs)
    return found if {each.key for each in found} == set(pairs) else None


def shown_conditions(resource: Resource, query: str, formats: Formats) -> tuple[Condition, ...]:
    """The conditions as their reader types them; those that mean nothing any more are left out."""
    reading = Reading(formats=formats, decimal=".", date_order="ymd", country=formats.country)

    def typed(value: str, field: Field) -> str:
        kind = single(field.kind)
        try:
            return str(kind.raw(kind.parse(value, field, reading), formats))
        except Invalid:
            return value

    return tuple(_turned(resource, each, typed) for each in read_conditions(resource, parse_qs(query)))


def fitting_ids(session: Session, resource: Resource, query: str, ids: Sequence[int]) -> set[int]:
    """Those of these records that fit a rule's filter, whoever is at work; one statement, none without a filter.

    A filter that no longer means anything fits none.
    """
    conditions = conditions_of(resource, query)
    if conditions is None:
        return set()
    if not conditions:
        return set(ids)
    reading = reading_for(session, None, decimal=".", date_order="ymd")
    wanted = filtered(session, resource, ListQuery(conditions=conditions), reading, None, resource.model.id)
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        some = wanted.where(resource.model.id.in_(ids[start : start + 500]))
        found |= set(session.scalars(some, execution_options={"unscoped": True}))
    return found


def ids_meant(
    session: Session, resource: Resource, conditions: Sequence[Condition], most: int = MOST_MEANT
) -> list[int]:
    """The ids of the records that these conditions mean, whoever is at work, the oldest first."""
    reading = reading_for(session, None, decimal=".", date_order="ymd")
    id = resource.model.id
    wanted = filtered(session, resource, ListQuery(conditions=tuple(conditions)), reading, None, id)
    found = session.scalars(wanted.order_by(id).limit(most), execution_options={"unscoped": True})
    return list(found)


def _turned(resource: Resource, condition: Condition, turn: Callable[[str, Field], str]) -> Condition:
    """A condition whose numbers are written another way."""
    field = resource.field(condition.field) if resource.has_field(condition.field) else None
    numeric = field is not None and isinstance(single(field.kind), (Integer, MoneyAmount, Number))
    if field is None or not numeric or condition.operator == "last_days":
        return condition
    values = (value if value.startswith("~") else turn(value, field) for value in condition.values)
    return replace(condition, values=tuple(values))
