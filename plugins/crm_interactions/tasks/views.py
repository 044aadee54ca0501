"""The pages of tasks that no declaration gives: my day, ticking off, moving, writing one down in a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.api import (
    Date,
    Draft,
    NotValid,
    PluginError,
    Refused,
    _,
    change_here,
    current_house,
    db,
    find,
    flash_toast,
    formats_for,
    go_back,
    go_on,
    page_context,
    read_draft,
    record_or_404,
    require,
    save,
)
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.day import done_today, parts_of_day
from plugins.crm_interactions.tasks.ending import end_series, leave_out, next_if_left_out
from plugins.crm_interactions.tasks.moving import moved, moved_to
from plugins.crm_interactions.tasks.panels import on_home, pending, steps
from plugins.crm_interactions.tasks.series import next_of

TASKS = "tasks"
CHANGED = "tasks-changed"
"""The event by which every part of a page that shows tasks reads itself anew."""

blueprint = Blueprint("crm_interactions_tasks", __name__, template_folder="../templates")


@blueprint.get("/my-day")
@require(TASKS, "view")
def my_day() -> str:
    """What the reader has to do: overdue, today, soon, some day; by script only the part that has changed."""
    session, house = db.session(), current_house()
    formats = formats_for(session, g.actor)
    return render_template(
        "crm_interactions/day_parts.html" if _is_part() else "crm_interactions/day.html",
        parts=parts_of_day(session, house, g.actor, formats),
        done=done_today(session, house, g.actor, formats),
        may_create=g.actor.may(TASKS, "create"),
        today=datetime.now(formats.zone).date(),
    )


@blueprint.get("/my-day/widget")
@require(TASKS, "view")
def widget() -> str:
    """The card of the home page, read anew."""
    return on_home(g.actor)


@blueprint.get("/tasks/pending/<resource>/<int:id>")
@require(TASKS, "view")
def pending_tasks(resource: str, id: int) -> str:
    """The open tasks of a record, read anew; as missing where the record is."""
    house = current_house()
    if resource not in house.resources or not house.resources[resource].timeline:
        abort(404)
    record_or_404(resource, id)
    return pending(resource, id)


@blueprint.get("/tasks/<int:id>/steps")
def checklist(id: int) -> str:
    """A task's own line and its checklist, read anew."""
    return steps(record_or_404(TASKS, id))


@blueprint.post("/tasks/<int:id>/turn")
def turn(id: int) -> ResponseReturnValue:
    """Tick a task off, or open it again (`done=0`)."""
    task = record_or_404(TASKS, id, "edit")
    wanted = request.form.get("done", "1") != "0"
    title = task.title
    told = (
        _("“%(record)s” is done.", record=title) if wanted else _("“%(record)s” is open again.", record=title)
    )
    db.session.refresh(task, with_for_update=True)
    if (task.done_at is not None) == wanted:
        return answered(told)
    return deed(
        lambda: change_here(TASKS, id, {"done": wanted}), told, lambda: "" if wanted else _stays(task)
    )


@blueprint.post("/tasks/<int:id>/put")
def put(id: int) -> ResponseReturnValue:
    """Put a task on another day or hour: `to` is a word, or `due_on` and `due_time` say it; `minutes` its length."""
    task = record_or_404(TASKS, id, "edit")
    raw = _place_said(task)
    if raw is None:
        abort(400)
    return deed(lambda: change_here(TASKS, id, raw), _("“%(record)s” was moved.", record=task.title))


@blueprint.post("/tasks/<int:id>/steps/<int:item>")
def step(id: int, item: int) -> ResponseReturnValue:
    """Tick one line of a checklist off, or open it again."""
    record_or_404(TASKS, id, "edit")
    stored = find(db.session(), current_house().resources[TASKS], id, children=True)
    rows = stored.children["items"] if stored else ()
    if not any(row.id == item for row in rows):
        abort(404)
    wanted = request.form.get("done", "1") != "0"
    raw = [{"id": row.id, **({"done": wanted} if row.id == item else {})} for row in rows]
    return deed(lambda: change_here(TASKS, id, {"items": raw}), _("Saved."))


@blueprint.get("/tasks/<int:id>/series")
def ask_series(id: int) -> str:
    """Before a repeated task is deleted: only this one, or the series?"""
    task = record_or_404(TASKS, id, "delete")
    formats = formats_for(db.session(), g.actor)
    following = next_if_left_out(task)
    return render_template(
        "crm_interactions/series.html" if is_scripted() else "crm_interactions/series_page.html",
        task=task,
        following=Date().text(following, formats) if following else "",
        action=f"{request.script_root}/tasks/{id}/series",
        back=f"{request.script_root}/tasks/{id}",
    )


@blueprint.post("/tasks/<int:id>/series")
def delete_of_series(id: int) -> ResponseReturnValue:
    """Delete one of a series, or (`what=series`) all that are open, and go on to the list."""
    task = record_or_404(TASKS, id, "delete")
    context, title = page_context(TASKS), task.title
    try:
        if request.form.get("what") == "series":
            end_series(task, context)
        else:
            leave_out(task, context)
        db.session.commit()
    except (Refused, PluginError) as error:
        db.session.rollback()
        flash_toast(_words_of(error), tone="bad")
        return go_on(TASKS, id)
    flash_toast(_("“%(record)s” was deleted.", record=title))
    address = f"{request.script_root}/tasks"
    return ("", 204, {"HX-Redirect": address}) if is_scripted() else redirect(address)


@blueprint.post("/tasks/add")
@require(TASKS, "create")
def add() -> ResponseReturnValue:
    """Write a task down in one line, for oneself; what is wrong stands beside it and nothing typed is lost."""
    context = page_context(TASKS)
    raw: dict[str, Any] = {
        name: request.form[name] for name in ("title", "due_on", "due_time") if name in request.form
    }
    if request.form.get("resource"):
        raw["record"] = {"resource": request.form["resource"], "id": request.form.get("record_id", "")}
    draft: Draft = read_draft(context.house.resources[TASKS], raw, context)
    try:
        task: Task = save(draft, context)
        db.session.commit()
    except (NotValid, Refused, PluginError) as error:
        db.session.rollback()
        return _refused(_words_of(error))
    return answered(_("“%(record)s” was created.", record=task.title))


def _stays(task: Task) -> str:
    """What is said of the next of a series that was not taken back."""
    kept = next_of(db.session(), task)
    return _("The next one of its series was changed since and stays.") if kept else ""


def deed(do: Callable[[], str], told: str, more: Callable[[], str] = str) -> ResponseReturnValue:
    """Do it, say so with the way back, and have the page read its parts anew; a refusal is said and nothing is done."""
    try:
        undo = do()
    except (NotValid, Refused, PluginError) as error:
        db.session.rollback()
        return _refused(_words_of(error))
    return answered(f"{told} {more()}".strip(), undo)


def answered(told: str, undo: str = "") -> ResponseReturnValue:
    """By script a word and the event that parts wait for; else back to the page one came from."""
    if is_scripted():
        toast = {"text": told, **({"undo_url": undo} if undo else {})}
        return "", 204, {"HX-Trigger": json.dumps({"toast": toast, CHANGED: {}, "close-dialog": {}})}
    flash_toast(told, undo=undo)
    return go_back()


def _refused(words: str) -> ResponseReturnValue:
    if is_scripted():
        told = json.dumps({"toast": {"text": words, "kind": "error"}, "task-refused": {}})
        return words, 422, {"HX-Trigger": told, "HX-Reswap": "none"}
    flash_toast(words, tone="bad")
    return go_back()


def _place_said(task: Task) -> Mapping[str, Any] | None:
    """What the form asks for; None where it says nothing that can be read."""
    zone = g.actor.zone
    if word := request.form.get("to"):
        return moved_to(task, word, zone)
    raw: dict[str, Any] = {}
    if "due_on" in request.form:
        try:
            day = date.fromisoformat(request.form["due_on"])
        except ValueError:
            return None
        raw |= moved(task, day, zone, request.form.get("due_time") or None)
        if request.form.get("due_time") == "" and "whole" in request.form:
            raw["due_time"] = None
    if request.form.get("minutes", "").isdecimal():
        raw["minutes"] = int(request.form["minutes"])
    return raw or None


def _words_of(error: Exception) -> str:
    if isinstance(error, NotValid):
        return " ".join(str(problem.message) for problem in error.draft.problems)
    return str(getattr(error, "message", error))


def is_scripted() -> bool:
    return request.headers.get("HX-Request") == "true"


def _is_part() -> bool:
    return is_scripted() and request.headers.get("HX-Target") == "day-parts"
