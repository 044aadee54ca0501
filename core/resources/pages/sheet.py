"""The whole form of a record: its fields, the rows that hang on it and its files, read, saved at once and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from core.fields.places import regions_of
from core.host.dispatch import PluginError
from core.i18n import Text, _
from core.maps import map_for
from core.resources.context import Refused, WriteContext
from core.resources.door import flash_toast
from core.resources.pages.asked import out_of_place
from core.resources.pages.child_forms import (
    ChildForms,
    raw_rows,
    rearrange,
    sent_forms,
    show_row_problems,
)
from core.resources.pages.forms import RecordForm, sent, show_problems
from core.resources.pages.here import Here
from core.resources.pages.led import without_dialog
from core.resources.pages.staged import Documents, documents_sent, save_documents
from core.resources.pages.stale import Clash, Rows
from core.resources.pages.undoing import change_with_undo
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.write import NotValid, create


@dataclass
class Sheet:
    """All that one form of a record holds: its fields, the rows that hang on it, its files."""

    form: RecordForm
    names: Sequence[str]
    children: list[ChildForms]
    documents: Documents
    clashes: Sequence[Clash] = ()
    unsaved: bool = False
    """Whether it holds something that is not stored, so that leaving it is asked about."""

    @property
    def wrong(self) -> list[tuple[str, str, Text]]:
        """(id of the input, its label, sentence) of what is wrong in the rows."""
        return [found for each in self.children for found in each.wrong]

    @property
    def has_map(self) -> bool:
        return any(each.child.pin for each in self.children)


def sent_sheet(
    here: Here,
    form: RecordForm,
    names: Sequence[str],
    rows: Rows,
    context: WriteContext,
    stored: Stored | None,
) -> Sheet:
    """What the request brings; its files are kept at once."""
    children = sent_forms(here, rows, context)
    return Sheet(form, names, children, documents_sent(here, stored), unsaved=True)


@dataclass(frozen=True)
class Saved:
    """What came of a form: the record, and where a POST takes it back (files that were removed come first)."""

    record: Any
    undo: str = ""
    asked: str = ""
    """The endpoint of the dialog that stands before the status that was chosen; all else is saved."""


def only_arranged(here: Here, sheet: Sheet, context: WriteContext) -> bool:
    """Whether a button was pressed that changes the form and saves nothing: a row more or less, a file less."""
    return rearrange(here, sheet.children, context) or "unstage" in request.form


def _tell_warnings(context: WriteContext) -> None:
    """What was saved otherwise than it was typed, or is doubtful, is said on the next page."""
    for _field, words in context.reading.warnings:
        flash_toast(words, tone="warn")


def save_sheet(
    here: Here, sheet: Sheet, stored: Stored | None = None, *, also: Mapping[str, Any] | None = None
) -> Saved | None:
    """Write what the form brought; None where something is wrong, which then stands in the form.

    `also` are values that the form says without an input.
    """
    form = sheet.form
    if not form.validate():
        form.general += [
            str(message)
            for name, messages in form.errors.items()
            if name == "csrf_token"
            for message in messages
        ]
        return None
    context = here.writing()
    fields, asked = without_dialog(here, stored, sent(here, form, sheet.names), context)
    raw = {**(also or {}), **fields, **raw_rows(sheet.children)}
    try:
        if stored is None:
            record = create(here.resource, raw, context)
            save_documents(here, Stored(here.resource, record), sheet.documents)
            here.session.commit()
            _tell_warnings(context)
            return Saved(record, asked=asked)
        gone = save_documents(here, stored, sheet.documents)
        changed = change_with_undo(here, stored, raw, context)
        _tell_warnings(context)
        return Saved(stored.record, gone or changed, asked)
    except NotValid as error:
        here.session.rollback()
        show_problems(form, error.draft, show_row_problems(sheet.children, error.draft))
        return None
    except (Refused, PluginError) as error:
        here.session.rollback()
        form.general.append(str(getattr(error, "message", error)))
        return None


def sheet_page(here: Here, sheet: Sheet, stored: Stored | None = None) -> str:
    by_group: dict[str, list[Any]] = {}
    for name in _shown_names(here, sheet):
        declared = here.resource.field(name)
        by_group.setdefault(declared.group, []).append(declared)
    rows = {each.child.group: each for each in sheet.children}
    labels = dict(here.resource.groups)
    order = dict.fromkeys([name for name in (*labels, *by_group, *rows) if name in by_group or name in rows])
    return render_template(
        "resources/form.html",
        here=here,
        resource=here.resource,
        form=sheet.form,
        sheet=sheet,
        stored=stored,
        groups=[
            (name, labels.get(name, _("General")), by_group.get(name, ()), rows.get(name)) for name in order
        ],
        title=title_of(here.resource, stored.record)
        if stored
        else _("New %(record)s", record=str(here.resource.label).lower()),
        back=here.address_of(stored.id) if stored else here.address,
        twins=twins_for(here),
        formats=here.formats,
        map=map_for(here.session, here.formats) if sheet.has_map else None,
        regions_of=regions_of,
    )


def _shown_names(here: Here, sheet: Sheet) -> list[str]:
    """The fields to fill in: without those that only another status asks for, unless they hold or lack something."""
    path = here.resource.path
    if path is None or path.field not in sheet.form:
        return list(sheet.names)
    status = str(sheet.form[path.field].data or "")
    odd = out_of_place(here.resource, here.formats, int(status) if status.isdecimal() else None)
    return [
        name for name in sheet.names if name not in odd or sheet.form[name].errors or sheet.form[name].data
    ]


def twins_for(here: Here) -> set[str]:
    """Fields whose value may show that the record is there already."""
    keys = {attribute for key in here.resource.identity for attribute in key.attributes}
    return {
        field.name
        for field in here.resource.fields
        if any(key == field.attribute or key.startswith(f"{field.attribute}_") for key in keys)
        or field.name == "document_number"
    }
