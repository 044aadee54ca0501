"""How a schedule and what became of its mails are said to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from babel.dates import format_time, get_day_names

from core.api import _
from plugins.crm_reports.models import DAY, DROPPED, DUE, FAILED, MONTH, SENT, WEEK, Schedule, Sending


def when_text(schedule: Schedule, language: str) -> str:
    """`every Monday at 8:00 (America/Caracas)`."""
    at = clock_text(schedule.minute, language)
    if schedule.every == DAY:
        text = _("every day at %(time)s", time=at)
    elif schedule.every == WEEK:
        text = _("every %(day)s at %(time)s", day=weekdays(language)[schedule.weekday], time=at)
    else:
        text = _("on day %(day)s of each month at %(time)s", day=schedule.day, time=at)
    return f"{text} ({schedule.zone})"


def every_words() -> Sequence[tuple[str, str]]:
    return [(DAY, _("every day")), (WEEK, _("every week")), (MONTH, _("every month"))]


def weekdays(language: str) -> Sequence[str]:
    """The days of the week from Monday on."""
    names = get_day_names("wide", locale=language)
    return [str(names[day]) for day in range(7)]


def clock_text(minute: int, language: str) -> str:
    moment = datetime.combine(datetime.now(UTC).date(), time()) + timedelta(minutes=minute)
    return format_time(moment.time(), "short", locale=language)


def standing_words(sending: Sending) -> str:
    """What became of one mail."""
    if sending.status == DROPPED:
        return {
            "reports": _("Not sent: may not see reports any more"),
            "report": _("Not sent: may not see this report any more"),
            "dashboard": _("Not sent: may not see this dashboard any more"),
        }.get(sending.note, _("Not sent: cannot sign in any more"))
    return {
        DUE: _("Waits"),
        SENT: _("Sent"),
        FAILED: _("Failed: %(reason)s", reason=sending.note),
    }[sending.status]
