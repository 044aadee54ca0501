"""Keeps the reminders of tasks in step with them: whom, and at which moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import settle, utcnow
from plugins.crm_interactions.models import Reminder, ReminderHabit, Task

TASKS, REMINDER = "tasks", "task_reminder"
"""The resource, and the kind of notification that tells of one of them."""
AT_DUE = 0
"""How long before, where a person has said nothing: when it is due."""
MORNING = time(8)
"""From when a whole day is reckoned, where the task is meant."""
BATCH = 500


def keep(session: Session, tasks: Iterable[Task]) -> None:
    """Make the reminders of these flushed tasks those that they ask for, for whoever has them now; the caller commits.

    Call it whenever a task was made, changed, done, opened again or given to somebody else. What is moved into the
    future is told again; a moment that is over already is not told.
    """
    known = list(tasks)
    for start in range(0, len(known), BATCH):
        _keep(session, known[start : start + BATCH])


def habit_of(session: Session, user_id: int | None) -> tuple[int, ...]:
    """How many minutes before a new task is due this person is reminded; none where they do not want to be."""
    row = session.get(ReminderHabit, user_id) if user_id is not None else None
    if row is None:
        return (AT_DUE,)
    return () if row.minutes is None else (row.minutes,)


def set_habit(session: Session, user_id: int, minutes: int | None) -> None:
    """From now on new tasks of this person are reminded of so long before; None: not at all. The caller commits."""
    session.merge(ReminderHabit(user_id=user_id, minutes=minutes))


def planned(task: Task, minutes: int) -> datetime | None:
    """The moment so many minutes before a task is due; a whole day is reckoned from its morning."""
    if task.due_at is None or task.done_at is not None:
        return None
    begins = task.due_at
    if task.due_on is not None and task.due_time is None:
        zone = ZoneInfo(task.zone or "UTC")
        begins = datetime.combine(task.due_on, MORNING, zone).astimezone(UTC)
    return begins - timedelta(minutes=minutes)


def wanted(task: Task) -> Sequence[int]:
    """How many minutes before it is due its task wants to be told."""
    if task.assignee_id is None or not task.remind:
        return ()
    return tuple(dict.fromkeys(int(each) for each in task.remind.split(",")))


def put_off(session: Session, reminder: Reminder, minutes: int) -> datetime:
    """Tell it again in so many minutes; the task stays where it is. Answers when. The caller commits."""
    reminder.at, reminder.told_at = utcnow() + timedelta(minutes=minutes), None
    session.flush()
    return reminder.at


def _keep(session: Session, tasks: Sequence[Task]) -> None:
    now = utcnow()
    rows = _rows_of(session, [task.id for task in tasks])
    for task in tasks:
        asked = wanted(task)
        standing = rows.get(task.id, {})
        for row in list(standing.values()):
            if row.minutes not in asked or row.user_id != task.assignee_id:
                session.delete(standing.pop(row.minutes))
        if len(standing) < len(asked):
            session.flush()  # what another had goes before the same is made for who has the task now
        for minutes in asked:
            assert task.assignee_id is not None
            row = standing.get(minutes) or Reminder(
                task_id=task.id, user_id=task.assignee_id, minutes=minutes
            )
            _set(row, planned(task, minutes), now)
            session.add(row)
    session.flush()
    if done := [task for task in tasks if task.done_at is not None and task.assignee_id is not None]:
        people = {task.assignee_id for task in done if task.assignee_id is not None}
        settle(session, people, REMINDER, TASKS, [task.id for task in done])


def _set(row: Reminder, moment: datetime | None, now: datetime) -> None:
    """Plan it for this moment, unless that is what it was planned for: then it may have been put off, and stays."""
    if row.planned_at == moment and row.id is not None:
        return
    row.planned_at = row.at = moment
    if moment is None or moment > now:
        row.told_at = None
    else:
        row.told_at = row.told_at or now


def _rows_of(session: Session, ids: Sequence[int]) -> Mapping[int, dict[int, Reminder]]:
    """{task: {minutes before: its reminder}}."""
    found: dict[int, dict[int, Reminder]] = {}
    for row in session.scalars(sa.select(Reminder).where(Reminder.task_id.in_(ids))):
        found.setdefault(row.task_id, {})[row.minutes] = row
    return found
