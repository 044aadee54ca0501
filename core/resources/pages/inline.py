"""Changing one value where it stands: its input as a fragment, saved on its own, the value again when done or left."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.host.dispatch import PluginError
from core.resources.context import Refused
from core.resources.declare import Field
from core.resources.pages.cards import value_of
from core.resources.pages.forms import RecordForm, form_of, sent, show_problems
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.read import Stored
from core.resources.write import NotValid, read_draft, save


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
        return _input(here, stored, declared, form_of(here, [name], {name: stored.value(declared)}))
    form = form_of(here, [name], {name: stored.value(declared)}, bound=True)
    if not form.validate():
        return _input(here, stored, declared, form), 422
    context = here.writing()
    draft = read_draft(here.resource, sent(here, form, [name]), context, current=stored.record)
    try:
        save(draft, context)
        here.session.commit()
    except NotValid:
        here.session.rollback()
        show_problems(form, draft)
        return _input(here, stored, declared, form), 422
    except (Refused, PluginError) as error:
        here.session.rollback()
        form.general.append(str(getattr(error, "message", error)))
        return _input(here, stored, declared, form), 422
    if not is_htmx():
        return onward(here.address_of(id))
    return _shown(here, here.record(id), declared)


def _input(here: Here, stored: Stored, declared: Field, form: RecordForm) -> str:
    return render_template(
        "resources/parts/value_form.html",
        here=here,
        field=form[declared.name],
        form=form,
        address=f"{here.address_of(stored.id)}/field/{declared.name}",
        declared=declared,
    )


def _shown(here: Here, stored: Stored, declared: Field) -> str:
    return render_template(
        "resources/parts/value_swap.html", value=value_of(here, stored, declared, editable=True)
    )
