"""How the API's description tells of roles, of shared records, and of who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Operations = dict[str, dict[str, dict[str, Any]]]
"""{path: {method: operation}}; errors are added by who asks."""

ROLES = "/api/v1/roles"
RIGHTS = {"type": "object", "additionalProperties": {"type": "object"}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
SHARE_ID = {**ID, "name": "share_id"}


def describe_roles() -> Operations:
    """The operations for the API's description."""
    sheet = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            **{name: {"type": "string"} for name in ("name", "label")},
            "administrator": {"type": "boolean"},
            "grants": RIGHTS,
            "statuses": RIGHTS,
        },
    }
    listed = {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": sheet}},
    }
    change = _operation("roles", "change", "Set rights of a role", sheet, [ID])
    change["requestBody"] = {
        "required": True,
        "content": _json({"type": "object", "properties": {"grants": RIGHTS, "statuses": RIGHTS}}),
    }
    return {
        ROLES: {"get": _operation("roles", "list", "Roles and what each may do", listed, [])},
        f"{ROLES}/{{id}}": {"get": _operation("roles", "get", "One role", sheet, [ID]), "patch": change},
    }


def describe_access(resources: Iterable[str]) -> Operations:
    """With whom each record is shared, and who may do what with it and why."""
    found: Operations = {}
    who = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    share = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "user": who,
            "team": who,
            "may_edit": {"type": "boolean"},
            "by": {"type": ["string", "null"]},
        },
    }
    wanted = {
        "type": "object",
        "properties": {
            "user": {"type": "integer", "description": "A person’s id; either this or a team."},
            "team": {"type": "integer"},
            "may_edit": {"type": "boolean", "default": False},
        },
    }
    action = {
        "type": "object",
        "properties": {
            "action": {"type": "string"},
            "allowed": {"type": "boolean"},
            "reasons": {"type": "array", "items": {"type": "string"}},
        },
    }
    asked = {"type": "object", "properties": {"user": who, "actions": {"type": "array", "items": action}}}
    person = {"name": "user", "in": "query", "schema": {"type": "string", "maxLength": 254}}
    for name in resources:
        at = f"/api/v1/{name}/{{id}}"
        make = _operation(name, "share", "Share one with a person or a team", share, [ID])
        make["requestBody"] = {"required": True, "content": _json(wanted)}
        make["responses"] = {"201": make["responses"]["200"]}
        listed = {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": share}},
        }
        found[f"{at}/shares"] = {
            "get": _operation(name, "shares", "With whom one is shared", listed, [ID]),
            "post": make,
        }
        end = _operation(name, "unshare", "Share it with them no longer", {}, [ID, SHARE_ID])
        end["responses"] = {"204": {"description": "Done"}}
        found[f"{at}/shares/{{share_id}}"] = {"delete": end}
        found[f"{at}/access"] = {
            "get": _operation(name, "access", "What a person may do with one, and why", asked, [ID, person])
        }
    return found


def _operation(
    tag: str, name: str, summary: str, answer: dict[str, Any], parameters: list[Any]
) -> dict[str, Any]:
    return {
        "tags": [tag],
        "operationId": f"{tag}.{name}",
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": {"description": "Done", "content": _json(answer)}},
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
