"""The stretch of days a report is about, and the one it is compared with."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.api import _

USUAL = "90d"
LAST_DAYS: Mapping[str, int] = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
CALENDAR = ("month", "quarter", "year", "12m", "24m")
CALENDAR_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12, "12m": 12, "24m": 24}
ALL = "all"
EARLIEST = date(1901, 1, 1)
"""Nothing is compared with what was before it."""
BEGINNING = date(1950, 1, 1)
"""The first day of the period of all there is."""
CUSTOM = "custom"
WIDER: Mapping[str, str] = {
    "7d": "30d",
    "30d": "90d",
    "90d": "365d",
    "month": "quarter",
    "quarter": "year",
    "year": "365d",
    "12m": "24m",
}
COMPARISONS = ("previous", "last_year", "none")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included; `name` is what the URL calls it, `custom` has its days there."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def arguments(self) -> list[tuple[str, str]]:
        """The URL arguments that mean this period."""
        if self.name == CUSTOM:
            return [("from", self.first.isoformat()), ("to", self.last.isoformat())]
        return [("period", self.name)]

    def label(self) -> str:
        if self.name in LAST_DAYS:
            return _("Last %(days)s days", days=LAST_DAYS[self.name])
        if self.name in ("12m", "24m"):
            return _("Last %(months)s months", months=CALENDAR_MONTHS[self.name])
        return {
            "month": _("This month"),
            "quarter": _("This quarter"),
            "year": _("This year"),
            ALL: _("All time"),
        }.get(self.name, _("Period"))


def read_period(name: str, first: str, last: str, today: date, usual: str = USUAL) -> Period:
    """The period in a URL: two days, or a name; what makes no sense is the usual one."""
    days = [day for day in (_day(first), _day(last)) if day is not None]
    if days:
        if len(days) == 1:
            days.append(today)
        return Period(CUSTOM, min(days), max(days))
    return named(name if name in LAST_DAYS or name in (*CALENDAR, ALL) else usual, today)


def named(name: str, today: date) -> Period:
    """The period of this name as it is today; those of the calendar go up to today."""
    if name in LAST_DAYS:
        return Period(name, today - timedelta(days=LAST_DAYS[name] - 1), today)
    if name == ALL:
        return Period(name, BEGINNING, today)
    if name in ("12m", "24m"):
        return Period(name, _months_earlier(today.replace(day=1), CALENDAR_MONTHS[name] - 1), today)
    month = {"month": today.month, "quarter": today.month - (today.month - 1) % 3, "year": 1}[name]
    return Period(name, date(today.year, month, 1), today)


def before(period: Period, comparison: str) -> Period | None:
    """The period this one is compared with: as long, or as much of the calendar's previous one; None for none.

    A period of more than a year has no year before that it does not reach into.
    """
    if period.name == ALL:
        return None
    if comparison == "last_year":
        earlier = Period(CUSTOM, _months_earlier(period.first, 12), _months_earlier(period.last, 12))
        return earlier if earlier.last < period.first else None
    if comparison != "previous":
        return None
    if period.name in CALENDAR:
        months = CALENDAR_MONTHS[period.name]
        return Period(CUSTOM, _months_earlier(period.first, months), _months_earlier(period.last, months))
    if (period.first - EARLIEST).days < period.days:
        return None
    return Period(CUSTOM, period.first - timedelta(days=period.days), period.first - timedelta(days=1))


def months_between(period: Period, comparison: str) -> int | None:
    """How many months lie between a period and the one it is compared with; None where it is a matter of days."""
    if comparison == "last_year":
        return 12
    if comparison == "previous" and period.name in CALENDAR:
        return CALENDAR_MONTHS[period.name]
    return None


def comparison_label(comparison: str, period: Period) -> str:
    """How a comparison is called beside this period."""
    if comparison == "last_year":
        return _("vs. a year before")
    if comparison == "none":
        return _("Without comparison")
    if period.name in CALENDAR:
        return {
            "month": _("vs. the previous month"),
            "quarter": _("vs. the previous quarter"),
            "year": _("vs. the previous year"),
            "12m": _("vs. the 12 months before"),
            "24m": _("vs. the 24 months before"),
        }[period.name]
    return _("vs. the %(days)s days before", days=period.days)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and "1900" < text < "2200" else None
    except ValueError:
        return None


def _months_earlier(day: date, months: int) -> date:
    """The same day of an earlier month, its last one where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
