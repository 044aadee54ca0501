"""Inquiries in classic mode: each becomes a lead, or goes to the lead of the same person that is still open."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.api import CLASSIC, Invalid, WriteContext, check_draft, write_drafts
from plugins.crm_clients.inquiries.cards import card_draft, keys_in, leave_unowned
from plugins.crm_clients.inquiries.declare import Arrived, Inquiry, Routed
from plugins.crm_clients.inquiries.history import note_inquiry, tell_owner
from plugins.crm_clients.inquiries.locks import wait_for_same
from plugins.crm_clients.mode.rule import mode_of
from plugins.crm_leads.models import OPEN, Lead, Status


def route_to_lead(inquiry: Inquiry, context: WriteContext) -> Routed | None:
    """The lead of an inquiry; None in simple mode, where it is the next app's."""
    if mode_of(context.session, context.house) != CLASSIC:
        return None
    leads = context.house.resources["leads"]
    draft = card_draft(leads, inquiry, context, _of_the_lead(inquiry, context))
    keys = keys_in(draft)
    wait_for_same(context.session, [f"{key.name}:{value}" for key, value in keys])
    known = _open_lead(context, [(attribute, value) for key, value in keys for attribute in key.attributes])
    if known is not None:
        note_inquiry(context, leads, known, inquiry)
        tell_owner(context, leads, known)
        return Routed((Arrived("leads", known.id, known.name, is_new=False),), attached=True)
    check_draft(draft, context)
    leave_unowned(draft, inquiry, context)
    lead: Lead = write_drafts([draft], context)[0]
    return Routed((Arrived("leads", lead.id, lead.name, is_new=True),))


def _of_the_lead(inquiry: Inquiry, context: WriteContext) -> dict[str, Any]:
    raw = {
        "title": inquiry.title,
        "notes": inquiry.message,
        "value": inquiry.value,
        "currency": inquiry.currency,
        **inquiry.utm,
        **_source(inquiry, context),
    }
    return {name: value for name, value in raw.items() if value not in (None, "")}


def _source(inquiry: Inquiry, context: WriteContext) -> dict[str, Any]:
    """The source as the list has it; one that it does not have is kept in words."""
    if inquiry.source in (None, ""):
        return {}
    field = context.house.resources["leads"].field("source")
    try:
        field.kind.parse(inquiry.source, field, context.reading)
    except Invalid:
        return {"source_detail": str(inquiry.source)[:200]}
    return {"source": inquiry.source}


def _open_lead(context: WriteContext, keys: list[tuple[str, str]]) -> Lead | None:
    """The newest lead still worked on that has one of these keys, whoever's it is: the same person is not doubled."""
    if not keys:
        return None
    same = sa.or_(*(getattr(Lead, attribute) == value for attribute, value in keys))
    wanted = sa.select(Lead).join(Status, Status.id == Lead.status_id).where(Status.meaning == OPEN, same)
    newest = wanted.order_by(Lead.id.desc()).limit(1)
    return context.session.scalars(newest, execution_options={"unscoped": True}).first()
