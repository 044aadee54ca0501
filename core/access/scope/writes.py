"""The guard on every flush: what a person adds, changes, hands over or deletes must be within their grants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlalchemy.orm.util import identity_key

from core.access.actor import Actor, actor_of, work_for
from core.access.places import Place, is_seen_beside, place_of, sees_place
from core.access.reach import is_shared, reaches, status_of
from core.access.scope.policy import Child, Tables, house_of, tables_of
from core.i18n import _l
from core.resources.context import Refused

if TYPE_CHECKING:
    from core.resources.declare import Resource


def install() -> None:
    """Listen on all sessions; once per process."""
    if not event.contains(Session, "before_flush", guard_flush):
        event.listen(Session, "before_flush", guard_flush)


@contextmanager
def as_system(session: Session) -> Iterator[None]:
    """Do the enclosed part without the person's limits: what a rule of the business does on its own account.

    Who asked must have been checked before. What was pending is flushed under the person's rights, first.
    """
    actor = actor_of(session)
    session.flush()
    work_for(session, None)
    try:
        yield
        session.flush()
    finally:
        work_for(session, actor)


def guard_flush(session: Session, flush_context: Any, instances: Any) -> None:
    """Let this flush through, or raise Refused before anything of it is written."""
    actor = actor_of(session)
    if actor is None:
        return
    guard = _Guard(session, actor)
    for record in session.new:
        guard.add(record)
    for record in session.dirty:
        if session.is_modified(record):
            guard.change(record)
    for record in session.deleted:
        guard.delete(record)


def was_handed_over(session: Session, record: Any) -> bool:
    """Whether the person gave this record away in this session, rightfully, and may still finish with it."""
    return record in session.info.get("handed_over", ())


def hand_over(session: Session, record: Any) -> None:
    """Say that a record went to somebody else by right: who brought it may still finish with it in this session."""
    session.info.setdefault("handed_over", WeakSet()).add(record)


class _Guard:
    def __init__(self, session: Session, actor: Actor) -> None:
        self.session = session
        self.actor = actor
        self.house = house_of(session)
        self.tables: Tables = tables_of(self.house)
        self._open: dict[tuple[Any, str], bool] = {}

    def add(self, record: Any) -> None:
        if self._is_open(record, "create"):
            return
        resource = self.tables.resources.get(record.__table__)
        if resource is None:
            self._follow_parents(record, "create")
            return
        owner, status = self._as_it_is(record, resource)
        self._allow(record, "create", owner, status)
        if resource.owner and not reaches(self.actor, resource, "view", owner, status):
            hand_over(self.session, record)

    def change(self, record: Any) -> None:
        if self._is_open(record, "edit") and self._is_open(record, "assign"):
            return
        resource = self.tables.resources.get(record.__table__)
        if resource is None:
            self._follow_parents(record, "edit")
            return
        before, after = self._owners(record, resource)
        status, new_status = self._statuses(record, resource)
        if before == after and was_handed_over(self.session, record):
            return  # what was given away rightfully may be finished with
        self._allow(record, "edit", before, status)
        if before != after:
            self._allow(record, "assign", before, status)
            if resource.beside is None:
                self._allow(record, "assign", after, status)
        if before != after or status != new_status:
            hand_over(self.session, record)

    def delete(self, record: Any) -> None:
        if self._is_open(record, "delete"):
            return
        resource = self.tables.resources.get(record.__table__)
        if resource is None:
            self._follow_parents(record, "edit")
        else:
            self._allow(record, "delete", *self._as_stored(record, resource))

    def _is_open(self, record: Any, action: str) -> bool:
        """Whether nobody needs to look at records of this class: unscoped, or within a right over all of them."""
        key = (type(record), action)
        known = self._open.get(key)
        if known is None:
            table = getattr(record, "__table__", None)
            known = self._open[key] = table not in self.tables or (
                not self.house.hooks.has("check_access")
                and all(
                    self.actor.reaches_all(name, each)
                    for name in self._resources_behind(table)
                    for each in {action, "edit", "view"}
                )
            )
        return known

    def _resources_behind(self, table: Any) -> list[str]:
        resource = self.tables.resources.get(table)
        if resource is not None and resource.beside is not None:
            return [resource.name, *(each.name for each in self.house.resources.values() if each.timeline)]
        if resource is not None:
            return [resource.name]
        links = self.tables.children.get(table, ())
        return [name for link in links for name in self._resources_behind(link.parent.local_table)]

    def _allow(self, record: Any, action: str, owner_id: int | None, status_id: int | None) -> None:
        resource = self.tables.resources[record.__table__]
        within = reaches(self.actor, resource, action, owner_id, status_id)
        if resource.beside is not None:
            within = within and self._is_beside_seen(record, resource, action, owner_id)
        if not within and not is_shared(self.actor, resource, record, action):
            raise Refused(_l("You may not do this with this record."), "forbidden")
        if self.house.hooks.has("check_access"):
            with self.session.no_autoflush:
                answers = self.house.hooks.strict(
                    "check_access", resource=resource, action=action, record=record, actor=self.actor
                )
                if any(answer is False for _plugin, answer in answers):
                    raise Refused(_l("You may not do this with this record."), "forbidden")

    def _is_beside_seen(self, record: Any, resource: Resource, action: str, owner_id: int | None) -> bool:
        """Whether the person sees the record beside which this one lies, and the one beside which it shall lie."""
        if action == "create":
            places = {place_of(record)}
            may_lie_alone = resource.beside is not None and resource.beside.optional
        else:
            names, ids = self._two(record, "resource"), self._two(record, "record_id")
            stored, wanted = (names[0], ids[0]), (names[1], ids[1])
            may_lie_alone = is_seen_beside(self.actor, resource, owner_id, record.created_by_id, None)
            places = {stored, wanted} - ({stored} if may_lie_alone else set())
        return all(self._sees(place, may_lie_alone) for place in places)

    def _sees(self, place: Place, may_lie_alone: bool) -> bool:
        if place[0] is None or place[1] is None:
            return may_lie_alone
        resource = self.house.resources.get(place[0])
        if resource is None:
            return False
        parent = self.session.identity_map.get(identity_key(resource.model, place[1]))
        if parent is not None and was_handed_over(self.session, parent):
            return True
        return bool(sees_place(self.actor, self.house, self.session, place))

    def _as_stored(self, record: Any, resource: Resource) -> tuple[int | None, int | None]:
        """Whose the record is and in what status, in the database."""
        return self._owners(record, resource)[0], self._statuses(record, resource)[0]

    def _as_it_is(self, record: Any, resource: Resource) -> tuple[int | None, int | None]:
        """Whose a new record will be, and in what status."""
        return getattr(record, resource.owner) if resource.owner else None, status_of(resource, record)

    def _owners(self, record: Any, resource: Resource) -> tuple[int | None, int | None]:
        """The owner as stored, and as it shall be."""
        return self._two(record, resource.owner) if resource.owner else (None, None)

    def _statuses(self, record: Any, resource: Resource) -> tuple[int | None, int | None]:
        """The status as stored, and as it shall be; asked for only where statuses have rights of their own."""
        if resource.status_field is None or not self.actor.stages:
            return None, None
        return self._two(record, resource.status_field.attribute)

    def _two(self, record: Any, attribute: str) -> tuple[Any, Any]:
        """A value as stored, and as it shall be."""
        history = get_history(record, attribute, PASSIVE_NO_INITIALIZE)
        if history.unchanged:
            return history.unchanged[0], history.unchanged[0]
        after = history.added[0] if history.added else None
        if history.deleted and history.added:
            return history.deleted[0], after
        stored = self._stored(record, attribute)
        return (stored, after) if history.added or history.deleted else (stored, stored)

    def _stored(self, record: Any, attribute: str) -> Any:
        """What the database holds, for an attribute that was never loaded."""
        key = inspect(record).identity
        if key is None:
            return None
        model = type(record)
        with self.session.no_autoflush:
            return self.session.scalar(
                sa.select(getattr(model, attribute)).where(inspect(model).primary_key[0] == key[0]),
                execution_options={"unscoped": True},
            )

    def _follow_parents(self, child: Any, action: str) -> None:
        """A child may be written by whoever may write its parents, the old one and the new one."""
        for link in self.tables.children[child.__table__]:
            for parent in self._parents(child, link):
                self._allow_parent(parent, action)

    def _allow_parent(self, parent: Any, action: str) -> None:
        resource = self.tables.resources.get(parent.__table__)
        if resource is None:
            self._follow_parents(parent, action)
        elif parent in self.session.new:
            return  # looked at on its own
        elif parent in self.session.deleted:
            self.delete(parent)
        else:
            if was_handed_over(self.session, parent):
                return
            self._allow(parent, "edit", *self._as_stored(parent, resource))

    def _parents(self, child: Any, link: Child) -> list[Any]:
        attribute = link.mapper.get_property_by_column(link.column).key
        history = get_history(child, attribute, PASSIVE_NO_INITIALIZE)
        keys = {
            each
            for each in (*(history.added or ()), *(history.unchanged or ()), *(history.deleted or ()))
            if each is not None
        }
        if not history.unchanged and not history.deleted and inspect(child).identity is not None:
            keys.add(self._stored(child, attribute))
        parents = [
            parent
            for relationship in link.mapper.relationships
            if link.column in relationship.local_columns
            and not relationship.uselist
            and (parent := child.__dict__.get(relationship.key)) is not None
        ]
        with self.session.no_autoflush:
            for key in keys - {None}:
                parent = self.session.get(link.parent.class_, key)
                if parent is None:
                    raise Refused(_l("You may not do this with this record."), "forbidden")
                parents.append(parent)
        return parents
