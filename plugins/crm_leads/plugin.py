"""What this plugin brings: leads, their statuses and sources, and their conversion into clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import (
    Field,
    Filter,
    JobType,
    MergePlan,
    NotificationKind,
    Panel,
    ReferenceList,
    Resource,
    SettingsSection,
    WriteContext,
    hookimpl,
)
from plugins.crm_clients.inquiries.declare import Inquiry, Routed
from plugins.crm_clients.mode.declare import Classic
from plugins.crm_leads.announcements import JOB, KINDS
from plugins.crm_leads.bulk import JOBS as CONVERSION_JOBS
from plugins.crm_leads.bulk_views import blueprint as bulk_blueprint
from plugins.crm_leads.commands import leads
from plugins.crm_leads.conversion import api as conversions_api
from plugins.crm_leads.conversion import clients as client_targets
from plugins.crm_leads.fields import due_mark
from plugins.crm_leads.inquiries import route_to_lead
from plugins.crm_leads.lists import LISTS
from plugins.crm_leads.meanings import meaning_in
from plugins.crm_leads.merging import plan_merge_of_leads
from plugins.crm_leads.mode import CLASSIC_MODE
from plugins.crm_leads.models import OPEN
from plugins.crm_leads.origin import lead_filter
from plugins.crm_leads.panels import BECAME, CAME_FROM, LEADS_LIKE, RELATED
from plugins.crm_leads.repeat import NEVER_REPEAT, let_go, repeat_mark
from plugins.crm_leads.resources import LEADS
from plugins.crm_leads.validity import SETTINGS
from plugins.crm_leads.views import blueprint

if TYPE_CHECKING:
    from plugins.crm_leads.conversion.declare import Target
    from plugins.crm_reports.declare import Report


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [LEADS, *LISTS]


@hookimpl
def register_settings() -> list[SettingsSection]:
    return [SETTINGS]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return KINDS


@hookimpl
def register_jobs() -> list[JobType]:
    return [JOB, *CONVERSION_JOBS]


@hookimpl
def register_commands() -> list[click.Command]:
    return [leads]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint, bulk_blueprint, conversions_api.blueprint]


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return conversions_api.operations()


@hookimpl
def extend_detail(resource: Resource) -> list[Panel]:
    """On both sides of a conversion the other side, and who has something in common."""
    return {"leads": [BECAME, RELATED], "clients": [CAME_FROM, LEADS_LIKE], "deals": [CAME_FROM]}.get(
        resource.name, []
    )


@hookimpl
def render_slot(slot: str, context: dict[str, Any]) -> Markup | None:
    """Beside a lead's name: that it is a repeat one, and that it is about to expire."""
    if slot != "record.title" or context["resource"].name != LEADS.name:
        return None
    lead, formats = context["record"], context["formats"]
    marks = [repeat_mark(lead, formats)]
    if meaning_in(formats, lead.status_id) == OPEN:
        marks.append(due_mark(lead.expires_on, datetime.now(formats.zone).date()))
    return Markup(" ").join(mark for mark in marks if mark) or None


@hookimpl
def extend_form(resource: Resource) -> list[Field]:
    """On a client: that its leads are never repeat ones."""
    return [NEVER_REPEAT] if resource.name == "clients" else []


@hookimpl
def extend_filters(resource: Resource) -> list[Filter]:
    """On what leads become: whether, and when, the lead came in."""
    return [lead_filter(resource)] if resource.name in ("clients", "deals") else []


@hookimpl
def before_delete(resource: Resource, record: Any, session: Session) -> None:
    if resource.name == "clients":
        let_go(session, record.id)


@hookimpl
def register_conversion_targets() -> Sequence[Target]:
    """The contact and the company, which are clients."""
    return client_targets.TARGETS


@hookimpl
def merge_records(plan: MergePlan, context: WriteContext) -> None:
    if plan.resource.name == LEADS.name:
        plan_merge_of_leads(plan, context)


@hookimpl
def route_inquiry(inquiry: Inquiry, context: WriteContext) -> Routed | None:
    """In classic mode an inquiry is a lead."""
    return route_to_lead(inquiry, context)


@hookimpl
def classic_mode() -> Classic:
    return CLASSIC_MODE


@hookimpl(optionalhook=True)
def register_reports() -> Sequence[Report]:
    # only while Reports is on: leads go without it
    from plugins.crm_leads.reports import REPORTS

    return REPORTS
