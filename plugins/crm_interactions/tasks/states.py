"""Where tasks stand now for their reader: overdue, today, planned, without date, done; and who gave them to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.api import Actor, Filter, Words, _l, db, formats_for, utcnow
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.moments import start_of

OPEN, OVERDUE, TODAY, WEEK, PLANNED, NONE, DONE = (
    "open",
    "overdue",
    "today",
    "week",
    "planned",
    "none",
    "done",
)
GIVEN, OWN = "given", "own"

STATES: tuple[tuple[str, Words], ...] = (
    (OPEN, _l("Open")),
    (OVERDUE, _l("Overdue")),
    (TODAY, _l("Today")),
    (WEEK, _l("Next 7 days")),
    (PLANNED, _l("Planned")),
    (NONE, _l("Without date")),
    (DONE, _l("Done")),
)


def is_open() -> Any:
    return Task.done_at.is_(None)


def is_overdue(now: datetime) -> Any:
    """Open, and its moment is past; a whole day is over where the task is meant, not where it is read."""
    return sa.and_(is_open(), Task.due_at < now)


def is_between(now: datetime, zone: ZoneInfo, first: int, last: int | None) -> Any:
    """Open, not overdue, and due from `first` to `last` days from today (None: any later) as the reader counts days.

    One with a time is due on the reader's day of that moment, one of a whole day on the day that was written.
    """
    today = now.astimezone(zone).date()
    begins = today + timedelta(days=first)
    timed = [Task.due_time.isnot(None), *([Task.due_at >= start_of(begins, zone)] if first else [])]
    whole = [Task.due_time.is_(None), *([Task.due_on >= begins] if first else [])]
    if last is not None:
        ends = today + timedelta(days=last)
        timed.append(Task.due_at < start_of(ends + timedelta(days=1), zone))
        whole.append(Task.due_on <= ends)
    return sa.and_(is_open(), Task.due_at >= now, sa.or_(sa.and_(*timed), sa.and_(*whole)))


def in_state(state: str, now: datetime, zone: ZoneInfo) -> Any:
    """The criterion of a state; unknown ones are no task's."""
    known: Mapping[str, Callable[[], Any]] = {
        OPEN: is_open,
        OVERDUE: lambda: is_overdue(now),
        TODAY: lambda: is_between(now, zone, 0, 0),
        WEEK: lambda: is_between(now, zone, 1, 7),
        PLANNED: lambda: is_between(now, zone, 1, None),
        NONE: lambda: sa.and_(is_open(), Task.due_at.is_(None)),
        DONE: lambda: Task.done_at.isnot(None),
    }
    return known[state]() if state in known else sa.false()


def state_of(task: Any, now: datetime, zone: ZoneInfo) -> str:
    """The state of one task (or a row with its columns): done, none, overdue, today or planned."""
    if task.done_at is not None:
        return DONE
    if task.due_at is None:
        return NONE
    if task.due_at < now:
        return OVERDUE
    return TODAY if local_day(task, zone) <= now.astimezone(zone).date() else PLANNED


def local_day(task: Any, zone: ZoneInfo) -> Any:
    """The day a task is due on for who reads in this zone."""
    return task.due_at.astimezone(zone).date() if task.due_time else task.due_on


def _state(choice: str, actor: Actor | None) -> Any:
    return in_state(choice, utcnow(), formats_for(db.session(), actor).zone)


def _given(choice: str, actor: Actor | None) -> Any:
    me = actor.user_id if actor else None
    if choice == GIVEN:
        others = sa.or_(Task.assignee_id.is_(None), Task.assignee_id != me)
        return sa.and_(Task.created_by_id == me, others)
    return Task.created_by_id == me if choice == OWN else sa.false()


STATE = Filter(
    "state", _l("State"), lambda: STATES, lambda choice: in_state(choice, utcnow(), _company_zone()), _state
)
FROM_ME = Filter(
    "from_me",
    _l("Written by me"),
    lambda: ((GIVEN, _l("Given to others")), (OWN, _l("All"))),
    lambda choice: sa.false(),
    _given,
)


def _company_zone() -> ZoneInfo:
    return formats_for(db.session(), None).zone
