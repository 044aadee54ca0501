"""When a task is due: a local day and time as a moment, and the day of the next one of a series."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plugins.crm_interactions.models import DAY, MONTH, WEEK

MINUTE = timedelta(minutes=1)
LAST_SECOND = time(23, 59, 59)


def due_moment(day: date, clock: str | None, zone: ZoneInfo) -> datetime:
    """The moment of a local day and time; of a whole day its last second.

    A time that the clock skips is that much later (02:30 becomes 03:30), of one that it shows twice the first counts.
    """
    local = datetime.combine(day, time.fromisoformat(clock) if clock else LAST_SECOND)
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_after(start: date, every: int, unit: str, number: int, *, anchor: int = 0) -> date:
    """The day `number` times `every` units after a day.

    Of months it is the same day of the month, the last one where that month is shorter; `anchor` is the day of the
    month that is meant where `start` itself stands in a shorter one.
    """
    steps = every * number
    if unit == DAY:
        return start + timedelta(days=steps)
    if unit == WEEK:
        return start + timedelta(weeks=steps)
    assert unit == MONTH, unit
    months = start.year * 12 + start.month - 1 + steps
    year, month = divmod(months, 12)
    return date(year, month + 1, min(anchor or start.day, calendar.monthrange(year, month + 1)[1]))
