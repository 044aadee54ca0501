"""What a child's rows are: read by batch, told to programs and people, compared, united."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.fields.kind import Formats
from core.fields.record import RecordRef
from core.resources.context import ChildRow, WriteContext
from core.resources.declare import Child, Resource
from core.text import fold

Rows = dict[str, dict[int, list[ChildRow]]]
"""{child's name: {record's id: its rows}}."""

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}


def children_of(session: Session, resource: Resource, ids: Sequence[int]) -> Rows:
    """The rows of those of these records that the session's person may see, the main one first; one query a child."""
    return _by_record(session, resource, ids)


def children_of_records(session: Session, resource: Resource, records: Sequence[Any]) -> Rows:
    """The rows of records that one has in hand: also of one that was given away a moment ago."""
    return _by_record(session, resource, [record.id for record in records], **UNSCOPED)


def stored_rows(session: Session, child: Child, ids: Sequence[int], **execution: Any) -> Sequence[Any]:
    """The mapped rows of these records, by record, the main one first."""
    model = child.model
    parent = getattr(model, child.parent)
    wanted = sa.select(model).where(parent.in_(ids))
    ordered = wanted.order_by(parent, *in_order(child))
    return session.scalars(ordered, **execution).all()


def in_order(child: Child) -> tuple[Any, ...]:
    """What the rows of a record are sorted by: the main one first, the others as they were put."""
    model = child.model
    first = (model.is_main.desc(),) if child.has_main else ()
    return (*first, model.position, model.id)


def _by_record(session: Session, resource: Resource, ids: Sequence[int], **execution: Any) -> Rows:
    found: Rows = {child.name: {} for child in resource.children}
    if not ids:
        return found
    for child in resource.children:
        by_record = found[child.name]
        for row in stored_rows(session, child, ids, **execution):
            by_record.setdefault(getattr(row, child.parent), []).append(row_of(child, row))
    return found


def row_of(child: Child, row: Any) -> ChildRow:
    """A mapped row as everybody else knows it."""
    values = {field.name: field.kind.load(row, field) for field in child.fields}
    return ChildRow(values, row.id, child.has_main and row.is_main)


def know_rows(resource: Resource, rows: Rows, formats: Formats) -> None:
    """Read the names of the records that these rows point to, in one query each field, before they are told one by one."""
    for child in resource.children:
        for field in child.fields:
            if isinstance(field.kind, RecordRef):
                found = rows.get(child.name, {}).values()
                ids = {row.values.get(field.name) for listed in found for row in listed}
                formats.references.know_records(
                    field.kind.resource, {id for id in ids if isinstance(id, int)}
                )


def child_json(child: Child, row: ChildRow, formats: Formats) -> dict[str, Any]:
    """A row as the API gives it."""
    told = {field.name: field.kind.json(row.values.get(field.name), formats) for field in child.fields}
    main = {"is_main": row.is_main} if child.has_main else {}
    return {"id": row.id, **main, **told}


def children_json(
    resource: Resource, rows: Mapping[str, Sequence[ChildRow]], formats: Formats
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a record's children as the API gives them, of those children that were asked for."""
    know_rows(resource, {name: {0: list(found)} for name, found in rows.items()}, formats)
    return {
        child.name: [child_json(child, row, formats) for row in rows[child.name]]
        for child in resource.children
        if child.name in rows
    }


def child_title(child: Child, row: ChildRow, formats: Formats) -> str:
    """What a row is called: its naming values, else the first that it has."""
    return ", ".join(text for _name, text in _naming(child, row.values, formats))


def told_row(child: Child, row: ChildRow, formats: Formats, *, names: Sequence[str] = ()) -> dict[str, Any]:
    """A row as history and events carry it: its title, and of the fields `names` (or all it has) the values."""
    wanted = names or [name for name, value in row.values.items() if value is not None]
    values = {
        name: child.field(name).kind.json(row.values.get(name), formats)
        for name in wanted
        if child.has_field(name)
    }
    return {
        "id": row.id,
        "title": child_title(child, row, formats),
        "is_main": row.is_main,
        "values": values,
    }


def is_empty(child: Child, values: Mapping[str, Any], context: WriteContext) -> bool:
    """Whether a row says nothing: what it has is at most what every new row has."""
    for field in child.fields:
        value = values.get(field.name)
        if value is not None and (field.default is None or value != field.default(context)):
            return False
    return True


def united(
    child: Child, rows: Sequence[ChildRow], more: Sequence[ChildRow], *, fill: bool = False
) -> list[ChildRow]:
    """`rows` and those of `more` that say something else; what is new has no id yet, and the main one stays it.

    With `fill` a row of `more` that is called the same and contradicts nothing completes the one that is there.
    """
    found = [replace(row, values=dict(row.values)) for row in rows]
    for row in more:
        if any(_says_all(child, known.values, row.values) for known in found):
            continue
        same = next((known for known in found if _is_same(child, known.values, row.values)), None)
        if fill and same is not None:
            same.values |= {
                name: value for name, value in row.values.items() if same.values.get(name) is None
            }
        else:
            found.append(ChildRow(dict(row.values), None, child.has_main and row.is_main and not found))
    return found


def further_texts(session: Session, resource: Resource, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """{record's id: the texts of its further rows} by which search finds it; the main rows' texts are its own already."""
    texts: dict[int, list[str]] = defaultdict(list)
    if not ids:
        return texts
    for child in resource.children:
        if not child.search:
            continue
        model = child.model
        columns = [getattr(model, name) for name in child.search]
        further = (model.is_main.is_(False),) if child.has_main else ()
        wanted = (
            sa.select(getattr(model, child.parent), *columns)
            .where(getattr(model, child.parent).in_(ids), *further)
            .order_by(model.id)
        )
        for record_id, *values in session.execute(wanted, **UNSCOPED):
            texts[record_id] += [str(value) for value in values if value]
    return texts


def _naming(child: Child, values: Mapping[str, Any], formats: Formats) -> list[tuple[str, str]]:
    """(field name, text) of the values that name a row."""
    texts = [
        (field.name, field.kind.text(values.get(field.name), formats))
        for field in (
            *(child.field(name) for name in child.title),
            *(each for each in child.fields if each.name not in child.title),
        )
    ]
    named = [(name, text) for name, text in texts[: len(child.title)] if text]
    return named or [(name, text) for name, text in texts if text][:1]


def _says_all(child: Child, known: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a known row says everything that these values say, whatever the case and accents."""
    return all(
        value is None or _compared(known.get(name)) == _compared(value)
        for name, value in values.items()
        if child.has_field(name)
    )


def _is_same(child: Child, known: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether two rows have a name in common and nothing that differs."""
    both = {
        name: _compared(known[name]) == _compared(value)
        for name, value in values.items()
        if value is not None and known.get(name) is not None
    }
    return all(both.values()) and any(name in both for name in child.title)


def _compared(value: Any) -> Any:
    if isinstance(value, str):
        return fold(value)
    return getattr(value, "e164", None) or getattr(value, "folded", None) or value
