"""The lead's side of a conversion that is taken back: its status, its time in it, and the questions about its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.api import WriteContext, decoded, utcnow
from plugins.crm_leads.conversion.closing import COLUMNS
from plugins.crm_leads.conversion.fate import Fate
from plugins.crm_leads.models import CONVERTED, OPEN, Conversion, Lead, LeadValidation, Passage
from plugins.crm_leads.passages import PASSAGES

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""What hangs on leads that the person may convert; it was theirs before, and is again."""
IN_BULK: dict[str, Any] = {"execution_options": {"unscoped": True, "synchronize_session": False}}


def give_back(lead: Lead, conversion: Conversion, context: WriteContext) -> dict[str, Any]:
    """The lead's columns as they were; answers what history tells. What it was in may be gone by now."""
    references = context.formats.references
    old = references.get("statuses", lead.status_id)
    for name in COLUMNS:
        if name in conversion.before:
            setattr(lead, name, decoded(conversion.before[name]))
    lead.converted_at = None
    status = references.get("statuses", lead.status_id)
    if status is None or status.meaning == CONVERTED:
        worked_on = [item for item in references.items("statuses") if item.meaning == OPEN]
        last = PASSAGES.last(context.session, lead.id, OPEN)
        status = next((item for item in worked_on if item.id == last), None) or next(
            (item for item in worked_on if item.is_default), worked_on[0]
        )
        lead.status_id, lead.status_since = status.id, utcnow()
    if references.get("junk_reasons", lead.junk_reason_id) is None:
        lead.junk_reason_id = None
    before, after = ({"id": each.id, "name": each.name} if each else None for each in (old, status))
    return {"status": [before, after]} if before != after else {}


def give_back_passages(context: WriteContext, fates: Sequence[Fate]) -> None:
    """The stretches since the conversion never were; the one before it goes on."""
    session = context.session
    standing = {
        fate.conversion.lead_id: fate.conversion.before["passage"]
        for fate in fates
        if fate.conversion.before.get("passage")
    }
    if standing:
        found = session.execute(
            sa.select(Passage.id, Passage.lead_id).where(Passage.lead_id.in_(standing)), **UNSCOPED
        ).all()
        later = [id for id, lead_id in found if id > standing[lead_id]]
        if later:
            session.execute(sa.delete(Passage).where(Passage.id.in_(later)), **IN_BULK)
        again = sa.update(Passage).where(Passage.id.in_(standing.values())).values(until=None)
        session.execute(again, **IN_BULK)
    PASSAGES.move(session, [fate.lead for fate in fates if fate.lead is not None])


def give_back_links(context: WriteContext, fates: Sequence[Fate]) -> None:
    """Questions that nobody has answered are the lead's again, where the clients they went to are gone."""
    for fate in fates:
        stays = any(
            each.trace is not None and not each.trace.is_removed and each.result.resource == "clients"
            for each in fate.held
        )
        for id, link in () if stays else fate.conversion.before.get("links", {}).items():
            of_it = sa.update(LeadValidation).where(
                LeadValidation.id == int(id), LeadValidation.confirmed_at.is_(None)
            )
            context.session.execute(of_it.values(link_hash=link), **IN_BULK)
