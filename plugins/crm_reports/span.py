"""The days of a report: those of a field, or of a filter that knows the day it bounds; in SQL and in a list's address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.api import Filter, Resource
from plugins.crm_reports.periods import Period


def filter_behind(resource: Resource, day: str) -> Filter | None:
    """The filter whose day it is; None where it is a field's."""
    if resource.has_field(day):
        return None
    return next((each for each in resource.extra_filters if each.name == day and each.day), None)


def day_sql(resource: Resource, day: str) -> Any:
    """The day of a record as an expression."""
    found = filter_behind(resource, day)
    if found is not None and found.day is not None:
        return found.day()
    return getattr(resource.model, resource.field(day).attribute)


def within(resource: Resource, day: str, periods: Sequence[Period]) -> Any:
    """Days of any of these periods; of periods side by side one range, which an index serves best."""
    ordered = sorted(periods, key=lambda period: period.first)
    if len(ordered) == 2 and (ordered[1].first - ordered[0].last).days <= 1:
        ordered = [Period("", ordered[0].first, max(period.last for period in ordered))]
    return sa.or_(*(between(resource, day, period) for period in ordered))


def between(resource: Resource, day: str, period: Period) -> Any:
    """The records of one period, by the very rule of the list where it is a filter's."""
    found = filter_behind(resource, day)
    if found is not None:
        return found.criterion(span_word(period.first, period.last))
    column = day_sql(resource, day)
    return column.between(sa.literal(period.first, sa.Date), sa.literal(period.last, sa.Date))


def span_arguments(resource: Resource, day: str, first: date, last: date) -> list[tuple[str, str]]:
    """How the list narrows to these days."""
    if filter_behind(resource, day) is not None:
        return [(day, span_word(first, last))]
    return [(f"{day}.from", first.isoformat()), (f"{day}.to", last.isoformat())]


def span_word(first: date, last: date) -> str:
    return f"{first.isoformat()}..{last.isoformat()}"
