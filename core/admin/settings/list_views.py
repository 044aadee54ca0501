"""Pages of Settings for reference lists: the values in groups by meaning, changed where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access.web.gate import require
from core.admin.settings import EDIT, blueprint
from core.admin.settings import values as deeds
from core.admin.settings.checking import COMMON, HUES
from core.admin.settings.columns import columns_given
from core.admin.settings.drawing import at_of, moves_of, places_given, values_shown
from core.admin.settings.groups import group_id, members_of
from core.admin.settings.inputs import SettingsForm, form_for, shown_values
from core.admin.settings.usage import uses_of
from core.admin.settings.views import render
from core.admin.settings.ways_back import token_of, way_of
from core.db import db
from core.declare import Setting
from core.fields import LongText, Text
from core.formats import reading_for
from core.house import current_house
from core.i18n import _, _l
from core.resources.context import Refused
from core.resources.declare import ReferenceList
from core.resources.door import flash_toast
from core.resources.pages.here import is_htmx


@dataclass(frozen=True)
class Outcome:
    """What came of a deed: a sentence, and the address that undoes it; or why it was refused."""

    text: str
    undo_url: str = ""
    refused: bool = False

    @property
    def toast(self) -> dict[str, str]:
        return {"text": self.text, "undo_url": self.undo_url, "kind": "error" if self.refused else ""}


@blueprint.get("/settings/lists/<name>")
@require(*EDIT)
def values(name: str) -> str:
    return render("settings/list.html", **values_shown(_list(name)))


@blueprint.post("/settings/lists/<name>")
@require(*EDIT)
def add_value(name: str) -> AnyResponse:
    """A new value; of a list with meanings it says which it has."""
    declared = _list(name)
    given = {key: request.form[key] for key in ("name", "hue", "meaning") if request.form.get(key)}
    return _redrawn(
        declared,
        _carry_out(
            declared,
            lambda: deeds.create(
                db.session(), declared, given | columns_given(declared), request.form.get("like", type=int)
            )[1],
            _("“%(name)s” was added.", name=given.get("name", "")),
        ),
    )


@blueprint.post("/settings/lists/<name>/<int:id>")
@require(*EDIT)
def change_value(name: str, id: int) -> AnyResponse:
    """What is changed where it stands: the name, the hue, what else the list keeps of a value."""
    declared = _list(name)
    given = {key: request.form[key] for key in COMMON if key in request.form}
    return _redrawn(
        declared,
        _carry_out(
            declared,
            lambda: deeds.change(db.session(), declared, id, given | columns_given(declared)),
            _("Saved."),
        ),
    )


@blueprint.post("/settings/lists/<name>/<int:id>/default")
@require(*EDIT)
def default_value(name: str, id: int) -> AnyResponse:
    declared = _list(name)
    if not declared.has_default:
        abort(404)
    return _redrawn(
        declared,
        _carry_out(
            declared, lambda: deeds.make_default(db.session(), declared, id), _("New records get this value.")
        ),
    )


@blueprint.post("/settings/lists/<name>/order")
@require(*EDIT)
def arrange_values(name: str) -> AnyResponse:
    """The ids of one group in their new order; a value that was dragged in gets the group's meaning."""
    declared = _list(name)
    ids = [int(each) for each in request.form.getlist("id") if each.isdecimal() and len(each) < 19]
    meaning = request.form.get("meaning") or None
    outcome = _carry_out(declared, lambda: deeds.arrange(db.session(), declared, ids, meaning), _("Moved."))
    if outcome.refused:  # the page is drawn anew, as it was, and says why
        _flash(outcome)
        return make_response("", 409)
    return make_response("", 204, {"HX-Trigger": json.dumps({"toast": outcome.toast})})


@blueprint.post("/settings/lists/<name>/<int:id>/<any(up, down):direction>")
@require(*EDIT)
def move_value(name: str, id: int, direction: str) -> AnyResponse:
    declared = _list(name)
    by = -1 if direction == "up" else 1
    return _back(
        declared, _carry_out(declared, lambda: deeds.step(db.session(), declared, id, by), _("Moved."))
    )


@blueprint.get("/settings/lists/<name>/<int:id>/edit")
@require(*EDIT)
def value_form(name: str, id: int) -> str:
    """All attributes of a value, in a dialog."""
    declared = _list(name)
    return _value_page(declared, id, _value_form(declared, id))


@blueprint.post("/settings/lists/<name>/<int:id>/edit")
@require(*EDIT)
def save_value(name: str, id: int) -> Any:
    declared = _list(name)
    form = _value_form(declared, id, submitted=True)
    if not form.validate():
        return _value_page(declared, id, form), 422
    given = {_attribute(declared, key): value for key, value in form.parsed.items()}
    given |= {key: request.form[key] for key in ("hue", "meaning") if request.form.get(key)}
    outcome = _carry_out(declared, lambda: deeds.change(db.session(), declared, id, given), _("Saved."))
    if outcome.refused:
        form["name"].errors = [outcome.text]
        return _value_page(declared, id, form), 422
    return _back(declared, outcome)


@blueprint.get("/settings/lists/<name>/<int:id>/delete")
@require(*EDIT)
def ask_delete(name: str, id: int) -> str:
    """The question before a value goes, with what may take its place."""
    declared = _list(name)
    session = db.session()
    value = session.get(declared.model, id) or abort(404)
    uses = uses_of(session, declared.model, [id]).get(id, 0)
    others = [
        each
        for each in deeds.values_of(session, declared)
        if each.id != id and group_id(declared, each) == group_id(declared, value)
    ]
    others.sort(key=lambda each: each.meaning != value.meaning)
    return render(
        _template("delete"),
        list=declared,
        value=value,
        uses=uses,
        others=others,
        moves=moves_of(session, declared, value),
        has_values=bool(members_of(current_house(), declared)),
        at=at_of(declared),
    )


@blueprint.post("/settings/lists/<name>/<int:id>/delete")
@require(*EDIT)
def delete_value(name: str, id: int) -> AnyResponse:
    declared = _list(name)
    chosen = request.form.get("replacement", "")
    replacement = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None
    places = places_given(request.form)
    return _back(
        declared,
        _carry_out(
            declared, lambda: deeds.delete(db.session(), declared, id, replacement, places), _("Deleted.")
        ),
    )


@blueprint.post("/settings/lists/<name>/undo/<token>")
@require(*EDIT)
def undo_change(name: str, token: str) -> AnyResponse:
    """Go the way back that a deed gave with its toast."""
    declared = _list(name)
    way_back = way_of(declared, token)
    return _back(
        declared, _carry_out(declared, lambda: deeds.undo(db.session(), declared, way_back), _("Undone."))
    )


def _carry_out(declared: ReferenceList, deed: Callable[[], deeds.Undo | None], said: str) -> Outcome:
    """Do it and commit it; a refusal takes everything back."""
    session = db.session()
    try:
        way_back = deed()
        token = token_of(declared, way_back)
        session.commit()
    except Refused as refusal:
        session.rollback()
        return Outcome(str(refusal.message), refused=True)
    return Outcome(said, url_for("settings.undo_change", **at_of(declared), token=token) if token else "")


def _redrawn(declared: ReferenceList, outcome: Outcome) -> AnyResponse:
    """The values as they are now, with a toast. Of a refusal too: only what succeeds is swapped in."""
    if not is_htmx():
        return _back(declared, outcome)
    page = render_template("settings/values.html", **values_shown(declared))
    told = outcome.undo_url or outcome.refused  # Enter sends twice, and the second time nothing changes
    return make_response(page, 200, {"HX-Trigger": json.dumps({"toast": outcome.toast})} if told else {})


def _back(declared: ReferenceList, outcome: Outcome) -> AnyResponse:
    """To the list, which says what was done. A script is told where to go: following, it would take the words away."""
    _flash(outcome)
    target = url_for("settings.values", **at_of(declared))
    return make_response("", 204, {"HX-Redirect": target}) if is_htmx() else redirect(target, 303)


def _flash(outcome: Outcome) -> None:
    flash_toast(outcome.text, "bad" if outcome.refused else "ok", outcome.undo_url)


def _list(name: str) -> ReferenceList:
    declared = current_house().lists.get(name)
    if declared is None:
        abort(404)
    return declared


def _value_form(declared: ReferenceList, id: int, submitted: bool = False) -> SettingsForm:
    session = db.session()
    value = session.get(declared.model, id) or abort(404)
    reading = reading_for(session, g.actor)
    inputs = _value_inputs(declared)
    shown = shown_values(inputs, lambda name: getattr(value, _attribute(declared, name)), reading.formats)
    return form_for(inputs, reading)(request.form if submitted else None, data=shown)


def _value_inputs(declared: ReferenceList) -> list[Setting]:
    common = [
        Setting("name", _l("Name"), Text(max_length=120)),
        Setting("description", _l("Description"), LongText(max_length=500)),
    ]
    own = [each for each in declared.columns if each.name != declared.within]
    return common + [Setting(each.name, each.label, each.kind, help=each.help) for each in own]


def _attribute(declared: ReferenceList, name: str) -> str:
    return next((each.attribute for each in declared.columns if each.name == name), name)


def _value_page(declared: ReferenceList, id: int, form: SettingsForm) -> str:
    value = db.session().get(declared.model, id)
    return render(
        _template("value"),
        list=declared,
        value=value,
        form=form,
        hues=HUES,
        at=at_of(declared),
        meanings=[(key, str(label)) for key, label in declared.meanings],
    )


def _template(name: str) -> str:
    """A dialog asks for its piece alone; as an address of its own it is a page."""
    return f"settings/{name}_dialog.html" if is_htmx() else f"settings/{name}.html"
