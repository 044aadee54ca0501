"""What this plugin brings: clients and the lists that classify them."""

from __future__ import annotations

from core.api import ReferenceList, Resource, hookimpl
from plugins.crm_clients.lists import LISTS
from plugins.crm_clients.resources import CLIENTS


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [CLIENTS, *LISTS]
