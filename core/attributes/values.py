"""Values of custom attributes: read by page, written by batch, gone with their record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.attributes.files import file_fields, named, take_files
from core.attributes.models import AttributeValue
from core.attributes.types import TYPES
from core.fields import Formats, Many
from core.resources.declare import AttributeValues, Field, Resource

TABLE = cast(sa.Table, AttributeValue.__table__)
COLUMNS = ("text", "folded", "number", "day", "attachment_id")
BATCH = 1000
UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Who may see a record may see its attributes; the callers have asked for records that their person sees."""


def attribute_fields(fields: Iterable[Field]) -> dict[int, Field]:
    """Those of the fields that are custom attributes, by the attribute's id."""
    return {each.side.attribute_id: each for each in fields if isinstance(each.side, AttributeValues)}


def load_values(
    session: Session, resource: Resource, ids: Sequence[int], fields: Sequence[Field]
) -> dict[str, dict[int, Any]]:
    """{field name: {record id: value}} of these attributes, one query for all; no entry where there is no value."""
    wanted = attribute_fields(fields)
    found: dict[str, dict[int, Any]] = {field.name: {} for field in wanted.values()}
    if not wanted or not ids:
        return found
    for field, record_id, rows in _grouped(session, resource, ids, wanted):
        give = TYPES[field.side.type].give  # type: ignore[union-attr]
        values = tuple(give(row) for row in rows)
        found[field.name][record_id] = values if isinstance(field.kind, Many) else values[0]
    named(session, resource, found, list(wanted.values()))
    return found


def store_values(
    session: Session,
    resource: Resource,
    given: Sequence[tuple[Any, Mapping[str, Any], bool]],
    formats: Formats,
) -> dict[int, dict[str, list[Any]]]:
    """Keep the attributes among the values of (record, values, whether it is new); answers by record id what changed.

    The changes are {field name: [old, new]} as the API writes them, as history keeps them.
    """
    fields = [each for each in resource.fields if isinstance(each.side, AttributeValues)]
    touched = [each for each in given if any(field.name in each[1] for field in fields)]
    if not touched:
        return {}
    old = load_values(
        session, resource, [record.id for record, _values, is_new in touched if not is_new], fields
    )
    files = file_fields(fields)
    changes: dict[int, dict[str, list[Any]]] = {}
    gone: dict[int, list[int]] = defaultdict(list)
    rows: list[dict[str, Any]] = []
    for record, values, _is_new in touched:
        if files:
            take_files(session, resource, record.id, values.values())
        for field in fields:
            if field.name not in values:
                continue
            before, after = old[field.name].get(record.id), _nothing_as_none(values[field.name])
            if before == after:
                continue
            told = [field.kind.json(each, formats) for each in (before, after)]
            changes.setdefault(record.id, {})[field.name] = told
            if before is not None:
                gone[field.side.attribute_id].append(record.id)  # type: ignore[union-attr]
            rows += _rows(field, resource, record.id, after)
    for attribute_id, ids in gone.items():
        of_it = TABLE.c.attribute_id == attribute_id
        session.execute(sa.delete(TABLE).where(of_it, _of(resource, ids)), **UNSCOPED)
    if rows:
        session.execute(sa.insert(TABLE), rows, **UNSCOPED)
    return changes


def words_of(session: Session, resource: Resource, ids: Sequence[int]) -> dict[int, list[str]]:
    """The texts among the attributes of these records, by which search finds them; no query where there are none."""
    wanted = [
        id
        for id, field in attribute_fields(resource.fields).items()
        if TYPES[field.side.type].found  # type: ignore[union-attr]
    ]
    found: dict[int, list[str]] = defaultdict(list)
    if not wanted:
        return found
    for start in range(0, len(ids), BATCH):
        rows = session.execute(
            sa.select(TABLE.c.record_id, TABLE.c.attribute_id, TABLE.c.text)
            .where(_of(resource, ids[start : start + BATCH]))
            .order_by(TABLE.c.id),
            **UNSCOPED,
        )
        for record_id, attribute_id, text in rows:
            if attribute_id in wanted:
                found[record_id].append(text)
    return found


def _grouped(
    session: Session, resource: Resource, ids: Sequence[int], wanted: Mapping[int, Field]
) -> Iterable[tuple[Field, int, list[Any]]]:
    """(field, record id, its rows in order)."""
    by_place: dict[tuple[int, int], list[Any]] = defaultdict(list)
    columns = [TABLE.c[name] for name in ("attribute_id", "record_id", *COLUMNS)]
    for start in range(0, len(ids), BATCH):
        found = session.execute(
            sa.select(*columns)
            .where(_of(resource, ids[start : start + BATCH]))
            .order_by(TABLE.c.position, TABLE.c.id),
            **UNSCOPED,
        )
        for row in found:  # of all attributes: asked for some, a database might take the index by attribute
            if row.attribute_id in wanted:
                by_place[row.attribute_id, row.record_id].append(row)
    return ((wanted[attribute], record, rows) for (attribute, record), rows in by_place.items())


def _rows(field: Field, resource: Resource, record_id: int, value: Any) -> list[dict[str, Any]]:
    assert isinstance(field.side, AttributeValues)
    keep, own = TYPES[field.side.type].keep, {"resource": resource.name, "record_id": record_id}
    values = () if value is None else value if isinstance(field.kind, Many) else (value,)
    empty = dict.fromkeys(COLUMNS)
    return [
        {"attribute_id": field.side.attribute_id, "position": position, **own, **empty, **keep(each)}
        for position, each in enumerate(values)
    ]


def _of(resource: Resource, ids: Sequence[int]) -> Any:
    return sa.and_(TABLE.c.resource == resource.name, TABLE.c.record_id.in_(ids))


def _nothing_as_none(value: Any) -> Any:
    return None if value in (None, "", ()) else value
