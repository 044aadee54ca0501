"""Taking an import back: what it made is removed, what it changed is put back, and what somebody touched since stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.access.actor import Actor
from core.db import is_sqlite, utcnow, writing
from core.host.dispatch import PluginError
from core.house import House
from core.i18n import Text, _
from core.imports.models import (
    CREATED,
    FINISHED,
    KEPT,
    REMOVED,
    RESTORED,
    RUNNING,
    UNDOING,
    UNDONE,
    UPDATED,
    ImportChange,
    ImportRow,
    ImportRun,
)
from core.imports.touched import changed_fields, others_now, touched_since
from core.resources.children import children_of
from core.resources.context import Refused, WriteContext, write_context
from core.resources.declare import Resource
from core.resources.write import NotValid, change, delete

BATCH = 200
TO_UNDO = (CREATED, UPDATED)
UNDOABLE = (FINISHED, RUNNING, UNDOING)

ALL = (CREATED, UPDATED, REMOVED, RESTORED, KEPT)

Fate = tuple[str, Text]
"""What became of a row's record, and why it was kept; no reason for the others."""


def undo_import(
    session: Session,
    house: House,
    actor: Actor | None,
    run: ImportRun,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Undone:
    """Take an import back, the last rows first; commits batch by batch, and called again goes on where it was cut off.

    Raises:
        Refused: it is not there to be taken back.
    """
    with writing():
        _claim(session, run)
        session.commit()
    total = session.execute(
        sa.select(sa.func.count()).where(ImportRow.import_id == run.id, ImportRow.outcome.in_(ALL))
    ).scalar_one()
    context = write_context(session, house, actor, "import")
    done = undone_so_far(session, run.id).total
    session.commit()
    while True:
        with writing():
            _hold(session, run.id)
            rows = _next_rows(session, run.id)
            for name in dict.fromkeys(row.resource or "" for row in rows):
                group = [row for row in rows if row.resource == name]
                _take_back(run, house.resources.get(name), group, context)
            session.commit()
        if not rows:
            break
        done += len(rows)
        if progress is not None:
            progress(done, total)
    with writing():
        over = {"state": UNDONE, "undone_at": utcnow(), "undone_by_id": actor.user_id if actor else None}
        session.execute(sa.update(ImportRun).where(ImportRun.id == run.id).values(over))
        session.commit()
    return undone_so_far(session, run.id)


@dataclass(frozen=True)
class Undone:
    """How many records were removed, put back, and kept as somebody has touched them since."""

    removed: int = 0
    restored: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        return self.removed + self.restored + self.kept


def undone_so_far(session: Session, import_id: int) -> Undone:
    """What was taken back of an import until now."""
    rows = session.execute(
        sa.select(ImportRow.outcome, sa.func.count())
        .where(ImportRow.import_id == import_id, ImportRow.outcome.in_((REMOVED, RESTORED, KEPT)))
        .group_by(ImportRow.outcome)
    )
    return Undone(**{outcome: count for outcome, count in rows})


def _claim(session: Session, run: ImportRun) -> None:
    taken = (
        sa.update(ImportRun)
        .where(ImportRun.id == run.id, ImportRun.state.in_(UNDOABLE))
        .values(state=UNDOING)
    )
    if session.execute(taken.returning(ImportRun.id)).first() is None:
        raise Refused(_("This import cannot be taken back."), "too_late")


def _hold(session: Session, import_id: int) -> None:
    """Whoever takes the same import back at the same time waits for this batch, and finds the rows that are left."""
    session.execute(sa.select(ImportRun.id).where(ImportRun.id == import_id).with_for_update())


def _next_rows(session: Session, import_id: int) -> Sequence[ImportRow]:
    return session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.outcome.in_(TO_UNDO))
        .order_by(ImportRow.row.desc())
        .limit(BATCH)
    ).all()


def _take_back(
    run: ImportRun, resource: Resource | None, rows: Sequence[ImportRow], context: WriteContext
) -> None:
    """Remove or put back the records of these rows, and note in the rows what became of them."""
    session = context.session
    if resource is None:
        for row in rows:
            row.outcome, row.problems = KEPT, [["", _("Its app is switched off.")]]
        return
    ids = [row.record_id for row in rows if row.record_id is not None]
    wanted = sa.select(resource.model).where(resource.model.id.in_(ids))
    if not is_sqlite(session):
        wanted = wanted.with_for_update()
    others = others_now(session, run, resource, ids)
    records = {record.id: record for record in session.scalars(wanted) if record.id not in others}
    made = [row for row in rows if row.outcome == CREATED]
    changed = [row for row in rows if row.outcome == UPDATED]
    fates = _remove(run, resource, [records.get(row.record_id or 0) for row in made], context)
    fates += _restore(run, resource, changed, records, context)
    for row, (outcome, why) in zip([*made, *changed], fates, strict=True):
        row.outcome = outcome
        row.problems = [["", str(why)]] if why else None


# -- records the import made -------------------------------------------------------------------------------------


def _remove(run: ImportRun, resource: Resource, records: Sequence[Any], context: WriteContext) -> list[Fate]:
    """What became of each of these records."""
    there = [record for record in records if record is not None]
    kept: dict[int, Text] = dict(touched_since(run, there, resource, context))
    kept |= _delete(resource, [record for record in there if record.id not in kept], context)
    gone: Fate = (KEPT, _("It has been deleted, or given to somebody else."))
    return [
        gone if record is None else (KEPT, kept[record.id]) if record.id in kept else (REMOVED, "")
        for record in records
    ]


def _delete(resource: Resource, records: Sequence[Any], context: WriteContext) -> Mapping[int, Text]:
    """Delete all of them, or one by one where not all may go; answers why which could not."""
    if not records:
        return {}
    ids = [record.id for record in records]
    try:
        with context.session.begin_nested():
            delete(resource, records, context)
    except (Refused, PluginError, IntegrityError, StaleDataError) as error:
        if len(records) == 1:
            return {ids[0]: _why(error)}
        refused: dict[int, Text] = {}
        for record in records:
            refused.update(_delete(resource, [record], context))
        return refused
    return {}


def _why(error: Exception) -> Text:
    if isinstance(error, NotValid):
        return " ".join(str(problem.message) for problem in error.draft.problems)
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, PluginError):
        return str(error)
    return _("Other records need it.")


# -- records the import changed ----------------------------------------------------------------------------------


def _restore(
    run: ImportRun,
    resource: Resource,
    rows: Sequence[ImportRow],
    records: Mapping[int, Any],
    context: WriteContext,
) -> list[Fate]:
    if not rows:
        return []
    ids = [row.record_id for row in rows]
    changes = {
        found.record_id: found
        for found in context.session.scalars(
            sa.select(ImportChange).where(
                ImportChange.import_id == run.id,
                ImportChange.resource == resource.name,
                ImportChange.record_id.in_(ids),
            )
        )
    }
    moved = [id for id, kept in changes.items() if id in records and records[id].version != kept.version]
    newer = changed_fields(context.session, run, resource, {id: changes[id] for id in moved})
    return [
        _restore_one(resource, records.get(id), changes.get(id), newer.get(id, frozenset()), context)
        for id in (row.record_id or 0 for row in rows)
    ]


def _restore_one(
    resource: Resource,
    record: Any,
    kept: ImportChange | None,
    newer: frozenset[str],
    context: WriteContext,
) -> Fate:
    """Put back what nobody has changed since, field by field."""
    if record is None:
        return KEPT, _("It has been deleted, or given to somebody else.")
    if kept is None:
        return KEPT, _("What it was like before is not known.")
    before = _to_put_back(resource, record, kept, newer, context)
    try:
        with context.session.begin_nested():
            change(resource, record, before, context)
    except (NotValid, Refused, PluginError, IntegrityError) as error:
        return KEPT, _why(error)
    if len(before) == len(kept.before):
        return RESTORED, ""
    labels = {field.name: field.label for field in resource.fields}
    labels |= {child.name: child.plural for child in resource.children}
    words = sorted(str(labels[name]) for name in newer if name in labels)
    return KEPT, _("Changed since: %(fields)s. The rest was put back.", fields=", ".join(words))


def _to_put_back(
    resource: Resource, record: Any, kept: ImportChange, newer: frozenset[str], context: WriteContext
) -> dict[str, Any]:
    """What was there before, without what somebody changed since; rows that are gone come back as new ones."""
    before = {name: value for name, value in kept.before.items() if name not in newer}
    for child in resource.children:
        if child.name not in before:
            continue
        if newer & set(child.mirrors.values()):  # the main row would take its newer value back with it
            del before[child.name]
            continue
        there = children_of(context.session, resource, [record.id])[child.name].get(record.id, ())
        ids = {row.id for row in there}
        before[child.name] = [
            row if row["id"] in ids else {name: value for name, value in row.items() if name != "id"}
            for row in before[child.name]
        ]
    return before
