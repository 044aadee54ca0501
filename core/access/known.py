"""Teams and roles as plugins know them: names and who belongs to them, kept in memory until one changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Role, Team, TeamMember
from core.access.roles import label_of
from core.i18n import Text
from core.state import remembered


@dataclass(frozen=True)
class KnownTeam:
    """A team; `people` are the ids of its members, the manager only where they are one."""

    id: int
    name: str
    manager_id: int | None
    people: frozenset[int]


@dataclass(frozen=True)
class KnownRole:
    """A role; `name` is what an actor's `roles` hold."""

    id: int
    name: str
    label: Text


def known_teams(session: Session) -> Sequence[KnownTeam]:
    """All teams by name."""
    return remembered(session, "known-teams", _teams)


def known_roles(session: Session) -> Sequence[KnownRole]:
    """All roles in their order."""
    return remembered(session, "known-roles", _roles)


def _teams(session: Session) -> Sequence[KnownTeam]:
    people: dict[int, set[int]] = {}
    for user_id, team_id in session.execute(sa.select(TeamMember.user_id, TeamMember.team_id)):
        people.setdefault(team_id, set()).add(user_id)
    rows = session.execute(sa.select(Team.id, Team.name, Team.manager_id).order_by(Team.name))
    return tuple(
        KnownTeam(id, name, manager_id, frozenset(people.get(id, ()))) for id, name, manager_id in rows
    )


def _roles(session: Session) -> Sequence[KnownRole]:
    found = session.scalars(sa.select(Role).order_by(Role.position, Role.id))
    return tuple(KnownRole(role.id, role.name, label_of(role)) for role in found)
