"""The one row that says how the installation stands: its generation, and the revision of everything kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Model

T = TypeVar("T")

_kept: dict[tuple[str, str], tuple[int, Any]] = {}
_kept_lock = Lock()


class State(Model):
    """`generation` counts changes of what apps are built of: the set of enabled plugins, the custom attributes.

    `revision` counts changes of what processes keep in memory: settings, reference lists, users, grants.
    """

    __tablename__ = "core_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)


def remembered(session: Session, key: str, load: Callable[[Session], T]) -> T:
    """`load(session)`, kept in this process until somebody's `forget` is committed.

    A transaction that itself called `forget` reads afresh, so that nothing uncommitted is ever kept.
    """
    if session.info.get("forgot"):
        return load(session)
    revision = session.info.get("revision")
    if revision is None:
        revision = session.info["revision"] = current_revision(session)
    place = (str(session.get_bind().engine.url), key)
    with _kept_lock:
        kept = _kept.get(place)
    if kept is not None and kept[0] == revision:
        found: T = kept[1]
        return found
    value = load(session)
    with _kept_lock:
        _kept[place] = (revision, value)
    return value


def current_revision(session: Session) -> int:
    """The committed revision; 0 where the database has no tables yet."""
    table = State.__table__
    return (
        session.execute(
            sa.select(table.c.revision).where(table.c.id == 1), execution_options={"unscoped": True}
        ).scalar_one_or_none()
        or 0
    )


def forget(session: Session) -> None:
    """Say, in this transaction, that something kept in memory has changed: every process reads it anew."""
    session.execute(
        sa.update(State).values(revision=State.revision + 1), execution_options={"unscoped": True}
    )
    session.info["forgot"] = True
    session.info["revision"] = None


def look_again(session: Session) -> None:
    """Say that a new transaction begins in a session that lives long: what others have changed meanwhile counts from here."""
    session.info.pop("forgot", None)
    session.info["revision"] = None
