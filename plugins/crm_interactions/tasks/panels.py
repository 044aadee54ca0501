"""Tasks on other pages: pending ones on a record, the checklist on a task's own page, today on the home page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import g, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Actor, Panel, Resource, _l, children_of, current_house, db, formats_for, utcnow
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.lines import lines_of
from plugins.crm_interactions.tasks.states import OVERDUE, TODAY, in_state, is_open

VIEW = ("tasks", "view")
SHOWN = 10
ON_HOME = 6


def pending_of(resource: Resource) -> Panel:
    """The card of open tasks of a resource's records; those with a date first, in order."""
    return Panel(
        "pending", _l("Pending"), lambda record: pending(resource.name, record.id), "pending", permission=VIEW
    )


def pending(resource: str, record_id: int) -> Markup:
    """The open tasks of a record, which the caller has checked that the reader may see."""
    session, house = db.session(), current_house()
    of_it = sa.and_(Task.resource == resource, Task.record_id == record_id, is_open())
    ordered = sa.select(Task).where(of_it).order_by(Task.due_at.is_(None), Task.due_at, Task.id)
    tasks = session.scalars(ordered.limit(SHOWN + 1)).all()
    number = len(tasks)
    if number > SHOWN:
        number = session.scalar(sa.select(sa.func.count()).select_from(Task).where(of_it)) or 0
    return Markup(
        render_template(
            "crm_interactions/pending.html",
            resource=resource,
            record_id=record_id,
            number=number,
            lines=lines_of(session, tasks[:SHOWN], house, g.actor, formats_for(session, g.actor)),
            all_url=f"{request.script_root}/tasks?"
            + urlencode({"record": f"{resource}/{record_id}", "state": "open"}),
            may_create=g.actor.may("tasks", "create"),
        )
    )


def steps(task: Task) -> Markup:
    """A task's own line and its checklist."""
    session, house = db.session(), current_house()
    [line] = lines_of(session, [task], house, g.actor, formats_for(session, g.actor))
    rows = children_of(session, house.resources["tasks"], [task.id])["items"].get(task.id, [])
    return Markup(render_template("crm_interactions/steps.html", line=line, steps=rows))


def on_home(actor: Actor) -> Markup:
    """What is overdue or due today, in small."""
    session, house = db.session(), current_house()
    formats, now = formats_for(session, actor), utcnow()
    due = sa.and_(
        Task.assignee_id == actor.user_id,
        sa.or_(*(in_state(state, now, formats.zone) for state in (OVERDUE, TODAY))),
    )
    tasks = session.scalars(sa.select(Task).where(due).order_by(Task.due_at, Task.id).limit(ON_HOME)).all()
    return Markup(
        render_template(
            "crm_interactions/home.html",
            lines=lines_of(session, tasks, house, actor, formats),
            more=_number(session, due) - len(tasks) if len(tasks) == ON_HOME else 0,
        )
    )


def _number(session: Session, criterion: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Task).where(criterion)) or 0


STEPS = Panel("steps", _l("To do"), steps, "side")
MY_DAY = Panel("my_day", _l("My day"), on_home, permission=VIEW)
