"""What a notification says to its reader: its kind's sentence, filled with days and times as they write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from babel.dates import format_date, format_datetime, format_time

from core.db import utcnow
from core.declare import NotificationKind
from core.i18n import get_locale

SENTENCE = "sentence"
"""The value that chooses another sentence of the kind."""


def sentence_of(kind: NotificationKind, values: Mapping[str, Any], zone: tzinfo) -> str:
    """What the reader reads, in their language; a kind whose words have changed since is told without its values."""
    text = str(kind.sentences.get(str(values.get(SENTENCE, "")), kind.sentence))
    try:
        return text % {name: _shown(value, zone) for name, value in values.items()}
    except (KeyError, TypeError, ValueError):
        return str(kind.label)


def act_url(url: str, values: Mapping[str, Any]) -> str:
    """The address of something one can do about it; empty where the values of its day do not fill it."""
    try:
        return url % dict(values)
    except (KeyError, TypeError, ValueError):
        return ""


def _shown(value: Any, zone: tzinfo) -> Any:
    """A value for the reader: days and moments as they write them, of today's only the time."""
    if not isinstance(value, str) or len(value) < 10 or not value[4] == value[7] == "-":
        return value
    language = get_locale() or "en"
    try:
        if len(value) == 10:
            return format_date(date.fromisoformat(value), "short", locale=language)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return value
    local = moment.astimezone(zone)
    if local.date() == utcnow().astimezone(zone).date():
        return format_time(local, "short", locale=language)
    return format_datetime(local, "short", locale=language)
