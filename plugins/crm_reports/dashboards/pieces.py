"""What the pages of dashboards share: dialogs that are pages too, and on whose home page a dashboard stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.crm_reports.models import Dashboard, DashboardStart


def answer_dialog(template: str, *, wrong: str = "", **values: Any) -> ResponseReturnValue:
    """The dialog, or the page of its own that it is without script; 422 where something is `wrong`."""
    is_piece = request.headers.get("HX-Request") == "true"
    shown = template if is_piece else "crm_reports/dialog_page.html"
    text = render_template(shown, fragment=template, wrong=wrong, **values)
    return text, 422 if wrong else 200


def start_rows(session: Session, dashboard: Dashboard) -> set[str]:
    """On whose home page it stands: keys as `user:5`, `role:2`, `all`."""
    wanted = sa.select(DashboardStart.whose).where(DashboardStart.dashboard_id == dashboard.id)
    return set(session.scalars(wanted))
