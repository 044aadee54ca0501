"""What an administrator does to custom attributes: make, change, arrange, delete, take back. The caller commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.attributes.checking import check_way_back, checked, free_key
from core.attributes.models import Attribute, AttributeValue
from core.db import utcnow
from core.host.state import raise_generation
from core.house import House
from core.i18n import _
from core.records.models import History
from core.resources.context import Refused
from core.state import forget
from core.text import fold

MOST = 100
"""Attributes of an installation: each is a field of every form."""

HISTORY_RESOURCE = "attributes"


@dataclass
class Undo:
    """The way back: columns to set again by id, one to bring back (its id and key), one to remove."""

    set: dict[int, dict[str, Any]] = field(default_factory=dict)
    restore: tuple[int, str] | None = None
    remove: int | None = None


def attributes_of(session: Session) -> Sequence[Attribute]:
    """All attributes in their order."""
    return session.scalars(
        sa.select(Attribute).where(Attribute.deleted_at.is_(None)).order_by(Attribute.position, Attribute.id)
    ).all()


def attribute_of(session: Session, id: int) -> Attribute:
    """The attribute of this id.

    Raises:
        Refused: it is gone.
    """
    found = session.get(Attribute, id)
    if found is None or found.deleted_at is not None:
        raise Refused(_("This attribute is not there any more."), "gone")
    return found


def uses_of(session: Session, ids: Sequence[int] | None = None) -> dict[int, int]:
    """How many records have a value of each attribute, of all or of these."""
    one = AttributeValue
    statement = (
        sa.select(one.attribute_id, sa.func.count()).where(one.position == 0).group_by(one.attribute_id)
    )
    if ids is not None:
        statement = statement.where(one.attribute_id.in_(ids))
    return {id: number for id, number in session.execute(statement, execution_options={"unscoped": True})}


def create(session: Session, house: House, given: Mapping[str, Any]) -> tuple[Attribute, Undo]:
    """A new attribute behind the others; `given` has name, kind, and what else an attribute has.

    Raises:
        Refused: what is given makes no attribute.
    """
    there = attributes_of(session)
    if len(there) >= MOST:
        raise Refused(_("There are %(max)s attributes already.", max=MOST), "too_many")
    kept = checked(session, house, given, None)
    last = max((each.position for each in there), default=0)
    attribute = Attribute(**kept, key=free_key(session, kept["name"]), position=last + 1)
    with _names_kept_apart(session):
        session.add(attribute)
        session.flush()
    _built_anew(session)
    _note(session, attribute.id, "create", {"name": [None, attribute.name]})
    return attribute, Undo(remove=attribute.id)


def change(session: Session, house: House, id: int, given: Mapping[str, Any]) -> Undo:
    """Change what is given of an attribute; its key stays.

    Raises:
        Refused: it cannot be so, or not while records have values of it.
    """
    attribute = attribute_of(session, id)
    kept = checked(session, house, given, attribute)
    before = {name: getattr(attribute, name) for name, new in kept.items() if getattr(attribute, name) != new}
    if not before:
        return Undo()
    with _names_kept_apart(session):
        for name in before:
            setattr(attribute, name, kept[name])
        session.flush()
    _built_anew(session)
    told = {name: [old, kept[name]] for name, old in before.items() if name != "name_folded"}
    _note(session, id, "change", told)
    return Undo(set={id: before})


def put_on(session: Session, house: House, id: int, resources: Sequence[str]) -> None:
    """Have these records have the attribute too. The caller commits.

    Raises:
        Refused: it is gone, or cannot be on these.
    """
    attribute = attribute_of(session, id)
    change(session, house, id, {"resources": list(dict.fromkeys((*attribute.resources, *resources)))})


def arrange(session: Session, ids: Sequence[int]) -> Undo:
    """Put these in this order; others keep their places around them."""
    there = {each.id: each for each in attributes_of(session)}
    wanted = [there[id] for id in dict.fromkeys(ids) if id in there]
    moved = iter(wanted)
    order = [next(moved) if each in wanted else each for each in there.values()]
    way_back = Undo()
    for position, each in enumerate(order, start=1):
        if each.position != position:
            way_back.set[each.id] = {"position": each.position}
            each.position = position
    session.flush()
    if way_back.set:
        _built_anew(session)
    return way_back


def step(session: Session, id: int, by: int) -> Undo:
    """One place up (-1) or down (1)."""
    ids = [each.id for each in attributes_of(session)]
    if id not in ids:
        raise Refused(_("This attribute is not there any more."), "gone")
    to = min(max(ids.index(id) + by, 0), len(ids) - 1)
    ids.remove(id)
    ids.insert(to, id)
    return arrange(session, ids)


def delete(session: Session, id: int) -> Undo:
    """Take an attribute out of everything; its values stay a while, in case it comes back.

    Its name and key are free at once.
    """
    attribute = attribute_of(session, id)
    key = attribute.key
    attribute.deleted_at = utcnow()
    attribute.key = attribute.name_folded = f"~{id}"
    session.flush()
    _built_anew(session)
    _note(session, id, "delete", {"name": [attribute.name, None]})
    return Undo(restore=(id, key))


def undo(session: Session, house: House, way_back: Undo) -> None:
    """Go the way back.

    Raises:
        Refused: it is closed: the name is taken again, the values are gone for good, or records have values by now
            that the attribute as it was cannot have.
    """
    if way_back.remove is not None:
        if uses_of(session, [way_back.remove]).get(way_back.remove):
            raise Refused(_("Records have values of this attribute by now."), "in_use")
        delete(session, way_back.remove)
    with _names_kept_apart(session):
        if way_back.restore is not None:
            _restore(session, *way_back.restore)
        for id, columns in way_back.set.items():
            attribute = attribute_of(session, id)
            check_way_back(session, house, columns, attribute)
            for name, old in columns.items():
                setattr(attribute, name, old)
        session.flush()
    _built_anew(session)


def _restore(session: Session, id: int, key: str) -> None:
    attribute = session.get(Attribute, id)
    if attribute is None:
        raise Refused(_("This can no longer be taken back."), "too_late")
    if attribute.deleted_at is None:
        return
    if session.scalar(sa.select(Attribute.id).where(Attribute.key == key)) is not None:
        raise Refused(_("There is an attribute of this name already."), "taken")
    attribute.deleted_at, attribute.key, attribute.name_folded = None, key, fold(attribute.name)
    _note(session, id, "undo", {"name": [None, attribute.name]})


def _built_anew(session: Session) -> None:
    """Every process builds its app anew before its next request: fields are part of it, as plugins are."""
    raise_generation(session.connection())
    forget(session)


@contextmanager
def _names_kept_apart(session: Session) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise Refused(_("There is an attribute of this name already."), "taken") from error


def _note(session: Session, id: int, action: str, changes: Mapping[str, Any]) -> None:
    actor = actor_of(session)
    session.add(
        History(
            resource=HISTORY_RESOURCE,
            record_id=id,
            actor_id=actor.user_id if actor else None,
            action=action,
            source="page",
            changes=dict(changes),
        )
    )
    session.flush()
