"""How the API's description tells of automation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.crm_automation.rest import AT

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
STEP = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
RULE = {
    "type": "object",
    "properties": {
        "resource": {"type": "string"},
        "name": {"type": "string", "maxLength": 80},
        "active": {"type": "boolean"},
        "owner": {"description": "in whose name it works: id, e-mail or name; by default the caller"},
        "trigger": {**STEP, "description": "its kind, and what that kind asks, by name"},
        "filter": {"type": "string", "description": "as behind the ? of a list"},
        "actions": {"type": "array", "maxItems": 10, "items": STEP},
        "imports": {"type": "boolean", "description": "also for what imports bring and change"},
    },
}
IDS = {
    "type": "object",
    "required": ["ids"],
    "properties": {"ids": {"type": "array", "items": {"type": "integer"}}},
}
ANY = {"type": "object"}


def operations() -> Mapping[str, Mapping[str, Any]]:
    """The operations below /api/v1/automation."""
    one = f"{AT}/rules/{{id}}"
    return {
        f"{AT}/rules": {
            "get": _operation("rules", "The rules in their order", _list("id", "name")),
            "post": _operation("make", "Make a rule", ANY, body=RULE, status="201"),
        },
        f"{AT}/rules/order": {"post": _operation("order", "Put the rules into this order", ANY, body=IDS)},
        one: {
            "get": _operation("read", "One rule", ANY, [ID]),
            "patch": _operation("change", "Change what the body names", ANY, [ID], RULE),
            "delete": _operation("delete", "Delete a rule; its log stays", None, [ID], status="204"),
        },
        f"{one}/dry-run": {
            "post": _operation("dry_run", "What it would have done in the last 30 days", ANY, [ID])
        },
        f"{one}/run": {"post": _operation("run", "Try it on these records now", ANY, [ID], IDS)},
        f"{AT}/runs": {"get": _operation("runs", "What rules did, the newest first", _list("id"), _asked())},
        f"{AT}/runs/{{id}}/retry": {"post": _operation("retry", "Have a failed run done again", ANY, [ID])},
        f"{AT}/export": {"get": _operation("export", "All rules, for another installation", ANY)},
        f"{AT}/import": {"post": _operation("import", "Take rules in, switched off", ANY, body=ANY)},
    }


def _asked() -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1}
    found = [{"name": name, "in": "query", "schema": number} for name in ("rule", "record", "before")]
    results = {"type": "string", "enum": ["done", "skipped", "failed", "stopped"]}
    return [
        *found,
        {"name": "resource", "in": "query", "schema": {"type": "string"}},
        {"name": "result", "in": "query", "schema": results},
    ]


def _list(*names: str) -> dict[str, Any]:
    item = {"type": "object", "required": list(names)}
    return {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": item}},
    }


def _operation(
    name: str,
    summary: str,
    answer: Mapping[str, Any] | None,
    parameters: list[dict[str, Any]] | None = None,
    body: Mapping[str, Any] | None = None,
    status: str = "200",
) -> dict[str, Any]:
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    told: dict[str, Any] = {
        "tags": ["automation"],
        "operationId": f"automation.{name}",
        "summary": summary,
        "parameters": parameters or [],
        "responses": {status: {"description": summary, **content}},
    }
    if body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return told
