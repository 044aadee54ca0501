"""Whom one can name in a text about a record, and who may have taken part: suggestions while somebody types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.api import Formats, House, ReferenceItem, Resource, actor_for, child_title, children_of, fold, may

MOST = 6
LOOKED_AT = 15
"""Of so many people of that name it is looked up whether they may see the record."""


@dataclass(frozen=True)
class Suggestion:
    """Somebody whose name begins with what was typed; `about` says who that is."""

    name: str
    hue: str = "slate"
    about: str = ""


def who_may_see(
    session: Session, house: House, resource: Resource, record: Any, formats: Formats, text: str
) -> list[Suggestion]:
    """People of the house who may be named beside the record: those who may see it."""
    found: list[Suggestion] = []
    for item in list(_called(formats, text))[:LOOKED_AT]:
        actor = actor_for(session, item.id)
        if actor is not None and may(resource, record, "view", actor, house):
            found.append(Suggestion(item.name, item.hue, item.keys[0] if item.keys else ""))
        if len(found) == MOST:
            break
    return found


def who_takes_part(
    session: Session, resource: Resource, record: Any, formats: Formats, text: str
) -> list[Suggestion]:
    """People of the house, and the contact persons of the record."""
    contacts = [
        Suggestion(name) for name in _contacts(session, resource, record, formats) if _begins(name, text)
    ]
    house = [Suggestion(item.name, item.hue) for item in _called(formats, text)]
    return list({each.name: each for each in (*contacts, *house)}.values())[:MOST]


def _called(formats: Formats, text: str) -> Iterator[ReferenceItem]:
    items: Sequence[ReferenceItem] = formats.references.items("users")
    return (item for item in items if item.active and _begins(item.name, text))


def _begins(name: str, text: str) -> bool:
    """Whether the name, or one of its words, begins so."""
    wanted, folded = fold(text).strip(), fold(name)
    return folded.startswith(wanted) or any(word.startswith(wanted) for word in folded.split())


def _contacts(session: Session, resource: Resource, record: Any, formats: Formats) -> Iterator[str]:
    faces = [child for child in resource.children if child.faces]
    if not faces:
        return
    rows = children_of(session, resource, [record.id])
    for child in faces:
        for row in rows.get(child.name, {}).get(record.id, ()):
            if title := child_title(child, row, formats):
                yield title.replace(",", "")  # commas stand between names
