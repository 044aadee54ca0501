"""Merging as the API describes it."""

from __future__ import annotations

from typing import Any

from core.merging.plan import MOST
from core.resources.declare import Resource

_ID: dict[str, Any] = {"type": "integer", "minimum": 1}
_IDS: dict[str, Any] = {"type": "array", "items": _ID}
_CHOICES: dict[str, Any] = {"type": "object", "additionalProperties": _ID}


def describe_merging(resources: dict[str, Resource]) -> dict[str, dict[str, Any]]:
    """{path: operations} of merging; errors are added by the caller."""
    paths: dict[str, dict[str, Any]] = {}
    for name, resource in resources.items():
        if resource.identity:
            paths[f"/api/v1/{name}/merge"] = {"post": _merge(name)}
            paths[f"/api/v1/{name}/duplicates"] = {"get": _duplicates(resource)}
            paths[f"/api/v1/{name}/not-duplicates"] = {
                "post": _apart(name, "apart", "Remember that records are not the same"),
                "delete": _apart(name, "together", "Forget that records are not the same"),
            }
    if paths:
        paths["/api/v1/merges/{id}/undo"] = {"post": _undo()}
    return paths


def _merge(name: str) -> dict[str, Any]:
    properties = {
        "keep": _ID,
        "merge": _IDS | {"minItems": 1, "maxItems": MOST - 1},
        "from": _CHOICES | {"description": "of which record each of these fields keeps the value"},
        "main": _CHOICES | {"description": "whose main row stays the main one: {“addresses”: id}"},
        "values": {"type": "object", "description": "other values, as in PATCH"},
        "versions": _CHOICES | {"description": "{id: version}; refused where one has changed since"},
    }
    body = {
        "type": "object",
        "required": ["keep", "merge"],
        "additionalProperties": False,
        "properties": properties,
    }
    record = {"$ref": f"#/components/schemas/{name}.record"}
    merge = {"type": "object", "properties": {"id": _ID, "gone": _IDS}}
    return {
        "tags": [name],
        "operationId": f"{name}.merge",
        "summary": f"Make several {name} one",
        "parameters": [_key()],
        "requestBody": {"required": True, "content": _json(body)},
        "responses": {
            "200": _answer("The record that stays, and the merge", {"merge": merge, "record": record})
        },
    }


def _undo() -> dict[str, Any]:
    left = {"type": "array", "items": {"type": "string"}, "description": "what stays as it is, and why"}
    record = {"type": "object", "properties": {"id": _ID}}
    return {
        "tags": ["merges"],
        "operationId": "merges.undo",
        "summary": "Take a merge back",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": _ID}, _key()],
        "responses": {"200": _answer("Taken back", {"record": record, "back": _IDS, "left": left})},
    }


def _duplicates(resource: Resource) -> dict[str, Any]:
    names = [each.name for each in resource.identity]
    group = {
        "type": "object",
        "properties": {
            "key": {"enum": names},
            "value": {"type": "string"},
            "ids": _IDS,
            "count": {"type": "integer"},
        },
    }
    page = {"items": {"type": "array", "items": group}, "next": {"type": ["string", "null"]}}
    return {
        "tags": [resource.name],
        "operationId": f"{resource.name}.duplicates",
        "summary": "Groups of records that share a key, the largest first",
        "parameters": [
            {"name": "key", "in": "query", "schema": {"enum": names}},
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        ],
        "responses": {"200": _answer("A page of groups", page)},
    }


def _apart(name: str, verb: str, summary: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["ids"],
        "properties": {"ids": _IDS | {"minItems": 2, "maxItems": 20}},
    }
    return {
        "tags": [name],
        "operationId": f"{name}.{verb}",
        "summary": summary,
        "requestBody": {"required": True, "content": _json(body)},
        "responses": {"200": _answer("How many pairs", {"pairs": {"type": "integer"}})},
    }


def _key() -> dict[str, Any]:
    return {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}


def _answer(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": _json({"type": "object", "properties": properties})}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
