"""Sharing a record: shown to a person or a team beyond what their roles reach, to look at or to edit, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.access.actor import Actor
from core.access.models import Share, Team, TeamMember, User
from core.access.reach import judge
from core.db import utcnow
from core.house import House
from core.i18n import _
from core.notifications.service import notify
from core.notifications.watch import SHARED
from core.records.history import note
from core.resources.context import Refused, WriteContext
from core.resources.declare import Resource
from core.resources.rights import title_of
from core.state import forget

MOST = 100
"""A record is shared with so many at most; for more there are roles."""


@dataclass(frozen=True)
class Shared:
    """With whom a record is shared, for people and programs."""

    id: int
    kind: str
    """person or team."""
    target_id: int
    name: str
    hue: str
    may_edit: bool
    by: str

    def json(self) -> dict[str, Any]:
        found = {"id": self.id, "may_edit": self.may_edit, "by": self.by or None}
        return {
            **found,
            "user" if self.kind == "person" else "team": {"id": self.target_id, "name": self.name},
        }


def may_share(resource: Resource, record: Any, actor: Actor, house: House) -> bool:
    """Whether this person may share the record: who sees and edits it by a right of their own, not by a share."""
    if resource.beside is not None:
        return False  # the record beside which it lies is shared, and it with that
    verdicts = [judge(resource, record, action, actor, house) for action in ("view", "edit")]
    return all(each.within and each.allowed for each in verdicts)


def shares_on(session: Session, resource: Resource, record_id: int) -> list[Shared]:
    """With whom this record is shared, people first."""
    giver = aliased(User)
    rows = session.execute(
        sa.select(Share, User.name, User.hue, Team.name, giver.name)
        .outerjoin(User, User.id == Share.user_id)
        .outerjoin(Team, Team.id == Share.team_id)
        .outerjoin(giver, giver.id == Share.by_id)
        .where(Share.resource == resource.name, Share.record_id == record_id)
        .order_by(Share.team_id.isnot(None), User.name, Team.name, Share.id)
        .limit(MOST)
    )
    return [
        Shared(
            row.id,
            "person" if row.user_id is not None else "team",
            row.user_id or row.team_id or 0,
            person or team or "",
            hue or "slate",
            row.may_edit,
            by or "",
        )
        for row, person, hue, team, by in rows
    ]


def share(
    context: WriteContext,
    resource: Resource,
    record: Any,
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    may_edit: bool = False,
) -> Share:
    """Show a record to a person or a team, or change whether they may edit it; they hear of it. The caller commits.

    Raises:
        Refused: the person may not share it, or there is nobody to share it with.
    """
    _require(context, resource, record)
    session = context.session
    name = _name_of(session, user_id, team_id)
    found = session.scalar(
        sa.select(Share).where(
            Share.resource == resource.name,
            Share.record_id == record.id,
            Share.user_id == user_id if user_id is not None else Share.team_id == team_id,
        )
    )
    if found is not None and found.may_edit == may_edit:
        return found
    if found is None and len(shares_on(session, resource, record.id)) >= MOST:
        raise Refused(
            _("A record is shared with %(count)s people and teams at most.", count=MOST), "too_many"
        )
    is_new = found is None
    by = context.actor.user_id if context.actor else None
    row = found or Share(resource=resource.name, record_id=record.id, user_id=user_id, team_id=team_id)
    row.may_edit, row.by_id, row.at = may_edit, by, utcnow()
    session.add(row)
    session.flush()
    deed = "shared_to_edit" if may_edit else "shared"
    note(session, context, resource, record, deed, {"shared_with": [None, {"name": name}]})
    forget(session)
    if is_new:
        _tell(context, resource, record, row)
    return row


def unshare(context: WriteContext, resource: Resource, record: Any, share_id: int) -> bool:
    """Show it to them no longer; False where it was not. The caller commits.

    Raises:
        Refused: the person may not share it.
    """
    _require(context, resource, record)
    session = context.session
    row = session.get(Share, share_id)
    if row is None or (row.resource, row.record_id) != (resource.name, record.id):
        return False
    name = _name_of(session, row.user_id, row.team_id, gone=True)
    session.delete(row)
    session.flush()
    note(session, context, resource, record, "unshared", {"shared_with": [{"name": name}, None]})
    forget(session)
    return True


def _require(context: WriteContext, resource: Resource, record: Any) -> None:
    if context.actor is not None and not may_share(resource, record, context.actor, context.house):
        raise Refused(_("Only who may edit a record by a right of their own may share it."), "forbidden")


def _name_of(session: Session, user_id: int | None, team_id: int | None, *, gone: bool = False) -> str:
    """What the person or team is called. Raises Refused where there is none, or not exactly one was named."""
    if (user_id is None) == (team_id is None):
        raise Refused(_("Choose a person or a team."), "nobody")
    if user_id is not None:
        person = session.get(User, user_id)
        if person is not None and (person.active or gone):
            return person.name
    elif (team := session.get(Team, team_id)) is not None:
        return team.name
    raise Refused(_("Choose a person or a team."), "nobody")


def _tell(context: WriteContext, resource: Resource, record: Any, row: Share) -> None:
    session, me = context.session, context.actor.user_id if context.actor else None
    people = {row.user_id} if row.user_id is not None else set()
    if row.team_id is not None:
        people |= {*session.scalars(sa.select(TeamMember.user_id).where(TeamMember.team_id == row.team_id))}
        people |= {*session.scalars(sa.select(Team.manager_id).where(Team.id == row.team_id))}
    values = {
        "actor": (context.actor.name or context.actor.email) if context.actor else "Prospecto",
        "record": title_of(resource, record),
    }
    told = [each for each in people if each is not None and each != me]
    notify(session, told, SHARED, values, resource=resource.name, record_id=record.id)
