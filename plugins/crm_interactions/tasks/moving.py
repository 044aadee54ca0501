"""Putting a task on another day or hour, as its reader means it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.api import utcnow
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.moments import due_moment

TODAY, TOMORROW, NEXT_WEEK, NEVER = "today", "tomorrow", "week", "none"


def moved(task: Task, day: date | None, zone: ZoneInfo, clock: str | None = None) -> Mapping[str, Any]:
    """The raw values that put a task on a day of a reader in this zone, at `clock`, else at the hour it has.

    A time is the reader's: one that was written in another zone is told in theirs from then on.
    """
    if day is None:
        return {"due_on": None, "due_time": None}
    hour = clock or (_local_hour(task, zone) if task.due_time else None)
    if hour is None:
        return {"due_on": day, "due_time": None}
    return {"due_on": day, "due_time": hour, "zone": zone.key}


def moved_to(task: Task, word: str, zone: ZoneInfo) -> Mapping[str, Any] | None:
    """The raw values for today, tomorrow, Monday of next week, or no day; None for another word.

    What is put on today at an hour that is over is due by the end of the day.
    """
    today = datetime.now(zone).date()
    days = {
        TODAY: today,
        TOMORROW: today + timedelta(days=1),
        NEXT_WEEK: today + timedelta(days=7 - today.weekday()),
        NEVER: None,
    }
    if word not in days:
        return None
    raw = dict(moved(task, days[word], zone))
    hour = raw.get("due_time")
    if word == TODAY and hour and due_moment(today, hour, zone) < utcnow():
        raw["due_time"] = None
    return raw


def _local_hour(task: Task, zone: ZoneInfo) -> str | None:
    return task.due_at.astimezone(zone).strftime("%H:%M") if task.due_at else task.due_time
