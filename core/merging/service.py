"""The merge itself: values, rows and files of several records come together in one; all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.scope import as_system
from core.db import utcnow
from core.events import RecordsMerged
from core.i18n import _
from core.merging.apart import carry_over
from core.merging.models import Merge
from core.merging.moving import move
from core.merging.plan import MergePlan, asked_fields, is_filled, is_united, make_plan
from core.merging.state import state_of
from core.merging.trail import MERGED_INTO
from core.outbox import announce
from core.records import snapshot
from core.records.belongings import drop_belongings
from core.records.history import actor_id_of, write_history
from core.records.touching import keep as keep_touched
from core.resources import search
from core.resources.children import children_of
from core.resources.context import ChildRow, Draft, Refused, WriteContext
from core.resources.declare import Resource
from core.resources.read import find
from core.resources.rights import require_reach, title_of
from core.resources.storing import DEED
from core.resources.write import check_draft, read_draft, write_drafts

MERGED = "merged"
"""The action in the history of the record that stays."""


@dataclass(frozen=True)
class Wishes:
    """What somebody chose of a merge: whose values and main rows stay, other values, and the versions they looked at."""

    sources: Mapping[str, int] | None = None
    mains: Mapping[str, int] | None = None
    values: Mapping[str, Any] | None = None
    versions: Mapping[int, int] | None = None


def merge(
    context: WriteContext, resource: Resource, keep: int, gone: Sequence[int], wishes: Wishes | None = None
) -> Merge:
    """Make these records one; the caller commits. Needs the rights to change and to delete each of them.

    Raises:
        Refused: a record is missing, out of reach or changed meanwhile, or a rule is against it.
        NotValid: what the record would hold is not in order.
        PluginError: an app failed.
    """
    wishes = wishes or Wishes()
    session = context.session
    context = replace(context, source="merge")
    ids = [keep, *gone]
    _take_hold(session, resource, ids)
    plan = make_plan(context, resource, ids, keep=keep, sources=wishes.sources, mains=wishes.mains)
    _require(plan, wishes.versions or {}, context)
    titles = {each.id: title_of(resource, each.record) for each in plan.records}
    before = _state(session, resource, keep, context)
    mains = _mains(session, plan)
    draft = _draft(plan, wishes.values or {}, context)
    born = min(each.record.created_at for each in plan.records)
    row = Merge(resource=resource.name, record_id=keep, gone_ids=plan.gone_ids, by_id=actor_id_of(context))
    session.add(row)
    session.flush()
    moves = move(session, plan)
    taken = _take_away(plan, context)
    keep_touched(session, context.house, [(resource.name, keep)])
    told = ", ".join(titles[id] for id in plan.gone_ids)
    draft.options[DEED] = (MERGED, {"records": [None, told], "merge": [None, row.id]})
    record = _write(plan, draft, born, mains, context)
    _tell_the_gone(context, resource, row, plan, titles)
    pairs = carry_over(session, resource.name, keep, plan.gone_ids, row.by_id)
    after = _state(session, resource, keep, context)
    row.kept = {
        "taken": taken,
        "moves": moves,
        "before": before,
        "after": after,
        "titles": told,
        "pairs": pairs,
    }
    session.flush()
    announce(
        session,
        RecordsMerged(utcnow(), row.by_id, resource.name, record.id, context.source, tuple(plan.gone_ids)),
    )
    return row


def _take_hold(session: Session, resource: Resource, ids: Sequence[int]) -> None:
    """Whoever merges or changes one of these now waits, and then finds what became of them."""
    model = resource.model
    wanted = sa.select(model).where(model.id.in_([id for id in ids if 0 < id < 2**63])).order_by(model.id)
    session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def _require(plan: MergePlan, versions: Mapping[int, int], context: WriteContext) -> None:
    for stored in plan.records:
        for action in ("edit", "delete"):
            require_reach(plan.resource, stored.record, action, context)
        if versions.get(stored.id, stored.record.version) != stored.record.version:
            raise Refused(
                _(
                    "“%(record)s” was changed meanwhile; look at it again.",
                    record=title_of(plan.resource, stored.record),
                ),
                "changed_meanwhile",
            )


def _draft(plan: MergePlan, values: Mapping[str, Any], context: WriteContext) -> Draft:
    """What the record that stays shall hold."""
    resource, keep = plan.resource, plan.keep
    asked = {each.name for each in (*asked_fields(resource), *filter(is_united, resource.fields))}
    if strange := sorted(set(values) - asked):
        raise Refused(_("“%(field)s” cannot be chosen so.", field=strange[0]), "choice")
    draft = read_draft(resource, values, context, current=keep.record)
    for declared in resource.fields:
        if declared.name in draft.values or not (declared.name in plan.sources or is_united(declared)):
            continue
        before, value = keep.value(declared), plan.value_of(declared)
        if value != before and (is_filled(value) or is_filled(before)):
            draft.values[declared.name] = value
    return draft


def _take_away(plan: MergePlan, context: WriteContext) -> dict[str, Any]:
    """Remove the records that go, with what did not move; answers the rows as they were."""
    session, resource = context.session, plan.resource
    for stored in plan.gone:
        for _plugin, _value in context.house.hooks.strict(
            "before_delete", resource=resource, record=stored.record, session=session
        ):
            pass
    taken = snapshot.take(session, resource, plan.gone_ids)
    for stored in plan.gone:
        session.delete(stored.record)
    session.flush()
    drop_belongings(session, resource.name, plan.gone_ids)
    search.unindex(session, resource, plan.gone_ids)
    session.expire_all()
    return taken


def _write(
    plan: MergePlan, draft: Draft, born: datetime, mains: Mapping[str, int | None], context: WriteContext
) -> Any:
    """Store what the record holds from now on, its main rows among it."""
    record = plan.keep.record
    record.created_at = born
    for attribute, value in plan.columns.items():
        setattr(record, attribute, value)
    rows = children_of(context.session, plan.resource, [record.id])
    for child in (each for each in plan.resource.children if each.has_main):
        wanted = rows[child.name].get(record.id, [])
        if not wanted or any(own in draft.values for own in child.mirrors.values()):
            continue  # where the record's own fields say something, the main row follows them
        main = next((row.id for row in wanted if row.id == mains[child.name]), wanted[0].id)
        draft.children[child.name] = [
            ChildRow({}, row.id, row.id == main, place) for place, row in enumerate(wanted)
        ]
    check_draft(draft, context)
    return write_drafts([draft], context)[0]


def _mains(session: Session, plan: MergePlan) -> dict[str, int | None]:
    """The row of each child that shall be the main one: that of the record it was chosen from."""
    rows = children_of(session, plan.resource, [each.id for each in plan.records])
    found: dict[str, int | None] = {}
    for name, record_id in plan.mains.items():
        theirs = rows[name].get(record_id, [])
        found[name] = theirs[0].id if theirs else None
    return found


def _state(session: Session, resource: Resource, id: int, context: WriteContext) -> dict[str, Any]:
    """The record that stays as it is now, also where it has just been given to somebody else."""
    with as_system(session):
        stored = find(session, resource, id)
        assert stored is not None
        return state_of(session, stored, context.formats)


def _tell_the_gone(
    context: WriteContext, resource: Resource, row: Merge, plan: MergePlan, titles: Mapping[int, str]
) -> None:
    """The last word in the history of each record that is gone: where to look for it now."""
    into = {"id": row.record_id, "name": titles[row.record_id]}
    entries = [
        (SimpleNamespace(id=id), MERGED_INTO, {"title": [titles[id], None], "into": [None, into]})
        for id in plan.gone_ids
    ]
    write_history(context.session, context, resource, entries)
