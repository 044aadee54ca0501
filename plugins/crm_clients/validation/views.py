"""The pages of the marks: sending, typing the code, and the page that a mail's link leads to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.api import (
    Marked,
    PluginError,
    Refused,
    WriteContext,
    _,
    current_house,
    db,
    flash_toast,
    go_on,
    page_context,
    public,
    record_or_404,
)
from plugins.crm_clients.validation.mark import draw, mark_of
from plugins.crm_clients.validation.places import EMAIL, Place, place_of
from plugins.crm_clients.validation.service import (
    DONE,
    GONE,
    answer_by_code,
    answer_by_link,
    ask,
    state_of_link,
)

blueprint = Blueprint("crm_clients", __name__, template_folder="../templates")


@blueprint.post("/validations/<resource>/<int:id>/<place>")
def send(resource: str, id: int, place: str) -> ResponseReturnValue:
    """Press the red mark: a mail or an SMS leaves, and the mark turns into a place for the code."""

    def work(context: WriteContext, record: Any) -> str:
        asked = ask(context, context.house.resources[resource], record, place)
        if asked.channel == EMAIL:
            return _("A mail was sent to %(address)s.", address=asked.value.typed)
        return _("A code was sent to %(number)s.", number=asked.value.typed)

    return _done(resource, id, place, work)


@blueprint.post("/validations/<resource>/<int:id>/<place>/code")
def take_code(resource: str, id: int, place: str) -> ResponseReturnValue:
    """The code that the owner told, typed by whoever talks to them."""

    def work(context: WriteContext, record: Any) -> str:
        code = request.form.get("code", "")[:20]
        found = answer_by_code(context, context.house.resources[resource], record, place, code)
        return _("%(value)s is validated.", value=found.value.typed)

    return _done(resource, id, place, work)


@blueprint.get("/validate/<token>")
@public
def confirm_page(token: str) -> ResponseReturnValue:
    """Where a mail's link leads. Mail programs open links by themselves, so only a press confirms."""
    state = state_of_link(db.session(), current_house(), token)
    return _page(state, token), 404 if state == GONE else 200


@blueprint.post("/validate/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    """The owner of the address says that it is theirs."""
    session = db.session()
    if not answer_by_link(session, current_house(), token):
        return _page(GONE, token), 404
    session.commit()
    return _page(DONE, token)


def _done(resource: str, id: int, name: str, work: Callable[[WriteContext, Any], str]) -> ResponseReturnValue:
    """Do it and draw the mark anew, with what is wrong beside it; without script back to the record."""
    record = record_or_404(resource, id, "edit")
    context = page_context(resource)
    declared = context.house.resources[resource]
    if mark_of(declared) is None or (place := place_of(context.session, declared, record, name)) is None:
        abort(404)
    told, problem = "", ""
    try:
        told = work(context, record)
        context.session.commit()
    except (Refused, PluginError) as error:
        context.session.rollback()
        problem = str(getattr(error, "message", error))
    if request.headers.get("HX-Request") != "true":
        flash_toast(problem or told, tone="bad" if problem else "ok")
        return go_on(resource, id)
    html = _drawn(context, declared.name, id, place, problem)
    if problem:
        return html, 422
    return html, 200, {"HX-Trigger": json.dumps({"toast": {"text": told}, "record-changed": {}})}


def _drawn(context: WriteContext, resource: str, id: int, place: Place, problem: str) -> str:
    declared = context.house.resources[resource]
    mark = mark_of(declared)
    if mark is None:
        return ""
    state = mark.prefetch(context.session, [id]).get(id)
    marked = Marked(declared, id, place.name, place.value, True, context.formats)
    return str(draw(state, marked, problem=problem, is_answer=True) or "")


def _page(state: str, token: str) -> str:
    """Drawn for the visitor, who sees nothing of the record."""
    return render_template("crm_clients/confirm.html", state=state, token=token)
