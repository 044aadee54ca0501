"""What each side says of a conversion: the lead which client it became, the client which leads it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from core.api import Panel, _l, current_house, db
from plugins.crm_clients.models import Client
from plugins.crm_clients.panels import draw_relatives, relatives
from plugins.crm_leads.models import Conversion, Lead, Result

KNOWN = 50
SHOWN = 5
"""A client may have come from many leads; the card names the newest."""


def became(lead: Lead) -> Markup | None:
    """The client a lead became, if the reader may see it; no card for a lead that was not converted."""
    if lead.converted_at is None:
        return None
    found = db.session.scalars(
        sa.select(Client)
        .join(Result, sa.and_(Result.resource == "clients", Result.record_id == Client.id))
        .join(Conversion, Conversion.id == Result.conversion_id)
        .where(Conversion.lead_id == lead.id, Conversion.undone_at.is_(None))
    ).all()
    return _card(resource="clients", records=found, icon="address-book", hue="green")


def came_from(client: Client) -> Markup | None:
    """The newest leads a client came from, of those the reader may see."""
    found: Any = db.session.scalars(
        sa.select(Lead)
        .join(Conversion, Conversion.lead_id == Lead.id)
        .join(Result, Result.conversion_id == Conversion.id)
        .where(Result.resource == "clients", Result.record_id == client.id, Conversion.undone_at.is_(None))
        .order_by(Lead.id.desc())
        .limit(SHOWN)
    ).all()
    if not found:
        return None
    return _card(resource="leads", records=found, icon="user-search", hue="blue")


def relatives_of_lead(lead: Lead) -> Markup | None:
    """Leads and clients that share a document, an e-mail, a phone or a name; the client it became stands elsewhere."""
    resources = current_house().resources
    besides = {("clients", id) for id in _became_ids(lead)}
    found = relatives(db.session(), lead, [resources["leads"], resources["clients"]], besides=besides)
    return draw_relatives(found)


def leads_like(client: Client) -> Markup | None:
    """Leads that share something with a client and were not converted into it."""
    came = (
        sa.select(Conversion.lead_id)
        .join(Result)
        .where(Result.resource == "clients", Result.record_id == client.id, Conversion.undone_at.is_(None))
    )
    besides = {("leads", id) for id in db.session.scalars(came.limit(KNOWN))}
    found = relatives(db.session(), client, [current_house().resources["leads"]], besides=besides)
    return draw_relatives(found)


def _became_ids(lead: Lead) -> Sequence[int]:
    if lead.converted_at is None:
        return ()
    wanted = (
        sa.select(Result.record_id)
        .join(Conversion)
        .where(Conversion.lead_id == lead.id, Conversion.undone_at.is_(None), Result.resource == "clients")
    )
    return db.session.scalars(wanted).all()


def _card(**shown: Any) -> Markup:
    return Markup(render_template("crm_leads/linked.html", **shown))


BECAME = Panel("became", _l("Client"), became, permission=("clients", "view"))
RELATED = Panel("related", _l("Related"), relatives_of_lead)
LEADS_LIKE = Panel("leads_like", _l("Related leads"), leads_like, permission=("leads", "view"))
CAME_FROM = Panel("came_from", _l("Came from"), came_from, permission=("leads", "view"))
