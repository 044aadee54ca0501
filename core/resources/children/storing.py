"""Writing the rows of children: in few statements however many records, and the main row always as the record says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.db import is_sqlite
from core.resources.children.rows import UNSCOPED, is_empty, row_of, stored_rows, told_row
from core.resources.context import ChildRow, Draft, WriteContext
from core.resources.declare import Child, Resource

Changed = Sequence[tuple[Draft, Mapping[str, Any]]]
"""Drafts of stored records, each with what changes in the record's own fields."""
AFRESH: dict[str, Any] = {"execution_options": {"unscoped": True, "populate_existing": True}}
"""Rows of whoever's records are being written, as they are now and not as they were when they were read."""
Maker = Callable[[Any], dict[str, Any] | None]


def store_children(
    resource: Resource, fresh: Sequence[tuple[Draft, Any]], changed: Changed, context: WriteContext
) -> None:
    """Store the rows of these drafts once their records are; what changed is noted in each draft's `child_changes`.

    Raises:
        StaleDataError: somebody has changed the rows since they were read.
    """
    for child in resource.children:
        makes_row = _maker(child, resource, context) if fresh else None
        new = [row for draft, record in fresh for row in _rows_of_new(child, draft, record, makes_row)]
        touched = [(draft, changes) for draft, changes in changed if _is_touched(child, draft, changes)]
        if touched:
            new += _change(resource, child, touched, context)
        if new:
            context.session.execute(sa.insert(child.model.__table__), new, **UNSCOPED)


def _rows_of_new(child: Child, draft: Draft, record: Any, makes_row: Maker | None) -> list[dict[str, Any]]:
    """The rows of a new record: those it wants, else the one that its own fields make."""
    if child.name in draft.children:
        return [
            _columns(child, row, place, record.id) for place, row in enumerate(draft.children[child.name])
        ]
    row = makes_row(record) if makes_row is not None else None
    return [] if row is None else [row]


def _maker(child: Child, resource: Resource, context: WriteContext) -> Maker:
    """What makes the main row of a new record from its own fields, None where they say nothing; for thousands of them."""
    pairs = _pairs(child, resource)
    usual = {field.attribute: field.default(context) for field in child.fields if field.default is not None}

    def make(record: Any) -> dict[str, Any] | None:
        kept = vars(record)  # just written: asking the mapper for each would take ten times as long
        if not any(
            (value := kept.get(own)) is not None and value != usual.get(attribute) for attribute, own in pairs
        ):
            return None
        row = {attribute: kept.get(own) for attribute, own in pairs}
        row[child.parent], row["is_main"], row["position"] = record.id, True, 0
        return row

    return make


def _is_touched(child: Child, draft: Draft, changes: Mapping[str, Any]) -> bool:
    return child.name in draft.children or any(own in changes for own in child.mirrors.values())


def _change(
    resource: Resource, child: Child, touched: Changed, context: WriteContext
) -> list[dict[str, Any]]:
    """Bring the stored rows of these records to what is wanted; answers the rows that are to be inserted."""
    session = context.session
    ids = [draft.current.id for draft, _changes in touched]
    _wait_for(session, resource, child, [draft for draft, _changes in touched])
    by_record: dict[int, list[Any]] = defaultdict(list)
    for row in stored_rows(session, child, ids, **AFRESH):
        by_record[getattr(row, child.parent)].append(row)
    new: list[dict[str, Any]] = []
    for draft, changes in touched:
        stored = by_record[draft.current.id]
        before = [row_of(child, row) for row in stored]
        after = draft.children.get(child.name)
        if after is None:
            after = _follow(child, draft, before, changes, context)
        new += _replace(child, draft, stored, after, session)
        _tell(child, draft, before, after, context)
    session.flush()
    return new


def _wait_for(session: Session, resource: Resource, child: Child, drafts: Sequence[Draft]) -> None:
    """Whoever else writes the rows of these records is waited for: two first rows would both be the main one.

    Raises:
        StaleDataError: rows are to be replaced, and their record is no longer what it was when it was read.
    """
    if is_sqlite(session):  # it has one writer at a time
        return
    model = resource.model
    names = [own for _attribute, own in _pairs(child, resource)]
    wanted = sa.select(model.id, *(getattr(model, name) for name in names))
    records = {draft.current.id: draft.current for draft in drafts if child.name in draft.children}
    for id, *values in session.execute(
        wanted.where(model.id.in_([draft.current.id for draft in drafts]))
        .order_by(model.id)
        .with_for_update(),
        **UNSCOPED,
    ):
        if id in records and [getattr(records[id], name) for name in names] != values:
            raise StaleDataError(f"{resource.name} {id} has been changed meanwhile")


def _follow(
    child: Child,
    draft: Draft,
    before: Sequence[ChildRow],
    changes: Mapping[str, Any],
    context: WriteContext,
) -> list[ChildRow]:
    """The rows when the record's own fields were written: its main one says what they say.

    Of a stored row only what was changed now: somebody else may have changed the rest of it a moment ago. A main row
    that says nothing any more goes, unless there are others: then nobody is put in its place unasked.
    """
    resource, record = draft.resource, draft.current
    own = {
        name: resource.field(field).kind.load(record, resource.field(field))
        for name, field in child.mirrors.items()
        if field in changes or not before
    }
    if before:
        main, others = before[0], list(before[1:])
        values = {**main.values, **own}
        if not others and is_empty(child, values, context):
            return []
        return [ChildRow(values, main.id, True), *others]
    values = {field.name: own.get(field.name) for field in child.fields}
    return [] if is_empty(child, values, context) else [ChildRow(values, None, True)]


def _replace(
    child: Child, draft: Draft, stored: Sequence[Any], after: Sequence[ChildRow], session: Session
) -> list[dict[str, Any]]:
    """Change and remove stored rows; answers those to insert."""
    by_id = {row.id: row for row in stored}
    known = {row.id for row in draft.stored_children.get(child.name, ())}
    if child.name in draft.children and known != by_id.keys():
        raise StaleDataError(f"{child.name} of {draft.current.id} have been changed meanwhile")
    new = []
    for place, row in enumerate(after):
        if row.id is None:
            new.append(_columns(child, row, place, draft.current.id))
            continue
        kept = by_id.pop(row.id)
        for name, value in _columns(child, row, place, draft.current.id).items():
            if getattr(kept, name) != value:
                setattr(kept, name, value)
    for gone in by_id.values():
        session.delete(gone)
    return new


def _columns(child: Child, row: ChildRow, place: int, record_id: int) -> dict[str, Any]:
    columns: dict[str, Any] = {child.parent: record_id, "position": place}
    if child.has_main:
        columns["is_main"] = place == 0
    for field in child.fields:
        columns.update(field.kind.store(row.values.get(field.name), field))
    if child.sum is not None and child.sum.kept:
        columns[child.sum.kept] = child.sum.of(row.values)
    return columns


def _tell(
    child: Child,
    draft: Draft,
    before: Sequence[ChildRow],
    after: Sequence[ChildRow],
    context: WriteContext,
) -> None:
    """Note which rows came, went or changed; what only the main one says is told by the record's own fields."""
    was = {row.id: row for row in before}
    old, new = [], []
    for row in after:
        known = was.pop(row.id, None) if row.id is not None else None
        if known is None:
            if before or not row.is_main:
                new.append(told_row(child, row, context.formats))
            continue
        names = [name for name, value in row.values.items() if known.values.get(name) != value]
        if known.is_main != row.is_main or (names and not row.is_main):
            old.append(told_row(child, known, context.formats, names=names or child.title))
            new.append(told_row(child, row, context.formats, names=names or child.title))
    old += [told_row(child, row, context.formats) for row in was.values() if after or not row.is_main]
    if old or new:
        draft.child_changes[child.name] = [old, new]


def _pairs(child: Child, resource: Resource) -> list[tuple[str, str]]:
    """(attribute of the row, attribute of the record) that hold the same."""
    found = []
    for name, own in child.mirrors.items():
        field, mirrored = child.field(name), resource.field(own)
        found += list(zip(field.kind.attributes(field), mirrored.kind.attributes(mirrored), strict=True))
    return found
