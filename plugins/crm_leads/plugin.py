"""What this plugin brings: leads, their statuses and sources, and their conversion into clients."""

from __future__ import annotations

from flask import Blueprint

from core.api import ReferenceList, Resource, hookimpl
from plugins.crm_leads.lists import LISTS
from plugins.crm_leads.resources import LEADS
from plugins.crm_leads.views import blueprint


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [LEADS, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]
