"""The `{names}` that a template may hold: flat, of an allow-list, each a text. Nothing of it is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.api import (
    Actor,
    Choice,
    Country,
    Date,
    DateTime,
    Email,
    Field,
    Formats,
    Integer,
    MoneyAmount,
    Number,
    Phone,
    RecordRef,
    Reference,
    Resource,
    Stored,
    Text,
    Url,
    UserRef,
    Words,
    _l,
)

NAME = re.compile(r"\{\s*([a-z][a-z0-9_]{0,59})\s*\}")
TOLD = (
    Text,
    Email,
    Phone,
    Url,
    Reference,
    UserRef,
    RecordRef,
    Choice,
    Country,
    Date,
    DateTime,
    Integer,
    Number,
)
"""Kinds of fields whose text can stand in a sentence."""

OURS: tuple[tuple[str, Words], ...] = (
    ("my_name", _l("My name")),
    ("my_email", _l("My e-mail")),
    ("our_company", _l("Our company")),
    ("addressee", _l("Whom it is written to")),
    ("today", _l("Today")),
)
"""What is no field of the record."""


@dataclass(frozen=True)
class Variable:
    """A name that a template may hold, and what people call it."""

    name: str
    label: Words


def variables_of(resource: Resource) -> list[Variable]:
    """What a template for this kind of record may hold, in the order of its form."""
    own = [Variable(each.name, each.label) for each in _told(resource)]
    return [*own, *(Variable(name, label) for name, label in OURS)]


def names_in(text: str) -> list[str]:
    """The names a text holds, each once, in order."""
    return list(dict.fromkeys(NAME.findall(text)))


def values_of(
    stored: Stored,
    addressee: str,
    actor: Actor | None,
    formats: Formats,
    settings: Mapping[str, Any],
) -> dict[str, str]:
    """What each name stands for, for this record, its writer and the company."""
    return {each.name: each.kind.text(stored.value(each), formats) for each in _told(stored.resource)} | {
        "my_name": actor.name if actor else "",
        "my_email": actor.email if actor else "",
        "our_company": str(settings.get("company.name") or ""),
        "addressee": addressee,
        "today": Date().text(datetime.now(formats.zone).date(), formats),
    }


def filled(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its names replaced, and the names for which there is nothing; unknown ones stay as they are."""
    empty = [name for name in names_in(text) if name in values and not values[name].strip()]
    return NAME.sub(lambda found: values.get(found[1], found[0]), text), empty


def _told(resource: Resource) -> Iterator[Field]:
    for each in resource.fields:
        if isinstance(each.kind, (*TOLD, MoneyAmount)):
            yield each
