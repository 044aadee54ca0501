"""Changing one value in a cell of the list: its input in the cell, and the whole row again when it is saved."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.host.dispatch import PluginError
from core.i18n import _
from core.resources.context import Refused
from core.resources.declare import Field
from core.resources.pages.columns import columns_of
from core.resources.pages.forms import RecordForm, form_of, sent, show_problems, with_group
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.led import dialog_for
from core.resources.pages.path import question_of
from core.resources.pages.rows import draw_rows, is_cell, needed_fields
from core.resources.pages.tabs import query_of
from core.resources.pages.undoing import change_with_undo
from core.resources.query import ListQuery, fetch_page
from core.resources.read import Stored
from core.resources.write import NotValid
from core.routing import id_of


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/cell/<name>", "cell", cell, methods=["GET", "POST"])


def cell(resource: str, id: int, name: str) -> ResponseReturnValue:
    """GET: the input; POST: save it, and the row as it is then.

    The row has the columns of the list that the reader is on.
    """
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    if not here.resource.has_field(name) or not is_cell(here.resource.field(name)):
        abort(404)
    declared = here.resource.field(name)
    if not is_htmx():
        return onward(f"{here.address_of(id)}/edit#{name}")
    form = form_of(here, [name], with_group(here, stored, name), bound=request.method == "POST")
    if request.method == "GET":
        return _input(here, stored, declared, form)
    if not form.validate():
        return _input(here, stored, declared, form), 422
    context, raw = here.writing(), sent(here, form, [name])
    if asked := dialog_for(here, stored, raw, context):
        return _asking(here, id, asked)
    try:
        undo = change_with_undo(here, stored, raw, context)
    except NotValid as error:
        here.session.rollback()
        stored = here.record(id)
        back = urlsplit(request.headers.get("HX-Current-URL", "")).query
        if asked := question_of(here, stored, error.draft, back, to_list=True):
            return _asking(here, id, asked)
        show_problems(form, error.draft)
        return _input(here, stored, declared, form), 422
    except (Refused, PluginError) as error:
        here.session.rollback()
        form.general.append(str(getattr(error, "message", error)))
        return _input(here, stored, declared, form), 422
    answer = make_response(str(_row(here, id)))
    answer.headers["HX-Retarget"] = f"#row-{id}"
    answer.headers["HX-Reswap"] = "outerHTML"
    if undo:
        toast = {"toast": {"text": _("Saved."), "undo_url": undo}}
        answer.headers["HX-Trigger"] = json.dumps(toast)
    return answer


def _asking(here: Here, id: int, address: str) -> ResponseReturnValue:
    """The row as it stands, and the dialog that comes first."""
    answer = make_response(str(_row(here, id)))
    answer.headers["HX-Retarget"] = f"#row-{id}"
    answer.headers["HX-Reswap"] = "outerHTML"
    answer.headers["HX-Trigger"] = json.dumps({"open-dialog": {"url": address}})
    return answer


def _input(here: Here, stored: Stored, declared: Field, form: RecordForm) -> str:
    return render_template(
        "resources/parts/cell_form.html",
        field=form[declared.name],
        form=form,
        address=f"{here.address_of(stored.id)}/cell/{declared.name}",
        declared=declared,
    )


def _row(here: Here, id: int) -> Markup:
    """The record as a row of the list that the reader is on, whether its filters still mean it or not."""
    on = urlsplit(request.headers.get("HX-Current-URL", ""))
    query = query_of(here, on.query)
    columns = columns_of(here.resource, query.columns)
    extra = here.resource.deciding
    fields = needed_fields(here.resource, columns)
    only = ListQuery(ids=(id,), limit=1)
    page = fetch_page(here.session, here.resource, only, fields, here.reading, here.actor, extra=extra)
    page.first = request.values.get("at", 1, id_of)
    shared = request.values.get("shared", "")
    currencies = dict([shared.split(":", 1)]) if ":" in shared else {}
    return draw_rows(here, page, columns, query, currencies)
