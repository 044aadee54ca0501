"""The values of a client or lead that can be validated, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Child, Email, EmailAddress, Field, Phone, PhoneNumber, Resource

EMAIL, PHONE = "email", "phone"
KINDS = (Email.name, Phone.name)


@dataclass(frozen=True)
class Place:
    """A value at its place: `name` as a mark has it, `told` the field that history tells of it."""

    name: str
    told: str
    value: EmailAddress | PhoneNumber

    @property
    def channel(self) -> str:
        return channel_of(self.value)

    @property
    def key(self) -> str | None:
        return key_of(self.value)


def channel_of(value: EmailAddress | PhoneNumber) -> str:
    """How its owner is asked: by mail or by SMS."""
    return EMAIL if isinstance(value, EmailAddress) else PHONE


def key_of(value: EmailAddress | PhoneNumber) -> str | None:
    """The form in which two spellings are one; None for a number that no country knows."""
    return (value.folded if isinstance(value, EmailAddress) else value.e164) or None


def place_of(session: Session, resource: Resource, record: Any, name: str) -> Place | None:
    """The value at this place (`email`, `contacts.12.phone_1`); None where there is none to be validated."""
    return next((place for place in _places(session, resource, record, name) if place.name == name), None)


def places_of(session: Session, resource: Resource, record: Any) -> list[Place]:
    """Every value that can be validated; of what a child's main row mirrors, the row."""
    found = list(_places(session, resource, record))
    rows = {place.told for place in found if "." in place.name}
    return [place for place in found if "." in place.name or place.name not in rows]


def is_validated(field: Field) -> bool:
    """Whether the values of a field bear the mark."""
    return field.kind.name in KINDS and field.side is None


def _places(session: Session, resource: Resource, record: Any, wanted: str = "") -> Iterator[Place]:
    for field in resource.fields:
        if is_validated(field) and (value := field.kind.load(record, field)):
            yield Place(field.name, field.name, value)
    head = wanted.partition(".")[0] if wanted else ""
    for child in resource.children:
        fields = [field for field in child.fields if is_validated(field)]
        if fields and head in ("", child.name) and (not wanted or "." in wanted):
            for row in _rows(session, child, record):
                for field in fields:
                    if value := field.kind.load(row, field):
                        told = child.mirrors.get(field.name, child.name)
                        yield Place(f"{child.name}.{row.id}.{field.name}", told, value)


def _rows(session: Session, child: Child, record: Any) -> list[Any]:
    model = child.model
    wanted = sa.select(model).where(getattr(model, child.parent) == record.id)
    return list(session.scalars(wanted.order_by(model.position, model.id).limit(child.most)))
