"""Two inquiries of the same person at the same moment: the second waits until the first is there to be found.

SQLite has one writer at a time as it is; on PostgreSQL locks that end with the transaction stand for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

THE_MODE = 0x1A9058
"""Key of the lock that inquiries share, and a change of mode has for itself."""


def wait_for_same(session: Session, keys: Iterable[str]) -> None:
    """Until this transaction ends nobody else looks for somebody with one of these keys."""
    if is_postgresql(session):
        for number in sorted({_number(key) for key in keys}):
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def wait_for_mode(session: Session, *, alone: bool = False) -> None:
    """Until this transaction ends the mode stays what it is; `alone` is for who changes it.

    What this session knew of the settings may be older than the lock, so it is forgotten.
    """
    if not is_postgresql(session):
        return
    lock = sa.func.pg_advisory_xact_lock if alone else sa.func.pg_advisory_xact_lock_shared
    session.execute(sa.select(lock(THE_MODE)))
    session.info["revision"] = None


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
