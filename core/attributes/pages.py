"""The page of custom attributes in Settings: what there are, in their order, each changed where it stands or in a dialog."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from core.access.web.gate import require
from core.admin.settings import EDIT
from core.admin.settings.checking import HUES
from core.admin.settings.views import render
from core.attributes import service
from core.attributes.models import Attribute
from core.attributes.types import CHOICE, TYPES, WIDENING
from core.db import db
from core.house import current_house
from core.i18n import Text, _
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import is_htmx

AT = "/settings/attributes"
UNDO_SECONDS = 3600
BLANK_ROWS = 3
"""Rows of a choice's values that stand ready where no script adds any."""


@dataclass(frozen=True)
class Outcome:
    """What came of a deed: a sentence, and the address that undoes it; or why it was refused."""

    text: str
    undo_url: str = ""
    refused: str = ""

    @property
    def toast(self) -> dict[str, str]:
        return {"text": self.text, "undo_url": self.undo_url, "kind": "error" if self.refused else ""}


def add_routes(blueprint: Blueprint) -> None:
    for rule, name, view, method in (
        (AT, "page", page, "GET"),
        (f"{AT}/new", "ask_new", ask_new, "GET"),
        (f"{AT}/new", "make", make, "POST"),
        (f"{AT}/order", "arrange", arrange, "POST"),
        (f"{AT}/<int:id>/<any(up, down):direction>", "move", move, "POST"),
        (f"{AT}/<int:id>", "rename", rename, "POST"),
        (f"{AT}/<int:id>/edit", "ask_edit", ask_edit, "GET"),
        (f"{AT}/<int:id>/edit", "save", save, "POST"),
        (f"{AT}/<int:id>/delete", "ask_delete", ask_delete, "GET"),
        (f"{AT}/<int:id>/delete", "remove", remove, "POST"),
        (f"{AT}/undo/<token>", "undo", undo, "POST"),
    ):
        blueprint.add_url_rule(rule, name, require(*EDIT)(view), methods=[method])


def page() -> str:
    return render("attributes/page.html", **_shown())


def ask_new() -> str:
    """The dialog of a new attribute; `name` and `on` may be given by whoever leads here."""
    given = {"name": request.args.get("name", "")[:120], "resources": request.args.getlist("on")}
    return _dialog(None, given)


def make() -> Any:
    given = _given()
    outcome = _carry_out(
        lambda: service.create(db.session(), current_house(), given)[1],
        _("“%(name)s” was added.", name=given["name"]),
    )
    if outcome.refused:
        return _dialog(None, given, outcome), 422
    return _back(outcome)


def ask_edit(id: int) -> str:
    return _dialog(_attribute(id), {})


def save(id: int) -> Any:
    attribute, given = _attribute(id), _given()
    outcome = _carry_out(lambda: service.change(db.session(), current_house(), id, given), _("Saved."))
    if outcome.refused:
        return _dialog(attribute, given, outcome), 422
    return _back(outcome)


def rename(id: int) -> Response:
    """What is changed where it stands: the name, and whether it is needed."""
    given: dict[str, Any] = {"name": request.form["name"]} if "name" in request.form else {}
    if "required" in request.form:
        given["required"] = "y" in request.form.getlist("required")
    outcome = _carry_out(lambda: service.change(db.session(), current_house(), id, given), _("Saved."))
    if not is_htmx():
        return _back(outcome)
    answer = make_response(render_template("attributes/list.html", **_shown()))
    if outcome.undo_url or outcome.refused:  # Enter sends twice, and the second time nothing changes
        answer.headers["HX-Trigger"] = json.dumps({"toast": outcome.toast})
    return answer


def arrange() -> Response:
    ids = [int(each) for each in request.form.getlist("id") if each.isdecimal() and len(each) < 19]
    outcome = _carry_out(lambda: service.arrange(db.session(), ids), _("Moved."))
    return make_response("", 204, {"HX-Trigger": json.dumps({"toast": outcome.toast})})


def move(id: int, direction: str) -> Response:
    return _back(
        _carry_out(lambda: service.step(db.session(), id, -1 if direction == "up" else 1), _("Moved."))
    )


def ask_delete(id: int) -> str:
    """The question before an attribute goes, with how many records have a value of it."""
    uses = service.uses_of(db.session(), [id]).get(id, 0)
    return _piece("delete", attribute=_attribute(id), uses=uses)


def remove(id: int) -> Response:
    return _back(_carry_out(lambda: service.delete(db.session(), id), _("Deleted.")))


def undo(token: str) -> Response:
    try:
        way = _signer().loads(token, max_age=UNDO_SECONDS)
    except BadSignature:
        abort(404)
    way_back = service.Undo(
        {int(id): columns for id, columns in way["set"].items()},
        (way["restore"][0], way["restore"][1]) if way["restore"] else None,
        way["remove"],
    )
    return _back(_carry_out(lambda: service.undo(db.session(), current_house(), way_back), _("Undone.")))


def _shown() -> dict[str, Any]:
    session, house = db.session(), current_house()
    return {
        "attributes": service.attributes_of(session),
        "uses": service.uses_of(session),
        "types": TYPES,
        "labels": {name: each.plural for name, each in house.resources.items()},
    }


def _dialog(attribute: Attribute | None, given: Mapping[str, Any], outcome: Outcome | None = None) -> str:
    """The form of an attribute as it is kept, with what was just typed over it."""
    house = current_house()
    columns = ("name", "description", "kind", "multiple", "required", "resources", "choices")
    shown = {name: getattr(attribute, name) for name in columns} if attribute else {"kind": "text"}
    uses = service.uses_of(db.session(), [attribute.id]).get(attribute.id, 0) if attribute else 0
    values = {**shown, **given}
    if attribute is None and not values.get("resources"):
        values["resources"] = list(house.resources)
    return _piece(
        "edit",
        attribute=attribute,
        values=values,
        uses=uses,
        types=_types_for(attribute, uses),
        resources=[(each.name, each.plural) for each in house.in_menu_order()],
        hues=HUES,
        blank=BLANK_ROWS,
        choice=CHOICE,
        problem=outcome.text if outcome else "",
        wrong=outcome.refused if outcome else "",
    )


def _types_for(attribute: Attribute | None, uses: int) -> list[tuple[str, Text]]:
    """The types one may choose: while there are values only those that keep each of them."""
    fitting = {attribute.kind, *WIDENING.get(attribute.kind, ())} if attribute and uses else set(TYPES)
    return [(name, each.label) for name, each in TYPES.items() if name in fitting]


def _given() -> dict[str, Any]:
    """What the dialog sends. Choices come as three lists of the same length, in the order they stand."""
    form = request.form
    names, hues = form.getlist("choice-name"), form.getlist("choice-hue")
    keys = form.getlist("choice-key")
    rows = [
        {"key": key, "name": name, "hue": hue}
        for key, name, hue in zip(keys, names, hues, strict=False)
        if name.strip()
    ]
    return {
        "name": form.get("name", ""),
        "description": form.get("description", ""),
        "kind": form.get("kind", ""),
        "multiple": form.get("multiple") == "y",
        "required": form.get("required") == "y",
        "resources": form.getlist("resources"),
        "choices": rows,
    }


def _attribute(id: int) -> Attribute:
    try:
        return service.attribute_of(db.session(), id)
    except Refused:
        abort(404)


def _piece(name: str, **values: Any) -> str:
    """A dialog asks for its piece alone; as an address of its own it is a page."""
    piece = f"attributes/{name}_dialog.html"
    if is_htmx():
        return render_template(piece, **values)
    return render("attributes/frame.html", piece=piece, **values)


def _carry_out(deed: Callable[[], service.Undo | None], said: Text) -> Outcome:
    """Do it and commit it; a refusal takes everything back."""
    session = db.session()
    try:
        way_back = deed()
        session.commit()
    except Refused as refusal:
        session.rollback()
        return Outcome(str(refusal.message), refused=refusal.code)
    if way_back in (None, service.Undo()):
        return Outcome(str(said))
    token = _signer().dumps(asdict(way_back or service.Undo()))
    text = token.decode() if isinstance(token, bytes) else token
    return Outcome(str(said), url_for("attributes.undo", token=text))


def _back(outcome: Outcome) -> Response:
    flash_toast(outcome.text, "bad" if outcome.refused else "ok", outcome.undo_url)
    target = url_for("attributes.page")
    return (
        make_response("", 204, {"HX-Redirect": target}) if is_htmx() else make_response(redirect(target, 303))
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="attributes.undo")
