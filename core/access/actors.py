"""Actors made of users: who somebody is and all that decides what they may do, kept until anything of it changes."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from core.access.actor import Actor
from core.access.granted import granted_to, shares_of, widest
from core.access.models import Team, TeamMember, Token, User
from core.state import remembered

TOKEN_PREFIX = "prt_"


def actor_for(session: Session, user: User | int) -> Actor:
    """The actor of an active person; costs no query while nothing about users or roles has changed.

    Raises:
        LookupError: there is no such person, or they may no longer sign in.
    """
    user_id = user if isinstance(user, int) else user.id
    actor = remembered(session, f"actor:{user_id}", lambda session: _load_actor(session, User.id == user_id))
    if actor is None:
        raise LookupError(user_id)
    return actor


def actor_by_session_key(session: Session, key: str) -> Actor | None:
    """The actor whose session cookie carries this key (`fs_uniquifier`), None when it no longer opens."""
    return remembered(
        session, f"actor-key:{key}", lambda session: _load_actor(session, User.fs_uniquifier == key)
    )


def actor_by_token(session: Session, text: str) -> Actor | None:
    """The actor a bearer token stands for; with `read_only` when the token may only read."""
    if not text.startswith(TOKEN_PREFIX):
        return None
    found = session.execute(
        sa.select(Token.user_id, Token.read_only).where(Token.hash == digest(text))
    ).one_or_none()
    if found is None:
        return None
    user_id, read_only = found
    kind = "reader" if read_only else "actor"
    return remembered(
        session,
        f"{kind}:{user_id}",
        lambda session: _load_actor(session, User.id == user_id, read_only=read_only),
    )


def digest(text: str) -> str:
    """What is kept of a secret that is random and long enough to need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()


def _load_actor(session: Session, which: sa.ColumnElement[bool], *, read_only: bool = False) -> Actor | None:
    user = session.scalar(
        sa.select(User).where(which, User.active.is_(True)).options(selectinload(User.roles))
    )
    if user is None:
        return None
    grants, stages = widest(granted_to(session, [role.id for role in user.roles]))
    teams = _teams_of(session, user.id)
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        language=user.language,
        zone=ZoneInfo(user.zone),
        roles=tuple(role.name for role in user.roles),
        grants=grants,
        stages=stages,
        shares=shares_of(session, user.id, teams),
        team_ids=frozenset(_people_in(session, user.id, teams)),
        in_teams=frozenset(teams),
        is_admin=any(role.is_admin for role in user.roles),
        theme=user.theme,
        hue=user.hue,
        read_only=read_only,
    )


def _teams_of(session: Session, user_id: int) -> set[int]:
    """The team a person is in, and those they manage."""
    own = sa.select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    return {*session.scalars(own.union_all(sa.select(Team.id).where(Team.manager_id == user_id)))}


def _people_in(session: Session, user_id: int, teams: set[int]) -> set[int]:
    """The person, their team mates, and the members of the teams they manage."""
    if not teams:
        return {user_id}
    return {user_id, *session.scalars(sa.select(TeamMember.user_id).where(TeamMember.team_id.in_(teams)))}
