"""What this plugin brings: rules that work by themselves, their pages, their log, and hooks for more of what they can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask import Blueprint

from core.api import (
    JobType,
    NotificationKind,
    Permission,
    Resource,
    SettingsSection,
    WriteContext,
    Written,
    _l,
    hookimpl,
)
from plugins.crm_automation.clock import look, tidy
from plugins.crm_automation.commands import automation
from plugins.crm_automation.openapi import operations
from plugins.crm_automation.queueing import WORK, queue_written
from plugins.crm_automation.rest import blueprint as api
from plugins.crm_automation.rules import EDIT
from plugins.crm_automation.telling import KINDS
from plugins.crm_automation.web import log_pages
from plugins.crm_automation.working import run

LOOK_EVERY = 120
DAY = 86400


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [log_pages.blueprint, api]


@hookimpl
def register_settings() -> list[SettingsSection]:
    return [
        SettingsSection(
            "automation", _l("Automation"), (), group=_l("General"), order=5, endpoint="crm_automation.page"
        )
    ]


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return operations()


@hookimpl
def register_commands() -> list[click.Command]:
    return [automation]


@hookimpl
def register_permissions() -> list[Permission]:
    return [Permission(*EDIT, _l("Make rules of automation"), reserved=True)]


@hookimpl
def register_jobs() -> list[JobType]:
    return [
        JobType(WORK, _l("Work off rules"), run),
        JobType("crm_automation.look", _l("Look for rules whose moment has come"), look, every=LOOK_EVERY),
        JobType("crm_automation.tidy", _l("Forget what rules have settled"), tidy, every=DAY),
    ]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return KINDS


@hookimpl
def after_write_all(resource: Resource, written: Sequence[Written], context: WriteContext) -> None:
    queue_written(resource, written, context)
