"""What this plugin brings: deals, their pipelines and stages."""

from __future__ import annotations

from core.api import ReferenceList, Resource, WriteContext, hookimpl
from plugins.crm_clients.inquiries.declare import Inquiry, Routed
from plugins.crm_deals.inquiries import route_to_deal
from plugins.crm_deals.lists import LISTS
from plugins.crm_deals.resources import DEALS


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [DEALS, *LISTS]


@hookimpl
def route_inquiry(inquiry: Inquiry, context: WriteContext) -> Routed:
    """Where there are no leads, an inquiry is a deal of its client."""
    return route_to_deal(inquiry, context)
