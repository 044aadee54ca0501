"""Days and moments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from babel.dates import format_date, format_datetime, format_time

from core.fields.basic import clean_text
from core.fields.kind import Formats, Invalid, Kind, Reading
from core.i18n import _
from core.tabular.numbers import parse_date, parse_datetime

if TYPE_CHECKING:
    from core.resources.declare import Field

FIRST_YEAR, LAST_YEAR = 1900, 2999
CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?\s?(?:m\.?)?", re.IGNORECASE)
"""A time of day as people write it: 9, 9:30, 9h30, 9.30 pm, 21:30:00."""


@dataclass(frozen=True)
class Date(Kind):
    """A day, without time or zone."""

    name: ClassVar[str] = "date"
    sink_type: ClassVar[str] = "date"
    operators: ClassVar[tuple[str, ...]] = ("is", "from", "to", "last_days", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> date | None:
        if raw is None or raw == "":
            return None
        text = clean_text(raw)
        if not text:
            return None
        try:
            if isinstance(raw, date):
                return _of_our_times(raw.date() if isinstance(raw, datetime) else raw)
            return _of_our_times(parse_date(text, reading.date_order))
        except ValueError:
            raise Invalid("not_a_date", _("“%(value)s” is not a day of the calendar.", value=text)) from None

    def text(self, value: date | None, formats: Formats) -> str:
        return "" if value is None else day_text(value, formats.language)

    def raw(self, value: date | None, formats: Formats) -> str:
        return "" if value is None else value.isoformat()

    def json(self, value: date | None, formats: Formats) -> Any:
        return None if value is None else value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}


@dataclass(frozen=True)
class DateTime(Kind):
    """A moment; shown in the reader's zone, kept in UTC."""

    name: ClassVar[str] = "datetime"
    sink_type: ClassVar[str] = "datetime"
    operators: ClassVar[tuple[str, ...]] = ("from", "to", "last_days", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> datetime | None:
        if raw is None or raw == "":
            return None
        try:
            moment = raw if isinstance(raw, datetime) else parse_datetime(clean_text(raw), reading.date_order)
            _of_our_times(moment.date())
        except ValueError:
            raise Invalid("not_a_moment", _("“%(value)s” is not a date with a time.", value=raw)) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=reading.formats.zone)
        return moment.astimezone(UTC)

    def text(self, value: datetime | None, formats: Formats) -> str:
        if value is None:
            return ""
        return format_datetime(value, "short", tzinfo=formats.zone, locale=formats.language)

    def raw(self, value: datetime | None, formats: Formats) -> str:
        return "" if value is None else value.astimezone(formats.zone).strftime("%Y-%m-%dT%H:%M")

    def json(self, value: datetime | None, formats: Formats) -> Any:
        return None if value is None else value.isoformat()

    def sink(self, value: datetime | None, formats: Formats) -> Any:
        return None if value is None else value.astimezone(formats.zone).replace(tzinfo=None)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True)
class TimeOfDay(Kind):
    """A time on the clock, to the minute, without day or zone; kept as `HH:MM`."""

    name: ClassVar[str] = "time"
    operators: ClassVar[tuple[str, ...]] = ("is", "from", "to", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        if raw is None or raw == "":
            return None
        text = raw.strftime("%H:%M") if isinstance(raw, time) else clean_text(raw)
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
        if found and found[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
        if hour > 23 or minute > 59:
            raise Invalid("not_a_time", _("“%(value)s” is not a time of day, such as 14:30.", value=text))
        return f"{hour:02}:{minute:02}"

    def text(self, value: str | None, formats: Formats) -> str:
        return "" if not value else clock_text(value, formats.language)

    def raw(self, value: str | None, formats: Formats) -> str:
        return value or ""

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": "^[0-2][0-9]:[0-5][0-9]$"}


def clock_text(value: str, language: str) -> str:
    """`HH:MM` as the language writes it short."""
    return format_time(time.fromisoformat(value), "short", locale=language)


def _of_our_times(day: date) -> date:
    """The day, if a workbook can hold it and years may be counted from it. Raises ValueError for others."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    return day


@lru_cache(maxsize=10_000)
def day_text(value: date, language: str) -> str:
    """A day as the language writes it short, the year always with four digits."""
    return format_date(value, "M/d/yyyy" if language == "en" else "dd/MM/yyyy", locale=language)
