"""What this plugin brings: leads, their statuses and sources, and their conversion into clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint

from core.api import ReferenceList, Resource, hookimpl
from plugins.crm_leads.lists import LISTS
from plugins.crm_leads.resources import LEADS
from plugins.crm_leads.views import blueprint

if TYPE_CHECKING:
    from plugins.crm_reports.declare import Report


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [LEADS, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl(optionalhook=True)
def register_reports() -> Sequence[Report]:
    # only while Reports is on: leads go without it
    from plugins.crm_leads.reports import REPORTS

    return REPORTS
