"""What narrows a report, in the words of a list's address: several at once as one, and what they mean in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.api import (
    Boolean,
    Condition,
    Country,
    Field,
    Invalid,
    ListQuery,
    RecordRef,
    Reference,
    Resource,
    Text,
    UserRef,
    criterion,
    filtered,
    fold,
)
from core.api import Choice as ChoiceKind

if TYPE_CHECKING:
    from plugins.crm_reports.ask import Reader

Narrowing = Mapping[str, tuple[str, ...]]
"""Key of the list's address (`status`, `value.from`, `q`) → values of which a record has one."""

SEARCHED, CHOSEN = "q", "id"
"""The keys of what was typed into the search, and of records chosen one by one."""

NONE_OF = ("not", "main_not")
ENDS = {"from": max, "to": min}


def narrowing_of(where: str) -> Narrowing:
    """A measure's `where` as a narrowing: `status=~open&channel=3`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, where.split("&")):
        name, _equals, value = part.partition("=")
        found[name] = (*found.get(name, ()), value)
    return found


def name_of(key: str) -> str:
    """The field or filter that a key is about."""
    return key.partition(".")[0]


def condition_of(key: str, values: Sequence[str]) -> Condition:
    """One entry of a narrowing as the list's own condition."""
    name, _dot, operator = key.partition(".")
    return Condition(name, operator or "is", tuple(values))


def criteria_of(session: Session, reader: Reader, resource: Resource, narrowing: Narrowing) -> list[Any]:
    """A narrowing as SQL, by the very rules of the resource's list."""
    found = []
    for key, values in narrowing.items():
        if key == SEARCHED:
            query = ListQuery(q=values[0])
            ids = filtered(session, resource, query, reader.reading, reader.actor, resource.model.id)
            found.append(resource.model.id.in_(ids))
        elif key == CHOSEN:
            found.append(resource.model.id.in_([int(value) for value in values]))
        else:
            found.append(criterion(resource, condition_of(key, values), reader.reading, reader.actor))
    return found


def meant(reader: Reader, field: Field, value: str) -> frozenset[int | None] | None:
    """The ids a filter's value means (None among them for an empty field); None where it means nothing."""
    kind = field.kind
    if isinstance(kind, Boolean):
        return frozenset({int(value)}) if value in ("0", "1") else None
    if not isinstance(kind, Reference) or not value:
        return None
    if value == "~empty":
        return frozenset({None})
    if isinstance(kind, UserRef) and value in ("~me", "~team"):
        if reader.actor is None or reader.actor.user_id is None:
            return None
        return frozenset({reader.actor.user_id} if value == "~me" else reader.actor.team_ids)
    if value.startswith("~"):
        items = reader.formats.references.items(kind.list)
        return frozenset(item.id for item in items if value in ("~any", f"~{item.meaning}"))
    try:
        found = kind.parse({"id": value} if value.isdecimal() else value, field, reader.reading)
    except Invalid:
        return None
    return None if found is None else frozenset({found})


def narrowed(reader: Reader, resource: Resource, *narrowings: Narrowing | None) -> Narrowing | None:
    """All of these at once, as one narrowing; None where no record can meet them, or one of them cannot be said.

    A list takes several values of one key for “any of them”, so two narrowings of a key become the values that
    both mean.
    """
    together: dict[str, tuple[str, ...]] = {}
    for narrowing in narrowings:
        if narrowing is None:
            return None
        for key, values in narrowing.items():
            both = _both(reader, resource, key, together[key], values) if key in together else values
            if not both:
                return None
            together[key] = both
    return together


def _both(
    reader: Reader, resource: Resource, key: str, one: tuple[str, ...], other: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The values of a key that mean what both mean; None where there are none, or nobody can say."""
    name, _dot, operator = key.partition(".")
    if operator in NONE_OF:
        return tuple(dict.fromkeys((*one, *other)))
    if set(one) <= set(other):
        return one
    if set(other) <= set(one):
        return other
    if ("~any",) in (one, other):
        return tuple(value for value in (*one, *other) if value not in ("~any", "~empty"))
    if not resource.has_field(name):  # of a filter that is no field nobody knows what two values share
        return None
    field = resource.field(name)
    if operator in ENDS:
        return _tighter(reader, field, operator, one[0], other[0])
    if isinstance(field.kind, (Reference, Boolean)):
        both = _ids(reader, field, one) & _ids(reader, field, other)
        return tuple("~empty" if id is None else str(id) for id in sorted(both, key=lambda id: id or 0))
    return _texts(one, other) if isinstance(field.kind, (Text, ChoiceKind, Country, RecordRef)) else None


def _tighter(reader: Reader, field: Field, end: str, one: str, other: str) -> tuple[str, ...] | None:
    try:
        ends = {field.kind.parse(value, field, reader.reading): value for value in (one, other)}
        return (ends[ENDS[end](ends)],)
    except (Invalid, TypeError):
        return None


def _texts(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """What two groups of texts share; `~any` shares all but the empty one."""
    if "~any" in one or "~any" in other:
        return tuple(text for text in (*one, *other) if text not in ("~any", "~empty"))
    known = {fold(text) for text in other}
    return tuple(text for text in one if fold(text) in known)


def _ids(reader: Reader, field: Field, values: Sequence[str]) -> frozenset[int | None]:
    return frozenset().union(*(meant(reader, field, value) or frozenset() for value in values))
