"""What this plugin brings: deals, their pipelines and stages."""

from __future__ import annotations

from core.api import ReferenceList, Resource, hookimpl
from plugins.crm_deals.lists import LISTS
from plugins.crm_deals.resources import DEALS


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [DEALS, *LISTS]
