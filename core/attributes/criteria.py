"""Filters on custom attributes as SQL: each is a question to the index of their values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.attributes.models import AttributeValue
from core.attributes.types import TYPES
from core.fields import Invalid, Reading, single
from core.i18n import _
from core.resources.declare import AttributeValues, Field, Resource
from core.text import fold


def attribute_criterion(
    resource: Resource, field: Field, operator: str, values: tuple[str, ...], reading: Reading
) -> Any:
    """The records of which an attribute has any of these values (`not`: none of them).

    Raises:
        Invalid: a value is not one of the attribute's type.
    """
    if operator in ("is", "not"):
        found = sa.or_(*(_one(resource, field, value, reading) for value in values))
        return sa.not_(found) if operator == "not" else found
    return _having(resource, field, _compared(field, operator, values[0], reading))


def _one(resource: Resource, field: Field, value: str, reading: Reading) -> Any:
    if value == "~any":
        return _having(resource, field)
    if value == "~empty":
        return ~sa.exists(
            sa.select(1).where(*_own(resource, field), AttributeValue.record_id == resource.model.id)
        )
    kind = single(field.kind)
    parsed = kind.parse(value, field, reading) if "is" in kind.operators else None
    if parsed is None:
        raise Invalid("unknown_filter", _("There is no such filter."))
    return _having(resource, field, _column(field) == _kept(field, parsed))


def _compared(field: Field, operator: str, value: str, reading: Reading) -> Any:
    kind, column = single(field.kind), _column(field)
    if operator == "contains" and _type(field).column == "folded":
        part = column.contains(fold(value), autoescape=True)
        if field.side.type == "long_text":  # type: ignore[union-attr]  # of which only the beginning is folded
            whole = sa.func.lower(AttributeValue.text).contains(value.lower(), autoescape=True)
            return sa.or_(part, whole)
        return part
    if operator not in kind.operators or operator == "contains":
        raise Invalid("unknown_filter", _("There is no such filter."))
    if operator == "last_days":
        if not value.isdecimal() or not 0 < int(value) <= 36500:
            raise Invalid("not_a_number", _("This is not a number of days."))
        today = datetime.now(reading.formats.zone).date()
        return column >= today - timedelta(days=int(value) - 1)
    bound = kind.parse(value, field, reading)
    if bound is None:
        raise Invalid("unknown_filter", _("There is no such filter."))
    return column >= _kept(field, bound) if operator == "from" else column <= _kept(field, bound)


def _having(resource: Resource, field: Field, *criteria: Any) -> Any:
    found = sa.select(AttributeValue.record_id).where(*_own(resource, field), *criteria)
    return resource.model.id.in_(found)


def _own(resource: Resource, field: Field) -> tuple[Any, Any]:
    assert isinstance(field.side, AttributeValues)
    return AttributeValue.attribute_id == field.side.attribute_id, AttributeValue.resource == resource.name


def _type(field: Field) -> Any:
    return TYPES[field.side.type]  # type: ignore[union-attr]


def _column(field: Field) -> Any:
    return getattr(AttributeValue, _type(field).column)


def _kept(field: Field, value: Any) -> Any:
    return _type(field).keep(value)[_type(field).column]
