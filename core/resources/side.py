"""Fields that a plugin adds to another plugin's records, kept in its own table: read by page, written by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.resources.context import Draft
from core.resources.declare import Field, Resource, SideTable


def side_fields(resource: Resource) -> dict[SideTable, list[Field]]:
    """The added fields of a resource by the table that keeps them."""
    tables: dict[SideTable, list[Field]] = defaultdict(list)
    for field in resource.fields:
        if field.side is not None:
            tables[field.side].append(field)
    return tables


def load(session: Session, resource: Resource, ids: Sequence[int]) -> dict[str, dict[int, Any]]:
    """{field name: {record id: value}} of the added fields, one query a table."""
    found: dict[str, dict[int, Any]] = {}
    for table, fields in side_fields(resource).items():
        rows = session.scalars(sa.select(table.model).where(getattr(table.model, table.key).in_(ids))).all()
        for field in fields:
            found[field.name] = {getattr(row, table.key): field.kind.load(row, field) for row in rows}
    return found


def store(session: Session, written: Sequence[tuple[Draft, Any]]) -> None:
    """Write the added fields of these drafts beside their records, and note in each draft what changed."""
    if not written:
        return
    for table, fields in side_fields(written[0][0].resource).items():
        given = [
            (draft, record)
            for draft, record in written
            if any(field.name in draft.values for field in fields)
        ]
        if not given:
            continue
        rows = {
            getattr(row, table.key): row
            for row in session.scalars(
                sa.select(table.model).where(
                    getattr(table.model, table.key).in_([record.id for _d, record in given])
                )
            )
        }
        for draft, record in given:
            row = rows.get(record.id)
            if row is None:
                row = table.model(**{table.key: record.id})
                session.add(row)
            _set(draft, row, fields)
    session.flush()


def _set(draft: Draft, row: Any, fields: Sequence[Field]) -> None:
    for field in fields:
        if field.name not in draft.values:
            continue
        old, new = field.kind.load(row, field), draft.values[field.name]
        if old != new:
            for attribute, value in field.kind.store(new, field).items():
                setattr(row, attribute, value)
            draft.options.setdefault("side_changes", {})[field.name] = [
                None if old is None else str(old),
                None if new is None else str(new),
            ]
