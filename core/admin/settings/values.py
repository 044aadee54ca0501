"""What an administrator does to the values of a reference list; each deed says how it is undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.admin.settings.checking import checked
from core.admin.settings.groups import empty_group, fill_group, group_id, hold, keep_one_group, members_of
from core.admin.settings.usage import holders_of, put_back, replace_everywhere, uses_of
from core.admin.settings.ways import MOST_HELD, Undo
from core.house import house_for
from core.i18n import _
from core.records.models import History
from core.references import OPEN, add_value
from core.resources.context import Refused
from core.resources.declare import ReferenceList
from core.state import forget


def values_of(session: Session, declared: ReferenceList) -> Sequence[Any]:
    """All values in their order."""
    model = declared.model
    return session.scalars(sa.select(model).order_by(model.position, model.id)).all()


def value_of(session: Session, declared: ReferenceList, id: int) -> Any:
    """The value of this id.

    Raises:
        Refused: it is gone; somebody deleted it meanwhile.
    """
    value = session.get(declared.model, id)
    if value is None:
        raise Refused(_("This value is no longer in the list."), "gone")
    return value


def create(
    session: Session, declared: ReferenceList, attributes: Mapping[str, Any], like: int | None = None
) -> tuple[Any, Undo]:
    """A new value at the end of its list; where it is a group of other values, with those that `like` has."""
    given = checked(declared, attributes, None)
    if "name" not in given:
        raise Refused(_("A name is needed."), "required")
    if declared.within and given.get(declared.group_attribute) is None:
        label = declared.group_column.label if declared.group_column else ""
        raise Refused(_("Say for which it is: %(group)s.", group=label), "required")
    with _names_kept_apart(session):
        value = add_value(session, declared, **given)
    fill_group(session, declared, value.id, like)
    _note(session, declared, value.id, "create", {name: [None, given[name]] for name in given})
    return value, Undo(remove=[value.id])


def change(session: Session, declared: ReferenceList, id: int, attributes: Mapping[str, Any]) -> Undo:
    """Other attributes for a value. Its meaning does not change where it is the last one of the old meaning."""
    value = value_of(session, declared, id)
    given = checked(declared, attributes, value)
    before = {name: getattr(value, name) for name in given if getattr(value, name) != given[name]}
    if "meaning" in before:
        _keep_one_of_each_meaning(session, declared, value)
    with _names_kept_apart(session):
        for name in before:
            setattr(value, name, given[name])
        session.flush()
    if before:
        forget(session)
        _note(session, declared, id, "edit", {name: [before[name], given[name]] for name in before})
    return Undo(set={id: before} if before else {})


def make_default(session: Session, declared: ReferenceList, id: int) -> Undo:
    """New records get this value; of the whole list only one is the default, of one with groups one in each."""
    value = value_of(session, declared, id)
    if not may_be_default(declared, value.meaning):
        raise Refused(_("A new record cannot begin with “%(name)s”.", name=value.name), "meaning")
    model = declared.model
    others = sa.select(model).where(model.is_default.is_(True), model.id != id)
    if declared.within:
        others = others.where(getattr(model, declared.group_attribute) == group_id(declared, value))
    old = session.scalars(others).all()
    undo = Undo(set={each.id: {"is_default": True} for each in old} | {id: {"is_default": value.is_default}})
    for each in old:
        each.is_default = False
    value.is_default = True
    session.flush()
    forget(session)
    _note(session, declared, id, "default", {"is_default": [False, True]})
    return undo


def arrange(
    session: Session, declared: ReferenceList, ids: Sequence[int], meaning: str | None = None
) -> Undo:
    """Put these values in this order; with `meaning` they all get it (one was dragged into its group).

    Values that are not named keep their places around them.
    """
    values = {value.id: value for value in values_of(session, declared)}
    wanted = [values[id] for id in dict.fromkeys(ids) if id in values]
    way_back = Undo()
    for value in wanted:
        if meaning is not None and value.meaning != meaning:
            way_back.set.update(change(session, declared, value.id, {"meaning": meaning}).set)
    moved = iter(wanted)
    order = [next(moved) if value in wanted else value for value in values.values()]
    for position, value in enumerate(order, start=1):
        if value.position != position:
            way_back.set.setdefault(value.id, {})["position"] = value.position
            value.position = position
    session.flush()
    forget(session)
    return way_back


def step(session: Session, declared: ReferenceList, id: int, by: int) -> Undo:
    """One place up (-1) or down (1) among the values of the same meaning."""
    value = value_of(session, declared, id)
    group = [
        each.id
        for each in values_of(session, declared)
        if each.meaning == value.meaning and group_id(declared, each) == group_id(declared, value)
    ]
    at = group.index(id)
    to = min(max(at + by, 0), len(group) - 1)
    group.insert(to, group.pop(at))
    return arrange(session, declared, group)


def delete(
    session: Session,
    declared: ReferenceList,
    id: int,
    replacement_id: int | None = None,
    places: Mapping[int, int] | None = None,
) -> Undo | None:
    """Take a value away; where it is in use `replacement_id` takes its place everywhere, in the same transaction.

    Where it is a group of other values these go along; `places` says for each that is in use which value of another
    group its records get.

    Answers the way back, None where more records had it than are kept in mind.

    Raises:
        Refused: it is in use and no replacement was named (`in_use`), or it is the last of its meaning.
    """
    hold(session, declared)
    value = value_of(session, declared, id)
    if members_of(house_for(session), declared):
        return _delete_group(session, declared, value, places or {})
    _keep_one_of_each_meaning(session, declared, value)
    uses = uses_of(session, declared.model, [id]).get(id, 0)
    if uses and replacement_id is None:
        raise Refused(_("This value is in use: choose what takes its place."), "in_use")
    held: dict[str, list[int]] | None = {}
    if replacement_id is not None:
        if replacement_id == id:
            raise Refused(_("A value cannot take its own place."), "same")
        replacement = value_of(session, declared, replacement_id)
        if group_id(declared, replacement) != group_id(declared, value):
            raise Refused(_("What takes its place must stand beside it."), "other_group")
        held = holders_of(session, declared.model, id, MOST_HELD)
        replace_everywhere(session, declared.model, id, replacement_id)
        if value.is_default and may_be_default(declared, replacement.meaning):
            replacement.is_default = True
    before = {}
    if replacement_id is not None and value.is_default and replacement.is_default:
        before = {replacement_id: {"is_default": False}}
    kept = {column.key: getattr(value, column.key) for column in sa.inspect(declared.model).column_attrs}
    session.delete(value)
    session.flush()
    forget(session)
    _note(
        session, declared, id, "delete", {"name": [kept["name"], None], "replaced_by": [None, replacement_id]}
    )
    return None if held is None else Undo(before, [kept], held=held, replaced=id, replaced_by=replacement_id)


def _delete_group(
    session: Session, declared: ReferenceList, value: Any, places: Mapping[int, int]
) -> Undo | None:
    """A group goes with its values, and its records to others."""
    id = value.id
    keep_one_group(session, declared, value)
    ways, target = empty_group(session, declared, value, places)
    before = {}
    if value.is_default and target is not None:
        value_of(session, declared, target).is_default = True
        before = {target: {"is_default": False}}
    kept = {column.key: getattr(value, column.key) for column in sa.inspect(declared.model).column_attrs}
    session.delete(value)
    session.flush()
    forget(session)
    _note(session, declared, id, "delete", {"name": [kept["name"], None], "replaced_by": [None, target]})
    return None if ways is None else Undo(before, [kept], further=ways)


def undo(session: Session, declared: ReferenceList, way_back: Undo) -> None:
    """Go the way back.

    Raises:
        Refused: it is closed: the name is taken again, or the value to be removed is in use by now.
    """
    for id in way_back.remove:
        delete(session, declared, id)
    with _names_kept_apart(session):
        for row in way_back.add:
            session.add(declared.model(**row))
        for id, attributes in way_back.set.items():
            value = session.get(declared.model, id)
            for name, old in attributes.items() if value is not None else ():
                setattr(value, name, old)
        session.flush()
    if way_back.replaced is not None and way_back.replaced_by is not None:
        put_back(session, declared.model, way_back.held, way_back.replaced_by, way_back.replaced)
    house = house_for(session)
    for name, way in way_back.further:
        if house is not None and name in house.lists:
            undo(session, house.lists[name], Undo.of(way))
    forget(session)
    for id in [*way_back.set, *(row["id"] for row in way_back.add)]:
        _note(session, declared, id, "undo", {})


def may_be_default(declared: ReferenceList, meaning: str | None) -> bool:
    """Whether a new record can begin with a value of this meaning: where there is an open one, only with that."""
    return meaning == OPEN or OPEN not in dict(declared.meanings)


def last_of_meaning(values: Sequence[Any], declared: ReferenceList) -> frozenset[int]:
    """Ids of the values that cannot go, because their meaning would have none left."""
    if not declared.meanings:
        return frozenset()
    found: dict[tuple[int | None, str], list[int]] = {}
    for value in values:
        found.setdefault((group_id(declared, value), value.meaning), []).append(value.id)
    return frozenset(ids[0] for ids in found.values() if len(ids) == 1)


@contextmanager
def _names_kept_apart(session: Session) -> Iterator[None]:
    """Turns the database's refusal of a second value of one name into a sentence, and takes back what was tried."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise Refused(_("The list has a value of this name already."), "taken") from error


def _keep_one_of_each_meaning(session: Session, declared: ReferenceList, value: Any) -> None:
    if value.id in last_of_meaning(values_of(session, declared), declared):
        label = dict(declared.meanings).get(value.meaning, value.meaning)
        raise Refused(
            _("“%(name)s” is the last one under “%(meaning)s”.", name=value.name, meaning=label), "last"
        )


def _note(session: Session, declared: ReferenceList, id: int, action: str, changes: dict[str, Any]) -> None:
    actor = actor_of(session)
    session.add(
        History(
            resource=f"list:{declared.name}",
            record_id=id,
            actor_id=actor.user_id if actor else None,
            action=action,
            source="page",
            changes=changes,
        )
    )
    session.flush()
