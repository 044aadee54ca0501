"""The strand of a timeline that the host itself tells: what was changed in the record, by whom, through which door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.words import GIVEN, reason_text
from core.db import utcnow
from core.fields import Formats
from core.fields.references import USERS
from core.i18n import Text, _
from core.records.history import BECAUSE
from core.records.models import History
from core.records.pointed import know_pointed
from core.records.timeline.words import (
    ABOUT_A_MERGE,
    MERGES,
    SOURCES,
    Change,
    change_of,
    hue_of,
    told_action,
    when_text,
)
from core.resources.declare import Resource
from core.resources.declare.timeline import LAST_ID, Seek
from core.text import fold

LATEST = 20
CHANGES_READ = 200


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as the timeline shows it."""

    id: int
    text: Text
    icon: str
    hue: str
    actor: str
    source: Text
    when: str
    moment: datetime
    changes: Sequence[Change]
    is_change: bool = True
    detail: str = ""
    merge_id: int | None = None
    """The merge it tells of, which may perhaps be taken back."""

    @property
    def at(self) -> datetime:
        return self.moment

    @property
    def folds(self) -> bool:
        """Whether it is one of many small changes, which are told together."""
        return self.is_change and bool(self.changes) and not (self.hue or self.detail)

    @property
    def words(self) -> str:
        """All that is read of it."""
        told = (f"{each.label} {each.old} {each.new}" for each in self.changes)
        return " ".join((str(self.text), self.actor, str(self.source), self.detail, *told))


def read_changes(seek: Seek) -> list[Entry]:
    """The next entries of a record's history, newest first; the caller has checked that the reader may see it.

    A database may give the id of a deleted record to a new one, whose history begins when it was made.
    """
    wanted = sa.select(History).where(
        History.resource == seek.resource.name,
        History.record_id == seek.record.id,
        History.at >= seek.record.created_at - timedelta(seconds=5),
    )
    if seek.before is not None and seek.before.id < LAST_ID:
        wanted = wanted.where(History.id < seek.before.id)
    elif seek.before is not None:
        wanted = wanted.where(History.at <= seek.before.at)
    if seek.text:
        return _found(wanted, seek)
    rows = seek.session.scalars(wanted.order_by(History.id.desc()).limit(seek.limit)).all()
    return _entries(rows, seek)


def _found(wanted: sa.Select[tuple[History]], seek: Seek) -> list[Entry]:
    """Entries in whose words, as this reader reads them, the text stands; read on until enough are found."""
    text, last = fold(seek.text), LAST_ID
    found: list[Entry] = []
    while len(found) < seek.limit:
        rows = seek.session.scalars(
            wanted.where(History.id < last).order_by(History.id.desc()).limit(CHANGES_READ)
        ).all()
        found += [entry for entry in _entries(rows, seek) if text in fold(entry.words)]
        if len(rows) < CHANGES_READ:
            break
        last = rows[-1].id
    return found[: seek.limit]


def _entries(rows: Sequence[History], seek: Seek) -> list[Entry]:
    know_pointed((row.changes for row in rows), seek.formats)
    return [_entry(row, seek.resource, seek.formats) for row in rows]


def last_change_of(session: Session, resource: Resource, record_id: int, formats: Formats) -> dict[str, str]:
    """{field name: who changed it last}, of the latest changes."""
    found = session.execute(
        sa.select(History.actor_id, History.changes)
        .where(History.resource == resource.name, History.record_id == record_id, History.action == "changed")
        .order_by(History.id.desc())
        .limit(LATEST)
    )
    names: dict[str, str] = {}
    for actor_id, changes in found:
        for field in changes:
            names.setdefault(field, _actor(actor_id, formats))
    return names


def time_spent(
    session: Session, resource: Resource, record: Any, field: str, now_id: int | None
) -> dict[int, timedelta]:
    """{value's id: how long the record has had it} of a field that points to a list, by its history."""
    found = session.execute(
        sa.select(History.at, History.changes)
        .where(
            History.resource == resource.name,
            History.record_id == record.id,
            History.action == "changed",
            History.at >= record.created_at - timedelta(seconds=5),
        )
        .order_by(History.id.desc())
        .limit(CHANGES_READ)
    )
    spent: dict[int, timedelta] = {}
    until, holder = utcnow(), now_id
    for at, changes in found:
        if field not in changes:
            continue
        if holder is not None:
            spent[holder] = spent.get(holder, timedelta()) + (until - at)
        until, before = at, changes[field][0]
        holder = before.get("id") if isinstance(before, dict) else None
    if holder is not None:
        spent[holder] = spent.get(holder, timedelta()) + (until - record.created_at)
    return spent


def _entry(row: History, resource: Resource, formats: Formats) -> Entry:
    label, icon = told_action(row.action, resource)
    merged = row.action in MERGES
    changes = [
        change_of(resource, name, pair, formats)
        for name, pair in row.changes.items()
        if isinstance(pair, list) and not (merged and name in ABOUT_A_MERGE)
    ]
    hue = ""
    if row.action == "changed" and resource.path is not None and list(row.changes) == [resource.path.field]:
        icon, hue = "circle-dashed", hue_of(resource.path.list, row.changes[resource.path.field][1], formats)
    return Entry(
        row.id,
        label,
        icon,
        hue,
        _actor(row.actor_id, formats),
        SOURCES.get(row.source, ""),
        when_text(row.at, formats),
        row.at,
        changes,
        row.action == "changed",
        _detail(row, formats),
        row.changes["merge"][1] if row.action == "merged" else None,
    )


def _detail(row: History, formats: Formats) -> str:
    """What stands under an entry: with which records it was merged, why it was given to whom it was given."""
    if row.action in MERGES:
        return next((str(each) for each in row.changes.get("records", ()) if each), "")
    reason = row.changes.get(GIVEN)
    if isinstance(reason, dict):
        return reason_text(reason, formats)
    return _("Rule “%(name)s”", name=row.changes[BECAUSE]) if BECAUSE in row.changes else ""


def _actor(actor_id: int | None, formats: Formats) -> str:
    item = formats.references.get(USERS, actor_id)
    return item.name if item else _("The system")
