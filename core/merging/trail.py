"""Where a record went that was merged into another: old addresses lead on, for who may see where they lead."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.records.models import History
from core.resources.declare import Resource
from core.resources.read import find

MERGED_INTO = "merged_into"
"""The action under which the history of a record that is gone says where it went."""
LONGEST = 20


def led_on(session: Session, resource: Resource, id: int) -> int | None:
    """The record that stands for one that is gone; None where there is none, or none that this person may see."""
    for _step in range(LONGEST):
        last = session.execute(
            sa.select(History.action, History.changes)
            .where(History.resource == resource.name, History.record_id == id)
            .order_by(History.id.desc())
            .limit(1)
        ).first()
        if last is None or last.action != MERGED_INTO:
            return None
        id = int(last.changes["into"][1]["id"])
        if find(session, resource, id) is not None:
            return id
    return None
