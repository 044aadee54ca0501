"""Deals that stand still: open ones that are in a stage for longer than is usual there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Column, Filter, Formats, _l, db, ngettext, references_of, utcnow
from plugins.crm_deals.models import OPEN, Deal

STALE = "stale"


def days_beyond(formats: Formats, stage_id: int | None, since: datetime | None) -> int | None:
    """For how many days a deal has stood in its stage; None where that is not longer than usual there."""
    item = formats.references.get("stages", stage_id)
    usual = item.about.get("stale_days") if item is not None and item.meaning == OPEN else None
    if not usual or since is None:
        return None
    stood = utcnow() - since
    return stood.days if stood > timedelta(days=usual) else None


def stale_mark(days: int | None) -> Markup | None:
    """What stands beside a stale deal's name."""
    if days is None:
        return None
    words = ngettext(
        "For %(num)d day in this stage, longer than usual",
        "For %(num)d days in this stage, longer than usual",
        days,
    )
    short = ngettext("stale, %(num)d d", "stale, %(num)d d", days)
    return Markup('<span class="due warn-text" title="{}">{}</span>').format(words, short)


def is_stale() -> Any:
    """The criterion of deals that are stale now, stage by stage."""
    now = utcnow()
    stale = [
        sa.and_(Deal.stage_id == item.id, Deal.stage_since < now - timedelta(days=item.about["stale_days"]))
        for item in references_of(db.session()).items("stages")
        if item.meaning == OPEN and item.about.get("stale_days")
    ]
    # by id, so that the list's own index, which has no such moment, still serves beside
    return Deal.id.in_(sa.select(Deal.id).where(sa.or_(*stale))) if stale else sa.false()


def _chosen(choice: str) -> Any:
    return is_stale() if choice == "yes" else sa.not_(is_stale()) if choice == "no" else sa.false()


def _stale_of(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    """{deal's id: for how many days it has stood in its stage} of those that are stale, in one query."""
    now = utcnow()
    usual = {
        item.id: item.about["stale_days"]
        for item in references_of(session).items("stages")
        if item.meaning == OPEN and item.about.get("stale_days")
    }
    found = session.execute(
        sa.select(Deal.id, Deal.stage_id, Deal.stage_since).where(
            Deal.id.in_(ids), Deal.stage_id.in_(usual.keys())
        )
    )
    stood = {id: (now - since, usual[stage_id]) for id, stage_id, since in found}
    return {id: length.days for id, (length, days) in stood.items() if length > timedelta(days=days)}


STALE_FILTER = Filter(STALE, _l("Stale"), lambda: (("yes", _l("Stale")), ("no", _l("Not stale"))), _chosen)

STALE_COLUMN = Column(STALE, _l("Stale"), _stale_of, stale_mark, usual=False)
