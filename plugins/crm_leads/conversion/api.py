"""Conversions for programs: what one made, what taking it back would do, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify
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
from plugins.crm_leads.conversion.outcome import Trace, Undone
from plugins.crm_leads.conversion.reading import records_of
from plugins.crm_leads.conversion.undo import plan_undo, undo
from plugins.crm_leads.models import Conversion

AT = "/api/v1/conversions"
STATUS = {"absent": 404, "forbidden": 403}

blueprint = Blueprint("crm_leads_conversions", __name__)


@blueprint.get(f"{AT}/<int:id>")
@answered
def show(id: int) -> ResponseReturnValue:
    """What came of a lead, and what taking that back would do, or has done."""
    context, _actor = _writing()
    conversion = _conversion(context, id)
    return jsonify(told_undone(context, plan_undo(context, [conversion])[0]))


@blueprint.post(f"{AT}/<int:id>/undo")
@answered
def take_back(id: int) -> ResponseReturnValue:
    """Take a conversion back; asked again, the same answer."""
    context, actor = _writing()
    conversion = _conversion(context, id)
    json_object(required=False)

    def do() -> Answer:
        undone = undo(context, [conversion])[0]
        if undone.refused is not None:
            raise ApiError(STATUS.get(undone.code, 409), undone.code, undone.refused)
        return Answer(200, told_undone(context, undone))

    return once(context.session, actor, do)


def told_undone(context: WriteContext, undone: Undone) -> dict[str, Any]:
    """A conversion and the taking back of it, as the API tells them."""
    conversion = undone.conversion
    records = records_of(context, [conversion.id]).get(conversion.id, {})
    return {
        "id": conversion.id,
        "lead": {"id": conversion.lead_id},
        "at": conversion.at.isoformat(),
        "undone_at": conversion.undone_at.isoformat() if conversion.undone_at else None,
        "records": {name: {"id": id} for name, id in records.items()},
        "removed": [_trace(each) for each in undone.removed],
        "staying": [_trace(each) for each in undone.staying],
        "moved": dict(undone.moved),
        "refused": str(undone.refused) if undone.refused is not None else None,
    }


def operations() -> Mapping[str, Mapping[str, Any]]:
    """{path: {method: operation}}, as OpenAPI describes them."""
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
    answer = {"content": {"application/json": {"schema": _schema()}}}
    return {
        f"{AT}/{{id}}": {
            "get": {
                "tags": ["leads"],
                "operationId": "conversions.show",
                "summary": "What came of a lead, and what taking that back would do or has done",
                "parameters": [one],
                "responses": {"200": {"description": "The conversion", **answer}},
            }
        },
        f"{AT}/{{id}}/undo": {
            "post": {
                "tags": ["leads"],
                "operationId": "conversions.undo",
                "summary": "Take a conversion back",
                "parameters": [one, key],
                "responses": {"200": {"description": "Taken back, now or before", **answer}},
            }
        },
    }


def _schema() -> dict[str, Any]:
    text, number = {"type": ["string", "null"]}, {"type": "integer"}
    record = {"type": "object", "properties": {"id": number}}
    words = {"type": "array", "items": {"type": "string"}}
    trace = {
        "type": "object",
        "properties": {
            "target": {"type": "string"},
            "resource": {"type": "string"},
            "id": number,
            "title": {"type": "string"},
            "made": {"type": "boolean"},
            "why": words,
            "restored": words,
            "kept": words,
        },
    }
    traces = {"type": "array", "items": trace}
    properties = {
        "id": number,
        "lead": record,
        "at": {"type": "string", "format": "date-time"},
        "undone_at": {"type": ["string", "null"], "format": "date-time"},
        "records": {"type": "object", "additionalProperties": record},
        "removed": traces,
        "staying": traces,
        "moved": {"type": "object", "additionalProperties": number},
        "refused": text,
    }
    return {"type": "object", "properties": properties}


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "target": trace.target,
        "resource": trace.resource,
        "id": trace.record_id,
        "title": trace.title,
        "made": trace.is_made,
        "why": [str(each) for each in trace.why],
        "restored": [str(each) for each in trace.fields],
        "kept": [str(each) for each in trace.kept],
    }


def _conversion(context: WriteContext, id: int) -> Conversion:
    """The conversion, if the person may see its lead; another's is as absent as a missing one."""
    found = context.session.get(Conversion, id) if 0 < id < 2**63 else None
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _writing() -> tuple[WriteContext, Actor]:
    session = db.session()
    actor = actor_of(session)
    if actor is None or actor.user_id is None or not actor.may("leads", "view"):
        raise ApiError(403, "forbidden", _("You may not do this."))
    return write_context(session, current_house(), actor, "api", decimal=".", date_order="ymd"), actor
