"""Assignment as the API describes it."""

from __future__ import annotations

from typing import Any

from core.assignment.keeping import MOST_NUMBER, MOST_WEIGHT, NAME_LENGTH
from core.assignment.rules import DOORS, METHODS

AT = "/api/v1/assignment"
_ID: dict[str, Any] = {"type": "integer", "minimum": 1}
_TEXT: dict[str, Any] = {"type": "string"}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_PATH: list[dict[str, Any]] = [{"name": "id", "in": "path", "required": True, "schema": _ID}]
_USER = {
    "description": "written by id, e-mail or full name, read as an object",
    "oneOf": [
        _TEXT,
        _ID,
        {"type": "object", "properties": {"id": _ID, "name": _TEXT, "email": {"type": ["string", "null"]}}},
    ],
}
_MOST = {"type": ["integer", "null"], "minimum": 1, "maximum": MOST_NUMBER}


def describe_assignment() -> dict[str, dict[str, Any]]:
    """{path: operations} of assignment; errors are added by the caller."""
    rule, absence = _rule(), _absence()
    rule_read = {"id": _ID, **rule, "broken": {"type": "boolean"}}
    absence_read = {"id": _ID, **absence}
    gone = {"204": {"description": "Deleted"}}
    return {
        f"{AT}/rules": {
            "get": _operation("rules", "The rules, each kind's in their order", _many(rule_read)),
            "post": _operation("add", "Make a rule", _one("201", rule_read), requestBody=_body(rule)),
        },
        f"{AT}/rules/{{id}}": {
            "get": _operation("rule", "One rule", _one("200", rule_read), parameters=_PATH),
            "patch": _operation(
                "change", "Change a rule", _one("200", rule_read), parameters=_PATH, requestBody=_body(rule)
            ),
            "delete": _operation("delete", "Delete a rule", gone, parameters=_PATH),
        },
        f"{AT}/rules/order": {
            "post": _operation(
                "order",
                "Put the rules of one kind of record into this order",
                _many(rule_read),
                requestBody=_body({"ids": {"type": "array", "items": _ID}}),
            )
        },
        f"{AT}/preview": {
            "get": _operation(
                "preview",
                "Of the last records, who would get which; nothing is given",
                _one("200", _trial()),
                parameters=_query("resource", "rule"),
            )
        },
        f"{AT}/log": {
            "get": _operation(
                "log",
                "Who got what, and why, the newest first",
                _many(_line(), {"before": {"type": ["integer", "null"]}}),
                parameters=_query("resource", "record", "user", "rule", "since", "until", "before"),
            )
        },
        f"{AT}/absences": {
            "get": _operation(
                "absences",
                "Who is away: all for who may change settings, else one's own",
                _many(absence_read),
            ),
            "post": _operation(
                "away",
                "Somebody is away; oneself where no user is named",
                _one("201", absence_read),
                requestBody=_body(absence),
            ),
        },
        f"{AT}/absences/{{id}}": {"delete": _operation("back", "Remove an absence", gone, parameters=_PATH)},
    }


def _rule() -> dict[str, Any]:
    person = {
        "user": _USER,
        "weight": {"type": "integer", "minimum": 1, "maximum": MOST_WEIGHT},
        "most_open": _MOST,
        "most_a_day": _MOST,
    }
    return {
        "resource": _TEXT,
        "name": {**_TEXT, "maxLength": NAME_LENGTH},
        "active": {"type": "boolean"},
        "filter": {**_TEXT, "description": "as behind the ? of a list: city=Coro&value.from=100"},
        "method": {"enum": list(METHODS)},
        "doors": {"type": "array", "items": {"enum": list(DOORS)}},
        "people": {"type": "array", "items": {"type": "object", "properties": person}},
    }


def _absence() -> dict[str, Any]:
    return {"user": _USER, "since": _DAY, "until": _DAY, "substitute": _USER}


def _line() -> dict[str, Any]:
    return {
        "id": _ID,
        "resource": _TEXT,
        "record": {"type": ["object", "null"], "properties": {"id": _ID, "name": _TEXT}},
        "user": _USER,
        "rule": {"type": ["integer", "null"]},
        "by": _USER,
        "source": _TEXT,
        "at": {"type": "string", "format": "date-time"},
        "reason": _TEXT,
    }


def _trial() -> dict[str, Any]:
    share = {"user": _USER, "count": {"type": "integer"}}
    dealt = {"id": _ID, "user": _USER, "rule": _ID, "reason": _TEXT}
    return {
        "records": {"type": "integer"},
        "left": {"type": "integer"},
        "people": {"type": "array", "items": {"type": "object", "properties": share}},
        "items": {"type": "array", "items": {"type": "object", "properties": dealt}},
    }


def _operation(name: str, summary: str, responses: dict[str, Any], **also: Any) -> dict[str, Any]:
    return {
        "tags": ["assignment"],
        "operationId": f"assignment.{name}",
        "summary": summary,
        "responses": responses,
        **also,
    }


def _query(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": _TEXT} for name in names]


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _json({"type": "object", "properties": properties})}


def _one(status: str, properties: dict[str, Any]) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties}
    return {status: {"description": "As it is now", "content": _json(shape)}}


def _many(properties: dict[str, Any], also: dict[str, Any] | None = None) -> dict[str, Any]:
    items = {"type": "array", "items": {"type": "object", "properties": properties}}
    return {
        "200": {
            "description": "Found",
            "content": _json({"type": "object", "properties": {"items": items, **(also or {})}}),
        }
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
