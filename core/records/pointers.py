"""Who points at a record: rows of whatever table of whatever app that refer to it without being part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.state import standing_tables
from core.house import House
from core.resources.declare import Resource

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whether a record is in use is so whoever's the user is; the caller tells how many, not which."""
BATCH = 500


@dataclass(frozen=True)
class Pointer:
    """That a row points at a record: the column of its table, and the record that it is, or is part of.

    `resource` is '' for a row that belongs to no record.
    """

    table: str
    column: str
    resource: str
    holder_id: int


def pointers_at(
    session: Session, house: House, resource: Resource, ids: Sequence[int]
) -> dict[int, list[Pointer]]:
    """{record's id: what points at it}; one query a column that may. Rows that go with the record are part of it."""
    found: dict[int, list[Pointer]] = defaultdict(list)
    kinds = {each.model.__table__: each.name for each in house.resources.values()}
    for table, column in _columns_to(session, resource.model.__table__):
        holder = _holder(table, kinds)
        if holder is None:
            continue
        name, holder_column = holder
        for start in range(0, len(ids), BATCH):
            wanted = sa.select(column, holder_column).where(column.in_(ids[start : start + BATCH]))
            for id, holder_id in session.execute(wanted, **UNSCOPED):
                found[id].append(Pointer(table.name, column.name, name, holder_id))
    return dict(found)


def _columns_to(session: Session, own: Any) -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    for table in standing_tables(session):
        for key in table.foreign_keys:
            is_part = (key.ondelete or "").upper() == "CASCADE"
            if key.column.table is own and not is_part:
                yield table, key.parent


def _holder(table: sa.Table, kinds: dict[Any, str]) -> tuple[str, sa.Column[Any]] | None:
    """The resource whose record a row is, or goes with, and the column of its id."""
    if table in kinds:
        return kinds[table], table.c.id
    for key in table.foreign_keys:
        if (key.ondelete or "").upper() == "CASCADE" and key.column.table in kinds:
            return kinds[key.column.table], key.parent
    keys = list(table.primary_key.columns)
    return ("", keys[0]) if len(keys) == 1 else None
