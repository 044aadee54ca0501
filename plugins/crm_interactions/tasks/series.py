"""Tasks that repeat: done, one makes the next of its series; reopened, it takes back the next that nobody touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.api import Draft, WriteContext, _, as_system, children_of_records, delete, save
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
                _make_next(task, draft, alone)
            elif turned == OPEN:
                _take_next_back(task, draft, alone)


def next_day(task: Task) -> date | None:
    """The day on which the next of its series is due; None where the series is over.

    Reckoned from when it was due, days that are over when it is done are passed by.
    """
    if not task.repeat_every or not task.repeat_unit or task.due_on is None or task.done_at is None:
        return None
    done_on = task.done_at.astimezone(ZoneInfo(task.zone or "UTC")).date()
    start = done_on if task.repeat_from == FROM_DONE else task.due_on
    anchor = task.repeat_day or 0 if task.repeat_unit == MONTH and start is task.due_on else 0
    steps = _steps_until(start, done_on, task)
    found = day_after(start, task.repeat_every, task.repeat_unit, steps, anchor=anchor)
    while found < done_on:
        steps += 1
        found = day_after(start, task.repeat_every, task.repeat_unit, steps, anchor=anchor)
    return None if task.repeat_until is not None and found > task.repeat_until else found


def _steps_until(start: date, day: date, task: Task) -> int:
    """A number of steps from one day that does not yet lead beyond another; at least one."""
    longest = {"day": 1, "week": 7}.get(task.repeat_unit or "", 31) * (task.repeat_every or 1)
    return max(1, (day - start).days // longest)


def _make_next(task: Task, draft: Draft, context: WriteContext) -> None:
    due_on = next_day(task)
    if due_on is None or _next_of(task, context) is not None:
        return
    resource = draft.resource
    values = {name: resource.field(name).kind.load(task, resource.field(name)) for name in INHERITED}
    fresh = Draft(resource, {name: value for name, value in values.items() if value is not None})
    fresh.values["due_on"] = due_on
    fresh.options[REPEAT_DAY] = task.repeat_day
    fresh.options[SOURCE] = task
    for name, rows in children_of_records(context.session, resource, [task]).items():
        fresh.children[name] = [
            replace(row, id=None, values=row.values | {"done": False}) for row in rows.get(task.id, [])
        ]
    try:
        with context.session.begin_nested():
            save(fresh, context)
    except IntegrityError:  # somebody else did it in the same moment and has made the next one
        return


def inherit(written: Sequence[tuple[Task, Draft]], context: WriteContext) -> None:
    """The next of a series bears its number, lies where the one before lies, and is of who made that."""
    for task, draft in written:
        before: Task | None = draft.options.get(SOURCE)
        if before is not None:
            task.series_id, task.series_number = before.series_id, (before.series_number or 1) + 1
            task.resource, task.record_id = before.resource, before.record_id
            task.created_by_id = before.created_by_id


def _take_next_back(task: Task, draft: Draft, context: WriteContext) -> None:
    following = _next_of(task, context)
    if following is None:
        return
    if following.version == 1 and following.done_at is None:
        delete(draft.resource, [following], context, is_allowed=True)
    else:
        draft.warnings.append(
            (
                "done",
                _(
                    "The next one of the series was changed since and stays: “%(title)s”.",
                    title=following.title,
                ),
            )
        )


def _next_of(task: Task, context: WriteContext) -> Task | None:
    wanted = sa.select(Task).where(
        Task.series_id == task.series_id, Task.series_number == (task.series_number or 1) + 1
    )
    return context.session.scalar(wanted, **UNSCOPED)


def rest_of_series(task: Task, now: datetime) -> Any:
    """The criterion of the open tasks of its series; those that are done stay as they are."""
    return sa.and_(Task.series_id == task.series_id, Task.done_at.is_(None))
