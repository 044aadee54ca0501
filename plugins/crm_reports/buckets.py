"""Days, weeks, months and years of a period: the SQL that says to which a day belongs, and what each is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from babel.dates import format_skeleton

from core.api import _
from plugins.crm_reports.periods import Period

Grain = Literal["day", "week", "month", "year"]

MOST_DAYS = 14
MOST_WEEKS = 53
MOST_MONTHS = 60
EPOCH = date(1970, 1, 1)
SHIFT = 7 * 10_000
"""Days added before dividing, so that days before 1970 are divided downwards too."""


def grain_for(period: Period, *, finest: Grain = "day") -> Grain:
    """In what a period is divided so that neither too few nor too many columns stand side by side."""
    if finest == "day" and period.days <= MOST_DAYS:
        return "day"
    if finest in ("day", "week") and period.days <= 7 * MOST_WEEKS:
        return "week"
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return "month" if months <= MOST_MONTHS else "year"


def bucket_sql(grain: Grain, day: Any, offset: int = 0) -> Any:
    """The whole number of a day's bucket, the same as `bucket_of`'s; for SQLite and PostgreSQL.

    Of a moment `offset` is by how many seconds the reader's clock is ahead of UTC; then only for days and weeks.
    """
    if grain == "year":
        return sa.cast(sa.extract("year", day), sa.Integer)
    if grain == "month":
        return (
            sa.cast(sa.extract("year", day), sa.Integer) * 12
            + sa.cast(sa.extract("month", day), sa.Integer)
            - 1
        )
    seconds = sa.cast(sa.extract("epoch", day), sa.BigInteger)
    days = (seconds + offset if offset else seconds) // 86_400 + SHIFT
    return days if grain == "day" else (days + 3) // 7  # the epoch was a Thursday, weeks begin on Monday


def bucket_between(grain: Grain, moment: Any, period: Period, begin: Callable[[date], date]) -> Any:
    """The number of the bucket of a day or a moment within a period, found by comparing.

    `begin` is when a day begins: of moments the reader's midnight, whatever the clocks do.
    """
    buckets = buckets_of(grain, period)
    begins = [begin(_first_day(grain, bucket)) for bucket in buckets]

    def between(low: int, high: int) -> Any:
        if high - low == 1:
            return sa.literal(buckets[low], literal_execute=True)
        middle = (low + high) // 2
        return sa.case((moment < begins[middle], between(low, middle)), else_=between(middle, high))

    return between(0, len(buckets))


def bucket_of(grain: Grain, day: date) -> int:
    """The number of a day's bucket."""
    if grain == "year":
        return day.year
    if grain == "month":
        return day.year * 12 + day.month - 1
    days = (day - EPOCH).days + SHIFT
    return days if grain == "day" else (days + 3) // 7


def buckets_of(grain: Grain, period: Period) -> range:
    """The numbers of all buckets a period touches."""
    return range(bucket_of(grain, period.first), bucket_of(grain, period.last) + 1)


def days_of(grain: Grain, bucket: int, period: Period) -> tuple[date, date]:
    """First and last day of a bucket, no further than the period goes."""
    first = _first_day(grain, bucket)
    last = _first_day(grain, bucket + 1) - timedelta(days=1)
    return max(first, period.first), min(last, period.last)


def bucket_label(grain: Grain, bucket: int, language: str) -> str:
    """A bucket as it stands under a column: `2/11`, `nov. 2026`, `2026`."""
    first = _first_day(grain, bucket)
    if grain == "year":
        return str(first.year)
    if grain == "month":
        return format_skeleton("yMMM", first, locale=language)
    return format_skeleton("Md", first, locale=language)


def grain_words(grain: Grain, noun: str) -> str:
    """What a chart over time counts: “leads per week”."""
    return {
        "day": _("%(things)s per day", things=noun),
        "week": _("%(things)s per week", things=noun),
        "month": _("%(things)s per month", things=noun),
        "year": _("%(things)s per year", things=noun),
    }[grain]


def _first_day(grain: Grain, bucket: int) -> date:
    if grain == "year":
        return date(bucket, 1, 1)
    if grain == "month":
        return date(bucket // 12, bucket % 12 + 1, 1)
    days = bucket if grain == "day" else bucket * 7 - 3
    return EPOCH + timedelta(days=days - SHIFT)
