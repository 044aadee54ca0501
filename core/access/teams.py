"""Teams: who works together, and who leads them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Team, TeamMember
from core.i18n import _l
from core.resources.context import Refused
from core.state import forget


def set_team(
    session: Session, team: Team, *, name: str, manager_id: int | None, member_ids: Collection[int]
) -> None:
    """Store a team with exactly these members; who comes from another team leaves it.

    Raises:
        Refused: another team has this name, or it has none.
    """
    team.name = name.strip()
    other = session.scalar(sa.select(Team.id).where(Team.name == team.name, Team.id != (team.id or 0)))
    if not team.name or other is not None:
        raise Refused(_l("A team needs a name that no other team has."), "name")
    team.manager_id = manager_id
    session.add(team)
    session.flush()
    wanted = set(member_ids)
    session.execute(
        sa.delete(TeamMember).where(sa.or_(TeamMember.team_id == team.id, TeamMember.user_id.in_(wanted)))
    )
    session.add_all([TeamMember(user_id=user_id, team_id=team.id) for user_id in sorted(wanted)])
    session.flush()
    session.expire_all()
    forget(session)


def delete_team(session: Session, team: Team) -> None:
    session.delete(team)
    session.flush()
    forget(session)
