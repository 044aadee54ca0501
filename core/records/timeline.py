"""A record's history, newest first, a page at a time, in words for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date, format_datetime, format_time
from sqlalchemy.orm import Session

from core.assignment.words import GIVEN, reason_text
from core.db import utcnow
from core.fields import Boolean, Choice, Country, Date, DateTime, Formats, LongText, RecordRef, single
from core.fields.references import USERS
from core.i18n import Text, _, _l
from core.records.models import History
from core.records.pointed import is_pointer, know_pointed, pointed_text
from core.resources.declare import Child, Field, Resource

PAGE = 20
CHANGES_READ = 200

SOURCES: Mapping[str, Text] = {
    "api": _l("by the API"),
    "import": _l("by an import"),
    "command": _l("by a command"),
    "job": _l("by a job"),
    "conversion": _l("by a conversion"),
    "link": _l("by a link"),
    "inquiry": _l("by an inquiry"),
}

KNOWN: Mapping[str, tuple[Text, str]] = {
    "created": (_l("Created"), "plus"),
    "changed": (_l("Changed"), "history"),
    "deleted": (_l("Deleted"), "trash"),
    "restored": (_l("Brought back"), "arrow-back-up"),
    "merged": (_l("Merged with"), "git-merge"),
    "parted": (_l("Merge taken back"), "arrow-back-up"),
    "file_added": (_l("File added"), "paperclip"),
    "file_removed": (_l("File deleted"), "trash"),
    "file_restored": (_l("File brought back"), "arrow-back-up"),
    "shared": (_l("Shared, to look at"), "users"),
    "shared_to_edit": (_l("Shared, to edit"), "users"),
    "unshared": (_l("No longer shared"), "users"),
}

BESIDE_FIELDS: Mapping[str, Text] = {"shared_with": _l("With")}
"""What history tells of that is no field of a record."""

MERGES = frozenset({"merged", "parted"})
ABOUT_A_MERGE = frozenset({"records", "merge"})
"""What their entries say beside the fields that changed."""


@dataclass(frozen=True)
class Change:
    """A field's old and new value as text."""

    label: Text
    old: str
    new: str
    place: str = ""
    """Where the record is that the new value points to: `clients/12`."""


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


@dataclass(frozen=True)
class Story:
    """A page of the timeline; `older` is where the next one begins."""

    entries: Sequence[Entry]
    older: int | None


def story_of(
    session: Session, resource: Resource, record: Any, formats: Formats, *, before: int | None = None
) -> Story:
    """What happened to a record before the entry of this id; the caller has checked that the reader may see it.

    A database may give the id of a deleted record to a new one, whose history begins when it was made.
    """
    wanted = sa.select(History).where(
        History.resource == resource.name,
        History.record_id == record.id,
        History.at >= record.created_at - timedelta(seconds=5),
    )
    if before is not None:
        wanted = wanted.where(History.id < before)
    found = session.scalars(wanted.order_by(History.id.desc()).limit(PAGE + 1)).all()
    know_pointed((row.changes for row in found[:PAGE]), formats)
    entries = [_entry(row, resource, formats) for row in found[:PAGE]]
    return Story(entries, found[PAGE - 1].id if len(found) > PAGE else None)


def last_change_of(session: Session, resource: Resource, record_id: int, formats: Formats) -> dict[str, str]:
    """{field name: who changed it last}, of the latest changes."""
    found = session.execute(
        sa.select(History.actor_id, History.changes)
        .where(History.resource == resource.name, History.record_id == record_id, History.action == "changed")
        .order_by(History.id.desc())
        .limit(PAGE)
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


def value_text(declared: Field | None, value: Any, formats: Formats) -> str:
    """A value as history keeps it (the API's form), for a reader."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, dict):
        if declared is not None and isinstance(declared.kind, RecordRef):  # not everybody may see that record
            return declared.kind.text(value.get("id"), formats)
        return str(value.get("name") or value.get("id") or "")
    kind = single(declared.kind) if declared else None
    if isinstance(value, list):
        return ", ".join(
            kind.text(each, formats) if isinstance(kind, Choice) else str(each) for each in value
        )
    if isinstance(kind, (Boolean, Choice, Country)):
        return kind.text(value, formats)
    if isinstance(kind, (Date, DateTime)) and isinstance(value, str):
        return _day_text(kind, value, formats)
    if isinstance(kind, LongText) and len(str(value)) > 200:
        return f"{str(value)[:200]}…"
    return str(value)


def when_text(moment: datetime, formats: Formats) -> str:
    """“today 10:45”, “18/11” of this year, else the whole date, in the reader's zone."""
    local = moment.astimezone(formats.zone)
    today = datetime.now(formats.zone).date()
    if local.date() == today:
        return _("today %(time)s", time=format_time(local, "short", locale=formats.language))
    if local.year == today.year:
        return format_date(local, "MMM d" if formats.language == "en" else "dd/MM", locale=formats.language)
    return Date().text(local.date(), formats)


def _entry(row: History, resource: Resource, formats: Formats) -> Entry:
    label, icon = _told(row.action, resource)
    merged = row.action in MERGES
    changes = [
        _change(resource, name, pair, formats)
        for name, pair in row.changes.items()
        if isinstance(pair, list) and not (merged and name in ABOUT_A_MERGE)
    ]
    hue = ""
    if row.action == "changed" and resource.path is not None and list(row.changes) == [resource.path.field]:
        icon, hue = "circle-dashed", _hue(resource.path.list, row.changes[resource.path.field][1], formats)
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
    return reason_text(reason, formats) if isinstance(reason, dict) else ""


def _told(action: str, resource: Resource) -> tuple[Text, str]:
    for name, label, icon in resource.happenings:
        if name == action:
            return label, icon
    return KNOWN.get(action, (action.replace("_", " ").capitalize(), "history"))


def _change(resource: Resource, name: str, pair: Sequence[Any], formats: Formats) -> Change:
    child = resource.child(name)
    if child is not None:
        old, new = _rows_texts(child, pair[0] or [], pair[-1] or [], formats)
        return Change(child.plural, old, new)
    declared = resource.field(name) if resource.has_field(name) else None
    if is_pointer(pair[-1]):
        return Change(declared.label if declared else name, "", *pointed_text(pair[-1], formats))
    old, new = (value_text(declared, value, formats) for value in (pair[0], pair[-1]))
    label = declared.label if declared else BESIDE_FIELDS.get(name, name.replace("_", " ").capitalize())
    return Change(label, old, new)


def _rows_texts(
    child: Child, before: Sequence[Any], after: Sequence[Any], formats: Formats
) -> tuple[str, str]:
    """The rows that came, went or changed: each by its title, a changed one with what was and is different."""
    changed = {row["id"] for row in before} & {row["id"] for row in after} - {None}

    def text(row: Mapping[str, Any]) -> str:
        notes = [_("main")] if row["is_main"] else []
        if row["id"] in changed:
            for name, value in row["values"].items():
                if child.has_field(name) and name not in child.title:
                    field = child.field(name)
                    notes.append(f"{field.label}: {value_text(field, value, formats) or '—'}")
        return f"{row['title'] or '—'} ({', '.join(notes)})" if notes else row["title"] or "—"

    return "; ".join(map(text, before)), "; ".join(map(text, after))


def _hue(list_name: str, value: Any, formats: Formats) -> str:
    item = formats.references.get(list_name, value.get("id")) if isinstance(value, dict) else None
    return item.hue if item else ""


def _actor(actor_id: int | None, formats: Formats) -> str:
    item = formats.references.get(USERS, actor_id)
    return item.name if item else _("The system")


def _day_text(kind: Date | DateTime, value: str, formats: Formats) -> str:
    try:
        if isinstance(kind, Date):
            return kind.text(date.fromisoformat(value), formats)
        return format_datetime(
            datetime.fromisoformat(value), "short", tzinfo=formats.zone, locale=formats.language
        )
    except ValueError:
        return value
