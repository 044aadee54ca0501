"""What this plugin brings: the pages of reports. The reports themselves come from other apps, by `register_reports`."""

from __future__ import annotations

from flask import Blueprint

from core.api import MenuItem, Permission, _l, hookimpl
from plugins.crm_reports.services import RIGHT
from plugins.crm_reports.views import blueprint


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


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
        )
    ]


@hookimpl
def register_permissions() -> list[Permission]:
    return [Permission(*RIGHT, _l("See reports"))]
