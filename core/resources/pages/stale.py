"""When two people change one record: what the other one changed meanwhile, told beside what this one wrote.

A form carries the version of the record that it was opened with and, in `was`, what its inputs showed then: the fields
by name, of each child the rows by id. Where only the other person changed something, the form takes that up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort

from core.i18n import Text, _
from core.records.timeline import last_change_of
from core.resources.children import child_title
from core.resources.context import ChildRow
from core.resources.declare import Child, Field
from core.resources.pages.child_forms import ChildForms, RowForm, row_form
from core.resources.pages.forms import RecordForm, raw_values
from core.resources.pages.here import Here
from core.resources.pages.inputs import typed
from core.resources.read import Stored

Rows = Mapping[str, Sequence[ChildRow]]
MAIN = "is_main"


@dataclass(frozen=True)
class Clash:
    """Something that somebody else changed while this person was typing."""

    name: str
    """By what `take` knows it; '' where there is nothing to choose."""
    label: Text
    who: str
    theirs: str
    mine: str


def mark_version(here: Here, form: RecordForm, stored: Stored, values: Mapping[str, Any], rows: Rows) -> None:
    """Note in the form what it shows now."""
    form.version.data = str(stored.record.version)
    form.was.data = json.dumps({**raw_values(here, values), **_raw_rows(here, rows)}, ensure_ascii=False)


def clashes_of(
    here: Here,
    form: RecordForm,
    children: Sequence[ChildForms],
    stored: Stored,
    values: Mapping[str, Any],
    rows: Rows,
) -> list[Clash]:
    """What is no longer as this form once showed it; what this person left alone is taken up into the form."""
    was = _was(form)
    people = last_change_of(here.session, here.resource, stored.id, here.formats)
    found = []
    for name, raw in raw_values(here, values).items():
        if was.get(name, raw) == raw:
            continue
        declared, field = here.resource.field(name), form[name]
        mine = ("1" if field.data else "0") if isinstance(field.data, bool) else str(field.data or "")
        left_alone = mine == was.get(name)
        theirs = declared.kind.text(values[name], here.formats)
        told = "" if left_alone or mine == raw else _text(here, declared, mine)
        found.append(Clash(name, declared.label, people.get(name, ""), theirs, told))
        if left_alone:
            field.data = values[name] if isinstance(values[name], bool) else raw
    for each in children:
        known = was.get(each.child.name)
        if each.sent and isinstance(known, dict):
            who = who_changed(each.child, people)
            found += _row_clashes(here, each, known, rows.get(each.child.name, ()), who)
    return found


def take(
    here: Here,
    form: RecordForm,
    children: Sequence[ChildForms],
    wanted: str,
    values: Mapping[str, Any],
    rows: Rows,
) -> bool:
    """Put the stored value of this name into the form in place of what was typed. False where there is no such."""
    if wanted in values and wanted in form:
        held = values[wanted]
        form[wanted].data = held if isinstance(held, bool) else raw_values(here, values)[wanted]
        return True
    child_name, _dot, rest = wanted.partition(".")
    id, _dot, field = rest.partition(".")
    for each in children:
        row = each.row(id) if each.child.name == child_name else None
        held = _raw_rows(here, rows).get(child_name, {}).get(id)
        if row is not None and held is not None and each.child.has_field(field):
            row.form[field].data = held[field]
            return True
    return False


def _row_clashes(
    here: Here, each: ChildForms, was: Mapping[str, Any], rows: Sequence[ChildRow], who: str
) -> list[Clash]:
    child = each.child
    now = {str(row.id): row for row in rows}
    found = []
    for id, row in now.items():
        if id not in was:
            each.rows.append(_theirs(here, each, row))
            found.append(Clash("", _("%(row)s (new)", row=child.label), who, _title(here, child, row), ""))
    for id, old in was.items():
        mine = each.row(id)
        if not isinstance(old, dict):
            abort(400)
        if id in now:
            found += field_clashes(here, child, mine, old, now[id], who)
        elif mine is not None:
            found.append(_gone(each, mine, old, who))
    _follow_main(each, was, now)
    return found


def field_clashes(
    here: Here, child: Child, mine: RowForm | None, old: Mapping[str, Any], row: ChildRow, who: str
) -> list[Clash]:
    """What of a row is no longer as this form once showed it; what this person left alone is taken up."""
    found = []
    raw = raw_of_row(here, child, row)
    typed_in = mine.data() if mine else {}
    for declared in child.fields:
        name = declared.name
        if old.get(name, raw[name]) == raw[name]:
            continue
        label = _("%(row)s: %(field)s", row=child.label, field=declared.label)
        theirs = declared.kind.text(row.values.get(name), here.formats)
        if mine is None:
            found.append(Clash("", label, who, theirs, _("removed")))
        elif typed_in[name] == old.get(name):
            mine.form[name].data = raw[name]
            found.append(Clash("", label, who, theirs, ""))
        else:
            told = "" if typed_in[name] == raw[name] else _text(here, declared, typed_in[name])
            found.append(Clash(f"{child.name}.{row.id}.{name}", label, who, theirs, told))
    return found


def _gone(each: ChildForms, mine: RowForm, old: Mapping[str, Any], who: str) -> Clash:
    """They removed a row: what this person changed of it stays as a new one, an untouched one goes."""
    typed_in = mine.data()
    touched = any(typed_in[name] != old.get(name) for name in typed_in)
    if touched:
        mine.id = None
    else:
        each.rows.remove(mine)
    label = str(each.child.label)
    return Clash("", label, who, _("removed"), _("kept as a new one") if touched else "")


def _follow_main(each: ChildForms, was: Mapping[str, Any], now: Mapping[str, ChildRow]) -> None:
    """Where this person did not choose another main row, it is the one that is stored."""
    before = next((id for id, old in was.items() if old.get(MAIN)), None)
    chosen = next((row for row in each.rows if row.is_main), None)
    stored = next((id for id, row in now.items() if row.is_main), None)
    if chosen is None or (str(chosen.id) == before and stored != before):
        for row in each.rows:
            row.is_main = str(row.id) == stored


def _theirs(here: Here, each: ChildForms, row: ChildRow) -> RowForm:
    free = max((int(known.index) for known in each.rows), default=-1) + 1
    return row_form(here, each.child, str(free), row.values, row.id, False)


def _raw_rows(here: Here, rows: Rows) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        child.name: {str(row.id): raw_of_row(here, child, row) for row in rows.get(child.name, ())}
        for child in here.resource.children
    }


def raw_of_row(here: Here, child: Child, row: ChildRow) -> dict[str, Any]:
    """What the inputs of a stored row show."""
    raw = {each.name: each.kind.raw(row.values.get(each.name), here.formats) for each in child.fields}
    return {**raw, MAIN: row.is_main}


def _was(form: RecordForm) -> Mapping[str, Any]:
    try:
        found = json.loads(form.was.data or "{}")
    except (ValueError, RecursionError):
        abort(400)
    return found if isinstance(found, dict) else {}


def who_changed(child: Child, people: Mapping[str, str]) -> str:
    """Who last changed rows of this child."""
    names = (child.name, *child.mirrors.values())
    return next((people[name] for name in names if name in people), "")


def _title(here: Here, child: Child, row: ChildRow) -> str:
    return child_title(child, row, here.formats)


def _text(here: Here, declared: Field, raw: str) -> str:
    try:
        value = declared.kind.parse(typed(declared, raw), declared, here.reading)
        return declared.kind.text(value, here.formats)
    except ValueError:
        return raw
