"""The API described by itself: OpenAPI 3.1, made of the declarations when somebody first asks."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

import core
from core.access.web.describe import describe_access, describe_roles
from core.assignment.web.assigning import describe_assigning
from core.assignment.web.openapi import describe_assignment
from core.attributes.api import describe as describe_attributes
from core.house import House
from core.imports.web.openapi import describe_imports
from core.merging.openapi import describe_merging
from core.resources.declare import Resource
from core.rest.beside import describe_beside, describe_lying
from core.rest.schemas import parameters_of, required_of, schema_of

ERRORS = {
    "400": "Bad request",
    "401": "Not signed in",
    "403": "Not allowed",
    "404": "Not found",
    "409": "Conflict",
    "410": "Gone: merged into another record, which Location names",
    "412": "Changed meanwhile",
    "422": "Invalid",
    "429": "Too many requests",
}

_ONE = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
"""The parameter of every path of one record."""


def describe(house: House) -> dict[str, Any]:
    """The whole document for the resources that are on."""
    spec = APISpec(
        title="Prospecto",
        version=core.__version__,
        openapi_version="3.1.0",
        info={
            "description": "Records of the apps that are switched on. Sign in with a token: "
            "`Authorization: Bearer prt_…`."
        },
        security=[{"token": []}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Error", _error_schema())
    for code, text in ERRORS.items():
        spec.components.response(
            code, {"description": text, "content": _json({"$ref": "#/components/schemas/Error"})}
        )
    for resource in house.resources.values():
        _describe(spec, resource)
    _describe_lists(spec, house)
    besides = describe_imports(house.resources) | describe_attributes() | describe_beside(house.resources)
    besides |= describe_assignment() | describe_assigning(house.resources)
    besides |= describe_lying(house.resources.values())
    besides |= describe_roles() | describe_access(house.resources)
    for path, operations in besides.items():
        for operation in operations.values():
            operation["responses"] |= _errors("401", "403", "404", "422")
        spec.path(path, operations=operations)
    for path, operations in describe_merging(house.resources).items():
        for operation in operations.values():
            operation["responses"] |= _errors("400", "401", "403", "404", "409", "422")
        spec.path(path, operations=operations)
    _describe_apps(spec, house)
    return spec.to_dict()


def _describe_apps(spec: APISpec, house: House) -> None:
    """The addresses of apps beyond their resources; a description that is none is left out and noticed."""
    for plugin, paths in house.hooks.each("describe_api"):
        try:
            found = {path: {method: dict(told) for method, told in paths[path].items()} for path in paths}
            for operation in (each for operations in found.values() for each in operations.values()):
                operation["responses"] = {
                    **operation["responses"],
                    **_errors("400", "401", "403", "404", "409", "422"),
                }
            for path, operations in found.items():
                spec.path(path, operations=operations)
        except Exception as error:  # the guard around a plugin
            house.hooks.failed(plugin, "describe_api", error)


def _describe(spec: APISpec, resource: Resource) -> None:
    """A resource's two schemas and its paths: the collection, one record, what can be done with it."""
    read, write = f"{resource.name}.record", f"{resource.name}.input"
    spec.components.schema(read, schema_of(resource, written=False))
    spec.components.schema(write, schema_of(resource, written=True))
    record, whole = {"$ref": f"#/components/schemas/{read}"}, {"$ref": f"#/components/schemas/{write}"}
    _describe_collection(spec, resource, record, whole)
    _describe_record(spec, resource, record, whole)
    _describe_actions(spec, resource)
    _describe_looks(spec, resource)


def _describe_looks(spec: APISpec, resource: Resource) -> None:
    for look in (each for each in resource.looks if each.json is not None):
        answer = {"description": "As the list is now", "content": _json({"type": "object"})}
        operation = {
            "tags": [resource.name],
            "operationId": f"{resource.name}.{look.name}",
            "summary": str(look.label),
            "parameters": parameters_of(resource),
            "responses": {"200": answer, **_errors("401", "403", "422")},
        }
        spec.path(f"/api/v1/{resource.name}/{look.name}", operations={"get": operation})


def _describe_collection(
    spec: APISpec, resource: Resource, record: dict[str, Any], whole: dict[str, Any]
) -> None:
    name = resource.name
    spec.path(
        f"/api/v1/{name}",
        operations={
            "get": {
                "tags": [name],
                "operationId": f"{name}.list",
                "summary": f"List {name}",
                "parameters": parameters_of(resource),
                "responses": {
                    "200": {
                        "description": "A page of records",
                        "content": _json(
                            {
                                "type": "object",
                                "required": ["items", "next"],
                                "properties": {
                                    "items": {"type": "array", "items": record},
                                    "next": {"type": ["string", "null"]},
                                },
                            }
                        ),
                    },
                    **_errors("401", "403", "422"),
                },
            },
            "post": {
                "tags": [name],
                "operationId": f"{name}.create",
                "summary": f"Create one of {name}",
                "parameters": [_key()],
                "requestBody": {"required": True, "content": _json(required_of(whole, resource))},
                "responses": {
                    "201": {
                        "description": "Created",
                        "headers": {
                            "Location": {"schema": {"type": "string"}},
                            "ETag": {"schema": {"type": "string"}},
                        },
                        "content": _json(record),
                    },
                    **_errors("400", "401", "403", "409", "422"),
                },
            },
        },
    )


def _describe_record(
    spec: APISpec, resource: Resource, record: dict[str, Any], whole: dict[str, Any]
) -> None:
    name = resource.name
    spec.path(
        f"/api/v1/{name}/{{id}}",
        parameters=_ONE,
        operations={
            "get": {
                "tags": [name],
                "operationId": f"{name}.show",
                "summary": "Read a record",
                "responses": {
                    "200": {"description": "The record", "content": _json(record)},
                    **_errors("401", "403", "404", "410"),
                },
            },
            "patch": {
                "tags": [name],
                "operationId": f"{name}.change",
                "summary": "Change the fields named",
                "parameters": [_match()],
                "requestBody": {"required": True, "content": _json(whole)},
                "responses": {
                    "200": {"description": "The record as it is now", "content": _json(record)},
                    **_errors("400", "401", "403", "404", "409", "410", "412", "422"),
                },
            },
            "delete": {
                "tags": [name],
                "operationId": f"{name}.delete",
                "summary": "Delete a record",
                "parameters": [_match()],
                "responses": {
                    "204": {"description": "Deleted"},
                    **_errors("401", "403", "404", "409", "410", "412"),
                },
            },
        },
    )


def _describe_actions(spec: APISpec, resource: Resource) -> None:
    for action in resource.rest_actions:
        operation: dict[str, Any] = {
            "tags": [resource.name],
            "operationId": f"{resource.name}.{action.name}",
            "summary": str(action.label),
        }
        answer = _json({"type": "object"})
        if action.method == "GET":
            operation["responses"] = {
                "200": {"description": "As it is now", "content": answer},
                **_errors("401", "403", "404"),
            }
        else:
            body = {"type": "object", **({"properties": dict(action.body)} if action.body else {})}
            operation |= {
                "parameters": [_key()],
                "requestBody": {"required": False, "content": _json(body)},
                "responses": {
                    "200": {"description": "Done, now or before", "content": answer},
                    **_errors("400", "401", "403", "404", "409", "410", "422"),
                },
            }
        spec.path(
            f"/api/v1/{resource.name}/{{id}}/{action.name}",
            parameters=_ONE,
            operations={action.method.lower(): operation},
        )


def _describe_lists(spec: APISpec, house: House) -> None:
    if not house.lists:
        return
    value = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "name": {"type": "string"},
            "meaning": {"type": ["string", "null"]},
            "hue": {"type": "string"},
            "default": {"type": "boolean"},
        },
        "additionalProperties": {"description": "what else this list keeps of a value, by column"},
    }
    spec.path(
        "/api/v1/lists/{name}",
        operations={
            "get": {
                "tags": ["lists"],
                "operationId": "lists.show",
                "summary": "The values of a reference list",
                "parameters": [
                    {"name": "name", "in": "path", "required": True, "schema": {"enum": sorted(house.lists)}}
                ],
                "responses": {
                    "200": {
                        "description": "Its values in order",
                        "content": _json(
                            {"type": "object", "properties": {"items": {"type": "array", "items": value}}}
                        ),
                    },
                    **_errors("401", "404"),
                },
            }
        },
    )


def _key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "maxLength": 200},
        "description": "the same key and body again give the same answer and do nothing again",
    }


def _match() -> dict[str, Any]:
    return {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "the record's ETag",
    }


def _errors(*codes: str) -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/{code}"} for code in codes}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _error_schema() -> dict[str, Any]:
    text = {"type": "string"}
    problem = {"type": "object", "properties": {"code": text, "message": text}}
    return {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": text,
                    "message": text,
                    "fields": {"type": "object", "additionalProperties": {"type": "array", "items": problem}},
                },
            }
        },
    }
