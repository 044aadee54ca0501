"""The addresses of the mode, as OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.crm_clients.mode.asking import BODY
from plugins.crm_clients.mode.rest import AT


def operations() -> Mapping[str, Mapping[str, Any]]:
    """{path: {method: operation}}."""
    body = {"type": "object", "required": ["mode"], "additionalProperties": False, "properties": dict(BODY)}
    told = {"type": "object"}
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}

    def operation(
        name: str, summary: str, *codes: str, parameters: Any = (), sent: Any = None
    ) -> dict[str, Any]:
        answer = {"description": summary, "content": {"application/json": {"schema": told}}}
        found: dict[str, Any] = {
            "tags": ["mode"],
            "operationId": f"mode.{name}",
            "summary": summary,
            "parameters": list(parameters),
            "responses": {code: answer for code in codes or ("200",)},
        }
        if sent is not None:
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
        return found

    return {
        AT: {
            "get": operation("show", "The CRM mode and its last changes"),
            "post": operation("change", "Change the mode", "200", "202", parameters=[key], sent=body),
        },
        f"{AT}/preview": {"post": operation("preview", "What a change of mode would do", sent=body)},
        f"{AT}/undo": {
            "post": operation("undo", "Take the last change of mode back", "200", "202", parameters=[key])
        },
        f"{AT}/undo/preview": {"post": operation("undo_preview", "What taking it back would do")},
        f"{AT}/rest": {
            "post": operation("rest", "Try what the last change has left once more", "202", parameters=[key])
        },
        f"{AT}/changes/{{id}}": {"get": operation("change_of", "One change of mode", parameters=[number])},
    }
