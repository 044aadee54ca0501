"""Taking a merge back: what went comes back, what moved goes back, and what the record held before returns to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from core.access.reach import reaches
from core.db import utcnow
from core.events import RecordsParted
from core.i18n import Text, _
from core.merging.models import Merge, NotDuplicate
from core.merging.moving import take_back
from core.merging.state import bare_columns, changed, state_of
from core.outbox import announce
from core.records import snapshot
from core.records.history import actor_id_of, write_history
from core.records.tags import tags_of
from core.records.touching import FIRST_TOUCH, LAST_TOUCH
from core.records.touching import keep as keep_touched
from core.resources import search
from core.resources.children import children_of
from core.resources.context import ChildRow, Draft, Refused, WriteContext, write_context
from core.resources.declare import Resource
from core.resources.read import Stored, find
from core.resources.rights import require_reach, title_of
from core.resources.storing import DEED
from core.resources.write import check_draft, read_draft, write_drafts
from core.settings import decoded

PARTED = "parted"
"""The action in the histories of all records of a merge that was taken back."""


@dataclass(frozen=True)
class Parted:
    """What came of taking a merge back: the records that are there again, and what stays as it is, in words."""

    record_id: int
    back_ids: tuple[int, ...]
    left: tuple[Text, ...] = ()


def part(context: WriteContext, merge_id: int) -> Parted:
    """Take a merge back; the caller commits. Needs the rights to change and to delete every record of it.

    Raises:
        Refused: there is no such merge within reach, it was taken back before, or it no longer can be.
    """
    session = context.session
    row = session.get(Merge, merge_id, with_for_update=True, populate_existing=True)
    resource = context.house.resources.get(row.resource) if row is not None else None
    stored = find(session, resource, row.record_id) if row is not None and resource is not None else None
    if row is None or resource is None:
        raise Refused(_("There is nothing to take back."), "absent")
    if stored is None:
        raise _out_of_reach(context)
    context = write_context(session, context.house, context.actor, "merge", decimal=".", date_order="ymd")
    _require(row, resource, stored, context)
    now = state_of(session, stored, context.formats)
    ids = snapshot.put_back(session, resource, row.kept["taken"])
    missing = take_back(session, row.kept["moves"], row.record_id, resource.name)
    session.execute(sa.delete(NotDuplicate).where(NotDuplicate.id.in_(row.kept.get("pairs") or [])))
    session.expire_all()
    keep_touched(session, context.house, [(resource.name, id) for id in (*ids, row.record_id)])
    row.undone_at, row.undone_by_id = utcnow(), actor_id_of(context)
    left = _restore(row, resource, stored, now, context)
    if missing:
        left.append(_("%(count)s rows that had come along are no longer there.", count=missing))
    _welcome_back(context, resource, ids, title_of(resource, stored.record))
    announce(
        session,
        RecordsParted(utcnow(), row.undone_by_id, resource.name, row.record_id, context.source, tuple(ids)),
    )
    return Parted(row.record_id, tuple(ids), tuple(left))


def undoable(context: WriteContext, resource: Resource, record: Any, ids: Sequence[int]) -> set[int]:
    """Those of these merges into this record that this person would be let take back."""
    wanted = sa.select(Merge).where(
        Merge.id.in_(ids),
        Merge.resource == resource.name,
        Merge.record_id == record.id,
        Merge.undone_at.is_(None),
    )
    found = set()
    for row in context.session.scalars(wanted):
        try:
            _require(row, resource, Stored(resource, record), context)
        except Refused:
            continue
        found.add(row.id)
    return found


def _require(row: Merge, resource: Resource, stored: Stored, context: WriteContext) -> None:
    if row.undone_at is not None:
        raise Refused(_("This merge was taken back before."), "undone")
    actor = context.actor
    for action in ("edit", "delete"):
        require_reach(resource, stored.record, action, context)
        if actor is None or resource.owner is None:
            continue
        for kept in row.kept["taken"]["rows"][resource.model.__tablename__]:
            status_id = kept.get(resource.status_field.attribute) if resource.status_field else None
            if not reaches(actor, resource, action, kept[resource.owner], status_id):
                raise Refused(_("You may not do this."), "forbidden")


def _restore(
    row: Merge, resource: Resource, stored: Stored, now: Mapping[str, Any], context: WriteContext
) -> list[Text]:
    """Give the record what it held before wherever it still holds what the merge gave it; answers what stays, and why."""
    kept, left = row.kept, []
    raw: dict[str, Any] = {}
    for name in changed(kept, "fields"):
        if not resource.has_field(name) or name in (LAST_TOUCH, FIRST_TOUCH):
            continue  # what the record says of its interactions follows them
        if now["fields"].get(name) == kept["after"]["fields"][name]:
            raw[name] = kept["before"]["fields"][name]
        else:
            left.append(_("“%(field)s” was changed since and stays.", field=resource.field(name).label))
    bare = bare_columns(resource)
    columns = {
        name: decoded(kept["before"]["columns"][name])
        for name in changed(kept, "columns")
        if name in bare and now["columns"].get(name) == kept["after"]["columns"][name]
    }
    _set(stored.record, columns)
    draft = _draft(row, resource, stored, raw, left, context)
    draft.options[DEED] = (PARTED, {"records": [kept["titles"], None]})
    write_drafts([draft], context)
    _set(stored.record, columns)  # a rule that follows a field may have had its own idea
    context.session.flush()
    return left


def _set(record: Any, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(record, name, value)


def _draft(
    row: Merge,
    resource: Resource,
    stored: Stored,
    raw: dict[str, Any],
    left: list[Text],
    context: WriteContext,
) -> Draft:
    """What the record shall hold again; values that can no longer be are left as they are."""
    while True:
        draft = read_draft(resource, raw, context, current=stored.record)
        _put_main_rows(draft, row.kept["before"]["mains"], context)
        check_draft(draft, context)
        impossible = {problem.field: problem.message for problem in draft.problems if problem.field in raw}
        if not impossible:
            return draft
        for name, message in impossible.items():
            del raw[name]
            left.append(f"{resource.field(name).label}: {message}")


def _put_main_rows(draft: Draft, mains: Mapping[str, int | None], context: WriteContext) -> None:
    """The row that was the main one is it again; where none is left the record says nothing of it any more."""
    resource, id = draft.resource, draft.current.id
    rows = children_of(context.session, resource, [id])
    for child in (each for each in resource.children if each.has_main):
        found = rows[child.name].get(id, [])
        if not found:
            draft.values |= dict.fromkeys(child.mirrors.values())
            continue
        own, before = {each.id for each in found}, mains.get(child.name)
        main = before if before in own else next((each.id for each in found if each.is_main), found[0].id)
        draft.children[child.name] = [
            ChildRow({}, each.id, each.id == main, place) for place, each in enumerate(found)
        ]


def _welcome_back(context: WriteContext, resource: Resource, ids: Sequence[int], title: str) -> None:
    """The records that are there again: found by search with all their rows, and their histories say so."""
    session = context.session
    records = session.scalars(
        sa.select(resource.model).where(resource.model.id.in_(ids)), execution_options={"unscoped": True}
    ).all()
    tags = tags_of(session, resource.name, ids)
    search.index(session, resource, ((record, tags.get(record.id, ())) for record in records), fresh=False)
    for record in records:
        record.version += 1
    entries = [(SimpleNamespace(id=id), "restored", {"from": [None, title]}) for id in ids]
    write_history(session, context, resource, entries)


def _out_of_reach(context: WriteContext) -> Refused:
    """Who may see everything is told that the record has gone on; for others there was nothing."""
    actor = context.actor
    if actor is None or actor.is_admin:
        return Refused(
            _("The record they were merged into is not there any more; bring that one back first."), "gone"
        )
    return Refused(_("There is nothing to take back."), "absent")
