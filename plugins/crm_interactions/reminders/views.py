"""What one does about a reminder where it is read: the task is done, or tell me again in a while; and one's habit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    ApiError,
    Problem,
    _,
    _l,
    answered,
    change_here,
    db,
    flash_toast,
    json_object,
    mark_read,
    not_valid,
    record_or_404,
)
from plugins.crm_interactions.models import Reminder, Task
from plugins.crm_interactions.reminders.service import TASKS, habit_of, put_off, set_habit
from plugins.crm_interactions.reminders.telling import SNOOZE
from plugins.crm_interactions.tasks import views as task_pages
from plugins.crm_interactions.tasks.kinds import REMINDERS

AT = "/api/v1/reminders"
MOST_MINUTES = 60 * 24 * 7
COMING = 100
NONE = "none"
HABITS = (*REMINDERS, (NONE, _l("Not at all")))

blueprint = Blueprint("crm_interactions_reminders", __name__)


@blueprint.post("/reminders/<int:id>/done")
def done(id: int) -> ResponseReturnValue:
    """The task of a reminder is done."""
    reminder = _mine(id)
    task: Task = record_or_404(TASKS, reminder.task_id, "edit")
    told = _("“%(record)s” is done.", record=task.title)
    _read()
    db.session.refresh(task, with_for_update=True)
    if task.done_at is not None:
        db.session.commit()
        return task_pages.answered(told)
    return task_pages.deed(lambda: change_here(TASKS, task.id, {"done": True}), told)


@blueprint.post("/reminders/<int:id>/later")
def later(id: int) -> ResponseReturnValue:
    """Tell it again in ten minutes; the task stays where it is."""
    put_off(db.session(), _mine(id), SNOOZE)
    _read()
    db.session.commit()
    return task_pages.answered(_("You will be told again in %(minutes)s minutes.", minutes=SNOOZE))


@blueprint.post("/profile/reminders")
def save_habit() -> ResponseReturnValue:
    """How long before new tasks of the reader are due they are told."""
    chosen = request.form.get("minutes", "")
    if chosen not in dict(HABITS):
        abort(400)
    set_habit(db.session(), _me(), None if chosen == NONE else int(chosen))
    db.session.commit()
    flash_toast(_("Saved."))
    return redirect(url_for("access.profile") + "#reminders")


@blueprint.get(AT)
@answered
def listed() -> ResponseReturnValue:
    """The caller's reminders that are still to come, the next first, and their habit."""
    coming = (
        sa.select(Reminder, Task.title)
        .join(Task, Task.id == Reminder.task_id)
        .where(Reminder.user_id == _me(), Reminder.told_at.is_(None), Reminder.at.is_not(None))
        .order_by(Reminder.at, Reminder.id)
        .limit(COMING)
    )
    items = [_told(reminder, title) for reminder, title in db.session.execute(coming)]
    return jsonify(items=items, habit=list(habit_of(db.session(), _me())))


@blueprint.post(f"{AT}/<int:id>/later")
@answered
def later_by_api(id: int) -> ResponseReturnValue:
    """Tell it again in so many `minutes`, ten where nothing is said."""
    body = json_object(required=False)
    minutes = body.get("minutes", SNOOZE)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= MOST_MINUTES:
        says = _("Minutes are a whole number from 1 to %(most)s.", most=MOST_MINUTES)
        raise not_valid([Problem("minutes", says, "out_of_range")])
    _may_write()
    moment = put_off(db.session(), _mine(id), minutes)
    db.session.commit()
    return jsonify(id=id, at=moment.isoformat())


@blueprint.put(f"{AT}/habit")
@answered
def habit_by_api() -> ResponseReturnValue:
    """How many `minutes` before new tasks of the caller are due they are told; null: not at all."""
    minutes = json_object().get("minutes")
    if minutes is not None and (type(minutes) is not int or str(minutes) not in dict(REMINDERS)):
        words = ", ".join(key for key, _label in REMINDERS)
        raise not_valid([Problem("minutes", _("One of %(words)s.", words=words), "unknown_value")])
    _may_write()
    set_habit(db.session(), _me(), minutes)
    db.session.commit()
    return jsonify(minutes=minutes)


def describe() -> dict[str, dict[str, Any]]:
    """The addresses below /api/v1, for the API's description."""
    number = {"type": "integer"}
    reminder = {
        "type": "object",
        "properties": {
            **{name: number for name in ("id", "task", "minutes")},
            **{name: {"type": "string"} for name in ("title", "at")},
        },
    }
    listed = {"items": {"type": "array", "items": reminder}, "habit": {"type": "array", "items": number}}
    minutes = {"minutes": {"type": ["integer", "null"]}}
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    return {
        AT: {"get": _operation("list", "The caller's reminders to come, and their habit", listed)},
        f"{AT}/{{id}}/later": {
            "post": _operation("later", "Be told again in so many minutes", {"id": number}, minutes)
            | {"parameters": [one]}
        },
        f"{AT}/habit": {"put": _operation("habit", "When to be told of new tasks", minutes, minutes)},
    }


def _operation(
    id: str, summary: str, answer: dict[str, Any], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": ["reminders"],
        "operationId": f"reminders.{id}",
        "summary": summary,
        "responses": {"200": {"description": "Done", "content": _json(answer)}},
    }
    if body is not None:
        operation["requestBody"] = {"required": id == "habit", "content": _json(body)}
    return operation


def _json(properties: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": {"type": "object", "properties": properties}}}


def _told(reminder: Reminder, title: str) -> dict[str, Any]:
    assert reminder.at is not None
    return {
        "id": reminder.id,
        "task": reminder.task_id,
        "title": title,
        "minutes": reminder.minutes,
        "at": reminder.at.isoformat(),
    }


def _mine(id: int) -> Reminder:
    """A reminder of the reader's, of a task they may see; another's is as absent as a missing one."""
    found = sa.select(Reminder).join(Task, Task.id == Reminder.task_id)
    row = db.session.scalar(found.where(Reminder.id == id, Reminder.user_id == _me()))
    if row is None:
        abort(404)
    return row


def _read() -> None:
    """The notification from which this was pressed is read."""
    notification = request.args.get("notification", type=int)
    if notification is not None and 0 < notification < 2**63:
        mark_read(db.session(), _me(), notification)


def _may_write() -> None:
    if g.actor.read_only:
        raise ApiError(403, "forbidden", _("This key may only read."))


def _me() -> int:
    id: int | None = g.actor.user_id
    if id is None:
        abort(404)
    return id
