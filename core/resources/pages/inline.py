"""Changing one value where it stands: its input as a fragment, saved on its own, the value again when done or left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.host.dispatch import PluginError
from core.i18n import _
from core.resources.context import Refused
from core.resources.declare import Field
from core.resources.door import flash_toast
from core.resources.pages.cards import Value, cards_of, value_of
from core.resources.pages.forms import RecordForm, form_of, sent, show_problems, with_group
from core.resources.pages.head import head_of
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.led import dialog_for
from core.resources.pages.path import question_of
from core.resources.pages.undoing import change_with_undo
from core.resources.read import Stored
from core.resources.write import NotValid


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/field/<name>", "field", field, methods=["GET", "POST"])


def field(resource: str, id: int, name: str) -> ResponseReturnValue:
    """GET: the input (`?show=1`: the value); POST: save it."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    if not here.resource.has_field(name) or not here.resource.field(name).writable:
        abort(404)
    declared = here.resource.field(name)
    if not is_htmx():
        if request.method == "GET":
            return onward(f"{here.address_of(id)}/edit#{name}")
    elif request.args.get("show"):
        return _shown(here, stored, declared)
    if request.method == "GET":
        return _input(here, stored, declared, form_of(here, [name], with_group(here, stored, name)))
    form = form_of(here, [name], with_group(here, stored, name), bound=True)
    if not form.validate():
        return _input(here, stored, declared, form), 422
    context = here.writing()
    if asked := dialog_for(here, stored, sent(here, form, [name]), context):
        opening = json.dumps({"open-dialog": {"url": asked}})
        return (_shown(here, stored, declared), 200, {"HX-Trigger": opening}) if is_htmx() else onward(asked)
    shown = _values(here, stored)
    try:
        undo = change_with_undo(here, stored, sent(here, form, [name]), context)
    except NotValid as error:
        here.session.rollback()
        stored = here.record(id)
        if is_htmx() and (asked := question_of(here, stored, error.draft, came_from())):
            opening = json.dumps({"open-dialog": {"url": asked}})
            return _shown(here, stored, declared), 200, {"HX-Trigger": opening}
        show_problems(form, error.draft)
        return _input(here, stored, declared, form), 422
    except (Refused, PluginError) as error:
        here.session.rollback()
        form.general.append(str(getattr(error, "message", error)))
        return _input(here, stored, declared, form), 422
    told = _("Saved.")
    if not is_htmx() or not here.may_with(stored.record, "view"):
        flash_toast(told, undo=undo)
        return here.leave(stored.record, here.address_of(id))
    return _changed(here, here.record(id), declared, shown, {"text": told, "undo_url": undo})


def _input(here: Here, stored: Stored, declared: Field, form: RecordForm) -> str:
    return render_template(
        "resources/parts/value_form.html",
        here=here,
        field=form[declared.name],
        form=form,
        address=f"{here.address_of(stored.id)}/field/{declared.name}",
        declared=declared,
    )


def _values(here: Here, stored: Stored) -> dict[str, Value]:
    """The values that stand on the page, by field."""
    cards = cards_of(here, stored, editable=True)
    return {value.name: value for card in cards for value in (*card.values, *card.more)}


def _changed(
    here: Here, stored: Stored, declared: Field, shown: Mapping[str, Value], toast: Mapping[str, str]
) -> ResponseReturnValue:
    """The value, and what else the page shows of the change: the head, values that follow; the history is told."""
    now = value_of(here, stored, declared, editable=True)
    followed = [
        value
        for value in _values(here, stored).values()
        if value.name != declared.name and value.name in shown and value != shown[value.name]
    ]
    page = render_template(
        "resources/record_swap.html",
        here=here,
        resource=here.resource,
        head=head_of(here, stored, came_from()),
        cards=cards_of(here, stored, editable=True),
        value=now,
        followed=followed,
    )
    return page, 200, {"HX-Trigger": json.dumps({"toast": toast, "record-changed": {}}, default=str)}


def came_from() -> str:
    """The query of the list that the reader of a record's page came from."""
    return parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query).get("from", [""])[0]


def _shown(here: Here, stored: Stored, declared: Field) -> str:
    return render_template(
        "resources/parts/value_swap.html", value=value_of(here, stored, declared, editable=True)
    )
