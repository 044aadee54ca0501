"""Taking back: changes and deletions are remembered for a while by whoever made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import utcnow
from core.fields import Formats
from core.host.dispatch import PluginError
from core.i18n import _
from core.records import snapshot, touching
from core.records.history import note
from core.records.models import Attachment, History, Undo
from core.resources.children import Rows, children_json, children_of
from core.resources.context import Refused, WriteContext
from core.resources.declare import Resource
from core.resources.read import Stored, find, find_many
from core.resources.rights import require_reach
from core.resources.write import NotValid, change
from core.settings import decoded, encoded

CHANGE, DELETION, FILES = "change", "deletion", "files"
LASTS = timedelta(hours=1)
MOST = 200
"""More records than this are changed by a job and not taken back at one press."""


@dataclass(frozen=True)
class Undone:
    """How many records were put back, and how many were not: somebody had changed them since, or a rule forbids it."""

    done: int
    skipped: int
    reason: str = ""
    """What the rule says that forbade it."""


def remember_change(
    session: Session,
    actor: Actor,
    resource: Resource,
    records: Sequence[Stored],
    fields: Sequence[str],
    formats: Formats,
) -> int | None:
    """Call before changing these fields, or the rows of children; answers the id by which it is undone.

    None where it is too much for that.
    """
    if len(records) > MOST:
        return None
    children = [name for name in fields if resource.child(name) is not None]
    rows = children_of(session, resource, [each.id for each in records]) if children else {}
    declared = [resource.field(name) for name in fields if name not in children]
    old = {
        str(each.id): {
            "values": {field.name: field.kind.json(each.value(field), formats) for field in declared}
            | children_json(resource, {name: rows[name].get(each.id, ()) for name in children}, formats)
        }
        for each in records
    }
    return _keep(session, actor, resource, CHANGE, {"old": old})


def remember_deletion(session: Session, actor: Actor, resource: Resource, ids: Sequence[int]) -> int | None:
    """Call before deleting these records; answers the id by which they come back, None where they are too many."""
    if len(ids) > MOST:
        return None
    return _keep(session, actor, resource, DELETION, snapshot.take(session, resource, ids))


def remember_files(
    session: Session, actor: Actor, resource: Resource, record_id: int, files: Sequence[Attachment]
) -> int:
    """Call before removing these files of a record; answers the id by which they come back."""
    names = [column.name for column in Attachment.__table__.columns]
    rows = [{name: encoded(getattr(file, name)) for name in names} for file in files]
    return _keep(session, actor, resource, FILES, {"record": record_id, "rows": rows})


def undo_address(undo_id: int | None) -> str:
    """Where a POST takes it back; '' where nothing was remembered."""
    return f"{request.script_root}/undo/{undo_id}" if undo_id is not None else ""


def undo(session: Session, undo_id: int, context: WriteContext) -> Undone:
    """Take back what this person did. The caller commits.

    Raises:
        Refused: it is not theirs, too long ago, already taken back, or can no longer be.
    """
    row = session.get(Undo, undo_id, with_for_update=True)
    actor = context.actor
    if row is None or actor is None or row.actor_id != actor.user_id:
        raise Refused(_("There is nothing to take back."), "absent")
    resource = context.house.resources.get(row.resource)
    if resource is None or row.used_at is not None or row.at < utcnow() - LASTS:
        raise Refused(_("This can no longer be taken back."), "too_late")
    if not actor.may(resource.name, "delete" if row.kind == DELETION else "edit"):
        raise Refused(_("You may not do this."), "forbidden")
    row.used_at = utcnow()
    if row.kind == DELETION:
        return _bring_back(session, resource, row, context)
    if row.kind == FILES:
        return _files_back(session, resource, row, context)
    return _change_back(session, resource, row, context)


def forget_old(session: Session) -> None:
    """Remove what can no longer be taken back."""
    session.execute(sa.delete(Undo).where(Undo.at < utcnow() - LASTS))


def anything_to_bring_back(session: Session) -> bool:
    """Whether some deleted record may still come back with its files, or a file by itself."""
    kept = sa.select(Undo.id).where(Undo.kind.in_((DELETION, FILES)), Undo.used_at.is_(None)).limit(1)
    return session.scalar(kept) is not None


def _keep(session: Session, actor: Actor, resource: Resource, kind: str, kept: dict[str, object]) -> int:
    forget_old(session)
    row = Undo(actor_id=actor.user_id, resource=resource.name, kind=kind, kept=kept)
    session.add(row)
    session.flush()
    return row.id


def _change_back(session: Session, resource: Resource, row: Undo, context: WriteContext) -> Undone:
    old = {int(id): kept["values"] for id, kept in row.kept["old"].items()}
    changers = _changers(session, row, old)
    done, reason = 0, ""
    rows = children_of(session, resource, list(old))
    for stored in find_many(session, resource, list(old)):
        if changers[stored.id] != [row.actor_id]:
            continue  # not changed by what is undone, or changed again since
        try:
            with session.begin_nested():
                change(resource, stored.record, _with_rows_there(old[stored.id], stored.id, rows), context)
            done += 1
        except NotValid as error:
            reason = " ".join(str(problem.message) for problem in error.draft.problems)
            session.expire(stored.record)
        except (Refused, PluginError) as error:
            reason = str(getattr(error, "message", error))
            session.expire(stored.record)
    return Undone(done, len(old) - done, reason)


def _with_rows_there(values: Mapping[str, Any], record_id: int, rows: Rows) -> dict[str, Any]:
    """The values to put back; a row that was removed since is made anew."""
    found = dict(values)
    for name, by_record in rows.items():
        known = {row.id for row in by_record.get(record_id, ())}
        if name in found:
            found[name] = [{**row, "id": row["id"] if row["id"] in known else None} for row in found[name]]
    return found


def _changers(
    session: Session, row: Undo, old: Mapping[int, Mapping[str, object]]
) -> Mapping[int, list[int | None]]:
    """Who changed the remembered fields of each record since they were remembered, in order."""
    told = session.execute(
        sa.select(History.record_id, History.actor_id, History.changes)
        .where(History.resource == row.resource, History.record_id.in_(old), History.at >= row.at)
        .order_by(History.id)
    )
    found: dict[int, list[int | None]] = defaultdict(list)
    for record_id, actor_id, changes in told:
        if changes.keys() & old[record_id].keys():
            found[record_id].append(actor_id)
    return found


def _bring_back(session: Session, resource: Resource, row: Undo, context: WriteContext) -> Undone:
    ids = snapshot.put_back(session, resource, row.kept)
    back = find_many(session, resource, ids)
    touching.keep(session, context.house, touching.places_touched(resource, [each.record for each in back]))
    for stored in back:
        note(session, context, resource, stored.record, "restored")
    return Undone(len(ids), 0)


def _files_back(session: Session, resource: Resource, row: Undo, context: WriteContext) -> Undone:
    stored = find(session, resource, row.kept["record"])
    if stored is None:
        raise Refused(_("This can no longer be taken back."), "too_late")
    require_reach(resource, stored.record, "edit", context)
    rows = [{name: decoded(value) for name, value in kept.items()} for kept in row.kept["rows"]]
    session.execute(sa.insert(Attachment), rows)
    names = ", ".join(each["name"] for each in rows)
    note(session, context, resource, stored.record, "file_restored", {"file": [None, names]})
    return Undone(len(rows), 0)
