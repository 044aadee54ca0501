"""The signs that plugins put beside values: fetched once for a record or a page of records, drawn value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from core.fields.kind import Kind
from core.resources.declare import Mark, Marked
from core.resources.pages.here import Here

KEPT = "marks"


def marks_beside(
    here: Here, record_id: int, place: str, kind: Kind, value: Any, editable: bool, *, in_list: bool = False
) -> Markup:
    """What stands before one value of a record; `place` is as `Marked` has it."""
    found = Markup("")
    if not value:
        return found
    for mark in here.resource.marks:
        if kind.name in mark.kinds:
            state = _state(here, mark, record_id)
            marked = Marked(here.resource, record_id, place, value, editable, here.formats, in_list)
            found += _drawn(here, mark, state, marked)
    return found


def fetch_marks(here: Here, kinds: Sequence[Kind], ids: Sequence[int]) -> None:
    """Fetch the marks of a page of records, where any of these kinds of values has some."""
    names = {kind.name for kind in kinds}
    for mark in here.resource.marks:
        if ids and names & set(mark.kinds):
            _states(here, mark).update(dict.fromkeys(ids) | dict(_fetched(here, mark, ids)))


def _state(here: Here, mark: Mark, record_id: int) -> Any:
    states = _states(here, mark)
    if record_id not in states:
        states[record_id] = _fetched(here, mark, [record_id]).get(record_id)
    return states[record_id]


def _states(here: Here, mark: Mark) -> dict[int, Any]:
    """What was fetched in this request already; it lives as long as the request's `here`."""
    kept: dict[str, dict[int, Any]] = here.__dict__.setdefault(KEPT, {})
    return kept.setdefault(mark.name, {})


def _fetched(here: Here, mark: Mark, ids: Sequence[int]) -> Mapping[int, Any]:
    try:
        return mark.prefetch(here.session, ids)
    except Exception as error:  # the guard around a plugin
        _blame(here, mark, mark.prefetch, error)
        return {}


def _drawn(here: Here, mark: Mark, state: Any, marked: Marked) -> Markup:
    try:
        html = mark.html(state, marked)
    except Exception as error:  # the guard around a plugin
        _blame(here, mark, mark.html, error)
        return Markup("")
    return Markup("") if html is None else escape(html)


def _blame(here: Here, mark: Mark, function: Any, error: Exception) -> None:
    here.house.hooks.failed(
        here.house.plugin_behind(function, here.resource.plugin), f"mark {mark.name}", error
    )
