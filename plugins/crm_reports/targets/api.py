"""Targets for programs: `GET` and `PUT /api/v1/reports/targets`, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from core.api import ApiError, _, answered, json_object
from plugins.crm_reports.models import MONTH, SPANS
from plugins.crm_reports.readers import reader_here
from plugins.crm_reports.targets.goals import SET, goal_called, goals_of, is_shown, whose_called
from plugins.crm_reports.targets.keeping import Wish, history_of, set_targets
from plugins.crm_reports.targets.progress import Progress, current_targets, progress_of
from plugins.crm_reports.targets.spans import first_of

AT = "/api/v1/reports/targets"
CHANGES = f"{AT}/changes"
NAMES = frozenset({"report", "measure", "span", "currency", "values"})
MOST = 2000


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(AT, "api_targets", listed)
    blueprint.add_url_rule(AT, "api_set_targets", put, methods=["PUT"])
    blueprint.add_url_rule(CHANGES, "api_target_changes", changes)


@answered
def listed() -> ResponseReturnValue:
    """The targets of the period that holds the day `on` (today), with how far they are; `goals` is what can be aimed at."""
    session, reader, actor = reader_here()
    span, on = _span(request.args.get("span", MONTH)), _day(request.args.get("on", ""), reader.today)
    found = progress_of(session, reader, actor, current_targets(session, span, first_of(span, on)))
    return jsonify(
        items=[_plain(each) for each in found],
        goals=[
            {
                "report": goal.report.name,
                "measure": goal.measure.name,
                "label": goal.label,
                "better": goal.measure.good or None,
                "people": bool(goal.report.person),
            }
            for goal in goals_of(reader, actor)
        ],
    )


@answered
def put() -> ResponseReturnValue:
    """Set or take away targets: `{"report", "measure", "span", "values": [{"whose", "first", "value"}]}`, all or none."""
    session, reader, actor = reader_here()
    if not actor.may(*SET):
        raise ApiError(403, "forbidden", _("You may not set targets."))
    body = json_object()
    if unknown := sorted(set(body) - NAMES):
        raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=unknown[0]))
    goal = goal_called(reader, actor, f"{body.get('report')}.{body.get('measure')}")
    if goal is None:
        raise ApiError(422, "measure", _("There is no such measure."))
    span, rows = _span(body.get("span", MONTH)), body.get("values")
    if not isinstance(rows, list) or len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
        raise ApiError(422, "values", _("“%(field)s” is a list of objects.", field="values"))
    currency = body.get("currency") or reader.formats.currency
    if not isinstance(currency, str) or not (
        len(currency) == 3 and currency.isascii() and currency.isupper()
    ):
        raise ApiError(422, "currency", _("This is not a currency."))
    wishes = [
        Wish(
            whose_called(session, reader, str(row.get("whose", ""))),
            _day(row.get("first"), None),
            _number(row.get("value")),
        )
        for row in rows
    ]
    written = set_targets(session, actor, goal, span, wishes, currency)
    session.commit()
    return jsonify(changed=written)


@answered
def changes() -> ResponseReturnValue:
    """What was changed of a measure's targets (`report`, `measure`, `span`), newest first."""
    session, reader, actor = reader_here()
    goal = goal_called(reader, actor, f"{request.args.get('report')}.{request.args.get('measure')}")
    if goal is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return jsonify(
        items=[
            {
                "at": each.at.isoformat(),
                "by": each.actor_id,
                "whose": each.whose,
                "first": each.first.isoformat(),
                "before": _text(each.before),
                "after": _text(each.after),
                "currency": each.currency,
            }
            for each in history_of(session, goal, _span(request.args.get("span", MONTH)))
            if is_shown(actor, goal, whose_called(session, reader, each.whose))
        ]
    )


def operations() -> Mapping[str, Mapping[str, Any]]:
    """What these addresses do, for the API's description."""
    value = {
        "type": "object",
        "required": ["whose", "first", "value"],
        "properties": {
            "whose": {"type": "string", "description": "company, team:<id> or user:<id>"},
            "first": {"type": "string", "format": "date", "description": "The period's first day."},
            "value": {
                "type": ["string", "number", "null"],
                "description": "Shares in percent, times in days; null takes the target away.",
            },
        },
    }
    body = {
        "type": "object",
        "required": ["report", "measure", "values"],
        "properties": {
            "report": {"type": "string"},
            "measure": {"type": "string"},
            "span": {"type": "string", "enum": list(SPANS), "default": MONTH},
            "currency": {"type": "string"},
            "values": {"type": "array", "items": value, "maxItems": MOST},
        },
    }
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}
    span = {"name": "span", "in": "query", "schema": {"type": "string", "enum": list(SPANS)}}
    named = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("report", "measure")]
    day = {"name": "on", "in": "query", "schema": {"type": "string", "format": "date"}}
    common = {"tags": ["reports"], "responses": answer}
    return {
        AT: {
            "get": {
                **common,
                "operationId": "targets.list",
                "summary": "Targets and how far they are",
                "parameters": [span, day],
            },
            "put": {
                **common,
                "operationId": "targets.set",
                "summary": "Set targets",
                "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            },
        },
        CHANGES: {
            "get": {
                **common,
                "operationId": "targets.changes",
                "summary": "What was changed of targets",
                "parameters": [*named, span],
            }
        },
    }


def _plain(each: Progress) -> dict[str, Any]:
    return {
        "report": each.target.report,
        "measure": each.target.measure,
        "label": each.goal.label,
        "whose": each.target.whose,
        "name": each.whose.label,
        "span": each.target.span,
        "first": each.target.first.isoformat(),
        "last": each.last.isoformat(),
        "value": _text(each.target.value),
        "currency": each.target.currency,
        "so_far": _text(each.so_far),
        "pace": _text(each.pace),
        "forecast": _text(each.forecast),
        "standing": each.tone or None,
        "list": each.url or None,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(round(value, 2), "f")


def _span(text: Any) -> str:
    if text not in SPANS:
        raise ApiError(422, "span", _("A period is a week, month, quarter or year."))
    return str(text)


def _day(text: Any, usual: date | None) -> date:
    if not text and usual is not None:
        return usual
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise ApiError(422, "day", _("A day is written as 2026-03-01."))


def _number(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InvalidOperation
        return Decimal(str(value))
    except InvalidOperation:
        raise ApiError(422, "value", _("This is not a number.")) from None
