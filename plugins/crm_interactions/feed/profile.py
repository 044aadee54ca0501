"""What the profile asks a person about their tasks: when they are reminded, and the link of their calendar."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from core.api import Actor, DateTime, db, formats_for
from plugins.crm_interactions.feed.links import made_at
from plugins.crm_interactions.feed.views import TASKS
from plugins.crm_interactions.reminders.service import habit_of
from plugins.crm_interactions.reminders.views import HABITS, NONE


def profile_parts(user: Actor) -> Markup | None:
    """Markup for who may see tasks at all."""
    if user.user_id is None or not user.may(TASKS, "view"):
        return None
    session: Any = db.session()
    habit, since = habit_of(session, user.user_id), made_at(session, user.user_id)
    return Markup(
        render_template(
            "crm_interactions/profile_parts.html",
            habits=HABITS,
            habit=str(habit[0]) if habit else NONE,
            link_since=DateTime().text(since, formats_for(session, user)) if since else "",
        )
    )
