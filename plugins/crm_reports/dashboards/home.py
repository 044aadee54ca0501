"""The dashboard that somebody begins with, above the cards of the home page."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from core.api import Actor, db
from plugins.crm_reports.dashboards.access import start_of, tiles_of

SLOT = "home.above"


def home_above(slot: str, context: dict[str, Any]) -> Markup | None:
    """Its tiles, which come one by one; None for who begins with none."""
    if slot != SLOT:
        return None
    actor: Actor = context["user"]
    session = db.session()
    dashboard = start_of(session, actor)
    if dashboard is None:
        return None
    tiles = tiles_of(session, dashboard)
    return Markup(render_template("crm_reports/_start.html", dashboard=dashboard, tiles=tiles))
