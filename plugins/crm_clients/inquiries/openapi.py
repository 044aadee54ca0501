"""The addresses of inquiries, as OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.crm_clients.inquiries.declare import KINDS
from plugins.crm_clients.inquiries.models import REFUSED, TAKEN
from plugins.crm_clients.inquiries.reading import OTHERS, TEXTS, UTM
from plugins.crm_clients.inquiries.rest import AT


def operations() -> Mapping[str, Mapping[str, Any]]:
    """{path: {method: operation}}."""
    text = {"type": ["string", "null"]}
    named = {"type": ["string", "integer", "object", "null"], "description": "by name or id"}
    properties: dict[str, Any] = {
        "kind": {"enum": [name for name, _label in KINDS], "default": "api"},
        **{name: {**text, "maxLength": limit} for name, limit in TEXTS.items()},
        **{name: named for name in OTHERS},
        "value": {"type": ["string", "number", "null"]},
        "currency": text,
        **{name: text for name in UTM},
        "values": {
            "type": "object",
            "description": "further fields of the lead, or in simple mode of the client and the deal",
        },
    }
    inquiry = {"type": "object", "additionalProperties": False, "properties": properties}
    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
    kept = _content(_kept_schema())
    pages = [
        {"name": "status", "in": "query", "schema": {"enum": [TAKEN, REFUSED]}},
        {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 1}},
    ]
    page = {"items": {"type": "array", "items": _kept_schema()}, "next": {"type": ["integer", "null"]}}
    return {
        AT: {
            "post": _operation(
                "take",
                "Take an inquiry in: a lead, or in simple mode a client and a deal",
                {"201": {"description": "Taken in", "content": kept}},
                [key],
                inquiry,
            ),
            "get": _operation(
                "list",
                "Inquiries as they came in, newest first",
                {
                    "200": {
                        "description": "A page",
                        "content": _content({"type": "object", "properties": page}),
                    }
                },
                pages,
            ),
        },
        f"{AT}/{{id}}": {
            "get": _operation(
                "show", "One inquiry", {"200": {"description": "It", "content": kept}}, [identity]
            ),
            "delete": _operation("drop", "Forget one", {"204": {"description": "Forgotten"}}, [identity]),
        },
        f"{AT}/{{id}}/replay": {
            "post": _operation(
                "replay",
                "Send a refused inquiry in again, with what the body names in place of what was said",
                {"200": {"description": "Taken in, now or before", "content": kept}},
                [identity, key],
                inquiry,
            )
        },
    }


def _kept_schema() -> dict[str, Any]:
    record = {
        "type": "object",
        "properties": {
            "resource": {"type": "string"},
            "id": {"type": "integer"},
            "title": {"type": "string"},
            "is_new": {"type": "boolean"},
            "url": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "kind": {"type": "string"},
            "mode": {"enum": ["classic", "simple"]},
            "status": {"enum": [TAKEN, REFUSED]},
            "attached": {"type": "boolean", "description": "it went to something that was open already"},
            "records": {"type": "array", "items": record},
            "problems": {"type": "array", "items": {"type": "object"}},
        },
    }


def _operation(
    name: str,
    summary: str,
    responses: dict[str, Any],
    parameters: list[dict[str, Any]],
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "tags": ["inquiries"],
        "operationId": f"inquiries.{name}",
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    }
    if body is not None:
        told["requestBody"] = {"required": name == "take", "content": _content(body)}
    return told


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
