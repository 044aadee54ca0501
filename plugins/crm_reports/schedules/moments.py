"""When a schedule is due next: a local minute of a day, a weekday or a day of the month, as a moment."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plugins.crm_reports.models import DAY, WEEK, Schedule

MOST_DAYS = 63
"""Within so many days every schedule is due once."""


def next_moment(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after this one. A local minute that a clock change leaves out comes as much later."""
    zone = ZoneInfo(schedule.zone)
    day = after.astimezone(zone).date() - timedelta(days=1)
    for _step in range(MOST_DAYS):
        if _is_day(schedule, day):
            local = datetime.combine(day, time(schedule.minute // 60, schedule.minute % 60), zone)
            moment = local.astimezone(UTC)
            if moment > after:
                return moment
        day += timedelta(days=1)
    raise ValueError(f"schedule {schedule.id} is never due")


def _is_day(schedule: Schedule, day: date) -> bool:
    if schedule.every == DAY:
        return True
    if schedule.every == WEEK:
        return day.weekday() == schedule.weekday
    return day.day == min(schedule.day, monthrange(day.year, day.month)[1])
