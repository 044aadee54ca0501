"""Invented leads for the demonstration, some of them already clients."""

from __future__ import annotations

import random
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import WriteContext, create, current_house, references_of, settings_of, write_context
from plugins.crm_clients.demo import cards, confirm_email
from plugins.crm_clients.models import Client
from plugins.crm_leads.conversion.service import convert_one
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.mode import history_only
from plugins.crm_leads.models import JUNK, OPEN, Lead


def load(session: Session, language: str) -> None:
    """Sixty leads: most open, some discarded, eight converted, some of known clients; the caller commits.

    In simple mode none are made.
    """
    if history_only(session) is not None:
        return
    house = current_house()
    context = write_context(session, house, None, "command")
    chance, known = random.Random(2), references_of(session)
    statuses = known.items("statuses")
    open_ones = [item.id for item in statuses if item.meaning == OPEN]
    junk_ones = [item.id for item in statuses if item.meaning == JUNK]
    sources = [item.id for item in known.items("sources")]
    reasons = [item.id for item in known.items("junk_reasons")]
    currency = settings_of(session)["company.currency"]
    clients = session.scalars(
        sa.select(Client.email).where(Client.email.is_not(None)).order_by(Client.id).limit(60)
    ).all()
    for number, card in enumerate(cards(session, language, count=60, seed=2)):
        is_junk = number % 6 == 5
        if number % 8 == 2 and clients:  # somebody who is a client already asks again
            card = {**card, "email": clients[number % len(clients)]}
        lead = create(
            house.resources["leads"],
            {
                **card,
                "status": chance.choice(junk_ones if is_junk else open_ones),
                "junk_reason": reasons[number % len(reasons)] if is_junk and reasons else None,
                "source": chance.choice(sources),
                "value": round(chance.lognormvariate(8.5, 1.3), 2) if chance.random() < 0.8 else None,
                "currency": currency,
                "validity_days": chance.choice((30, 60, 90, None)),
            },
            context,
        )
        lead.created_at = min(
            datetime.combine(lead.entered_on, time(9), context.formats.zone), lead.created_at
        )
        if number % 3 == 1:
            confirm_email(session, "leads", lead)
        if number % 7 == 3:
            convert_one(context, lead, _wish(context, lead))


def _wish(context: WriteContext, lead: Lead) -> Wish | None:
    """With Deals on, what was converted is also being sold."""
    if "deals" not in context.house.resources:
        return None
    return Wish(
        targets=("contact" if lead.kind == "person" else "company", "deal"), match=("document", "email")
    )
