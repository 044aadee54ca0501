"""What happened to an import's records since: who touched them, which fields, and so what taking it back would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import User
from core.fields import DateTime, Formats
from core.house import House
from core.i18n import Text, _
from core.imports.models import CREATED, UPDATED, ImportChange, ImportRow, ImportRun
from core.records.models import History
from core.resources.context import WriteContext
from core.resources.declare import Resource
from core.resources.rights import title_of

NAMED = 50
"""So many touched records are named before an import is taken back."""

_MOMENT = DateTime()


@dataclass(frozen=True)
class Touched:
    """A record that somebody touched since the import, and who, when."""

    resource: Resource
    id: int
    title: str
    why: Text


@dataclass(frozen=True)
class Preview:
    """What taking an import back would do: records removed and put back by resource, and how many would be kept."""

    removes: Mapping[str, int]
    restores: Mapping[str, int]
    touched: int
    named: Sequence[Touched]

    def as_json(self) -> dict[str, Any]:
        return {
            "removes": dict(self.removes),
            "restores": dict(self.restores),
            "touched": self.touched,
            "records": [
                {"resource": each.resource.name, "id": each.id, "title": each.title, "why": str(each.why)}
                for each in self.named
            ],
        }


def preview_undo(session: Session, house: House, run: ImportRun, formats: Formats) -> Preview:
    """Count, without writing anything; a few statements a resource, whatever the size of the import."""
    totals = session.execute(
        sa.select(ImportRow.resource, ImportRow.outcome, sa.func.count())
        .where(ImportRow.import_id == run.id, ImportRow.outcome.in_((CREATED, UPDATED)))
        .group_by(ImportRow.resource, ImportRow.outcome)
    ).all()
    counts: dict[str, dict[str, int]] = {CREATED: {}, UPDATED: {}}
    left, named = 0, list[Touched]()
    for name, outcome, total in totals:
        left += total
        resource = house.resources.get(name)
        if resource is None:
            continue
        right = "delete" if outcome == CREATED else "edit"
        untouched = _records(run, resource, outcome).where(~_touched(run, resource, outcome))
        found = session.execute(
            sa.select(sa.func.count()).select_from(untouched.subquery()), execution_options={"scope": right}
        ).scalar_one()
        if found:
            counts[outcome][name] = found
            left -= found
        named += _named(session, run, resource, outcome, formats)
    return Preview(counts[CREATED], counts[UPDATED], left, named[:NAMED])


def touched_since(
    run: ImportRun, records: Sequence[Any], resource: Resource, context: WriteContext
) -> dict[int, Text]:
    """Of new records those that somebody touched since they came in, and who that was."""
    if not records:
        return {}
    ids = [record.id for record in records]
    last = _last_words(context.session, run, resource, ids, context.formats)
    changed = {record.id: _("It was changed since.") for record in records if record.version > 1}
    return {**changed, **last}


def changed_fields(
    session: Session, run: ImportRun, resource: Resource, changes: Mapping[int, ImportChange]
) -> dict[int, frozenset[str]]:
    """{record id: names of the fields that the import changed and somebody else changed again}."""
    if not changes:
        return {}
    entries = session.execute(
        sa.select(History.record_id, History.source, History.action, History.changes)
        .where(
            History.resource == resource.name,
            History.record_id.in_(changes),
            History.at >= _start(run),
        )
        .order_by(History.id)
    )
    own: set[int] = set()
    newer: dict[int, set[str]] = defaultdict(set)
    for record_id, source, action, told in entries:
        names = told.keys() & changes[record_id].before.keys()
        if record_id in own:
            newer[record_id] |= names
        elif source == "import" and action == "changed" and names:
            own.add(record_id)
    return {id: frozenset(names) for id, names in newer.items()}


def others_now(session: Session, run: ImportRun, resource: Resource, ids: Sequence[int]) -> set[int]:
    """Of these ids those whose record was deleted since: SQLite gives the ids of deleted records to new ones."""
    last = (
        sa.select(sa.func.max(History.id))
        .where(
            History.resource == resource.name,
            History.record_id.in_(ids),
            History.action.in_(("deleted", "restored")),
            History.at >= _start(run),
        )
        .group_by(History.record_id)
    )
    found = sa.select(History.record_id).where(History.id.in_(last), History.action == "deleted")
    return set(session.scalars(found))


def _start(run: ImportRun) -> datetime:
    return run.started_at or run.created_at


def _records(run: ImportRun, resource: Resource, outcome: str) -> sa.Select[Any]:
    """The records that this import's rows made, or changed."""
    model = resource.model
    wanted = (
        sa.select(model.id)
        .join(ImportRow, ImportRow.record_id == model.id)
        .where(
            ImportRow.import_id == run.id, ImportRow.outcome == outcome, ImportRow.resource == resource.name
        )
    )
    if outcome == UPDATED:
        wanted = wanted.join(
            ImportChange,
            sa.and_(
                ImportChange.import_id == run.id,
                ImportChange.resource == resource.name,
                ImportChange.record_id == model.id,
            ),
        )
    return wanted


def _touched(run: ImportRun, resource: Resource, outcome: str) -> sa.ColumnElement[bool]:
    model = resource.model
    later = sa.exists().where(
        History.resource == resource.name, History.record_id == model.id, History.at >= _start(run)
    )
    if outcome == UPDATED:
        return sa.or_(model.version != ImportChange.version, later.where(History.action == "deleted"))
    return sa.or_(model.version > 1, later.where(History.action != "created"))


def _named(
    session: Session, run: ImportRun, resource: Resource, outcome: str, formats: Formats
) -> list[Touched]:
    touched = _records(run, resource, outcome).where(_touched(run, resource, outcome))
    ids = list(session.scalars(touched.order_by(resource.model.id).limit(NAMED)))
    if not ids:
        return []
    words = _last_words(session, run, resource, ids, formats)
    records = session.scalars(
        sa.select(resource.model).where(resource.model.id.in_(ids)).order_by(resource.model.id)
    )
    return [
        Touched(resource, each.id, title_of(resource, each), words.get(each.id, _("It was changed since.")))
        for each in records
    ]


def _last_words(
    session: Session, run: ImportRun, resource: Resource, ids: Sequence[int], formats: Formats
) -> dict[int, Text]:
    """Who touched each of these records last since the import began; nothing of those that were only made."""
    mine = (
        History.resource == resource.name,
        History.record_id.in_(ids),
        History.action != "created",
        History.at >= _start(run),
    )
    last = sa.select(sa.func.max(History.id)).where(*mine).group_by(History.record_id)
    rows = session.execute(
        sa.select(History.record_id, History.at, User.name)
        .outerjoin(User, User.id == History.actor_id)
        .where(History.id.in_(last))
    )
    return {
        id: _("Changed by %(name)s, %(moment)s.", name=name, moment=_MOMENT.text(at, formats))
        if name
        else _("Changed on %(moment)s.", moment=_MOMENT.text(at, formats))
        for id, at, name in rows
    }
