"""Converting many leads by the API: `POST /api/v1/leads/convert-many`, and `POST /api/v1/conversions/undo` for a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from core.api import (
    Answer,
    ApiError,
    WriteContext,
    _,
    answered,
    current_house,
    db,
    ids_in_list,
    json_object,
    once,
    write_context,
)
from plugins.crm_leads.bulk import Order, begin, begin_undo

MOST = 100_000
NAMES = frozenset({"ids", "filter", "targets", "pipeline", "match", "people"})
CONVERT, UNDO = "/api/v1/leads/convert-many", "/api/v1/conversions/undo"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(CONVERT, "api_convert_many", convert_many, methods=["POST"])
    blueprint.add_url_rule(UNDO, "api_undo_run", undo_run, methods=["POST"])


@answered
def convert_many() -> ResponseReturnValue:
    """202 with the job that converts these leads, and the name of the run by which it is taken back."""
    context, body = _context(), json_object()
    if unknown := sorted(set(body) - NAMES):
        raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=unknown[0]))
    if ("ids" in body) == ("filter" in body):
        raise ApiError(422, "invalid", _("Say which leads: by “ids” or by “filter”."))
    ids = _numbers(body, "ids") or ids_in_list(context, "leads", _text(body, "filter"))
    order = Order(
        tuple(_texts(body, "targets")),
        body.get("pipeline") if isinstance(body.get("pipeline"), int) else None,
        body.get("match") is not False,
        tuple(_numbers(body, "people")),
    )

    def do() -> Answer:
        job_id = begin(context, ids, order)
        return Answer(202, {"job": {"id": job_id}, "run": f"job:{job_id}", "leads": len(ids)})

    return once(context.session, g.actor, do)


@answered
def undo_run() -> ResponseReturnValue:
    """202 with the job that takes the conversions of a run back."""
    context, run = _context(), _text(json_object(), "run")
    return once(
        context.session, g.actor, lambda: Answer(202, {"job": {"id": begin_undo(context, run)}, "run": run})
    )


def operations() -> Mapping[str, Mapping[str, Any]]:
    """What these addresses do, for the API's description."""
    ids = {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": MOST}
    body = {
        "ids": ids,
        "filter": {
            "type": "string",
            "description": "Instead of ids: a list's query, status=~open&q=caracas.",
        },
        "targets": {
            "type": "array",
            "items": {"type": "string"},
            "description": "contact, company, deal; kind: a contact or a company, as each lead is.",
        },
        "pipeline": {"type": "integer", "description": "The deals' pipeline."},
        "match": {
            "type": "boolean",
            "default": True,
            "description": "Leads go into known clients with the same document, e-mail or phone.",
        },
        "people": {**ids, "description": "Ids of the users who get what is made, in turn."},
    }
    return {
        CONVERT: {"post": _operation("leads.convertMany", "Convert many leads by a job", body, ["targets"])},
        UNDO: {
            "post": _operation(
                "conversions.undoRun",
                "Take the conversions of a run back by a job",
                {"run": {"type": "string"}},
                ["run"],
            )
        },
    }


def _operation(id: str, summary: str, body: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    schema = {"type": "object", "properties": body, "required": list(required)}
    return {
        "tags": ["leads"],
        "operationId": id,
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "202": {
                "description": "The job that does it",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _context() -> WriteContext:
    house, actor = current_house(), g.actor
    if not actor.may("leads", "convert"):
        raise ApiError(403, "forbidden", _("You may not convert leads."))
    return write_context(db.session(), house, actor, "api", decimal=".", date_order="ymd")


def _numbers(body: Mapping[str, Any], name: str) -> list[int]:
    given = body.get(name, [])
    is_list = isinstance(given, list) and len(given) <= MOST
    if not is_list or not all(isinstance(each, int) and 0 < each < 2**63 for each in given):
        raise ApiError(422, "invalid", _("“%(field)s” is a list of ids.", field=name))
    return list(dict.fromkeys(given))


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    given = body.get(name, [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise ApiError(422, "invalid", _("“%(field)s” is a list of names.", field=name))
    return list(dict.fromkeys(given))


def _text(body: Mapping[str, Any], name: str) -> str:
    given = body.get(name, "")
    if not isinstance(given, str):
        raise ApiError(422, "invalid", _("“%(field)s” is a text.", field=name))
    return given
