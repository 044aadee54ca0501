"""What this plugin brings: pages of reports, targets. The reports themselves come from other apps, by `register_reports`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from core.api import Actor, MenuItem, Panel, Permission, _l, hookimpl
from plugins.crm_reports.services import RIGHT
from plugins.crm_reports.targets import api as targets_api
from plugins.crm_reports.targets.goals import SET
from plugins.crm_reports.targets.home import home_card
from plugins.crm_reports.targets.views import blueprint as targets_blueprint
from plugins.crm_reports.views import blueprint


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint, targets_blueprint]


@hookimpl
def register_menu() -> list[MenuItem]:
    return [
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
    return [Permission(*RIGHT, _l("See reports")), Permission(*SET, _l("Set targets"))]


@hookimpl
def home_widgets(user: Actor) -> list[Panel]:
    return home_card(user)


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return targets_api.operations()
