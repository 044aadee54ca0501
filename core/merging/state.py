"""A record as it stands before and after a merge, as JSON: what taking the merge back compares and restores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.fields import Formats
from core.merging.plan import asked_fields, is_united
from core.resources.children import children_of
from core.resources.declare import Field, Resource
from core.resources.read import Stored
from core.settings import encoded

HOST_COLUMNS = frozenset({"id", "version", "updated_at", "created_by_id"})


def state_of(session: Session, stored: Stored, formats: Formats) -> dict[str, Any]:
    """The columns, the values of the fields as the API writes them, and the main row of each child."""
    columns = sa.inspect(stored.resource.model).columns.keys()
    rows = children_of(session, stored.resource, [stored.id])
    return {
        "columns": {
            name: encoded(getattr(stored.record, name)) for name in columns if name not in HOST_COLUMNS
        },
        "fields": {each.name: each.kind.json(stored.value(each), formats) for each in _told(stored.resource)},
        "mains": {
            name: next((row.id for row in found.get(stored.id, []) if row.is_main), None)
            for name, found in rows.items()
        },
    }


def changed(kept: Mapping[str, Any], part: str) -> Iterator[str]:
    """Names of the columns or fields that the merge changed."""
    before, after = kept["before"][part], kept["after"][part]
    return (name for name in after if name in before and before[name] != after[name])


def bare_columns(resource: Resource) -> set[str]:
    """Columns that no field writes: what a rule sets of itself. When it was last dealt with follows its interactions."""
    names = set(sa.inspect(resource.model).columns.keys()) - HOST_COLUMNS
    if resource.touched is not None:
        names -= {resource.touched.last, resource.touched.first}
    for declared in resource.fields:
        if declared.side is None and declared.writable and not is_united(declared):
            names -= declared.kind.store(None, declared).keys()
    return names


def _told(resource: Resource) -> Iterator[Field]:
    yield from asked_fields(resource)
    yield from (each for each in resource.fields if is_united(each) and each.writable)
