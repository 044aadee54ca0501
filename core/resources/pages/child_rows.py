"""One row of a record's children, added, changed or removed from the record's page in a dialog of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.fields.places import regions_of
from core.host.dispatch import PluginError
from core.i18n import _
from core.maps import map_for
from core.records.timeline import last_change_of
from core.resources.children import ChildRow, children_of
from core.resources.context import Draft, Refused
from core.resources.declare import Child
from core.resources.door import flash_toast
from core.resources.pages.child_forms import (
    ChildForms,
    RowForm,
    raw_row,
    row_form,
    show_row_problems,
    usual_values,
)
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.stale import Clash, field_clashes, raw_of_row, who_changed
from core.resources.pages.undoing import change_with_undo
from core.resources.read import Stored
from core.resources.write import NotValid

INDEX = "0"
NEW = "new"


def add_routes(blueprint: Blueprint, at: str) -> None:
    at = f"{at}/<int:id>/rows/<name>"
    blueprint.add_url_rule(f"{at}/<row>", "child_row", child_row, methods=["GET", "POST"])


def child_row(resource: str, id: int, name: str, row: str) -> ResponseReturnValue:
    """GET: the row's inputs (`new` for one more); POST: save it, or remove it where `drop` was pressed."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    child = here.resource.child(name)
    if child is None or not (row == NEW or (row.isdecimal() and len(row) < 19)):
        abort(404)
    rows = children_of(here.session, here.resource, [id])[name].get(id, [])
    known = next((each for each in rows if str(each.id) == row), None)
    if known is None and row != NEW:
        abort(404)
    if request.method == "GET":
        values = known.values if known else usual_values(child, here.writing())
        is_main = known.is_main if known else not rows
        forms = ChildForms(
            child, [row_form(here, child, INDEX, values, known.id if known else None, is_main)]
        )
        return _dialog(here, stored, forms, row, rows)
    is_main = bool(request.form.get("is_main"))
    form = row_form(here, child, INDEX, None, known.id if known else None, is_main)
    forms = ChildForms(child, [form])
    dropped = "drop" in request.form
    clashes = [] if dropped or known is None else _clashes(here, stored, child, form, known)
    if clashes:
        return _dialog(here, stored, forms, row, rows, clashes), 409
    wanted: list[dict[str, Any]] = [
        raw_row(form) if each is known else {"id": each.id, "is_main": each.is_main and not is_main}
        for each in rows
        if each is not known or not dropped
    ]
    if known is None:
        wanted.append(raw_row(form))
    place = rows.index(known) if known is not None else len(rows)
    try:
        undo = change_with_undo(here, stored, {name: wanted}, here.writing())
    except NotValid as error:
        here.session.rollback()
        _look_at(error.draft, child, place)
        told = show_row_problems([forms], error.draft)
        forms.problems += [each.message for each in error.draft.problems if each.field not in told]
        return _dialog(here, stored, forms, row, rows), 422
    except (Refused, PluginError) as error:
        here.session.rollback()
        forms.problems.append(str(getattr(error, "message", error)))
        return _dialog(here, stored, forms, row, rows), 422
    flash_toast(_("%(row)s removed.", row=child.label) if dropped else _("Saved."), undo=undo)
    return onward(f"{here.address_of(id)}#card-{child.group}")


def _clashes(here: Here, stored: Stored, child: Child, form: RowForm, known: ChildRow) -> list[Clash]:
    """What somebody else changed in this row since its dialog was opened, and this person changed too."""
    try:
        was = json.loads(request.form.get("was") or "{}")
    except (ValueError, RecursionError):
        abort(400)
    people = last_change_of(here.session, here.resource, stored.id, here.formats)
    found = field_clashes(
        here, child, form, was if isinstance(was, dict) else {}, known, who_changed(child, people)
    )
    return [clash for clash in found if clash.mine]


def _look_at(draft: Draft, child: Child, place: int) -> None:
    """What is wrong with the row of this place is told of the only one that the dialog shows."""
    at = f"{child.name}.{place}."
    draft.problems = [
        replace(each, field=f"{child.name}.{INDEX}.{each.field.removeprefix(at)}")
        if each.field.startswith(at)
        else each
        for each in draft.problems
    ]


def _dialog(
    here: Here,
    stored: Stored,
    forms: ChildForms,
    row: str,
    rows: Sequence[ChildRow],
    clashes: Sequence[Clash] = (),
) -> str:
    child: Child = forms.child
    known = next((each for each in rows if str(each.id) == row), None)
    return render_template(
        "resources/child_row.html" if is_htmx() else "resources/child_row_page.html",
        child=child,
        forms=forms,
        row=forms.rows[0],
        clashes=clashes,
        was=json.dumps(raw_of_row(here, child, known), ensure_ascii=False) if known else "",
        is_new=row == NEW,
        is_only=not rows or (len(rows) == 1 and row != NEW),
        title=_("Add %(row)s", row=str(child.label).lower()) if row == NEW else child.label,
        action=f"{here.address_of(stored.id)}/rows/{child.name}/{row}",
        back=f"{here.address_of(stored.id)}#card-{child.group}",
        regions_of=regions_of,
        map=map_for(here.session, here.formats) if child.pin else None,
    )
