"""Which fields have no place on a record as it stands: those that only the way to another status asks for."""

from __future__ import annotations

from core.fields import Formats
from core.resources.declare import Resource


def out_of_place(resource: Resource, formats: Formats, status_id: int | None) -> frozenset[str]:
    """Names of the fields asked for on the way to other meanings than this status has (a reason for discarding)."""
    path = resource.path
    if path is None:
        return frozenset()
    item = formats.references.get(path.list, status_id)
    meaning = item.meaning if item else None
    here = path.asks[meaning].fields if meaning is not None and meaning in path.asks else ()
    others = {name for each, ask in path.asks.items() if each != meaning for name in ask.fields}
    return frozenset(others.difference(here))
