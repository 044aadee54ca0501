"""What a record's history says, in words for its reader: values as they were and are, moments, doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime, format_time

from core.fields import Boolean, Choice, Country, Date, DateTime, Formats, LongText, RecordRef, single
from core.i18n import Text, _, _l
from core.records.pointed import is_pointer, pointed_text
from core.resources.declare import Child, Field, Resource

SOURCES: Mapping[str, Text] = {
    "api": _l("by the API"),
    "import": _l("by an import"),
    "command": _l("by a command"),
    "job": _l("by a job"),
    "conversion": _l("by a conversion"),
    "link": _l("by a link"),
    "inquiry": _l("by an inquiry"),
    "automation": _l("by a rule"),
    "series": _l("as the next of its series"),
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


def told_action(action: str, resource: Resource) -> tuple[Text, str]:
    for name, label, icon in resource.happenings:
        if name == action:
            return label, icon
    return KNOWN.get(action, (action.replace("_", " ").capitalize(), "history"))


def change_of(resource: Resource, name: str, pair: Sequence[Any], formats: Formats) -> Change:
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


def hue_of(list_name: str, value: Any, formats: Formats) -> str:
    item = formats.references.get(list_name, value.get("id")) if isinstance(value, dict) else None
    return item.hue if item else ""


def _day_text(kind: Date | DateTime, value: str, formats: Formats) -> str:
    try:
        if isinstance(kind, Date):
            return kind.text(date.fromisoformat(value), formats)
        return format_datetime(
            datetime.fromisoformat(value), "short", tzinfo=formats.zone, locale=formats.language
        )
    except ValueError:
        return value
