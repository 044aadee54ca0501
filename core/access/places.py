"""The record beside which another lies (the lead of an interaction), and whether a person sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.access.actor import Actor, Scope, actor_of, work_for
from core.resources.names import RecordNames

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource

Place = tuple[str | None, int | None]
"""A resource's name and a record's id; of what lies beside no record, nothing."""


def place_of(record: Any) -> Place:
    """Beside which record this one lies."""
    return record.resource, record.record_id


def sees_place(actor: Actor, house: House, session: Session | None, place: Place) -> bool | None:
    """Whether the person sees the record at this place; None where it is none.

    A record of an app that is off, or of a kind beside which nothing lies, is seen by nobody.
    """
    name, id = place
    if name is None or id is None:
        return None
    resource = house.resources.get(name)
    if resource is None or not resource.timeline or session is None:
        return False
    if actor.reaches_all(name, "view") and not house.hooks.has("filter_query"):
        return True
    worker = actor_of(session)
    work_for(session, actor)
    try:
        with session.no_autoflush:
            return RecordNames(session, house).name(name, id) is not None
    finally:
        work_for(session, worker)


def is_seen_beside(
    actor: Actor, resource: Resource, owner_id: int | None, maker_id: int | None, sees: bool | None
) -> bool:
    """Whether the person sees what lies beside a record that they see, or do not see, or beside none.

    What may lie beside none is also seen by who made it: whoever gives somebody a task sees what becomes of it.
    """
    scope = actor.scope(resource.name, "view")
    if scope is Scope.NONE:
        return False
    if sees:
        return True
    optional = resource.beside is not None and resource.beside.optional
    return optional and (maker_id == actor.user_id or actor.reaches(scope, owner_id))
