"""What happened to the records of a resource lately, read from their histories in the order in which it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.records.models import History
from core.resources.written import Written

STEP = 2000


@dataclass(frozen=True)
class Past:
    """Something that happened to a record; `written` is as plugins were told of it, without the record itself."""

    record_id: int
    at: datetime
    written: Written


def past_of(session: Session, resource: str, since: datetime, most: int) -> Iterator[Past]:
    """What was made and changed since then, at most so many entries, the oldest first.

    It says nothing of who may see these records: whoever asks tells of those that its reader may.
    """
    last = _first_since(session, since) - 1
    read = 0
    while read < most:
        rows = session.execute(
            sa.select(History.id, History.record_id, History.at, History.action, History.changes)
            .where(History.id > last, History.resource == resource)
            .order_by(History.id)
            .limit(min(STEP, most - read))
        ).all()
        for row in rows:
            changes = {name: pair for name, pair in row.changes.items() if isinstance(pair, list)}
            if row.action == "created":
                yield Past(row.record_id, row.at, Written(None, is_new=True))
            elif changes:
                yield Past(row.record_id, row.at, Written(None, changes=changes))
        if not rows:
            return
        read, last = read + len(rows), rows[-1].id


def _first_since(session: Session, since: datetime) -> int:
    """The first entry of that time or later. Entries are numbered as they come, so a few looks find it in any number."""
    low = session.scalar(sa.select(sa.func.min(History.id))) or 1
    high = (session.scalar(sa.select(sa.func.max(History.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = session.execute(
            sa.select(History.id, History.at).where(History.id >= middle).order_by(History.id).limit(1)
        ).one_or_none()
        if found is None or found.at >= since:
            high = middle
        else:
            low = found.id + 1
    return low
