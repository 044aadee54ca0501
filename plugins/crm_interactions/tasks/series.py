"""Tasks that repeat: done, one makes the next of its series; reopened, it takes back the next that nobody touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api import Draft, Resource, WriteContext, as_system, children_of_records, delete, save
from plugins.crm_interactions.models import DONE as FROM_DONE
from plugins.crm_interactions.models import MONTH, Task
from plugins.crm_interactions.tasks.moments import day_after
from plugins.crm_interactions.tasks.rules import REPEAT_DAY, TURNED
from plugins.crm_interactions.tasks.states import DONE, OPEN

SOURCE = "series"
INHERITED = (
    "title",
    "notes",
    "kind",
    "priority",
    "assignee",
    "due_time",
    "zone",
    "minutes",
    "repeat_every",
    "repeat_unit",
    "repeat_from",
    "repeat_until",
    "remind",
)
UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Who may tick a task off may let its series go on, whoever the next one is for."""


def go_on(written: Sequence[tuple[Task, Draft]], context: WriteContext) -> None:
    """What follows from tasks that were ticked off or reopened by this write."""
    for task, draft in written:
        turned = draft.options.get(TURNED)
        if task.series_id is None or turned is None:
            continue
        with as_system(context.session):
            alone = replace(context, actor=None, source=SOURCE)
            if turned == DONE:
                follow_on(draft.resource, task, next_day(task), alone)
            elif turned == OPEN:
                _take_next_back(draft.resource, task, alone)


def next_day(task: Task, over: date | None = None, *, later: bool = False) -> date | None:
    """The day on which the next of its series is due; None where the series is over.

    Reckoned from when it was due, days that are over on the day it is done (`over`) are passed by; with `later` that
    day is too.
    """
    if over is None and task.done_at is not None:
        over = task.done_at.astimezone(ZoneInfo(task.zone or "UTC")).date()
    if not task.repeat_every or not task.repeat_unit or task.due_on is None or over is None:
        return None
    start = over if task.repeat_from == FROM_DONE else task.due_on
    anchor = task.repeat_day or 0 if task.repeat_unit == MONTH and task.repeat_from != FROM_DONE else 0
    steps = _steps_until(start, over, task)
    found = day_after(start, task.repeat_every, task.repeat_unit, steps, anchor=anchor)
    while found < over or (later and found == over):
        steps += 1
        found = day_after(start, task.repeat_every, task.repeat_unit, steps, anchor=anchor)
    return None if task.repeat_until is not None and found > task.repeat_until else found


def follow_on(resource: Resource, task: Task, due_on: date | None, context: WriteContext) -> Task | None:
    """The next of its series, made for this day unless it is there; None for no day. The caller works as the system."""
    following = next_of(context.session, task)
    if due_on is None or following is not None:
        return following
    values = {name: resource.field(name).kind.load(task, resource.field(name)) for name in INHERITED}
    fresh = Draft(resource, {name: value for name, value in values.items() if value is not None})
    fresh.values["due_on"] = due_on
    fresh.options |= {REPEAT_DAY: task.repeat_day, SOURCE: task}
    for name, rows in children_of_records(context.session, resource, [task]).items():
        fresh.children[name] = [
            replace(row, id=None, values=row.values | {"done": False}) for row in rows.get(task.id, [])
        ]
    try:
        with context.session.begin_nested():
            made: Task = save(fresh, context)
    except IntegrityError:  # somebody else did it in the same moment and has made the next one
        return None
    return made


def _steps_until(start: date, day: date, task: Task) -> int:
    """A number of steps from one day that does not yet lead beyond another; at least one."""
    longest = {"day": 1, "week": 7}.get(task.repeat_unit or "", 31) * (task.repeat_every or 1)
    return max(1, (day - start).days // longest)


def inherit(written: Sequence[tuple[Task, Draft]], context: WriteContext) -> None:
    """The next of a series bears its number, lies where the one before lies, and is of who made that."""
    for task, draft in written:
        before: Task | None = draft.options.get(SOURCE)
        if before is not None:
            task.series_id, task.series_number = before.series_id, (before.series_number or 1) + 1
            task.resource, task.record_id = before.resource, before.record_id
            task.created_by_id = before.created_by_id


def _take_next_back(resource: Resource, task: Task, context: WriteContext) -> None:
    """One that somebody has touched stays; whoever reopens is told so (`next_of` still finds it)."""
    following = next_of(context.session, task)
    if following is None:
        return
    if following.version == 1 and following.done_at is None:
        delete(resource, [following], context, is_allowed=True)


def next_of(session: Session, task: Task) -> Task | None:
    """The one after it in its series, done or not, whoever's it is."""
    if task.series_id is None:
        return None
    wanted = sa.select(Task).where(
        Task.series_id == task.series_id, Task.series_number == (task.series_number or 1) + 1
    )
    return session.scalar(wanted, **UNSCOPED)
