"""Custom attributes for programs: what there are, and for administrators how they are made, changed, deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from core.access.web.gate import actor
from core.admin.settings import EDIT
from core.attributes import service
from core.attributes.checking import GIVEN
from core.attributes.definitions import PREFIX
from core.attributes.models import Attribute
from core.attributes.types import TYPES
from core.db import db
from core.house import current_house
from core.i18n import _
from core.resources.context import Problem, Refused
from core.rest.answers import ApiError, answered, not_valid
from core.rest.body import json_object

AT = "/api/v1/attributes"
NAMES = {"type": "kind"}
"""What the API calls otherwise than the table does."""


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(AT, "list", list_attributes, methods=["GET"])
    blueprint.add_url_rule(AT, "create", create, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/<int:id>", "change", change, methods=["PATCH"])
    blueprint.add_url_rule(f"{AT}/<int:id>", "delete", delete, methods=["DELETE"])


def told(attribute: Attribute, uses: int | None = None) -> dict[str, Any]:
    """An attribute as programs read it; `field` is what records call it."""
    found = {
        "id": attribute.id,
        "key": attribute.key,
        "field": PREFIX + attribute.key,
        "name": attribute.name,
        "description": attribute.description or "",
        "type": attribute.kind,
        "multiple": attribute.multiple,
        "required": attribute.required,
        "resources": list(attribute.resources),
        "choices": list(attribute.choices),
        "position": attribute.position,
    }
    return found if uses is None else {**found, "uses": uses}


@answered
def list_attributes() -> ResponseReturnValue:
    """All attributes in their order, for whoever is signed in or brings a token."""
    return jsonify(items=[told(each) for each in service.attributes_of(db.session())])


@answered
def create() -> ResponseReturnValue:
    _require()
    given = _given()
    session = db.session()
    try:
        attribute, _undo = service.create(session, current_house(), given)
    except Refused as refused:
        raise _as_problem(refused) from refused
    session.commit()
    return jsonify(told(attribute)), 201


@answered
def change(id: int) -> ResponseReturnValue:
    """Change what the body names."""
    _require()
    given = _given()
    session = db.session()
    try:
        service.change(session, current_house(), id, given)
    except Refused as refused:
        raise _as_problem(refused) from refused
    session.commit()
    return jsonify(told(service.attribute_of(session, id)))


@answered
def delete(id: int) -> ResponseReturnValue:
    """Take an attribute out of everything, with its values."""
    _require()
    session = db.session()
    try:
        service.delete(session, id)
    except Refused as refused:
        raise _as_problem(refused) from refused
    session.commit()
    return "", 204


def describe() -> dict[str, dict[str, Any]]:
    """The paths in OpenAPI's words, by path and method."""
    text, flag = {"type": "string"}, {"type": "boolean"}
    choice = {"type": "object", "properties": {"key": text, "name": text, "hue": text}}
    written = {
        "name": {**text, "maxLength": 120},
        "description": text,
        "type": {"enum": sorted(TYPES)},
        "multiple": flag,
        "required": flag,
        "resources": {"type": "array", "items": text},
        "choices": {"type": "array", "items": choice},
    }
    whole = {"type": "integer"}
    read = {"id": whole, "key": text, "field": text, **written, "position": whole}
    body = {"required": True, "content": _json({"type": "object", "properties": written})}
    one = {"description": "The attribute", "content": _json({"type": "object", "properties": read})}
    many = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"type": "object", "properties": read}}},
    }
    id = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
    return {
        AT: {
            "get": _operation(
                "list", "The custom attributes", {"200": {"description": "In order", "content": _json(many)}}
            ),
            "post": _operation("create", "Make an attribute", {"201": one}, requestBody=body),
        },
        AT + "/{id}": {
            "patch": _operation(
                "change", "Change an attribute", {"200": one}, requestBody=body, parameters=id
            ),
            "delete": _operation(
                "delete",
                "Delete an attribute with its values",
                {"204": {"description": "Deleted"}},
                parameters=id,
            ),
        },
    }


def _operation(name: str, summary: str, responses: dict[str, Any], **also: Any) -> dict[str, Any]:
    return {
        "tags": ["attributes"],
        "operationId": f"attributes.{name}",
        "summary": summary,
        "responses": responses,
        **also,
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _require() -> None:
    if not actor().may(*EDIT):
        raise ApiError(403, "forbidden", _("You may not do this."))


def _given() -> dict[str, Any]:
    """The body by column. Raises ApiError for names and types that mean nothing here."""
    body = json_object()
    problems = []
    for name, value in body.items():
        if NAMES.get(name, name) not in GIVEN or name == "kind":
            problems.append(Problem(name, _("There is no such field."), "unknown_field"))
        elif not _fits(name, value):
            problems.append(Problem(name, _("This is not a value of this field’s type."), "invalid_type"))
    if problems:
        raise not_valid(problems)
    return {NAMES.get(name, name): value for name, value in body.items()}


def _fits(name: str, value: Any) -> bool:
    if name in ("multiple", "required"):
        return isinstance(value, bool)
    if name == "resources":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if name == "choices":
        return isinstance(value, list) and all(
            isinstance(each, dict) and all(isinstance(part, str) for part in each.values()) for each in value
        )
    return isinstance(value, str) or (name == "description" and value is None)


def _as_problem(refused: Refused) -> Exception:
    """What was refused of one field as a problem of it; what there is no attribute for as absent."""
    if refused.code == "gone":
        return ApiError(404, "not_found", _("There is nothing here."))
    names = {column: name for name, column in NAMES.items()}
    if refused.code in GIVEN:
        return not_valid([Problem(names.get(refused.code, refused.code), refused.message)])
    return not_valid([Problem("name", refused.message, refused.code)]) if refused.code == "taken" else refused
