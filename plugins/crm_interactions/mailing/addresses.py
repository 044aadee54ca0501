"""To whom one can write from a record: its own addresses, those of its rows, and those of the records it points to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address as Mailbox
from email.utils import parseaddr
from typing import Any

from sqlalchemy.orm import Session

from core.api import (
    Email,
    House,
    Invalid,
    RecordRef,
    Resource,
    Stored,
    _,
    find_many,
    fold_email,
    stored_of,
    title_of,
)

MOST = 20
BETWEEN = re.compile(r"[;,\n]+")


@dataclass(frozen=True)
class Address:
    """Somebody's address: whose it is, and what it is called."""

    name: str
    address: str

    @property
    def header(self) -> str:
        """As a header writes it: `Ana Pérez <ana@example.com>`."""
        return str(Mailbox(self.name, addr_spec=self.address)) if self.name else self.address


def addresses_of(session: Session, house: House, resource: Resource, record: Any) -> list[Address]:
    """The record's addresses and those of whom it points to, each once; only what the session's person may see."""
    (stored,) = stored_of(session, resource, [record], children=True)
    found = list(_own(stored))
    for name, ids in _pointed(stored).items():
        declared = house.resources.get(name)
        if declared is not None:
            for each in find_many(session, declared, sorted(ids), children=True):
                found += _own(each)
    once = {each.address.casefold(): each for each in reversed(found)}
    return list(dict.fromkeys(once[each.address.casefold()] for each in found))[:MOST]


def read_addresses(text: str) -> tuple[list[Address], list[str]]:
    """What was typed as recipients, apart by commas, semicolons or lines: addresses, and what is none."""
    good: list[Address] = []
    bad: list[str] = []
    for part in (each.strip() for each in BETWEEN.split(text)):
        if not part:
            continue
        name, address = parseaddr(part)
        try:
            fold_email(address)
        except Invalid:
            address = ""
        if not address or (part not in (address, f"<{address}>") and not part.endswith(f" <{address}>")):
            bad.append(part[:100])
        else:
            good.append(Address(" ".join(name.split())[:100], address))
    return list({each.address.casefold(): each for each in good}.values()), bad


def wrong_addresses(bad: list[str]) -> str:
    """What is said of recipients that are no addresses."""
    return _("This is no e-mail address: %(what)s", what=", ".join(bad))


def _own(stored: Stored) -> Iterator[Address]:
    title = title_of(stored.resource, stored.record)
    repeated = {name for child in stored.resource.children for name in child.mirrors.values()}
    for field in stored.resource.fields:
        if (
            field.name not in repeated
            and isinstance(field.kind, Email)
            and (value := stored.value(field)) is not None
        ):
            yield Address(title, str(value))
    for child in stored.resource.children:
        for row in stored.children.get(child.name, ()):
            for field in child.fields:
                value = row.values.get(field.name)
                if isinstance(field.kind, Email) and value is not None:
                    name = " ".join(str(row.values.get(each) or "") for each in child.title).strip()
                    yield Address(name or title, str(value))


def _pointed(stored: Stored) -> dict[str, set[int]]:
    """The ids of the records it and its rows point to, by resource."""
    found: dict[str, set[int]] = {}
    for field in stored.resource.fields:
        if isinstance(field.kind, RecordRef) and (id := stored.value(field)) is not None:
            found.setdefault(field.kind.resource, set()).add(id)
    for child in stored.resource.children:
        for row in stored.children.get(child.name, ()):
            for field in child.fields:
                if isinstance(field.kind, RecordRef) and (id := row.values.get(field.name)) is not None:
                    found.setdefault(field.kind.resource, set()).add(id)
    return found
