"""Where the values of a reference list are in use: every column of any installed app that points at its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.admin.settings.ways import MOST_HELD
from core.host.state import standing_tables
from core.house import house_for

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


def holders_of(session: Session, model: type[Any], id: int, most: int) -> dict[str, list[int]] | None:
    """{"table.column": ids of the rows that hold this value}; None where they are more than `most`."""
    found: dict[str, list[int]] = {}
    for column in columns_pointing_at(session, model):
        if "id" not in column.table.c:
            continue
        wanted = sa.select(column.table.c.id).where(column == id).limit(most + 1)
        ids = list(session.scalars(wanted, **UNSCOPED))
        if ids:
            found[f"{column.table.name}.{column.name}"] = ids
    return found if sum(map(len, found.values())) <= most else None


def put_back(
    session: Session, model: type[Any], held: Mapping[str, Sequence[int]], new_id: int, id: int
) -> None:
    """Give these rows their old value again, where they still have the one that took its place."""
    for column in columns_pointing_at(session, model):
        ids = held.get(f"{column.table.name}.{column.name}", ())
        for start in range(0, len(ids), 500):
            rows = column.table.c.id.in_(ids[start : start + 500])
            session.execute(_given(column, id).where(rows, column == new_id), **UNSCOPED)
    session.expire_all()


def replace_everywhere(session: Session, model: type[Any], old_id: int, new_id: int) -> int:
    """Put one value in the place of another; answers in how many records.

    The records' version moves on, so that a form opened before is told that its record has changed.
    """
    replaced = 0
    for column in columns_pointing_at(session, model):
        result = session.execute(_given(column, new_id).where(column == old_id), **UNSCOPED)
        replaced += result.rowcount  # type: ignore[attr-defined]
    session.expire_all()
    return replaced


def put_in_group(
    session: Session, group: sa.Column[Any], own: sa.Column[Any], value: int, move: tuple[int, int]
) -> list[int]:
    """Move the rows that have this value from one group to another (`move`); answers the ids of as many as are kept."""
    old, new = move
    meant = sa.and_(own == value, group == old)
    ids = list(session.scalars(sa.select(group.table.c.id).where(meant).limit(MOST_HELD + 1), **UNSCOPED))
    session.execute(sa.update(group.table).values({group: new}).where(meant), **UNSCOPED)
    return ids


def columns_pointing_at(session: Session, model: type[Any]) -> Iterator[sa.Column[Any]]:
    """Columns with a foreign key to the model's table. Models of apps that are off are mapped too, so none is missed.

    Values of a list with groups belong to theirs and do not hold it.
    """
    target = model.__table__
    house = house_for(session)
    apart = (
        {(each.model.__table__, each.group_attribute) for each in house.lists.values()} if house else set()
    )
    for table in standing_tables(session):
        for column in table.columns:
            if (table, column.name) not in apart and any(
                key.column.table is target for key in column.foreign_keys
            ):
                yield column


def _given(column: sa.Column[Any], id: int) -> sa.Update:
    """The change that gives rows this value, counted where rows count their changes."""
    values: dict[Any, Any] = {column: id}
    if "version" in column.table.c:
        values[column.table.c.version] = column.table.c.version + 1
    return sa.update(column.table).values(values)
