"""What this plugin brings: reports' pages, targets, dashboards, reports by mail. The reports themselves come from other apps, by `register_reports`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from core.api import Actor, Errand, JobType, MenuItem, Panel, Permission, _l, hookimpl
from plugins.crm_reports.dashboards import api as dashboards_api
from plugins.crm_reports.dashboards.access import SHARE
from plugins.crm_reports.dashboards.home import home_above
from plugins.crm_reports.dashboards.views import blueprint as dashboards_blueprint
from plugins.crm_reports.schedules import api as schedules_api
from plugins.crm_reports.schedules.keeping import SEND
from plugins.crm_reports.schedules.sending import JOB, send_noted, take_due, waits
from plugins.crm_reports.schedules.views import blueprint as schedules_blueprint
from plugins.crm_reports.services import RIGHT
from plugins.crm_reports.targets import api as targets_api
from plugins.crm_reports.targets.goals import SET
from plugins.crm_reports.targets.home import home_card
from plugins.crm_reports.targets.views import blueprint as targets_blueprint
from plugins.crm_reports.views import blueprint


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint, targets_blueprint, dashboards_blueprint, schedules_blueprint]


@hookimpl
def register_menu() -> list[MenuItem]:
    return [
        MenuItem(
            "dashboards",
            _l("Dashboards"),
            "crm_reports_dashboards.index",
            "layout-dashboard",
            group="analysis",
            order=5,
            permission=RIGHT,
        ),
        MenuItem(
            "reports",
            _l("Reports"),
            "crm_reports.index",
            "chart-bar",
            group="analysis",
            order=10,
            permission=RIGHT,
        ),
        MenuItem(
            "targets",
            _l("Targets"),
            "crm_reports_targets.page",
            "target",
            group="analysis",
            order=20,
            permission=RIGHT,
        ),
    ]


@hookimpl
def register_permissions() -> list[Permission]:
    return [
        Permission(*RIGHT, _l("See reports")),
        Permission(*SET, _l("Set targets")),
        Permission(*SHARE, _l("Share dashboards with everybody")),
        Permission(*SEND, _l("Send reports to others by mail")),
    ]


@hookimpl
def register_jobs() -> list[JobType]:
    return [JobType(JOB, _l("Send reports by mail"), send_noted, every=300)]


@hookimpl
def register_errands() -> list[Errand]:
    return [Errand("crm_reports.take-due", waits, take_due, every=5.0)]


@hookimpl
def render_slot(slot: str, context: dict[str, Any]) -> Any:
    return home_above(slot, context)


@hookimpl
def home_widgets(user: Actor) -> list[Panel]:
    return home_card(user)


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return {
        **targets_api.operations(),
        **dashboards_api.operations(),
        **schedules_api.operations(),
    }
