"""Inquiries in simple mode: each becomes a deal of its client, or goes to the deal of that client that is still open."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.api import Draft, WriteContext, check_draft, read_draft, write_drafts
from plugins.crm_clients.inquiries.cards import as_inquiry, leave_unowned
from plugins.crm_clients.inquiries.clients import ClientOf, client_of
from plugins.crm_clients.inquiries.declare import Arrived, Inquiry, Routed
from plugins.crm_clients.inquiries.history import note_inquiry, tell_owner
from plugins.crm_deals.models import OPEN, Deal, Stage

PLAIN = ("title", "source", "pipeline", "salesperson", "value", "currency")
"""What an inquiry says of the deal, under the same names."""


def route_to_deal(inquiry: Inquiry, context: WriteContext) -> Routed:
    """The client of an inquiry and its deal."""
    found = client_of(inquiry, context)
    deals = context.house.resources["deals"]
    known = None if found.is_new else _open_deal(context, found.client.id)
    if known is not None:
        note_inquiry(context, deals, known, inquiry)
        tell_owner(context, deals, known)
        arrived = Arrived("deals", known.id, known.title, is_new=False)
        return Routed((arrived, found.arrived), attached=True)
    draft = _draft(inquiry, found, context)
    check_draft(draft, context)
    leave_unowned(draft, inquiry, context)
    deal: Deal = write_drafts([draft], context)[0]
    return Routed((Arrived("deals", deal.id, deal.title, is_new=True), found.arrived))


def _draft(inquiry: Inquiry, found: ClientOf, context: WriteContext) -> Draft:
    deals = context.house.resources["deals"]
    raw: dict[str, Any] = {
        **{name: given for name in PLAIN if (given := getattr(inquiry, name)) not in (None, "")},
        **({"notes": inquiry.message} if inquiry.message else {}),
        **{name: value for name, value in inquiry.values.items() if deals.has_field(name)},
    }
    draft = as_inquiry(read_draft(deals, raw, context))
    draft.values["client"] = found.client.id
    if found.is_new and not raw.get("title"):
        draft.values["title"] = found.client.name
    return draft


def _open_deal(context: WriteContext, client_id: int) -> Deal | None:
    """The newest deal of the client that is not closed, whoever's it is."""
    wanted = (
        sa.select(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Stage.meaning == OPEN, sa.or_(Deal.client_id == client_id, Deal.contact_id == client_id))
        .order_by(Deal.id.desc())
        .limit(1)
    )
    return context.session.scalars(wanted, execution_options={"unscoped": True}).first()
