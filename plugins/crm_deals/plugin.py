"""What this plugin brings: deals, their pipelines and stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.api import ReferenceList, Resource, WriteContext, hookimpl
from plugins.crm_clients.inquiries.declare import Inquiry, Routed
from plugins.crm_deals.inquiries import route_to_deal
from plugins.crm_deals.lists import LISTS
from plugins.crm_deals.resources import DEALS

if TYPE_CHECKING:
    from plugins.crm_leads.conversion.declare import Target


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [DEALS, *LISTS]


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
