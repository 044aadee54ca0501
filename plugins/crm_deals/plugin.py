"""What this plugin brings: deals, their pipelines and stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from markupsafe import Markup

from core.api import Column, Filter, Panel, ReferenceList, Resource, WriteContext, _, hookimpl
from plugins.crm_clients.inquiries.declare import Inquiry, Routed
from plugins.crm_deals.buying import COLUMNS, ENGAGEMENT, PURCHASES
from plugins.crm_deals.inquiries import route_to_deal
from plugins.crm_deals.lists import LISTS
from plugins.crm_deals.panels import DEALS_OF_CLIENT, REACHES
from plugins.crm_deals.resources import DEALS
from plugins.crm_deals.staleness import days_beyond, stale_mark
from plugins.crm_deals.views import blueprint

if TYPE_CHECKING:
    from plugins.crm_leads.conversion.declare import Target
    from plugins.crm_reports.declare import Report


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [DEALS, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def extend_detail(resource: Resource) -> list[Panel]:
    """On a client its deals, on a deal whom to call."""
    return {"clients": [DEALS_OF_CLIENT], "deals": [REACHES]}.get(resource.name, [])


@hookimpl
def extend_filters(resource: Resource) -> list[Filter]:
    """On clients: how lively they are, how often they have bought."""
    return [ENGAGEMENT, PURCHASES] if resource.name == "clients" else []


@hookimpl
def extend_columns(resource: Resource) -> list[Column]:
    """On clients, for who chooses it: their purchases, the first and the last one, and what they came to."""
    return list(COLUMNS) if resource.name == "clients" else []


@hookimpl
def render_slot(slot: str, context: dict[str, Any]) -> Markup | None:
    """Beside a deal's name: that its client has bought before, that it stands still."""
    if slot != "record.title" or context["resource"].name != DEALS.name:
        return None
    deal = context["record"]
    told = Markup("")
    if deal.is_repeat:
        told += Markup('<span class="chip">{}</span> ').format(_("Repeat"))
    stale = stale_mark(days_beyond(context["formats"], deal.stage_id, deal.stage_since))
    return (told + (stale or Markup(""))) or None


@hookimpl
def route_inquiry(inquiry: Inquiry, context: WriteContext) -> Routed:
    """Where there are no leads, an inquiry is a deal of its client."""
    return route_to_deal(inquiry, context)


@hookimpl(optionalhook=True)
def register_conversion_targets() -> Sequence[Target]:
    """A lead can become a deal too."""
    # only while Leads is on: deals go without it
    from plugins.crm_deals.conversion import TARGETS

    return TARGETS


@hookimpl(optionalhook=True)
def register_reports() -> Sequence[Report]:
    # only while Reports is on: deals go without it
    from plugins.crm_deals import client_reports, reports, sales_reports

    return (*sales_reports.REPORTS, *reports.REPORTS, *client_reports.REPORTS)
