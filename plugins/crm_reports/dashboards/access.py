"""Whose dashboards somebody sees, which of them they may change, and which one stands on their home page."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, known_roles
from plugins.crm_reports.models import (
    EVERYBODY,
    TEAMS,
    Dashboard,
    DashboardStart,
    DashboardTeam,
    Tile,
)
from plugins.crm_reports.services import RIGHT

SHARE = ("dashboards", "share")
"""To share with everybody, and to say what others begin with."""

MOST = 200


def dashboards_of(session: Session, actor: Actor) -> Sequence[Dashboard]:
    """Those this person sees: their own first, then what is shared with them, each by name."""
    found = session.scalars(
        sa.select(Dashboard)
        .where(Dashboard.removed_at.is_(None), _seen_by(actor))
        .order_by(sa.case((Dashboard.owner_id == actor.user_id, 0), else_=1), Dashboard.name, Dashboard.id)
        .limit(MOST)
    )
    return found.all()


def dashboard_for(session: Session, actor: Actor, id: int) -> Dashboard | None:
    """The dashboard of this id if the person sees it; another's is as good as missing."""
    wanted = sa.select(Dashboard).where(Dashboard.id == id, Dashboard.removed_at.is_(None))
    return session.scalar(wanted.where(_seen_by(actor)))


def removed_dashboard(session: Session, actor: Actor, id: int) -> Dashboard | None:
    """A dashboard of this person's own that they have just removed."""
    return session.scalar(
        sa.select(Dashboard).where(
            Dashboard.id == id, Dashboard.owner_id == actor.user_id, Dashboard.removed_at.is_not(None)
        )
    )


def is_own(actor: Actor, dashboard: Dashboard) -> bool:
    return dashboard.owner_id == actor.user_id and not actor.read_only


def may_edit(actor: Actor, dashboard: Dashboard) -> bool:
    """Whether this person, who sees it, may lay it out: its owner, and the others where it is shared so."""
    return is_own(actor, dashboard) or (dashboard.others_edit and not actor.read_only)


def tiles_of(session: Session, dashboard: Dashboard) -> Sequence[Tile]:
    return session.scalars(
        sa.select(Tile)
        .where(Tile.dashboard_id == dashboard.id, Tile.removed_at.is_(None))
        .order_by(Tile.position, Tile.id)
    ).all()


def teams_shared(session: Session, dashboard: Dashboard) -> set[int]:
    return set(
        session.scalars(sa.select(DashboardTeam.team_id).where(DashboardTeam.dashboard_id == dashboard.id))
    )


def start_keys(session: Session, actor: Actor) -> list[str]:
    """Who may have said what this person begins with, who counts most first: they, their roles, everybody."""
    roles = [f"role:{role.id}" for role in known_roles(session) if role.name in actor.roles]
    return [f"user:{actor.user_id}", *roles, EVERYBODY]


def start_of(session: Session, actor: Actor) -> Dashboard | None:
    """The dashboard on this person's home page, as far as they see it."""
    if not actor.may(*RIGHT):
        return None
    keys = start_keys(session, actor)
    rows = session.execute(
        sa.select(DashboardStart.whose, Dashboard)
        .join(Dashboard, Dashboard.id == DashboardStart.dashboard_id)
        .where(DashboardStart.whose.in_(keys), Dashboard.removed_at.is_(None), _seen_by(actor))
    )
    found = {whose: dashboard for whose, dashboard in rows}
    return next((found[key] for key in keys if key in found), None)


def _seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    teams = sa.select(DashboardTeam.dashboard_id).where(DashboardTeam.team_id.in_(sorted(actor.in_teams)))
    return sa.or_(
        Dashboard.owner_id == actor.user_id,
        Dashboard.shared == EVERYBODY,
        sa.and_(Dashboard.shared == TEAMS, Dashboard.id.in_(teams)),
    )
