"""What each side says of a conversion: the lead what it became, the others which leads they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from core.api import Date, Panel, Words, _l, current_house, db, page_context, title_of
from plugins.crm_clients.models import Client
from plugins.crm_clients.panels import draw_relatives, relatives
from plugins.crm_leads.conversion.declare import targets_in
from plugins.crm_leads.models import Conversion, Lead, Result

KNOWN = 50
SHOWN = 5
"""A client may have come from many leads; the card names the newest."""


@dataclass(frozen=True)
class Line:
    """A record on the other side of a conversion, as its card names it."""

    resource: str
    id: int
    title: str
    icon: str
    hue: str
    beside: Words


def became(lead: Lead) -> Markup | None:
    """The contact, the company, the deal that a lead became, of those the reader may see; no card for other leads."""
    if lead.converted_at is None:
        return None
    wanted = (
        sa.select(Result.target, Result.resource, Result.record_id)
        .join(Conversion)
        .where(Conversion.lead_id == lead.id, Conversion.undone_at.is_(None))
        .order_by(Result.id)
    )
    found = db.session.execute(wanted).all()
    by_resource: dict[str, list[int]] = {}
    for _target, resource, record_id in found:
        by_resource.setdefault(resource, []).append(record_id)
    seen = {name: _in_sight(name, ids) for name, ids in by_resource.items()}
    labels = {name: target.label for name, target in targets_in(page_context("leads")).items()}
    lines = [
        _line(resource, seen[resource][id], labels.get(target, ""))
        for target, resource, id in found
        if id in seen[resource]
    ]
    return Markup(render_template("crm_leads/linked.html", lines=lines))


def came_from(record: Any) -> Markup | None:
    """The newest leads that a record came from or took up, of those the reader may see."""
    found = db.session.execute(
        sa.select(Lead, Conversion.at)
        .join(Conversion, Conversion.lead_id == Lead.id)
        .join(Result, Result.conversion_id == Conversion.id)
        .where(
            Result.resource == _resource_of(record),
            Result.record_id == record.id,
            Conversion.undone_at.is_(None),
        )
        .order_by(Lead.id.desc())
        .limit(SHOWN)
    ).all()
    if not found:
        return None
    formats = page_context("leads").formats
    lines = [
        _line("leads", lead, Date().text(at.astimezone(formats.zone).date(), formats)) for lead, at in found
    ]
    return Markup(render_template("crm_leads/linked.html", lines=lines))


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


def _in_sight(name: str, ids: Sequence[int]) -> Mapping[int, Any]:
    """The records of these ids that the reader may see; none while their app is off."""
    resource = current_house().resources.get(name)
    if resource is None:
        return {}
    wanted = sa.select(resource.model).where(resource.model.id.in_(ids))
    return {record.id: record for record in db.session.scalars(wanted)}


def _line(name: str, record: Any, beside: Words) -> Line:
    resource = current_house().resources[name]
    return Line(name, record.id, title_of(resource, record), resource.icon, resource.hue, beside)


def _resource_of(record: Any) -> str:
    return next(name for name, each in current_house().resources.items() if isinstance(record, each.model))


BECAME = Panel("became", _l("Became"), became)
RELATED = Panel("related", _l("Related"), relatives_of_lead)
LEADS_LIKE = Panel("leads_like", _l("Related leads"), leads_like, permission=("leads", "view"))
CAME_FROM = Panel("came_from", _l("Came from"), came_from, permission=("leads", "view"))
