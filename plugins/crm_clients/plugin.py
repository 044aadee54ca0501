"""What this plugin brings: clients and the lists that classify them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from flask import Blueprint

from core.api import (
    JobType,
    MenuItem,
    MergePlan,
    NotificationKind,
    ReferenceList,
    Resource,
    SettingsSection,
    WriteContext,
    _l,
    hookimpl,
)
from plugins.crm_clients.commands import inquiry as inquiry_command
from plugins.crm_clients.commands import mode as mode_command
from plugins.crm_clients.inquiries.clients import route_to_client
from plugins.crm_clients.inquiries.declare import Inquiry, Routed
from plugins.crm_clients.inquiries.history import WROTE_AGAIN
from plugins.crm_clients.inquiries.openapi import operations as describe_inquiries
from plugins.crm_clients.inquiries.service import forget_old
from plugins.crm_clients.inquiries.views import BRING
from plugins.crm_clients.inquiries.views import blueprint as inquiries
from plugins.crm_clients.lists import LISTS, SECTION
from plugins.crm_clients.mode.openapi import operations as describe_mode
from plugins.crm_clients.mode.views import blueprint as mode
from plugins.crm_clients.mode.work import JOB as CHANGE_JOB
from plugins.crm_clients.models import Card
from plugins.crm_clients.resources import CLIENTS
from plugins.crm_clients.validation.sms import SMS_SETTINGS, take_sms
from plugins.crm_clients.validation.views import blueprint

DAY = 86400

MODE_PAGE = SettingsSection(
    "mode", _l("CRM mode"), (), group=_l("General"), order=1, endpoint="crm_clients_mode.page"
)
INQUIRIES_PAGE = SettingsSection(
    "inquiries", _l("Inquiries"), (), group=SECTION, order=90, endpoint="crm_clients_inquiries.page"
)


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [CLIENTS, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint, inquiries, mode]


@hookimpl
def register_menu() -> list[MenuItem]:
    return [
        MenuItem(
            "inquiry",
            _l("New inquiry"),
            "crm_clients_inquiries.new",
            "inbox",
            group="capture",
            order=10,
            permission=BRING,
        )
    ]


@hookimpl
def register_settings() -> list[SettingsSection]:
    return [SMS_SETTINGS, INQUIRIES_PAGE, MODE_PAGE]


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return {**describe_inquiries(), **describe_mode()}


@hookimpl
def merge_records(plan: MergePlan, context: WriteContext) -> None:
    """A number without its type means nothing, on whatever has the card."""
    if issubclass(plan.resource.model, Card):
        plan.tie("document_number", "document_type")


@hookimpl
def register_commands() -> list[click.Command]:
    return [inquiry_command, mode_command]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return [WROTE_AGAIN]


@hookimpl
def register_jobs() -> list[JobType]:
    return [
        JobType("crm_clients.forget-inquiries", _l("Forget old inquiries"), forget_old, every=DAY),
        CHANGE_JOB,
    ]


@hookimpl(trylast=True)
def route_inquiry(inquiry: Inquiry, context: WriteContext) -> Routed:
    """Where neither leads nor deals take it, an inquiry is at least a client."""
    return route_to_client(inquiry, context)


@hookimpl(trylast=True)
def send_sms(number: str, text: str) -> bool | None:
    """The gateways that Settings offer, after those of other apps."""
    return take_sms(number, text)
