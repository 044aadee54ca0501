"""How the API's description tells of imports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.imports.models import ON_DUPLICATE

RUN: dict[str, Any] = {
    "type": "object",
    "description": "How an import stands; `counts` of what was done, `checked` of a trial, the first bad rows in `errors`.",
    "properties": {
        "id": {"type": "integer"},
        "resource": {"type": "string"},
        "filename": {"type": "string"},
        "state": {"enum": ["mapping", "checked", "running", "done", "undoing", "undone"]},
        "counts": {"type": ["object", "null"]},
        "checked": {"type": ["object", "null"]},
        "undone": {
            "type": ["object", "null"],
            "properties": {name: {"type": "integer"} for name in ("removed", "restored", "kept")},
        },
        "undone_at": {"type": ["string", "null"], "format": "date-time"},
        "job": {"type": ["object", "null"]},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


PREVIEW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "removes": {"type": "object", "additionalProperties": {"type": "integer"}},
        "restores": {"type": "object", "additionalProperties": {"type": "integer"}},
        "touched": {"type": "integer"},
        "records": {"type": "array", "items": {"type": "object"}},
    },
}

ID: dict[str, Any] = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}


def describe_imports(resources: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Operations by path; errors are named by their codes alone."""
    answer = {"content": {"application/json": {"schema": RUN}}}
    form = {
        "type": "object",
        "required": ["file", "resource"],
        "properties": {
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
            "resource": {"enum": sorted(resources)},
            "on_duplicate": {"enum": list(ON_DUPLICATE)},
            "mapping": {
                "type": "string",
                "description": "JSON object: column name to field name, '' to leave it out",
            },
            "keys": {
                "type": "string",
                "description": "what records are recognised by, with commas: document, email, phone, name, id",
            },
            "constants": {
                "type": "string",
                "description": "JSON object: field name to the text of rows that say nothing themselves",
            },
            "encoding": {"type": "string"},
            "separator": {"type": "string"},
            "sheet": {"type": "string"},
            "dry_run": {"enum": ["0", "1"]},
        },
    }
    return {
        "/api/v1/imports": {
            "post": {
                "tags": ["imports"],
                "operationId": "imports.create",
                "summary": "Bring in a CSV or XLSX file",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
                "responses": {
                    "201": {"description": "Done", **answer},
                    "202": {"description": "Goes on in the background", **answer},
                },
            }
        },
        "/api/v1/imports/{id}": {
            "get": {
                "tags": ["imports"],
                "operationId": "imports.show",
                "summary": "How an import stands",
                "parameters": [ID],
                "responses": {"200": {"description": "The import", **answer}},
            }
        },
        "/api/v1/imports/{id}/undo": {
            "get": {
                "tags": ["imports"],
                "operationId": "imports.undo_preview",
                "summary": "What taking an import back would do",
                "parameters": [ID],
                "responses": {
                    "200": {
                        "description": "Records removed and put back by resource, and those touched since",
                        "content": {"application/json": {"schema": PREVIEW}},
                    }
                },
            },
            "post": {
                "tags": ["imports"],
                "operationId": "imports.undo",
                "summary": "Take an import back",
                "parameters": [ID],
                "responses": {
                    "200": {"description": "Done", **answer},
                    "202": {"description": "Goes on in the background", **answer},
                },
            },
        },
        **{
            f"/api/v1/imports/{{id}}/{deed}": {
                "post": {
                    "tags": ["imports"],
                    "operationId": f"imports.{deed}",
                    "summary": summary,
                    "parameters": [ID],
                    "responses": {"200": {"description": "The import", **answer}},
                }
            }
            for deed, summary in (
                ("pause", "Let an import at work rest"),
                ("resume", "A resting or cut-off import goes on"),
            )
        },
    }
