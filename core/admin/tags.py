"""The page of tags in Settings: every word that people put on records, its colour and how often it is used."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, abort, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.access.web.gate import require
from core.admin.settings import EDIT
from core.admin.settings.checking import HUES
from core.admin.settings.views import render
from core.db import db
from core.house import House, current_house
from core.i18n import _
from core.records.models import Tag
from core.records.tag_list import (
    add_tag,
    change_tag,
    delete_tag,
    merge_tags,
    tags_in_use,
    undo_tags,
)
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import is_htmx, onward
from core.rest.answers import answered
from core.routing import id_of

blueprint = Blueprint("tags", __name__)


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/settings/tags")
@require(*EDIT)
def page() -> str:
    text = request.args.get("q", "").strip()[:60]
    return render("tags/page.html", tags=tags_in_use(db.session(), text), text=text, hues=HUES)


@blueprint.post("/settings/tags")
@require(*EDIT)
def add() -> ResponseReturnValue:
    return _done(
        lambda: _nothing(add_tag(db.session(), request.form.get("name", ""))), _("The tag was added.")
    )


@blueprint.post("/settings/tags/<int:id>")
@require(*EDIT)
def change(id: int) -> ResponseReturnValue:
    """Another name or colour, whichever is sent."""
    hue = request.form.get("hue")
    if hue is not None and hue not in HUES:
        abort(400)
    name = request.form.get("name")
    return _done(
        lambda: _nothing(change_tag(db.session(), current_house(), id, name=name, hue=hue)), _("Saved.")
    )


@blueprint.get("/settings/tags/<int:id>/merge")
@require(*EDIT)
def ask_merge(id: int) -> str:
    tag = db.session.get(Tag, id) or abort(404)
    others = [each for each in tags_in_use(db.session()) if each.tag.id != id]
    template = "tags/merge.html" if is_htmx() else "tags/merge_page.html"
    values = {"tag": tag, "others": others}
    return render_template(template, **values) if is_htmx() else render(template, **values)


@blueprint.post("/settings/tags/<int:id>/merge")
@require(*EDIT)
def merge(id: int) -> ResponseReturnValue:
    into = request.form.get("into", 0, type=id_of)
    return _done(
        lambda: merge_tags(db.session(), current_house(), g.actor, id, into), _("The tags are one now.")
    )


@blueprint.post("/settings/tags/<int:id>/delete")
@require(*EDIT)
def delete(id: int) -> ResponseReturnValue:
    return _done(lambda: delete_tag(db.session(), current_house(), g.actor, id), _("The tag was deleted."))


@blueprint.post("/settings/tags/undo/<token>")
@require(*EDIT)
def undo(token: str) -> ResponseReturnValue:
    try:
        undo_id = _signer().loads(token)
    except BadSignature:
        abort(404)
    return _done(lambda: undo_tags(db.session(), current_house(), g.actor, undo_id), _("Undone."))


@blueprint.get("/api/v1/tags")
@answered
def as_json() -> ResponseReturnValue:
    """All tags by name, each with its colour; who may edit settings learns how often each is used."""
    counted = g.actor.may(*EDIT)
    found = tags_in_use(db.session(), request.args.get("q", "").strip()[:60])
    return jsonify(
        items=[
            {"id": each.tag.id, "name": each.tag.name, "hue": each.tag.hue}
            | ({"count": each.count} if counted else {})
            for each in found
        ]
    )


def _done(deed: Callable[[], int | None], said: str) -> ResponseReturnValue:
    """Do it, commit it, and go back to the page, which says so; a refusal takes everything back."""
    back = url_for("tags.page")
    try:
        undo_id = deed()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash_toast(refused.message, tone="bad")
        return onward(back)
    token = _signer().dumps(undo_id) if undo_id else ""
    text = token.decode() if isinstance(token, bytes) else token
    flash_toast(said, undo=url_for("tags.undo", token=text) if text else "")
    return onward(back)


def _nothing(_made: object) -> None:
    """There is no way back from this but doing it again."""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="tags.undo")
