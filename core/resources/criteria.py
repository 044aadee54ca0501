"""Filters of a list: from the words in the URL to SQL criteria, for every kind of field.

In a URL `field=value` (repeated: any of them), `field.from=`, `field.to=`, `field.contains=`, `field.begins=`, `field.last_days=`,
`field.not=`, and `field.main=`, `field.main_not=` for the record's own value alone where further rows have one too;
a value that begins with `~` is special: `~empty`, `~any`, `~me`, `~team`, or a meaning (`~open`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.attributes.criteria import attribute_criterion
from core.fields import (
    Boolean,
    Date,
    DateTime,
    Email,
    Many,
    Phone,
    Reading,
    RecordBeside,
    Reference,
    Tags,
    Text,
    UserRef,
)
from core.fields.kind import UNCHANGED, Invalid, ReferenceItem
from core.i18n import _
from core.records.models import RecordTag, Tag
from core.resources.beginnings import begins
from core.resources.context import Problem
from core.resources.declare import AttributeValues, Field, Filter, Resource, SideTable
from core.text import compact, fold

log = logging.getLogger("prospecto.plugins")

OPERATORS = ("from", "to", "contains", "begins", "last_days", "not", "main", "main_not")
NEGATIVE = ("not", "main_not")
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


@dataclass(frozen=True)
class Meaning:
    """What a condition says in SQL: of the record itself (`own`), or in `further` by rows that hang on it (their ids)."""

    condition: Condition
    field: Field | None
    own: Any
    id: Any
    further: tuple[sa.Select[Any], ...] = ()
    few: bool = False
    """Whether its records are known to be few."""

    @property
    def criterion(self) -> Any:
        meant = sa.or_(self.own, *(self.id.in_(ids) for ids in self.further))
        return sa.not_(meant) if self.condition.operator in NEGATIVE else meant

    def is_end_of(self, other: Meaning) -> bool:
        """Whether this and the other bound the same values of the record's own."""
        ends = {self.condition.operator, other.condition.operator}
        plain = not self.further and not other.further and self.field is not None
        return plain and self.field is other.field and ends == {"from", "to"}

    def is_range_of(self, attribute: str) -> bool:
        """Whether this names a stretch of the values of an attribute (a period)."""
        return (
            self.field is not None
            and self.field.attribute == attribute
            and self.condition.operator in ("from", "to", "last_days")
        )


def criterion(
    resource: Resource,
    condition: Condition,
    reading: Reading,
    actor: Actor | None,
    session: Session | None = None,
) -> Any:
    """The SQL expression a condition means; with a session it may ask the database which way is quicker.

    Raises:
        Unreadable: a value is not one of the field's kind; the message is for people.
    """
    return meaning_of(resource, condition, reading, actor, session).criterion


def meaning_of(
    resource: Resource,
    condition: Condition,
    reading: Reading,
    actor: Actor | None,
    session: Session | None = None,
) -> Meaning:
    """What a condition means, in parts. Raises Unreadable as `criterion` does."""
    id = resource.model.id
    extra = next((each for each in resource.extra_filters if each.name == condition.field), None)
    if extra is not None:
        return Meaning(condition, None, _extra(resource, extra, condition, actor), id)
    field = resource.field(condition.field)
    try:
        if len(condition.values) > MOST_VALUES:
            raise Invalid("too_many", _("From %(low)s to %(high)s.", low=1, high=MOST_VALUES))
        if isinstance(field.side, AttributeValues):
            found = attribute_criterion(
                resource, field, condition.operator.replace("main_", ""), condition.values, reading, session
            )
            return Meaning(replace(condition, operator="is"), None, found.criterion, id, few=found.few)
        own = _meant(Place(resource.model, resource), field, condition, reading, actor)
        is_own = condition.operator in ("main", "main_not")
        further = () if is_own else _further(resource, field, condition, reading, actor)
    except Invalid as error:
        raise Unreadable(condition, Problem(field.name, error.message, error.code)) from error
    return Meaning(condition, field, own, id, further)


def _extra(resource: Resource, extra: Filter, condition: Condition, actor: Actor | None) -> Any:
    """A filter that a plugin brings."""
    try:
        if extra.personal is not None:
            return sa.or_(*(extra.personal(value, actor) for value in condition.values))
        return sa.or_(*(extra.criterion(value) for value in condition.values))
    except Exception as error:  # the guard around a plugin
        log.exception("the filter %s of %s failed", extra.name, resource.name)
        problem = Problem(extra.name, _("The filter “%(name)s” does not work.", name=extra.label), "failed")
        raise Unreadable(condition, problem) from error


@dataclass(frozen=True)
class Place:
    """Where a filtered value stands: on the resource's own model, or on that of rows that hang on it."""

    model: Any
    resource: Resource


def means(item: ReferenceItem, condition: Condition) -> bool:
    """Whether a filter of a field means this value of its list."""
    meant = any(
        value in (str(item.id), f"~{item.meaning}", "~any") or fold(value) == fold(item.name)
        for value in condition.values
    )
    return meant != (condition.operator in NEGATIVE)


class Unreadable(Exception):
    """A filter's value cannot be read; the list is shown without it and says why."""

    def __init__(self, condition: Condition, problem: Problem) -> None:
        super().__init__(str(problem.message))
        self.condition = condition
        self.problem = problem


def has_further(resource: Resource, conditions: Sequence[Condition]) -> bool:
    """Whether one of these also asks rows that hang on the records."""
    mirrored = {name for child in resource.children for name in child.mirrors.values()}
    return any(each.field in mirrored for each in conditions)


def _further(
    resource: Resource, field: Field, condition: Condition, reading: Reading, actor: Actor | None
) -> tuple[sa.Select[Any], ...]:
    """The same of further rows: a record in this zone is also one whose second address is in it."""
    values = tuple(value for value in condition.values if value != "~empty")
    found = []
    for child in resource.children if values else ():
        own = next((each for each in child.fields if child.mirrors.get(each.name) == field.name), None)
        if own is not None:
            rows = child.model
            meant = _meant(Place(rows, resource), own, replace(condition, values=values), reading, actor)
            found.append(sa.select(getattr(rows, child.parent)).where(meant, sa.not_(rows.is_main)))
    return tuple(found)


def _meant(place: Place, field: Field, condition: Condition, reading: Reading, actor: Actor | None) -> Any:
    if condition.operator not in ("is", "not", "main", "main_not"):
        return _compare(place, field, condition.operator, condition.values[0], reading)
    if isinstance(field.kind, Reference):
        return _one_of(place, field, condition.values, reading, actor)
    return sa.or_(*(_one(place, field, value, reading) for value in condition.values))


def _column(place: Place, field: Field) -> Any:
    """The SQL column a field is filtered by; of a field in a side table a sub-query."""
    if not isinstance(field.side, SideTable):
        return getattr(place.model, field.attribute)
    model = field.side.model
    return (
        sa.select(getattr(model, field.attribute))
        .where(getattr(model, field.side.key) == place.model.id)
        .scalar_subquery()
    )


def _one_of(place: Place, field: Field, values: Sequence[str], reading: Reading, actor: Actor | None) -> Any:
    """One of several values of a list: as one IN, for which databases have better plans than for a chain of OR."""
    kind: Any = field.kind
    column = _column(place, field)
    ids: set[int | None] = set()
    others = []
    for value in values:
        if value == "~empty":
            others.append(column.is_(None))
        elif value == "~any":
            others.append(column.isnot(None))
        elif isinstance(kind, UserRef) and value in ("~me", "~team"):
            ids |= {actor.user_id} if actor and value == "~me" else set(actor.team_ids if actor else ())
        elif value.startswith("~"):
            items = reading.formats.references.items(kind.list)
            ids |= {item.id for item in items if item.meaning == value[1:]}
        elif len(named := reading.formats.references.named(kind.list, value)) > 1:
            ids |= {item.id for item in named}
        else:
            ids.add(kind.parse({"id": value} if value.isdecimal() else value, field, reading))
    known = sorted(id for id in ids if id is not None)
    if known or not others:
        others.append(column == known[0] if len(known) == 1 else column.in_(known))
    return sa.or_(*others)


def _one(place: Place, field: Field, value: str, reading: Reading) -> Any:
    kind = field.kind
    if isinstance(kind, Tags):
        return _tagged(place.resource, value)
    column = _column(place, field)
    if value == "~empty":
        return column.is_(None)
    if value == "~any":
        return column.isnot(None)
    if isinstance(kind, RecordBeside):
        return _beside(place, value, reading)
    if isinstance(kind, Email):
        return getattr(place.model, f"{field.attribute}_folded") == value.strip().lower()
    if isinstance(kind, Phone):
        number = kind.parse(value, field, reading)
        folded = getattr(place.model, f"{field.attribute}_e164")
        return folded == number.e164 if number and number.e164 else column == value
    squeezed = _squeezed(place, field)
    if squeezed is not None:
        return squeezed == compact(value)
    parsed = kind.parse(value, field, reading)
    if parsed is UNCHANGED or isinstance(kind, Many):  # several values in one column
        raise Invalid("unknown_filter", _("There is no such filter."))
    if isinstance(kind, Text) and kind.folded and field.side is None and parsed is not None:
        return getattr(place.model, f"{field.attribute}_folded") == fold(parsed)
    if isinstance(kind, Boolean):
        return column.is_(bool(parsed))
    if isinstance(kind, DateTime) and isinstance(parsed, datetime):
        return sa.and_(column >= parsed, column < parsed + timedelta(days=1))
    return column == parsed


def _beside(place: Place, value: str, reading: Reading) -> Any:
    """What lies beside any record of a resource (`leads`), or beside one (`leads/3`)."""
    name, slash, number = value.partition("/")
    known = {each.name for each in reading.formats.references.timelines()}
    if name not in known or (slash and not (number.isdecimal() and len(number) < 19)):
        raise Invalid("unknown_filter", _("There is no such filter."))
    of_it = place.model.resource == name
    return sa.and_(of_it, place.model.record_id == int(number)) if slash else of_it


def _compare(place: Place, field: Field, operator: str, value: str, reading: Reading) -> Any:
    kind = field.kind
    if isinstance(kind, Tags) or (operator != "contains" and operator not in kind.operators):
        raise Invalid("unknown_filter", _("There is no such filter."))
    column = _column(place, field)
    if operator in ("contains", "begins"):
        return _in_part(place, field, column, operator, value)
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


def _in_part(place: Place, field: Field, column: Any, operator: str, value: str) -> Any:
    squeezed = _squeezed(place, field)
    if squeezed is not None and compact(value):
        if operator == "begins":
            return begins(squeezed, compact(value))
        return squeezed.contains(compact(value), autoescape=True)
    folded = getattr(place.model, f"{field.attribute}_folded", None)
    if folded is not None:
        return folded.contains(fold(value), autoescape=True)
    if not isinstance(field.kind, Text) and not isinstance(column.type, sa.String):
        raise Invalid("not_text", _("Only text can be searched in part."))
    return sa.func.lower(column).contains(value.lower(), autoescape=True)


def _squeezed(place: Place, field: Field) -> Any:
    """The column that keeps only letters and digits of a number, where its kind has one: dots and dashes make no other number."""
    name = next((each for each in field.kind.attributes(field) if each.endswith("_compact")), None)
    return getattr(place.model, name, None) if name else None


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
