"""How long leads stay in each status: a row for every stretch of time, written whatever the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Draft, WriteContext, utcnow
from plugins.crm_leads.models import OPEN, Lead, Passage, Status

MOVED = "lead.moved"
"""Option of a draft whose lead gets another status."""

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whoever was allowed to write a lead was allowed its passages, also where that gave it to somebody else."""


def keep_passages(written: Sequence[tuple[Lead, Draft]], context: WriteContext) -> None:
    """Open a stretch for each new lead, and the next one for each that got another status."""
    _begin(context.session, [lead for lead, draft in written if draft.is_new])
    moved = [lead for lead, draft in written if not draft.is_new and draft.options.get(MOVED)]
    if moved:
        move(context.session, moved)


def move(session: Session, leads: Sequence[Lead]) -> None:
    """End the open stretches of leads whose status is another now, and begin the next; three statements for all."""
    found = session.execute(
        sa.select(Passage.lead_id, Passage.status_id).where(
            Passage.lead_id.in_([lead.id for lead in leads]), Passage.until.is_(None)
        ),
        **UNSCOPED,
    )
    standing = {(lead_id, status_id) for lead_id, status_id in found}
    moved = [lead for lead in leads if (lead.id, lead.status_id) not in standing]
    if not moved:
        return
    session.execute(
        sa.update(Passage)
        .where(Passage.lead_id.in_([lead.id for lead in moved]), Passage.until.is_(None))
        .values(until=utcnow())
        .execution_options(synchronize_session=False),
        **UNSCOPED,
    )
    _begin(session, moved)


def time_in_statuses(session: Session, lead: Lead) -> Mapping[int, timedelta]:
    """{status id: how long the lead has been in it}, all its stays together."""
    now = utcnow()
    found = session.execute(
        sa.select(Passage.status_id, Passage.since, Passage.until).where(Passage.lead_id == lead.id)
    )
    spent: dict[int, timedelta] = {}
    for status_id, since, until in found:
        if status_id is not None:
            spent[status_id] = spent.get(status_id, timedelta()) + _length(since, until or now)
    return spent


def last_open_status(session: Session, lead_id: int) -> int | None:
    """The last status under which a lead was worked on."""
    return session.scalar(
        sa.select(Passage.status_id)
        .join(Status, Status.id == Passage.status_id)
        .where(Passage.lead_id == lead_id, Status.meaning == OPEN)
        .order_by(Passage.since.desc(), Passage.id.desc())
        .limit(1)
    )


def _begin(session: Session, leads: Sequence[Lead]) -> None:
    rows: list[dict[str, Any]] = [
        {"lead_id": lead.id, "status_id": lead.status_id, "since": lead.status_since} for lead in leads
    ]
    if rows:
        session.execute(sa.insert(Passage), rows, **UNSCOPED)


def _length(since: datetime, until: datetime) -> timedelta:
    return max(until - since, timedelta())
