"""Where the values of a reference list are in use: every column of any installed app that points at its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.state import standing_tables

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""An administrator's question about the whole installation, whoever owns the records."""


def uses_of(session: Session, model: type[Any], ids: Sequence[int] | None = None) -> dict[int, int]:
    """How many records hold each value, of all values or of these; what only tells of the past (`info`) is no use."""
    counts: dict[int, int] = {}
    for column in columns_pointing_at(session, model):
        if column.info.get("past"):
            continue
        statement = sa.select(column, sa.func.count()).where(column.isnot(None)).group_by(column)
        if "is_main" in column.table.c:  # what a main row says is counted on its record already
            statement = statement.where(column.table.c.is_main.is_(False))
        if ids is not None:
            statement = statement.where(column.in_(ids))
        for id, number in session.execute(statement, **UNSCOPED):
            counts[id] = counts.get(id, 0) + number
    return counts


def replace_everywhere(session: Session, model: type[Any], old_id: int, new_id: int) -> int:
    """Put one value in the place of another; answers in how many records.

    The records' version moves on, so that a form opened before is told that its record has changed.
    """
    replaced = 0
    for column in columns_pointing_at(session, model):
        table = column.table
        values: dict[Any, Any] = {column: new_id}
        if "version" in table.c:
            values[table.c.version] = table.c.version + 1
        result = session.execute(sa.update(table).where(column == old_id).values(values), **UNSCOPED)
        replaced += result.rowcount  # type: ignore[attr-defined]
    session.expire_all()
    return replaced


def columns_pointing_at(session: Session, model: type[Any]) -> Iterator[sa.Column[Any]]:
    """Columns with a foreign key to the model's table. Models of apps that are off are mapped too, so none is missed."""
    target = model.__table__
    for table in standing_tables(session):
        for column in table.columns:
            if any(key.column.table is target for key in column.foreign_keys):
                yield column
