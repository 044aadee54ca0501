"""The rows that go with a record when it is deleted, kept as JSON so that they can come back as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.models import Share
from core.access.scope.policy import house_of
from core.db import Base, is_sqlite
from core.host.state import standing_tables
from core.i18n import _
from core.records.belongings import RECORDS_OF, belongings, of_records
from core.records.tags import tags_of
from core.resources import search
from core.resources.context import Refused
from core.resources.declare import Resource
from core.settings import decoded, encoded
from core.state import forget

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Snapshots hold whole rows of whoever's records the deletion was allowed to take."""

Rows = list[dict[str, Any]]
Numbers = dict[str, dict[Any, Any]]
"""{table: {a row's number as it was: as it is now}}, of rows that came back under another."""


def take(session: Session, resource: Resource, ids: Sequence[int]) -> dict[str, Any]:
    """The records' own rows, those that go with them, and the links that the database empties."""
    table = resource.model.__table__
    rows: dict[str, Rows] = {table.name: _rows(session, table, table.c.id.in_(ids))}
    links: list[list[Any]] = []
    _follow(session, table.name, rows, links)
    _take_beside(session, resource.name, ids, rows, links)
    return {"ids": list(ids), "rows": rows, "links": links}


def _follow(session: Session, start: str, rows: dict[str, Rows], links: list[list[Any]]) -> None:
    """The rows that the database removes with those of a table, and theirs; the links that it empties."""
    waiting = [start]
    while waiting:
        parent = Base.metadata.tables[waiting.pop(0)]
        for child, column, target, rule in _references_to(session, parent):
            values = [row[target] for row in rows[parent.name] if row.get(target) is not None]
            if not values:
                continue
            found = _rows(session, child, child.c[column].in_(values))
            if rule == "CASCADE":
                known = rows.setdefault(child.name, [])
                fresh = [row for row in found if row not in known]
                known.extend(fresh)
                if fresh:
                    waiting.append(child.name)
            else:
                key = [each.name for each in child.primary_key.columns]
                links += [
                    [child.name, column, {name: row[name] for name in key}, row[column]] for row in found
                ]


def _take_beside(
    session: Session, resource: str, ids: Sequence[int], rows: dict[str, Rows], links: list[list[Any]]
) -> None:
    """What lies beside these records; of what are records themselves, what lies beside those too."""
    for table in belongings(session):
        found = _rows(session, table, of_records(table, resource, ids))
        known = rows.setdefault(table.name, [])
        known.extend([row for row in found if row not in known])
        inner = table.info.get(RECORDS_OF)
        if found and inner:
            _follow(session, table.name, rows, links)
            _take_beside(session, inner, [row["id"] for row in found], rows, links)


def put_back(session: Session, resource: Resource, kept: Mapping[str, Any]) -> list[int]:
    """Insert the rows again and fill the links that are still empty; answers the records' ids.

    Raises:
        Refused: something else has taken their place meanwhile.
    """
    rows: Mapping[str, Rows] = kept["rows"]
    numbers: Numbers = {}
    try:
        with session.begin_nested():
            for table in standing_tables(session):
                if rows.get(table.name):
                    is_own = table is resource.model.__table__
                    _insert(session, table, [_decoded(row) for row in rows[table.name]], numbers, is_own)
            for name, column, key, value in kept["links"]:
                table = Base.metadata.tables[name]
                own = sa.and_(*(table.c[each] == decoded(wanted) for each, wanted in key.items()))
                session.execute(
                    sa.update(table).where(own, table.c[column].is_(None)).values({column: value}), **UNSCOPED
                )
    except IntegrityError as error:
        raise Refused(
            _("This can no longer be taken back: something else has taken its place."), "taken"
        ) from error
    if rows.get(Share.__tablename__):
        forget(session)
    ids = list(kept["ids"])
    records = session.scalars(sa.select(resource.model).where(resource.model.id.in_(ids)), **UNSCOPED).all()
    tags = tags_of(session, resource.name, ids)
    search.index(session, resource, ((record, tags.get(record.id, ())) for record in records))
    _index_beside(session, resource, rows)
    return ids


def _index_beside(session: Session, resource: Resource, rows: Mapping[str, Rows]) -> None:
    """What came back along and are records themselves is found by search again."""
    for each in house_of(session).resources.values():
        kept = rows.get(each.model.__tablename__, ()) if each.beside is not None else ()
        if kept and each.name != resource.name:
            search.index_ids(session, each, [row["id"] for row in kept])


def _insert(session: Session, table: sa.Table, rows: Rows, numbers: Numbers, is_own: bool) -> None:
    """Insert rows as they were, except for what there is no more and for numbers that were given to others meanwhile."""
    for key in table.foreign_keys:
        new = numbers.get(key.column.table.name, {})
        for row in rows:
            row[key.parent.name] = new.get(row[key.parent.name], row[key.parent.name])
        if key.column.table is not table:
            rows = _without_lost(session, key, rows)
    taken = set() if is_own else _taken(session, table, rows)
    plain = [row for row in rows if row.get("id") not in taken]
    if plain:
        session.execute(sa.insert(table), plain, **UNSCOPED)
    for row in rows:
        if row.get("id") in taken:
            old = row.pop("id")
            new_key = session.execute(sa.insert(table).values(row), **UNSCOPED).inserted_primary_key  # type: ignore[attr-defined]
            numbers.setdefault(table.name, {})[old] = new_key[0]


def _without_lost(session: Session, key: sa.ForeignKey, rows: Rows) -> Rows:
    """The rows without what pointed at something that is gone for good: the link, or the row if it is nothing without."""
    name = key.parent.name
    wanted = {row[name] for row in rows if row[name] is not None}
    if not wanted:
        return rows
    found = set(session.scalars(sa.select(key.column).where(key.column.in_(wanted)), **UNSCOPED))
    if key.ondelete == "CASCADE":
        return [row for row in rows if row[name] is None or row[name] in found]
    if key.ondelete == "SET NULL":
        return [row if row[name] in found else row | {name: None} for row in rows]
    return rows


def _taken(session: Session, table: sa.Table, rows: Rows) -> set[Any]:
    """Numbers of these rows that others have now: SQLite gives those of deleted rows again."""
    if not is_sqlite(session) or [each.name for each in table.primary_key.columns] != ["id"]:
        return set()
    ids = [row["id"] for row in rows]
    return set(session.scalars(sa.select(table.c.id).where(table.c.id.in_(ids)), **UNSCOPED))


def _references_to(session: Session, parent: sa.Table) -> Iterator[tuple[sa.Table, str, str, str]]:
    """(table, column, the parent's column it points to, CASCADE or SET NULL) of every foreign key to a table."""
    for table in standing_tables(session):
        for key in table.foreign_keys:
            if key.column.table is parent and key.ondelete in ("CASCADE", "SET NULL"):
                yield table, key.parent.name, key.column.name, key.ondelete


def _rows(session: Session, table: sa.Table, criterion: Any) -> Rows:
    found = session.execute(sa.select(table).where(criterion), **UNSCOPED).mappings()
    return [{name: encoded(value) for name, value in row.items()} for row in found]


def _decoded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decoded(value) for name, value in row.items()}
