"""The days of a report: those of a field, or of a filter that knows the day it bounds; in SQL and in a list's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.api import Condition, DateTime, Filter, Resource, criterion
from plugins.crm_reports.buckets import Grain, bucket_between, bucket_sql
from plugins.crm_reports.periods import Period

if TYPE_CHECKING:
    from plugins.crm_reports.ask import Reader


@dataclass(frozen=True)
class Span:
    """The days of the records of a resource, as one reader's calendar has them."""

    reader: Reader
    resource: Resource
    day: str

    @property
    def column(self) -> Any:
        """The day of a record, or the moment, as an expression."""
        found = filter_behind(self.resource, self.day)
        if found is not None and found.day is not None:
            return found.day()
        return getattr(self.resource.model, self.resource.field(self.day).attribute)

    @property
    def is_moment(self) -> bool:
        """Whether it is a moment, whose day depends on the reader's zone."""
        return self.resource.has_field(self.day) and isinstance(self.resource.field(self.day).kind, DateTime)

    def within(self, periods: Sequence[Period]) -> Any:
        """Days of any of these periods; of periods side by side one range, which an index serves best."""
        ordered = sorted(periods, key=lambda period: period.first)
        if len(ordered) == 2 and (ordered[1].first - ordered[0].last).days <= 1:
            ordered = [Period("", ordered[0].first, max(period.last for period in ordered))]
        return sa.or_(*(self.between(period) for period in ordered))

    def between(self, period: Period) -> Any:
        """The records of one period, by the very rule of the list where it is a filter's, or of moments."""
        found = filter_behind(self.resource, self.day)
        if found is not None:
            return found.criterion(span_word(period.first, period.last))
        if not self.is_moment:
            return self.column.between(sa.literal(period.first, sa.Date), sa.literal(period.last, sa.Date))
        ends = (("from", period.first), ("to", period.last))
        return sa.and_(
            *(
                criterion(
                    self.resource,
                    Condition(self.day, operator, (day.isoformat(),)),
                    self.reader.reading,
                    self.reader.actor,
                )
                for operator, day in ends
            )
        )

    def bucket(self, grain: Grain, period: Period) -> Any:
        """The number of the bucket that a record of this period belongs to."""
        if self._is_sqlite and filter_behind(self.resource, self.day) is None:
            return bucket_between(grain, self.column, period, self._midnight if self.is_moment else _same)
        if not self.is_moment:
            return bucket_sql(grain, self.column)
        offset = self._offset(period)
        if grain in ("day", "week") and offset is not None:
            return bucket_sql(grain, self.column, offset)
        return bucket_between(grain, self.column, period, self._midnight)

    def day_of(self, value: Any) -> date | None:
        """A value of `column` as a day of the reader's calendar."""
        return value.astimezone(self.reader.formats.zone).date() if isinstance(value, datetime) else value

    @property
    def _is_sqlite(self) -> bool:
        """There a few comparisons are quicker than taking a day apart, which PostgreSQL does in no time."""
        return self.reader.house.config.database_url.startswith("sqlite")

    def _offset(self, period: Period) -> int | None:
        """Seconds between the reader's clock and UTC; None where the clock changes in the period."""
        days = (period.first + timedelta(days=number) for number in range(-1, min(period.days, 800) + 1))
        found = {self._midnight(day).astimezone(self.reader.formats.zone).utcoffset() for day in days}
        only = found.pop() if len(found) == 1 else None
        return None if only is None or period.days > 799 else int(only.total_seconds())

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.reader.formats.zone).astimezone(UTC)


def _same(day: date) -> date:
    return day


def filter_behind(resource: Resource, day: str) -> Filter | None:
    """The filter whose day it is; None where it is a field's."""
    if resource.has_field(day):
        return None
    return next((each for each in resource.extra_filters if each.name == day and each.day), None)


def span_arguments(resource: Resource, day: str, first: date, last: date) -> list[tuple[str, str]]:
    """How the list narrows to these days."""
    if filter_behind(resource, day) is not None:
        return [(day, span_word(first, last))]
    return [(f"{day}.from", first.isoformat()), (f"{day}.to", last.isoformat())]


def span_word(first: date, last: date) -> str:
    return f"{first.isoformat()}..{last.isoformat()}"
