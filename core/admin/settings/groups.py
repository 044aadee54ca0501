"""Lists whose values are groups of another list's (pipelines of stages): a group comes with values, and goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.admin.settings.usage import (
    columns_pointing_at,
    holders_of,
    put_in_group,
    replace_everywhere,
    uses_of,
)
from core.admin.settings.ways import MOST_HELD, Undo
from core.house import House, house_for
from core.i18n import _
from core.resources.context import Refused
from core.resources.declare import ReferenceList


def members_of(house: House | None, declared: ReferenceList) -> Sequence[ReferenceList]:
    """The lists whose values stand in groups that are the values of this one."""
    return [each for each in house.lists.values() if each.groups == declared.name] if house else ()


def group_id(declared: ReferenceList, value: Any) -> int | None:
    """The group a value belongs to; None in a list without groups."""
    return getattr(value, declared.group_attribute) if declared.within else None


def values_in(session: Session, member: ReferenceList, group: int) -> Sequence[Any]:
    """The values of one group, in their order."""
    model = member.model
    own = getattr(model, member.group_attribute) == group
    return session.scalars(sa.select(model).where(own).order_by(model.position, model.id)).all()


def fill_group(session: Session, declared: ReferenceList, id: int, like: int | None) -> None:
    """Give a new group the values of another one: of `like`, else of the default one, else of the first."""
    members = members_of(house_for(session), declared)
    model = declared.model
    if not members:
        return
    others = sa.select(model.id).where(model.id != id)
    pattern = session.scalar(others.where(model.id == like)) if like is not None else None
    if pattern is None:
        pattern = session.scalar(others.order_by(model.is_default.desc(), model.position, model.id).limit(1))
    if pattern is not None:
        for member in members:
            _copy(session, member, pattern, id)


def used_values(session: Session, declared: ReferenceList, id: int) -> list[tuple[ReferenceList, Any, int]]:
    """The values of a group that records have: list, value, how many."""
    found = []
    for member in members_of(house_for(session), declared):
        own = values_in(session, member, id)
        uses = uses_of(session, member.model, [each.id for each in own])
        found += [(member, each, uses[each.id]) for each in own if uses.get(each.id)]
    return found


def places_offered(session: Session, declared: ReferenceList, id: int) -> Mapping[str, Sequence[Any]]:
    """The values of the other groups, by the name of their list: where the records of this group may go.

    A record keeps its meaning on the way (a won deal stays won); each group has a value of each meaning.
    """
    found: dict[str, Sequence[Any]] = {}
    for member in members_of(house_for(session), declared):
        model = member.model
        group = getattr(model, member.group_attribute)
        there = sa.select(model).where(group != id).order_by(group, model.position, model.id)
        found[member.name] = session.scalars(there).all()
    return found


def hold(session: Session, declared: ReferenceList) -> None:
    """Let nobody else take values away, or give them to records, until this transaction ends: SQLite does so anyway."""
    for each in (declared, *members_of(house_for(session), declared)):
        session.execute(sa.select(each.model.id).order_by(each.model.id).with_for_update())


def keep_one_group(session: Session, declared: ReferenceList, value: Any) -> None:
    """Refuse to let the last group go: records have to stand in one."""
    if value.id in only_group(session, declared):
        raise Refused(_("“%(name)s” is the only one and stays.", name=value.name), "last")


def only_group(session: Session, declared: ReferenceList) -> frozenset[int]:
    """The id of the group that is the only one, if it is."""
    if not members_of(house_for(session), declared):
        return frozenset()
    ids = session.scalars(sa.select(declared.model.id).limit(2)).all()
    return frozenset(ids) if len(ids) == 1 else frozenset()


def empty_group(
    session: Session, declared: ReferenceList, value: Any, places: Mapping[int, int]
) -> tuple[list[tuple[str, Mapping[str, Any]]] | None, int | None]:
    """Move the records of a group to the places chosen for each of its values, and take those values away.

    Answers the ways back, None where more records were moved than are kept in mind, and the group most of what is not
    in a place of its own goes to.

    Raises:
        Refused: a value is in use and has no place in another group.
    """
    ways: list[tuple[str, Mapping[str, Any]]] | None = []
    target: int | None = None
    for member, used, _number in used_values(session, declared, value.id):
        place = session.get(member.model, places.get(used.id, 0))
        if place is None or group_id(member, place) == value.id or place.meaning != used.meaning:
            raise Refused(_("Choose where the records of “%(name)s” go.", name=used.name), "in_use")
        target = target or group_id(member, place)
        moved = _move(session, declared, member, used, place)
        ways = ways + moved if ways is not None and moved is not None else None
    target = target or _another(session, declared, value.id)
    held = holders_of(session, declared.model, value.id, MOST_HELD)
    if target is not None:
        replace_everywhere(session, declared.model, value.id, target)
    gone: list[tuple[str, Mapping[str, Any]]] = []
    for member in members_of(house_for(session), declared):
        own = values_in(session, member, value.id)
        gone.append((member.name, asdict(Undo(add=[_kept(member, each) for each in own]))))
        for each in own:
            session.delete(each)
    session.flush()
    if ways is None or held is None:
        return None, target
    rest = [(declared.name, asdict(Undo(held=held, replaced=value.id, replaced_by=target)))] if held else []
    return [*gone, *ways, *rest], target


def _move(
    session: Session, declared: ReferenceList, member: ReferenceList, used: Any, place: Any
) -> list[tuple[str, Mapping[str, Any]]] | None:
    """Let the records of one value have another of another group, and that group too."""
    held = holders_of(session, member.model, used.id, MOST_HELD)
    old, new = group_id(member, used) or 0, group_id(member, place) or 0
    beside = {}
    for column in columns_pointing_at(session, declared.model):
        for own in columns_pointing_at(session, member.model):
            if own.table is column.table and "id" in own.table.c:
                beside[column] = put_in_group(session, column, own, used.id, (old, new))
    replace_everywhere(session, member.model, used.id, place.id)
    if held is None:
        return None
    groups = {f"{column.table.name}.{column.name}": ids for column, ids in beside.items() if ids}
    return [
        (member.name, asdict(Undo(held=held, replaced=used.id, replaced_by=place.id))),
        (declared.name, asdict(Undo(held=groups, replaced=old, replaced_by=new))),
    ]


def _another(session: Session, declared: ReferenceList, id: int) -> int | None:
    model = declared.model
    return session.scalar(
        sa.select(model.id)
        .where(model.id != id)
        .order_by(model.is_default.desc(), model.position, model.id)
        .limit(1)
    )


def _copy(session: Session, member: ReferenceList, pattern: int, id: int) -> None:
    last = session.scalar(sa.select(sa.func.max(member.model.position))) or 0
    for position, each in enumerate(values_in(session, member, pattern), start=last + 1):
        row = _kept(member, each) | {member.group_attribute: id, "position": position}
        del row["id"]
        session.add(member.model(**row))
    session.flush()


def _kept(declared: ReferenceList, value: Any) -> dict[str, Any]:
    return {column.key: getattr(value, column.key) for column in sa.inspect(declared.model).column_attrs}
