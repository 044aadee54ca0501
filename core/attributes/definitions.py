"""Custom attributes as every process knows them, and the fields they make of a resource."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.attributes.models import Attribute
from core.attributes.types import TYPES
from core.config import Config
from core.db import engine_for
from core.fields import Many
from core.i18n import _l
from core.resources.declare import AttributeValues, Field, Resource

GROUP = "attributes"
GROUP_LABEL = _l("Attributes")
PREFIX = "x_"
"""Before an attribute's key it makes the field's name, so that none is ever that of another field."""


@dataclass(frozen=True)
class Option:
    """One of the values of a choice."""

    key: str
    name: str
    hue: str = "slate"


@dataclass(frozen=True)
class Definition:
    """An attribute as its row says."""

    id: int
    key: str
    name: str
    kind: str
    description: str = ""
    multiple: bool = False
    required: bool = False
    resources: tuple[str, ...] = ()
    choices: tuple[Option, ...] = ()

    @property
    def field_name(self) -> str:
        return PREFIX + self.key


def definition_of(row: Any) -> Definition:
    """The definition in a row of the table."""
    return Definition(
        id=row.id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        description=row.description or "",
        multiple=row.multiple,
        required=row.required,
        resources=tuple(row.resources),
        choices=tuple(Option(**each) for each in row.choices),
    )


def read_definitions(config: Config) -> tuple[Definition, ...]:
    """The attributes there are, in their order; none where the database has no table for them yet."""
    table = Attribute.__table__
    with engine_for(config.database_url).connect() as connection:
        if not sa.inspect(connection).has_table(Attribute.__tablename__):
            return ()
        rows = connection.execute(
            sa.select(table).where(table.c.deleted_at.is_(None)).order_by(table.c.position, table.c.id)
        )
        return tuple(definition_of(row) for row in rows if row.kind in TYPES)


def with_attributes(resource: Resource, definitions: tuple[Definition, ...]) -> Resource:
    """The resource with a field for each attribute that is on it."""
    fields = tuple(field_of(each) for each in definitions if resource.name in each.resources)
    if not fields:
        return resource
    return replace(
        resource,
        fields=resource.fields + fields,
        groups=(*resource.groups, (GROUP, GROUP_LABEL)),
        filters=resource.filters + tuple(field.name for field in fields if field.kind.operators),
    )


def field_of(definition: Definition) -> Field:
    """The field an attribute makes."""
    kind = TYPES[definition.kind].kind(definition)
    return Field(
        definition.field_name,
        definition.name,
        Many(kind) if definition.multiple else kind,
        attribute=definition.field_name,
        required=definition.required,
        group=GROUP,
        help=definition.description,
        wide=definition.kind == "long_text",
        side=AttributeValues(definition.id, definition.kind),
    )
