"""How the API's description tells of what stands beside records: stars, favourites, tags, notifications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.resources.declare import Resource
from core.rest.schemas import parameters_of

Operations = dict[str, dict[str, dict[str, Any]]]
"""{path: {method: operation}}; errors are added by who asks."""

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def describe_beside(resources: Iterable[str]) -> Operations:
    """The operations of every resource's star, and those of the person who asks."""
    found: Operations = {f"/api/v1/{name}/{{id}}/follow": _follow(name) for name in resources}
    found["/api/v1/favourites"] = {
        "get": _operation(
            "people", "favourites.list", "The caller's favourites in their order", _items("label", "url")
        )
    }
    found["/api/v1/tags"] = {
        "get": _operation(
            "tags",
            "tags.list",
            "All tags with their colours",
            _items("name", "hue"),
            [{"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 60}}],
        )
    }
    return found | _notifications()


def _notifications() -> Operations:
    listed = {
        "type": "object",
        "required": ["items", "next", "unread"],
        "properties": {
            "items": {"type": "array", "items": {"type": "object"}},
            "next": {"type": ["integer", "null"]},
            "unread": {"type": "integer"},
        },
    }
    which = [
        {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        {"name": "unread", "in": "query", "schema": {"type": "boolean"}},
    ]
    one = {"type": "object", "properties": {"id": {"type": "integer"}}}
    choice = {
        "type": "object",
        "properties": {
            "bell": {"type": "boolean"},
            "mail": {"type": "string", "enum": ["at_once", "daily", "never"]},
        },
    }
    choices = {
        "type": "object",
        "properties": {
            "hour": {"type": "integer", "minimum": 0, "maximum": 23},
            "kinds": {"type": "object", "additionalProperties": choice},
        },
    }
    at = "/api/v1/notifications"
    return {
        at: {"get": _told("list", "What the caller was told, newest first", listed, which)},
        f"{at}/read": {
            "post": _told("read", "Mark all read, or the one of this id", _count("read"))
            | {"requestBody": {"required": False, "content": _json(one)}}
        },
        f"{at}/unread": {
            "post": _told("unread", "Mark the one of this id not read again", _count("unread"))
            | {"requestBody": {"required": True, "content": _json(one)}}
        },
        f"{at}/choices": {
            "get": _told("choices", "What the caller wants to hear, and when by mail", choices),
            "patch": _told("choose", "Change some of what the caller wants to hear", choices)
            | {"requestBody": {"required": True, "content": _json(choices)}},
        },
    }


def _told(
    id: str, summary: str, answer: dict[str, Any], parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return _operation("notifications", f"notifications.{id}", summary, answer, parameters)


def _count(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "integer"}}}


def describe_lying(resources: Iterable[Resource]) -> Operations:
    """The addresses of what lies beside the records of resources with a timeline: `/leads/{id}/interactions`."""
    known = list(resources)
    found: Operations = {}
    for kind in (each for each in known if each.beside_field is not None):
        record = {"$ref": f"#/components/schemas/{kind.name}.record"}
        for name in (each.name for each in known if each.timeline):
            items = {"type": "object", "properties": {"items": {"type": "array", "items": record}}}
            listed = _operation(kind.name, f"{name}.{kind.name}.list", f"List {kind.name} beside one", items)
            made = _operation(
                kind.name, f"{name}.{kind.name}.create", f"Write {kind.name} beside one", record
            )
            made["responses"]["201"] = made["responses"].pop("200")
            body = {"$ref": f"#/components/schemas/{kind.name}.input"}
            made |= {"requestBody": {"required": True, "content": _json(body)}}
            listed["parameters"], made["parameters"] = [ID, *parameters_of(kind)], [ID]
            found[f"/api/v1/{name}/{{id}}/{kind.name}"] = {"get": listed, "post": made}
    return found


def _follow(name: str) -> dict[str, dict[str, Any]]:
    answer = {"type": "object", "properties": {"following": {"type": "boolean"}}}
    return {
        "post": _operation(name, f"{name}.follow", "Follow one", answer, [ID]),
        "delete": _operation(name, f"{name}.unfollow", "Follow it no longer", answer, [ID]),
    }


def _operation(
    tag: str,
    id: str,
    summary: str,
    answer: dict[str, Any],
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "tags": [tag],
        "operationId": id,
        "summary": summary,
        "parameters": parameters or [],
        "responses": {"200": {"description": "Done", "content": _json(answer)}},
    }


def _items(*names: str) -> dict[str, Any]:
    properties = {"id": {"type": "integer"}} | {name: {"type": "string"} for name in names}
    return {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": {"type": "object", "properties": properties}}},
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
