"""The numbers beside the navigation's places: records a person can see, counted late and seldom."""

from __future__ import annotations

import time
from threading import Lock
from urllib.parse import parse_qs

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields import Reading
from core.formats import reading_for
from core.house import House
from core.references import OPEN
from core.resources.criteria import Condition, read_conditions
from core.resources.declare import Resource
from core.resources.query import COUNT_LIMIT, ListQuery, count

KEEP_SECONDS = 30.0
KEPT_AT_MOST = 2000

_kept: dict[tuple[str, int, int | None], tuple[float, dict[str, int]]] = {}
_kept_lock = Lock()


def counts_for(session: Session, house: House, actor: Actor) -> dict[str, int]:
    """Resource name → records this person can see, up to `COUNT_LIMIT` + 1; at most half a minute old.

    Where records walk through statuses, only those in an open one are counted; a resource may say otherwise.
    """
    place = (str(session.get_bind().engine.url), house.generation, actor.user_id)
    now = time.monotonic()
    with _kept_lock:
        kept = _kept.get(place)
    if kept is not None and now - kept[0] < KEEP_SECONDS:
        return kept[1]
    reading = reading_for(session, actor)
    found = {
        each.name: count(session, each, ListQuery(conditions=_open_ones(each, reading)), reading, actor)
        for each in house.resources.values()
        if actor.may(each.name, "view")
    }
    with _kept_lock:
        if len(_kept) >= KEPT_AT_MOST:
            _kept.clear()
        _kept[place] = (now, found)
    return found


def forget_counts() -> None:
    """Count anew at the next question."""
    with _kept_lock:
        _kept.clear()


def count_text(number: int, language: str) -> str:
    """The number as the navigation shows it; `10,000+` beyond what is counted."""
    shown = format_decimal(min(number, COUNT_LIMIT), locale=language)
    return f"{shown}+" if number > COUNT_LIMIT else shown


def _open_ones(resource: Resource, reading: Reading) -> tuple[Condition, ...]:
    if resource.counted:
        return read_conditions(resource, parse_qs(resource.counted))
    if resource.path is None:
        return ()
    items = reading.formats.references.items(resource.path.list)
    if not any(item.meaning == OPEN for item in items):
        return ()
    return (Condition(resource.path.field, "is", (f"~{OPEN}",)),)
