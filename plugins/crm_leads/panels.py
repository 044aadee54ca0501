"""What each side says of a conversion: the lead which client it became, the client which leads it came from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from core.api import Panel, _l, db
from plugins.crm_clients.models import Client
from plugins.crm_leads.models import Conversion, Lead

SHOWN = 5
"""A client may have come from many leads; the card names the newest."""


def became(lead: Lead) -> Markup | None:
    """The client a lead became, if the reader may see it; no card for a lead that was not converted."""
    if lead.converted_at is None:
        return None
    found = db.session.scalars(
        sa.select(Client)
        .join(Conversion, Conversion.client_id == Client.id)
        .where(Conversion.lead_id == lead.id)
    ).all()
    return _card(resource="clients", records=found, icon="address-book", hue="green")


def came_from(client: Client) -> Markup | None:
    """The newest leads a client came from, of those the reader may see."""
    found: Any = db.session.scalars(
        sa.select(Lead)
        .join(Conversion, Conversion.lead_id == Lead.id)
        .where(Conversion.client_id == client.id)
        .order_by(Lead.id.desc())
        .limit(SHOWN)
    ).all()
    if not found:
        return None
    return _card(resource="leads", records=found, icon="user-search", hue="blue")


def _card(**shown: Any) -> Markup:
    return Markup(render_template("crm_leads/linked.html", **shown))


BECAME = Panel("became", _l("Client"), became, permission=("clients", "view"))
CAME_FROM = Panel("came_from", _l("Came from"), came_from, permission=("leads", "view"))
