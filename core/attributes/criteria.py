"""Filters on custom attributes as SQL: each is a question to an index of their values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.attributes.models import AttributeValue
from core.attributes.types import TYPES, AttributeType
from core.db import is_sqlite
from core.fields import Invalid, Reading, single
from core.i18n import _
from core.resources.declare import AttributeValues, Field, Resource
from core.text import fold

KEPT = 1000
FEW = 10_000
"""So many records are looked at one by one."""
MANY = 100_000
"""From so many values on SQLite asks each record for its value instead of making a list of the records first."""


@dataclass(frozen=True)
class Found:
    """The criterion of a filter; `few` where its records are known to be few, so that a list of them may lead."""

    criterion: Any
    few: bool = False


def attribute_criterion(
    resource: Resource,
    field: Field,
    operator: str,
    values: tuple[str, ...],
    reading: Reading,
    session: Session | None = None,
) -> Found:
    """The records of which an attribute has any of these values (`not`: none of them).

    With a session SQLite is told whether they are few or many, which it cannot know; PostgreSQL plans by itself.

    Raises:
        Invalid: a value is not one of the attribute's type.
    """
    asked = session if session is not None and is_sqlite(session) else None
    if operator in ("is", "main", "not"):
        parts = _any_of(resource, field, values, reading, asked)
        if operator == "not":
            return Found(sa.not_(sa.or_(*(each.criterion for each in parts))))
        return Found(sa.or_(*(each.criterion for each in parts)), all(each.few for each in parts))
    if operator == "contains":
        return _holding(resource, field, asked, _contains(field, values[0]))
    return _having(resource, field, asked, _bound(field, operator, values[0], reading))


def _any_of(
    resource: Resource, field: Field, values: tuple[str, ...], reading: Reading, session: Session | None
) -> list[Found]:
    found = []
    if "~any" in values:
        found.append(_having(resource, field, session))
    if "~empty" in values:
        found.append(Found(~_each(resource, field)))
    kind = single(field.kind)
    parsed = [
        kind.parse(value, field, reading) if "is" in kind.operators else None
        for value in values
        if value not in ("~any", "~empty")
    ]
    if None in parsed:
        raise Invalid("unknown_filter", _("There is no such filter."))
    if parsed:
        kept = [_kept(field, value) for value in parsed]
        meant = _column(field) == kept[0] if len(kept) == 1 else _column(field).in_(kept)
        found.append(_having(resource, field, session, meant))
    return found


def _contains(field: Field, value: str) -> Any:
    if _type(field).column != "folded":
        raise Invalid("unknown_filter", _("There is no such filter."))
    part = _column(field).contains(fold(value), autoescape=True)
    if field.side.type == "long_text":  # type: ignore[union-attr]  # of which only the beginning is folded
        whole = sa.func.lower(AttributeValue.text).contains(value.lower(), autoescape=True)
        return sa.or_(part, whole)
    return part


def _bound(field: Field, operator: str, value: str, reading: Reading) -> Any:
    kind, column = single(field.kind), _column(field)
    if operator not in kind.operators:
        raise Invalid("unknown_filter", _("There is no such filter."))
    if operator == "last_days":
        if not value.isdecimal() or not 0 < int(value) <= 36500:
            raise Invalid("not_a_number", _("This is not a number of days."))
        today = datetime.now(reading.formats.zone).date()
        return column >= today - timedelta(days=int(value) - 1)
    bound = kind.parse(value, field, reading)
    if bound is None or operator not in ("from", "to"):
        raise Invalid("unknown_filter", _("There is no such filter."))
    return column >= _kept(field, bound) if operator == "from" else column <= _kept(field, bound)


def _having(resource: Resource, field: Field, session: Session | None, *criteria: Any) -> Found:
    if session is None:
        return Found(_among(resource, field, *criteria))
    number = _number(session, resource, field, *criteria)
    if number >= MANY:
        return Found(_each(resource, field, *criteria))
    return Found(_among(resource, field, *criteria), number <= FEW)


def _holding(resource: Resource, field: Field, session: Session | None, part: Any) -> Found:
    """Those whose text holds a part. That reads the attribute's whole index, so of few their ids are kept at once."""
    if session is not None:
        wanted = sa.select(AttributeValue.record_id).where(*_own(resource, field), part).limit(KEPT + 1)
        ids = set(session.scalars(wanted, execution_options={"unscoped": True}))
        if len(ids) <= KEPT:
            return Found(resource.model.id.in_(sorted(ids)), few=True)
    return Found(_among(resource, field, part))


def _among(resource: Resource, field: Field, *criteria: Any) -> Any:
    """The record is one of those that have such a value."""
    found = sa.select(AttributeValue.record_id).where(*_own(resource, field), *criteria)
    return resource.model.id.in_(found)


def _each(resource: Resource, field: Field, *criteria: Any) -> Any:
    """The record, looked at by itself, has such a value; only the index by record serves that."""
    assert isinstance(field.side, AttributeValues)
    return sa.exists(
        sa.select(1).where(
            AttributeValue.resource == resource.name,
            AttributeValue.record_id == resource.model.id,
            AttributeValue.attribute_id + 0 == field.side.attribute_id,
            *criteria,
        )
    )


def _number(session: Session, resource: Resource, field: Field, *criteria: Any) -> int:
    """How many values fit, counted no further than to MANY."""
    some = sa.select(sa.literal(1)).where(*_own(resource, field), *criteria).limit(MANY).subquery()
    return (
        session.scalar(sa.select(sa.func.count()).select_from(some), execution_options={"unscoped": True})
        or 0
    )


def _own(resource: Resource, field: Field) -> tuple[Any, Any]:
    assert isinstance(field.side, AttributeValues)
    return AttributeValue.attribute_id == field.side.attribute_id, AttributeValue.resource == resource.name


def _type(field: Field) -> AttributeType:
    assert isinstance(field.side, AttributeValues)
    return TYPES[field.side.type]


def _column(field: Field) -> Any:
    return getattr(AttributeValue, _type(field).column)


def _kept(field: Field, value: Any) -> Any:
    return _type(field).keep(value)[_type(field).column]
