"""Weeks, months, quarters and years as targets count them: where each begins and ends, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton

from core.api import _
from plugins.crm_reports.models import MONTH, QUARTER, SPANS, WEEK, YEAR

MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
EARLIEST, LATEST = 2000, 2099


def first_of(span: str, day: date) -> date:
    """The first day of the week (Monday), month, quarter or year that this day is in."""
    if span == WEEK:
        return day - timedelta(days=day.weekday())
    if span == YEAR:
        return date(day.year, 1, 1)
    month = day.month if span == MONTH else day.month - (day.month - 1) % 3
    return date(day.year, month, 1)


def shifted(span: str, first: date, step: int) -> date:
    """The first day of the period so many periods later."""
    if span == WEEK:
        return first + timedelta(days=7 * step)
    year, month = divmod(first.year * 12 + first.month - 1 + step * MONTHS[span], 12)
    return date(year, month + 1, 1)


def last_of(span: str, first: date) -> date:
    return shifted(span, first, 1) - timedelta(days=1)


def firsts_in(span: str, year: int) -> Sequence[date]:
    """The periods that begin in a year."""
    first = date(year, 1, 1) if span != WEEK else first_of(WEEK, date(year, 1, 7))
    found = []
    while first.year == year:
        found.append(first)
        first = shifted(span, first, 1)
    return found


def is_first(span: str, day: date) -> bool:
    return span in SPANS and EARLIEST <= day.year <= LATEST and first_of(span, day) == day


def span_label(span: str) -> str:
    return {WEEK: _("Week"), MONTH: _("Month"), QUARTER: _("Quarter"), YEAR: _("Year")}[span]


def period_label(span: str, first: date, language: str, *, short: bool = False) -> str:
    """`November 2026`, `Q4 2026`, `2026`, `16/11 – 22/11`; short ones stand over the columns of a year."""
    if span == YEAR:
        return str(first.year)
    if span == QUARTER:
        return format_date(first, "QQQ" if short else "QQQ yyyy", locale=language)
    if span == MONTH:
        return format_date(first, "LLL", locale=language) if short else _full_month(first, language)
    begin = format_skeleton("Md", first, locale=language)
    return begin if short else f"{begin} – {format_skeleton('yMd', last_of(span, first), locale=language)}"


def working_days(first: date, last: date) -> int:
    """The days from Monday to Friday among these, both ends included; 0 where the last is before the first."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum((first.weekday() + step) % 7 < 5 for step in range(rest))


def _full_month(first: date, language: str) -> str:
    text = format_skeleton("yMMMM", first, locale=language)
    return text[:1].upper() + text[1:]
