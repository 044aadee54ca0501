"""Tells people of tasks at their moment: a worker claims what is due and tells it in one and the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    Errand,
    Note,
    NotificationAct,
    NotificationKind,
    _l,
    actor_for,
    tell,
    utcnow,
    work_for,
)
from plugins.crm_interactions.models import Reminder, Task
from plugins.crm_interactions.reminders.service import REMINDER, TASKS

LATE = "late"
"""Names the sentence that says since when."""
LATE_AFTER = timedelta(minutes=5)
AT_ONE_TIME = 100
SNOOZE = 10
"""Minutes."""

KIND = NotificationKind(
    REMINDER,
    _l("A task of mine is due"),
    _l("“%(task)s” is due: %(due)s"),
    "calendar-due",
    mail=True,
    sentences={LATE: _l("“%(task)s” is due: %(due)s. This comes late, it was for %(at)s")},
    urgent=True,
    acts=(
        NotificationAct(_l("Done"), "/reminders/%(reminder)s/done?notification=%(notification)s", "check"),
        NotificationAct(
            _l("In 10 minutes"), "/reminders/%(reminder)s/later?notification=%(notification)s", "clock"
        ),
    ),
)


def something_is_due(session: Session) -> bool:
    """Whether `tell_due` would find something; asks without locking anything."""
    return session.execute(_due(utcnow()).limit(1)).first() is not None


def tell_due(session: Session) -> bool:
    """Tell of what is due, a hundred at a time; answers whether there may be more. The caller commits.

    Who is killed before the commit has told nobody; what another worker has claimed is passed over.
    """
    now = utcnow()
    claimed = _claim(session, now)
    tasks = _tasks(session, {row.task_id for row in claimed})
    seen = _seen(session, claimed)
    notes = [
        _note(row, tasks[row.task_id], now)
        for row in claimed
        if row.task_id in tasks and (row.user_id, row.task_id) in seen
    ]
    tell(session, REMINDER, notes)
    return len(claimed) == AT_ONE_TIME


ERRAND = Errand("task_reminders", something_is_due, tell_due)


def _due(now: datetime) -> sa.Select[tuple[int]]:
    return sa.select(Reminder.id).where(Reminder.told_at.is_(None), Reminder.at <= now)


def _claim(session: Session, now: datetime) -> Sequence[sa.Row[Any]]:
    """Take what is due, the oldest first, and mark it told."""
    due = _due(now).order_by(Reminder.at, Reminder.id).limit(AT_ONE_TIME)
    free = due.with_for_update(skip_locked=True).cte("due")  # SQLite has one writer at a time and ignores it
    mine = sa.update(Reminder).where(Reminder.id.in_(sa.select(free.c.id)), Reminder.told_at.is_(None))
    return session.execute(
        mine.values(told_at=now).returning(Reminder.id, Reminder.task_id, Reminder.user_id, Reminder.at),
        execution_options={"synchronize_session": False},
    ).all()


def _tasks(session: Session, ids: set[int]) -> Mapping[int, Task]:
    """Those of them that are still to be done."""
    wanted = sa.select(Task).where(Task.id.in_(ids), Task.done_at.is_(None), Task.due_at.is_not(None))
    return {task.id: task for task in session.scalars(wanted)}


def _seen(session: Session, claimed: Sequence[sa.Row[Any]]) -> set[tuple[int, int]]:
    """(person, task) of those who may sign in and see the task now."""
    theirs: dict[int, list[int]] = {}
    for row in claimed:
        theirs.setdefault(row.user_id, []).append(row.task_id)
    seen: set[tuple[int, int]] = set()
    for user_id, ids in theirs.items():
        try:
            reader = actor_for(session, user_id)
        except LookupError:  # may no longer sign in
            continue
        if reader.may(TASKS, "view"):
            work_for(session, reader)
            seen |= {(user_id, id) for id in session.scalars(sa.select(Task.id).where(Task.id.in_(ids)))}
    work_for(session, None)
    return seen


def _note(row: sa.Row[Any], task: Task, now: datetime) -> Note:
    assert task.due_at is not None
    whole_day = task.due_on is not None and task.due_time is None
    values = {
        "task": task.title,
        "due": task.due_on.isoformat() if whole_day and task.due_on else task.due_at.isoformat(),
        "at": row.at.isoformat(),
        "reminder": row.id,
    }
    if now - row.at > LATE_AFTER:
        values["sentence"] = LATE
    return Note(row.user_id, values, TASKS, task.id)
