"""Filters of a list: from the words in the URL to SQL criteria, for every kind of field.

In a URL `field=value` (repeated: any of them), `field.from=`, `field.to=`, `field.contains=`, `field.last_days=`;
a value that begins with `~` is special: `~empty`, `~any`, `~me`, `~team`, or a meaning (`~open`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.fields import Boolean, Date, DateTime, Email, Phone, Reading, Reference, Tags, Text, UserRef
from core.fields.kind import Invalid
from core.i18n import _
from core.records.models import RecordTag, Tag
from core.resources.context import Problem
from core.resources.declare import Field, Resource
from core.text import compact, fold

log = logging.getLogger("prospecto.plugins")

OPERATORS = ("from", "to", "contains", "last_days", "not")
MOST_VALUES = 200
"""Of one filter: a database reads no endless chain of OR."""


@dataclass(frozen=True)
class Condition:
    """One filter as given: a field, an operator (`is` when none is named), and its values as text."""

    field: str
    operator: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in the URL."""
        return self.field if self.operator == "is" else f"{self.field}.{self.operator}"


def read_conditions(resource: Resource, args: Mapping[str, Sequence[str]]) -> tuple[Condition, ...]:
    """The filters among the arguments of a URL; names that are no field of the resource are left alone."""
    extra = {each.name for each in resource.extra_filters}
    found = []
    for key, values in args.items():
        name, _dot, operator = key.partition(".")
        given = tuple(text for value in values if (text := value.replace("\0", "")).strip())
        known = name in extra or (resource.has_field(name) and resource.field(name).kind.operators)
        if given and known and operator in ("", *OPERATORS):
            found.append(Condition(name, operator or "is", given))
    return tuple(found)


def criterion(resource: Resource, condition: Condition, reading: Reading, actor: Actor | None) -> Any:
    """The SQL expression a condition means.

    Raises:
        Unreadable: a value is not one of the field's kind; the message is for people.
    """
    for each in resource.extra_filters:
        if each.name == condition.field:
            try:
                return sa.or_(*(each.criterion(value) for value in condition.values))
            except Exception as error:  # the guard around a plugin
                log.exception("the filter %s of %s failed", each.name, resource.name)
                problem = Problem(
                    each.name, _("The filter “%(name)s” does not work.", name=each.label), "failed"
                )
                raise Unreadable(condition, problem) from error
    field = resource.field(condition.field)
    try:
        if len(condition.values) > MOST_VALUES:
            raise Invalid("too_many", _("From %(low)s to %(high)s.", low=1, high=MOST_VALUES))
        if condition.operator == "is":
            return sa.or_(*(_one(resource, field, value, reading, actor) for value in condition.values))
        if condition.operator == "not":
            return sa.not_(
                sa.or_(*(_one(resource, field, value, reading, actor) for value in condition.values))
            )
        return _compare(resource, field, condition.operator, condition.values[0], reading)
    except Invalid as error:
        raise Unreadable(condition, Problem(field.name, error.message, error.code)) from error


class Unreadable(Exception):
    """A filter's value cannot be read; the list is shown without it and says why."""

    def __init__(self, condition: Condition, problem: Problem) -> None:
        super().__init__(str(problem.message))
        self.condition = condition
        self.problem = problem


def column_of(resource: Resource, field: Field) -> Any:
    """The SQL column a field is sorted and filtered by; of a field in a side table a sub-query."""
    if field.side is None:
        return getattr(resource.model, field.attribute)
    model = field.side.model
    return (
        sa.select(getattr(model, field.attribute))
        .where(getattr(model, field.side.key) == resource.model.id)
        .scalar_subquery()
    )


def _one(resource: Resource, field: Field, value: str, reading: Reading, actor: Actor | None) -> Any:
    kind = field.kind
    if isinstance(kind, Tags):
        return _tagged(resource, value)
    column = column_of(resource, field)
    if value == "~empty":
        return column.is_(None)
    if value == "~any":
        return column.isnot(None)
    if isinstance(kind, UserRef) and value in ("~me", "~team") and actor is not None:
        return column == actor.user_id if value == "~me" else column.in_(sorted(actor.team_ids))
    if isinstance(kind, Reference) and value.startswith("~"):
        items = reading.formats.references.items(kind.list)
        return column.in_([item.id for item in items if item.meaning == value[1:]])
    if isinstance(kind, Email):
        return getattr(resource.model, f"{field.attribute}_folded") == value.strip().lower()
    if isinstance(kind, Phone):
        number = kind.parse(value, field, reading)
        folded = getattr(resource.model, f"{field.attribute}_e164")
        return folded == number.e164 if number and number.e164 else column == value
    squeezed = _squeezed(resource, field)
    if squeezed is not None:
        return squeezed == compact(value)
    given = {"id": value} if isinstance(kind, Reference) and value.isdecimal() else value
    parsed = kind.parse(given, field, reading)
    if isinstance(kind, Text) and kind.folded and field.side is None and parsed is not None:
        return getattr(resource.model, f"{field.attribute}_folded") == fold(parsed)
    if isinstance(kind, Boolean):
        return column.is_(bool(parsed))
    if isinstance(kind, DateTime) and isinstance(parsed, datetime):
        return sa.and_(column >= parsed, column < parsed + timedelta(days=1))
    return column == parsed


def _compare(resource: Resource, field: Field, operator: str, value: str, reading: Reading) -> Any:
    kind = field.kind
    if isinstance(kind, Tags) or (operator != "contains" and operator not in kind.operators):
        raise Invalid("unknown_filter", _("There is no such filter."))
    column = column_of(resource, field)
    if operator == "contains":
        squeezed = _squeezed(resource, field)
        if squeezed is not None and compact(value):
            return squeezed.contains(compact(value), autoescape=True)
        folded = getattr(resource.model, f"{field.attribute}_folded", None)
        if folded is not None:
            return folded.contains(fold(value), autoescape=True)
        if not isinstance(kind, Text) and not isinstance(column.type, sa.String):
            raise Invalid("not_text", _("Only text can be searched in part."))
        return sa.func.lower(column).contains(value.lower(), autoescape=True)
    if operator == "last_days":
        if not value.isdecimal() or not 0 < int(value) <= 36500:
            raise Invalid("not_a_number", _("This is not a number of days."))
        today = datetime.now(reading.formats.zone).date()
        first = today - timedelta(days=int(value) - 1)
        return column >= (first if isinstance(kind, Date) else _start_of(first, reading))
    bound = kind.parse(value, field, reading)
    if bound is None:
        raise Invalid("unknown_filter", _("There is no such filter."))
    if isinstance(kind, DateTime) and operator == "to" and len(value) <= 10:
        return column < bound + timedelta(days=1)
    return column >= bound if operator == "from" else column <= bound


def _squeezed(resource: Resource, field: Field) -> Any:
    """The column that keeps only letters and digits of a number, where its kind has one: dots and dashes make no other number."""
    name = next((each for each in field.kind.attributes(field) if each.endswith("_compact")), None)
    return getattr(resource.model, name, None) if name else None


def _tagged(resource: Resource, value: str) -> Any:
    tagged = sa.select(RecordTag.record_id).where(RecordTag.resource == resource.name)
    if value == "~empty":
        return resource.model.id.notin_(tagged)
    if value == "~any":
        return resource.model.id.in_(tagged)
    return resource.model.id.in_(
        tagged.join(Tag, Tag.id == RecordTag.tag_id).where(Tag.name_folded == fold(value))
    )


def _start_of(day: date, reading: Reading) -> datetime:
    return datetime.combine(day, time(), reading.formats.zone).astimezone(UTC)
