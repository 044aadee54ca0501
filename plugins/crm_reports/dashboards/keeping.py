"""Making, naming, sharing, copying and removing dashboards, and laying out their tiles. The caller commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, Refused, _, utcnow
from plugins.crm_reports.dashboards.access import SHARE, dashboards_of, is_own, may_edit, tiles_of
from plugins.crm_reports.models import (
    EVERYBODY,
    PRIVATE,
    TALLEST,
    TEAMS,
    TILE_KINDS,
    WIDEST,
    Dashboard,
    DashboardStart,
    DashboardTeam,
    Tile,
)
from plugins.crm_reports.periods import CALENDAR, LAST_DAYS

NAME_LENGTH, TITLE_LENGTH, QUERY_LENGTH = 80, 120, 2000
MOST_OF_ONE, MOST_TILES = 50, 40
REFRESHES = (0, 5, 15, 60)
PERIODS = ("", *LAST_DAYS, *CALENDAR)
KEPT_REMOVED = timedelta(days=7)


@dataclass(frozen=True)
class Piece:
    """What a tile shall show, and how large it is at first."""

    kind: str
    subject: str
    part: str = ""
    query: str = ""
    title: str = ""
    width: int = 4
    height: int = 1


def create_dashboard(session: Session, actor: Actor, name: str, pieces: Sequence[Piece] = ()) -> Dashboard:
    """A new dashboard of this person's own.

    Raises:
        Refused: it has no name, or they have too many.
    """
    if actor.user_id is None or actor.read_only:
        raise Refused(_("You may not do this."), "forbidden")
    own = [each for each in dashboards_of(session, actor) if each.owner_id == actor.user_id]
    if len(own) >= MOST_OF_ONE:
        raise Refused(_("You have %(max)s dashboards; remove one first.", max=MOST_OF_ONE), "too_many")
    dashboard = Dashboard(name=checked_name(name), owner_id=actor.user_id)
    session.add(dashboard)
    session.flush()
    for place, piece in enumerate(pieces):
        session.add(_tile(dashboard, piece, place))
    session.flush()
    return dashboard


def copy_dashboard(session: Session, actor: Actor, dashboard: Dashboard, name: str = "") -> Dashboard:
    """A private copy of this person's own, to be changed at will."""
    pieces = [
        Piece(each.kind, each.subject, each.part, each.query, each.title, each.width, each.height)
        for each in tiles_of(session, dashboard)
    ]
    name = name or _("Copy of %(name)s", name=dashboard.name)
    made = create_dashboard(session, actor, name[:NAME_LENGTH], pieces)
    made.period, made.refresh = dashboard.period, dashboard.refresh
    return made


def change_dashboard(
    session: Session,
    actor: Actor,
    dashboard: Dashboard,
    *,
    name: str | None = None,
    period: str | None = None,
    refresh: int | None = None,
) -> None:
    """Another name, period or refreshing. Raises Refused."""
    require_edit(actor, dashboard)
    if period is not None and period not in PERIODS:
        raise Refused(_("There is no such period."), "period")
    if refresh is not None and refresh not in REFRESHES:
        raise Refused(_("It is refreshed every 5, 15 or 60 minutes, or not at all."), "refresh")
    dashboard.name = dashboard.name if name is None else checked_name(name)
    dashboard.period = dashboard.period if period is None else period
    dashboard.refresh = dashboard.refresh if refresh is None else refresh


def share_dashboard(
    session: Session,
    actor: Actor,
    dashboard: Dashboard,
    shared: str,
    teams: Collection[int] = (),
    *,
    others_edit: bool = False,
) -> None:
    """Share it with nobody, with teams of one's own, or with everybody.

    Raises:
        Refused: it is another's, or the person may not share so widely.
    """
    if not is_own(actor, dashboard):
        raise Refused(_("Only its owner can do this."), "forbidden")
    if shared not in (PRIVATE, TEAMS, EVERYBODY):
        raise Refused(_("There is no such way to share."), "shared")
    wide = actor.may(*SHARE)
    if shared == EVERYBODY and not wide and dashboard.shared != EVERYBODY:
        raise Refused(_("You may share with your own teams only."), "forbidden")
    wanted = set(teams) if shared == TEAMS else set()
    if shared == TEAMS and (not wanted or not (wide or wanted <= actor.in_teams)):
        raise Refused(_("Choose one of your teams."), "teams")
    dashboard.shared = shared
    dashboard.others_edit = others_edit and shared != PRIVATE
    session.execute(sa.delete(DashboardTeam).where(DashboardTeam.dashboard_id == dashboard.id))
    session.add_all([DashboardTeam(dashboard_id=dashboard.id, team_id=team) for team in sorted(wanted)])
    session.flush()


def begin_with(
    session: Session,
    actor: Actor,
    dashboard: Dashboard | None,
    *,
    role_id: int | None = None,
    all: bool = False,
) -> None:
    """Put a dashboard on one's own home page, or on that of a role or of everybody; None takes it from there.

    Raises:
        Refused: the person may not decide for others, or those would not see it.
    """
    others = all or role_id is not None
    if others and not actor.may(*SHARE):
        raise Refused(_("You may not decide what others begin with."), "forbidden")
    if others and dashboard is not None and dashboard.shared != EVERYBODY:
        raise Refused(_("Share it with everybody first: others would not see it."), "shared")
    whose = EVERYBODY if all else f"role:{role_id}" if role_id is not None else f"user:{actor.user_id}"
    row = session.get(DashboardStart, whose)
    if dashboard is None:
        if row is not None:
            session.delete(row)
    elif row is not None:
        row.dashboard_id = dashboard.id
    else:
        user_id = None if others else actor.user_id
        session.add(DashboardStart(whose=whose, dashboard_id=dashboard.id, user_id=user_id, role_id=role_id))
    session.flush()


def remove_dashboard(session: Session, actor: Actor, dashboard: Dashboard) -> None:
    """Away with it; for some days it can be brought back. Raises Refused."""
    if not is_own(actor, dashboard):
        raise Refused(_("Only its owner can do this."), "forbidden")
    dashboard.removed_at = utcnow()


def add_tile(session: Session, actor: Actor, dashboard: Dashboard, piece: Piece) -> Tile:
    """A tile more, at the end. Raises Refused."""
    require_edit(actor, dashboard)
    tiles = tiles_of(session, dashboard)
    if len(tiles) >= MOST_TILES:
        raise Refused(_("A dashboard has at most %(max)s tiles.", max=MOST_TILES), "too_many")
    if piece.kind not in TILE_KINDS or len(piece.query) > QUERY_LENGTH:
        raise Refused(_("This cannot be put on a dashboard."), "kind")
    tile = _tile(dashboard, piece, max((each.position for each in tiles), default=-1) + 1)
    session.add(tile)
    session.flush()
    return tile


def change_tile(
    actor: Actor,
    dashboard: Dashboard,
    tile: Tile,
    *,
    title: str | None = None,
    width: int | None = None,
    height: int | None = None,
) -> None:
    """Another title or size; a size that is too large or small becomes the nearest there is. Raises Refused."""
    require_edit(actor, dashboard)
    if title is not None:
        tile.title = " ".join(title.split())[:TITLE_LENGTH]
    tile.width = tile.width if width is None else min(max(width, 1), WIDEST)
    tile.height = tile.height if height is None else min(max(height, 1), TALLEST)


def copy_tile(session: Session, actor: Actor, dashboard: Dashboard, tile: Tile) -> Tile:
    """The same again, right after it."""
    piece = Piece(tile.kind, tile.subject, tile.part, tile.query, tile.title, tile.width, tile.height)
    made = add_tile(session, actor, dashboard, piece)
    order = [each.id for each in tiles_of(session, dashboard) if each.id != made.id]
    order.insert(order.index(tile.id) + 1, made.id)
    arrange(session, actor, dashboard, order)
    return made


def arrange(session: Session, actor: Actor, dashboard: Dashboard, order: Sequence[int]) -> None:
    """Put the tiles in this order; those that it does not name follow as they stood. Raises Refused."""
    require_edit(actor, dashboard)
    places = {id: place for place, id in enumerate(dict.fromkeys(order))}
    tiles = sorted(
        tiles_of(session, dashboard),
        key=lambda each: (places.get(each.id, len(places)), each.position, each.id),
    )
    for place, tile in enumerate(tiles):
        tile.position = place
    session.flush()


def remove_tile(actor: Actor, dashboard: Dashboard, tile: Tile) -> None:
    require_edit(actor, dashboard)
    tile.removed_at = utcnow()


def restore_tile(actor: Actor, dashboard: Dashboard, tile: Tile) -> None:
    require_edit(actor, dashboard)
    tile.removed_at = None


def forget_removed(session: Session) -> None:
    """Let go for good of what was removed days ago."""
    before = utcnow() - KEPT_REMOVED
    session.execute(sa.delete(Tile).where(Tile.removed_at < before))
    session.execute(sa.delete(Dashboard).where(Dashboard.removed_at < before))


def require_edit(actor: Actor, dashboard: Dashboard) -> None:
    if not may_edit(actor, dashboard):
        raise Refused(_("You may look at this dashboard; copy it to change it."), "forbidden")


def checked_name(name: str) -> str:
    """The name without stray blanks. Raises Refused."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refused(_("A dashboard needs a name of at most %(max)s characters.", max=NAME_LENGTH), "name")
    return name


def _tile(dashboard: Dashboard, piece: Piece, place: int) -> Tile:
    return Tile(
        dashboard_id=dashboard.id,
        kind=piece.kind,
        title=" ".join(piece.title.split())[:TITLE_LENGTH],
        subject=piece.subject,
        part=piece.part,
        query=piece.query,
        position=place,
        width=min(max(piece.width, 1), WIDEST),
        height=min(max(piece.height, 1), TALLEST),
    )
