"""Fields kept beside a record: in another plugin's table, or as custom attributes. Read by page, written by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

from core.attributes.values import load_values, store_values
from core.fields import Formats
from core.resources.declare import Field, Resource, SideTable

if TYPE_CHECKING:
    from core.resources.context import Draft


def side_fields(resource: Resource) -> dict[SideTable, list[Field]]:
    """The fields of a resource that plugins added, by the table that keeps them."""
    return _by_table(resource.fields)


def load(
    session: Session, resource: Resource, ids: Sequence[int], fields: Sequence[Field] | None = None
) -> dict[str, dict[int, Any]]:
    """{field name: {record id: value}} of the fields kept beside (of these, or of all), one query a table."""
    wanted = resource.fields if fields is None else fields
    found: dict[str, dict[int, Any]] = {}
    for table, its_fields in _by_table(wanted).items():
        rows = session.scalars(sa.select(table.model).where(getattr(table.model, table.key).in_(ids))).all()
        for field in its_fields:
            found[field.name] = {getattr(row, table.key): field.kind.load(row, field) for row in rows}
    return found | load_values(session, resource, ids, wanted)


def stored_value(resource: Resource, record: Any, field: Field) -> Any:
    """The value of a field of one stored record, wherever it is kept; asks the database for one kept beside."""
    if field.side is None:
        return field.kind.load(record, field)
    session = object_session(record)
    return load(session, resource, [record.id], [field])[field.name].get(record.id) if session else None


def attributes_of(session: Session, resource: Resource, record: Any) -> dict[str, Any]:
    """{field name: value} of a record's custom attributes that have a value."""
    found = load_values(session, resource, [record.id], resource.fields)
    return {name: by_id[record.id] for name, by_id in found.items() if record.id in by_id}


def store(session: Session, written: Sequence[tuple[Draft, Any]], formats: Formats) -> None:
    """Write what these drafts keep beside their records, and note in each draft what changed."""
    if not written:
        return
    resource = written[0][0].resource
    kept = [(record, draft.values, draft.is_new) for draft, record in written]
    changes = store_values(session, resource, kept, formats)
    for draft, record in written:
        if record.id in changes:
            draft.options.setdefault("side_changes", {}).update(changes[record.id])
    for table, fields in side_fields(resource).items():
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
            if row is None and _says_nothing(draft, fields):
                continue
            if row is None:
                row = table.model(**{table.key: record.id})
                session.add(row)
            _set(draft, row, fields)
    session.flush()


def _by_table(fields: Sequence[Field]) -> dict[SideTable, list[Field]]:
    tables: dict[SideTable, list[Field]] = defaultdict(list)
    for field in fields:
        if isinstance(field.side, SideTable):
            tables[field.side].append(field)
    return tables


def _says_nothing(draft: Draft, fields: Sequence[Field]) -> bool:
    """Whether only empty values are given: a form sends a box that nobody has ticked with each change of a record."""
    given = [draft.values.get(field.name) for field in fields]
    return all(value is None or value is False or value in ("", ()) for value in given)


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
