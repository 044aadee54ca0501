"""Schemas of a resource's records, and the parameters of its list, for the API's description of itself."""

from __future__ import annotations

from typing import Any

from core.fields import Tags
from core.resources.declare import Child, Field, Resource


def schema_of(resource: Resource, *, written: bool) -> dict[str, Any]:
    """What a record of the resource looks like when it is read, or when it is written."""
    fields = {field.name: _field(field) for field in resource.fields if field.writable or not written}
    fields |= {child.name: _rows(child, written=written) for child in resource.children}
    if written:
        return {"type": "object", "additionalProperties": False, "properties": fields}
    moment = {"type": "string", "format": "date-time"}
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            **fields,
            "created_at": moment,
            "updated_at": moment,
            "version": {"type": "integer"},
        },
    }


def required_of(schema: dict[str, Any], resource: Resource) -> dict[str, Any]:
    """The schema, with what a new record cannot do without."""
    names = [field.name for field in resource.fields if field.required and field.writable]
    return {"allOf": [schema, {"type": "object", "required": names}]} if names else schema


def parameters_of(resource: Resource) -> list[dict[str, Any]]:
    """What a list may be asked for: words, order, page and every filter."""

    def asked(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
        return {"name": name, "in": "query", "schema": schema, "description": text}

    text = {"type": "string"}
    own = [
        asked("q", text, "words to be found"),
        asked("sort", text, "a field, `-` before it for descending"),
        asked("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "records a page"),
        asked("cursor", text, "`next` of the page before"),
    ]
    filters = [
        asked(field.name, {"type": "array", "items": text}, f"{field.label}: any of these; `~empty`, `~any`")
        for field in resource.fields
        if field.kind.operators or isinstance(field.kind, Tags)
    ]
    return [
        *own,
        *filters,
        *(
            asked(each.name, {"type": "array", "items": text}, str(each.label))
            for each in resource.extra_filters
        ),
    ]


def _rows(child: Child, *, written: bool) -> dict[str, Any]:
    """The rows that hang on a record; what is written replaces them all."""
    row: dict[str, Any] = {
        "type": "object",
        "properties": {
            "id": {"type": ["integer", "null"] if written else "integer"},
            **({"is_main": {"type": "boolean"}} if child.has_main else {}),
            **{field.name: _field(field) for field in child.fields},
        },
    }
    if not written:
        return {"title": str(child.plural), "type": "array", "items": row}
    row["additionalProperties"] = False
    return {
        "title": str(child.plural),
        "type": "array",
        "maxItems": child.most,
        "items": row,
        "description": "Replaces all: rows with an `id` are changed (fields not named stay), rows without one are "
        "made, those not named are removed."
        + (" The main row's values are the record's own." if child.has_main else ""),
    }


def _field(field: Field) -> dict[str, Any]:
    return {"title": str(field.label), **field.kind.schema()}
