"""Leaving out one task of a series, and ending the series: what is asked before a repeated task is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.api import Refused, RestAction, WriteContext, _, _l, as_system, by_api, delete, require_reach
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.series import SOURCE, follow_on, next_day, next_of
from plugins.crm_interactions.tasks.states import is_open
from plugins.crm_interactions.tasks.turning import REOPEN


def repeats(task: Task) -> bool:
    """Whether deleting it is a question: it is open, and another would come after it."""
    return task.done_at is None and task.series_id is not None and bool(task.repeat_every)


def next_if_left_out(task: Task) -> date | None:
    """When the next one would be due if this one were not done but left out."""
    return next_day(task, datetime.now(ZoneInfo(task.zone or "UTC")).date(), later=True)


def leave_out(task: Task, context: WriteContext) -> Task | None:
    """Delete only this one: the next of its series is there in its place. Answers that; None where none is left.

    The caller commits. Raises Refused where it is no open task of a series, or not this person's to delete.
    """
    resource = context.house.resources["tasks"]
    require_reach(resource, task, "delete", context)
    if not repeats(task):
        raise Refused(_("This task does not repeat."), "no_series")
    with as_system(context.session):
        following = follow_on(
            resource, task, next_if_left_out(task), replace(context, actor=None, source=SOURCE)
        )
    delete(resource, [task], context)
    return following


def end_series(task: Task, context: WriteContext) -> int:
    """Delete the open tasks of its series, so that nothing comes any more; done ones stay. Answers how many went.

    The caller commits. Raises Refused where one of them is not this person's to delete.
    """
    resource = context.house.resources["tasks"]
    of_it = Task.id == task.id if task.series_id is None else Task.series_id == task.series_id
    rows = context.session.scalars(sa.select(Task).where(of_it, is_open()).order_by(Task.id)).all()
    return delete(resource, rows, context)


def _left_out(context: WriteContext, task: Task, body: Mapping[str, Any]) -> Mapping[str, Any]:
    following = leave_out(task, context)
    return {
        "next": following.id if following else None,
        "due_on": str(following.due_on) if following else None,
    }


def _ended(context: WriteContext, task: Task, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"deleted": end_series(task, context)}


def _reopened(context: WriteContext, task: Task, body: Mapping[str, Any]) -> Mapping[str, Any]:
    told = by_api("tasks", REOPEN).run(context, task, body)
    kept = next_of(context.session, task)
    return {**told, "next_stays": kept.id if kept else None}


REOPEN_BY_API = RestAction(REOPEN.name, REOPEN.label, _reopened, permission=REOPEN.permission)
"""Besides the task it tells the next of its series (`next_stays`), where somebody has changed that and it stays."""

LEAVE_OUT = RestAction(
    "leave-out", _l("Leave only this one of its series out"), _left_out, permission="delete"
)
END_SERIES = RestAction("end-series", _l("End its series"), _ended, permission="delete")
