"""Slows down guessing: failed attempts are counted in the database, per account and per address, for all processes."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Attempt
from core.access.service import digest, fold_address
from core.db import insert_for, utcnow

FREE_PER_ACCOUNT = 5
FREE_PER_ADDRESS = 30
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""Without a further failure."""


def account_key(email: str) -> str:
    return digest(f"account:{fold_address(email)}")


def address_key(address: str | None) -> str:
    return digest(f"address:{address or ''}")


def code_key(user_id: int) -> str:
    """Codes of the second step are counted apart from passwords."""
    return digest(f"code:{user_id}")


def seconds_to_wait(session: Session, *keys: str) -> int:
    """How long these may not try; 0 when they may now."""
    latest = session.scalar(sa.select(sa.func.max(Attempt.closed_until)).where(Attempt.key.in_(keys)))
    if latest is None:
        return 0
    latest = _aware(latest)
    return max(0, int((latest - utcnow()).total_seconds()) + 1) if latest > utcnow() else 0


def count_attempt(session: Session, account: str | None, address: str) -> None:
    """Count an attempt as failed before it is judged, so that many at once count as many; the caller commits.

    `forgive` takes it back when it succeeds.
    """
    for key, free in ((account, FREE_PER_ACCOUNT), (address, FREE_PER_ADDRESS)):
        if key is None:
            continue
        failures = _one_more(session, key)
        if failures >= free:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - free, 10))
            session.execute(sa.update(Attempt).where(Attempt.key == key).values(closed_until=utcnow() + wait))


def forgive(session: Session, account: str, address: str) -> None:
    """An attempt succeeded: the account starts anew, the address has one failure less."""
    session.execute(sa.delete(Attempt).where(Attempt.key == account))
    session.execute(
        sa.update(Attempt)
        .where(Attempt.key == address, Attempt.failures > 0)
        .values(failures=Attempt.failures - 1, closed_until=None)
    )


def clear_old_attempts(session: Session) -> int:
    """Remove what no longer counts."""
    gone = session.execute(sa.delete(Attempt).where(Attempt.last_at < utcnow() - FORGOTTEN_AFTER))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _one_more(session: Session, key: str) -> int:
    now = utcnow()
    insert = insert_for(session)(Attempt).values(key=key, failures=1, last_at=now)
    counted = insert.on_conflict_do_update(
        index_elements=[Attempt.key],
        set_={
            "failures": sa.case((Attempt.last_at < now - FORGOTTEN_AFTER, 1), else_=Attempt.failures + 1),
            "last_at": now,
        },
    )
    return int(session.execute(counted.returning(Attempt.failures)).scalar_one())


def _aware(moment: datetime) -> datetime:
    """An aggregate may come back without the column's type."""
    return moment if moment.tzinfo else moment.replace(tzinfo=utcnow().tzinfo)
