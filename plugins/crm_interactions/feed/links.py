"""The secret link of a person's calendar: made, renewed, withdrawn; only its digest is kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, House, WriteContext, actor_for, by_link, digest, utcnow, work_for
from plugins.crm_interactions.models import Feed

Answer = TypeVar("Answer")

LENGTH = 32
"""Bytes of chance in a secret."""


def make(session: Session, user_id: int) -> str:
    """A new secret for this person; one they had before opens nothing any more. The caller commits."""
    secret = secrets.token_urlsafe(LENGTH)
    session.merge(Feed(user_id=user_id, digest=digest(secret), made_at=utcnow()))
    session.flush()
    return secret


def withdraw(session: Session, user_id: int) -> bool:
    """The person's link opens nothing any more; answers whether there was one. The caller commits."""
    gone = sa.delete(Feed).where(Feed.user_id == user_id).returning(Feed.user_id)
    return session.execute(gone).first() is not None


def made_at(session: Session, user_id: int) -> datetime | None:
    """Since when the person has a link; None where there is none."""
    return session.scalar(sa.select(Feed.made_at).where(Feed.user_id == user_id))


def with_reader(session: Session, house: House, secret: str, do: Callable[[Actor], Answer]) -> Answer | None:
    """What `do` answers when it works in the name of whoever made this link; None where nobody may sign in by it."""

    def work(context: WriteContext, feed: Feed) -> Answer | None:
        try:
            reader = actor_for(session, feed.user_id)
        except LookupError:  # may no longer sign in
            return None
        work_for(session, reader)
        return do(reader)

    return by_link(session, house, [Feed.digest], secret, work)
