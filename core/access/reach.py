"""Whether a person may do something to one record: grants, the status it is in, whose it is, shares, plugins.

The one decision there is: pages and the API ask `may`, and `core.access.why` tells people what it was made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

from core.access.actor import MOVE, Actor, Scope
from core.access.granted import shared_to
from core.access.models import Share
from core.access.places import is_seen_beside, place_of, sees_place
from core.host.dispatch import PluginError

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource


@dataclass(frozen=True)
class Verdict:
    """What was decided, and by what.

    Args:
        scope: how far the right reaches, among records in this record's status.
        by_status: the scope is the status's own, not the one that holds elsewhere.
        within: the record is within that scope.
        shared: it is not, but it is shared to the person for this.
        objector: the plugin that forbids it all the same.
        lacks: another action that is needed for this one, and not allowed.
        beside: whether the person sees the record beside which it lies; None of one that lies beside none.
    """

    scope: Scope
    by_status: bool
    within: bool
    shared: bool = False
    objector: str = ""
    lacks: str = ""
    beside: bool | None = None

    @property
    def allowed(self) -> bool:
        return (self.within or self.shared) and not self.objector and not self.lacks


def judge(resource: Resource, record: Any, action: str, actor: Actor, house: House) -> Verdict:
    """Decide whether this person may do `action` on this record, and say by what."""
    status_id = status_of(resource, record)
    owner_id = getattr(record, resource.owner) if resource.owner else actor.user_id
    scope = actor.scope_in(resource.name, action, status_id)
    by_status = status_id in actor.exceptions(resource.name, action)
    within = reaches(actor, resource, action, owner_id, status_id)
    beside = None
    if resource.beside is not None:
        beside = sees_place(actor, house, object_session(record), place_of(record))
        seen = is_seen_beside(actor, resource, owner_id, record.created_by_id, beside)
        within = seen and (within or (action == "view" and scope > Scope.NONE))
    shared = not within and is_shared(actor, resource, record, action)
    if not within and not shared:
        return Verdict(scope, by_status, within, beside=beside)
    objector = _objector(resource, record, action, actor, house)
    needed = [other for each, other in resource.needs if each == action]
    lacks = next((each for each in needed if not may(resource, record, each, actor, house)), "")
    return Verdict(scope, by_status, within, shared, objector, lacks, beside)


def may(resource: Resource, record: Any, action: str, actor: Actor | None, house: House) -> bool:
    """Whether this person may do `action` on this record; the system may everything."""
    return actor is None or judge(resource, record, action, actor, house).allowed


def reaches(
    actor: Actor, resource: Resource, action: str, owner_id: int | None, status_id: int | None
) -> bool:
    """Whether a record of this owner in this status is within the person's own right, shares apart."""
    scope = actor.scope_in(resource.name, action, status_id)
    return actor.reaches(scope, owner_id) if resource.is_scoped(action) else scope > Scope.NONE


def may_enter(actor: Actor | None, resource: Resource, owner_id: int | None, status_id: int) -> bool:
    """Whether the person may bring a record of this owner into a status; where nothing is set for it, who edits may."""
    if actor is None or status_id not in actor.exceptions(resource.name, MOVE):
        return True
    return reaches(actor, resource, MOVE, owner_id, status_id)


def is_shared(actor: Actor, resource: Resource, record: Any, action: str) -> bool:
    """Whether this record is shared to the person for `action`."""
    if not actor.has_shares(resource.name, action):
        return False
    session = object_session(record)
    return session is not None and record.id in shared_ids(session, actor, resource, [record.id], action)


def shared_ids(
    session: Session, actor: Actor, resource: Resource, ids: Collection[int], action: str
) -> frozenset[int]:
    """Those of these records that are shared to the person for `action`; no query where nothing is."""
    if not ids or not actor.has_shares(resource.name, action):
        return frozenset()
    with session.no_autoflush:
        return frozenset(
            session.scalars(shared_records(actor, resource, action).where(Share.record_id.in_(ids)))
        )


def shared_records(actor: Actor, resource: Resource, action: str) -> sa.Select[Any]:
    """`SELECT record_id` of the records of a resource that are shared to the person for `action`."""
    wanted = sa.select(Share.record_id).where(
        Share.resource == resource.name, shared_to(actor.user_id, actor.in_teams)
    )
    return wanted.where(Share.may_edit.is_(True)) if action == "edit" else wanted


def reached_rows(
    session: Session, actor: Actor, resource: Resource, rows: Iterable[Any], action: str
) -> set[int]:
    """The ids of those rows of a list (they have `resource.deciding`) that the person may do `action` on.

    No plugin is asked here: this says what a list offers, and doing it asks again.
    """
    found, others = set[int](), []
    for row in rows:
        owner_id = getattr(row, resource.owner) if resource.owner else actor.user_id
        if reaches(actor, resource, action, owner_id, status_of(resource, row)):
            found.add(row.id)
        else:
            others.append(row.id)
    return found | shared_ids(session, actor, resource, others, action)


def status_of(resource: Resource, record: Any) -> int | None:
    """The status a record (or a row that has `resource.deciding`) is in; None where the resource has no path."""
    status = resource.status_field
    return getattr(record, status.attribute) if status is not None else None


def _objector(resource: Resource, record: Any, action: str, actor: Actor, house: House) -> str:
    """The plugin that forbids it; one that cannot answer forbids."""
    if not house.hooks.has("check_access"):
        return ""
    answers = house.hooks.strict("check_access", resource=resource, action=action, record=record, actor=actor)
    try:
        return next((plugin for plugin, answer in answers if answer is False), "")
    except PluginError as error:
        house.hooks.failed(error.plugin, error.at, error.original)
        return error.plugin
