"""Making and changing a record: the whole form, the quick dialog, and what happens when two people change one record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.i18n import _
from core.resources.children import children_of, know_rows
from core.resources.door import flash_toast
from core.resources.pages.child_forms import given_forms, stored_forms
from core.resources.pages.forms import (
    RecordForm,
    defaults,
    form_of,
    names_beside_rows,
    values_of,
    writable,
)
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.inputs import typed
from core.resources.pages.sheet import Sheet, only_arranged, save_sheet, sent_sheet, sheet_page, twins_for
from core.resources.pages.staged import Documents, documents_of
from core.resources.pages.stale import clashes_of, mark_version, take
from core.resources.pages.twins import twins_of
from core.resources.rights import title_of
from core.routing import id_of


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/new", "new", new, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/quick", "quick", quick, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/edit", "edit", edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/twins", "twins", twins)


def new(resource: str) -> ResponseReturnValue:
    """The whole form of a new record."""
    here = enter(resource, "create")
    if here.closed and request.method == "GET":
        return _closed(here)
    names = names_beside_rows(here.resource)
    context = here.writing()
    if request.method == "GET":
        given = {**defaults(here, context), **_given(here, writable(here.resource))}
        children = given_forms(here, given, context)
        return sheet_page(here, Sheet(form_of(here, names, given), names, children, documents_of(here, None)))
    sheet = sent_sheet(here, form_of(here, names, bound=True), names, {}, context, None)
    if only_arranged(here, sheet, context):
        return sheet_page(here, sheet)
    saved = save_sheet(here, sheet)
    if saved is None:
        return sheet_page(here, sheet), 422
    flash_toast(_("“%(record)s” was created.", record=title_of(here.resource, saved.record)))
    if saved.asked and here.may_with(saved.record, "view"):
        return onward(url_for(saved.asked, id=saved.record.id))
    return _after(here, saved.record, f"{here.address}/new")


def quick(resource: str) -> ResponseReturnValue:
    """The dialog with the fields one knows at first; what is missing is filled by the defaults."""
    here = enter(resource, "create")
    if here.closed and request.method == "GET":
        return _closed(here)
    names = [each.name for each in here.resource.fields if each.writable and (each.quick or each.required)]
    if request.method == "GET":
        form = form_of(here, names, {**defaults(here, here.writing()), **_given(here, names)})
        return _quick_page(here, form, names)
    form = form_of(here, names, bound=True)
    if request.form.get("then") == "full":
        given = [(name, request.form[name]) for name in names if request.form.get(name)]
        return onward(f"{here.address}/new?{urlencode(given)}")
    saved = save_sheet(here, Sheet(form, names, [], Documents([], {})), also=_for_oneself(here))
    if saved is None:
        return _quick_page(here, form, names), 422
    told = _("“%(record)s” was created.", record=title_of(here.resource, saved.record))
    if request.form.get("then") == "another" and is_htmx():
        again = form_of(here, names, defaults(here, here.writing()), fresh=True)
        return _quick_page(here, again, names), 200, {"HX-Trigger": json.dumps({"toast": {"text": told}})}
    flash_toast(told)
    return _after(here, saved.record, f"{here.address}/quick")


def edit(resource: str, id: int) -> ResponseReturnValue:
    """The whole form of a record that there is."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    names = names_beside_rows(here.resource)
    values = values_of(here, stored, names)
    stored_rows = children_of(here.session, here.resource, [id])
    know_rows(here.resource, stored_rows, here.formats)
    rows = {name: found.get(id, []) for name, found in stored_rows.items()}
    context = here.writing()
    if request.method == "GET":
        form = form_of(here, names, values)
        mark_version(here, form, stored, values, rows)
        sheet = Sheet(form, names, stored_forms(here, rows, context), documents_of(here, stored))
        return sheet_page(here, sheet, stored)
    sheet = sent_sheet(here, form_of(here, names, values, bound=True), names, rows, context, stored)
    if only_arranged(here, sheet, context):
        return sheet_page(here, sheet, stored)
    wanted = request.form.get("theirs", "")
    if wanted and take(here, sheet.form, sheet.children, wanted, values, rows):
        mark_version(here, sheet.form, stored, values, rows)
        return sheet_page(here, sheet, stored), 409
    if sheet.form.version.data != str(stored.record.version):
        sheet.clashes = clashes_of(here, sheet.form, sheet.children, stored, values, rows)
        if sheet.clashes:
            mark_version(here, sheet.form, stored, values, rows)
            return sheet_page(here, sheet, stored), 409
    saved = save_sheet(here, sheet, stored)
    if saved is None:
        return sheet_page(here, sheet, stored), 422
    flash_toast(_("Saved."), undo=saved.undo)
    return onward(url_for(saved.asked, id=id) if saved.asked else here.address_of(id))


def twins(resource: str) -> ResponseReturnValue:
    """A line about a record that has the same document, e-mail or phone as what was typed; empty where none is."""
    here = enter(resource, "create")
    own = request.args.get("own", 0, id_of)
    raw = {name: value for name, value in request.args.items() if here.resource.has_field(name) and value}
    return render_template("resources/parts/twins.html", found=twins_of(here, raw, own))


def _closed(here: Here) -> ResponseReturnValue:
    """Back to the list, with the reason why no new record can be made."""
    flash_toast(here.closed, tone="warn")
    return onward(here.address)


def _after(here: Here, record: Any, again: str) -> ResponseReturnValue:
    """On to the next new one, to the record, or to the list where a rule gave it to somebody out of one's reach."""
    if request.form.get("then") == "another":
        return onward(again)
    return onward(here.address_of(record.id) if here.may_with(record, "view") else here.address)


def _for_oneself(here: Here) -> dict[str, Any]:
    """The dialog says whose the record will be: the reader's, whatever rules there are."""
    owner = next((each for each in here.resource.fields if each.attribute == here.resource.owner), None)
    return {owner.name: {"id": here.actor.user_id}} if owner and owner.writable else {}


def _quick_page(here: Here, form: RecordForm, names: Sequence[str]) -> str:
    template = "resources/quick.html" if is_htmx() else "resources/quick_page.html"
    owner = next((each for each in here.resource.fields if each.attribute == here.resource.owner), None)
    return render_template(
        template,
        here=here,
        resource=here.resource,
        form=form,
        twins=twins_for(here),
        owner=owner,
        fields=[here.resource.field(name) for name in names],
        action=f"{here.address}/quick",
    )


def _given(here: Here, names: Sequence[str]) -> dict[str, Any]:
    """Values that the address brings (from the search box, from another form); what cannot be read is left out."""
    found = {}
    for name in names:
        if raw := request.args.get(name):
            declared = here.resource.field(name)
            try:
                found[name] = declared.kind.parse(typed(declared, raw), declared, here.reading)
            except ValueError:
                continue
    return found
