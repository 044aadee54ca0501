"""Inquiries for programs: one address that takes them in, whatever the mode; those that came in, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    Actor,
    Answer,
    ApiError,
    WriteContext,
    _,
    actor_of,
    answered,
    current_house,
    db,
    json_object,
    once,
    write_context,
)
from plugins.crm_clients.inquiries.models import REFUSED, TAKEN, KeptInquiry
from plugins.crm_clients.inquiries.service import (
    drop_inquiry,
    inquiries,
    records_of,
    take_again,
    take_inquiry,
    told,
)

AT = "/api/v1/inquiries"
SETTINGS = ("settings", "edit")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(AT, "api_take", take, methods=["POST"])
    blueprint.add_url_rule(AT, "api_list", list_kept)
    blueprint.add_url_rule(f"{AT}/<int:id>", "api_show", show)
    blueprint.add_url_rule(f"{AT}/<int:id>", "api_drop", drop, methods=["DELETE"])
    blueprint.add_url_rule(f"{AT}/<int:id>/replay", "api_replay", replay, methods=["POST"])


@answered
def take() -> ResponseReturnValue:
    """Take an inquiry in: 201 with what it became; refused ones are kept and answered with their number."""
    context, actor = _writing()
    body = json_object()
    return once(context.session, actor, lambda: _answer(context, take_inquiry(context, body), 201))


@answered
def list_kept() -> ResponseReturnValue:
    _administrators_only()
    status, before = request.args.get("status", ""), request.args.get("before", type=int)
    if status not in ("", TAKEN, REFUSED):
        raise ApiError(422, "invalid", _("An inquiry is taken or refused."))
    context = _surroundings()
    found, following = inquiries(context.session, status, before)
    records = records_of(context, found)
    return jsonify(items=[as_json(each, records[each.id]) for each in found], next=following)


@answered
def show(id: int) -> ResponseReturnValue:
    _administrators_only()
    context = _surroundings()
    kept = _kept(context, id)
    return jsonify(as_json(kept, told(context, kept)))


@answered
def replay(id: int) -> ResponseReturnValue:
    """Send a refused inquiry in again; what the body names stands in place of what was said."""
    _administrators_only()
    context, actor = _writing()
    kept = _kept(context, id)
    body = json_object(required=False)

    def do() -> Answer:
        return _answer(context, take_again(context, kept, {**kept.payload, **body}), 200)

    return once(context.session, actor, do)


@answered
def drop(id: int) -> ResponseReturnValue:
    _administrators_only()
    context, _actor = _writing()
    drop_inquiry(context.session, _kept(context, id))
    context.session.commit()
    return "", 204


def as_json(kept: KeptInquiry, records: list[dict[str, Any]]) -> dict[str, Any]:
    """An inquiry as it is kept, for who may see all of them."""
    return {**_brief(kept, records), "at": kept.at.isoformat(), "tries": kept.tries, "payload": kept.payload}


def _brief(kept: KeptInquiry, records: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": kept.id,
        "kind": kept.kind,
        "mode": kept.mode,
        "status": kept.status,
        "attached": kept.attached,
        "records": records,
        "problems": kept.problems,
    }


def _answer(context: WriteContext, kept: KeptInquiry, done: int) -> Answer:
    if kept.status == TAKEN:
        context.session.flush()
        return Answer(
            done, _brief(kept, told(context, kept)), url_for("crm_clients_inquiries.api_show", id=kept.id)
        )
    codes = {each["code"] for each in kept.problems}
    fields: dict[str, list[dict[str, str]]] = {}
    for each in kept.problems:
        fields.setdefault(each["field"], []).append({"code": each["code"], "message": each["message"]})
    status = 403 if codes == {"forbidden"} else 500 if codes == {"plugin_failed"} else 422
    error = {
        "code": "forbidden" if status == 403 else "plugin_failed" if status == 500 else "invalid",
        "message": kept.error,
        "fields": fields,
    }
    return Answer(status, {"error": error, "inquiry": {"id": kept.id, "status": kept.status}})


def _kept(context: WriteContext, id: int) -> KeptInquiry:
    found = context.session.get(KeptInquiry, id)
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _administrators_only() -> None:
    actor = actor_of(db.session())
    if actor is None or not actor.may(*SETTINGS):
        raise ApiError(403, "forbidden", _("You may not do this."))


def _writing() -> tuple[WriteContext, Actor]:
    context = _surroundings()
    if context.actor is None:
        abort(401)
    if context.actor.read_only:
        raise ApiError(403, "forbidden", _("This key may only read."))
    return context, context.actor


def _surroundings() -> WriteContext:
    session = db.session()
    return write_context(session, current_house(), actor_of(session), "api", decimal=".", date_order="ymd")
