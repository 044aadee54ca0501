"""What is sent by mail, for programs: `/api/v1/reports/mail`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, Answer, ApiError, _, answered, json_object, once
from plugins.crm_reports.models import EVERY, WEEK, Schedule
from plugins.crm_reports.readers import reader_here
from plugins.crm_reports.schedules.keeping import (
    Wanted,
    is_own,
    keep_schedule,
    leave,
    log_of,
    people_of,
    remove_schedule,
    rest,
    schedule_for,
    schedules_of,
)
from plugins.crm_reports.schedules.sending import send_to

AT = "/api/v1/reports/mail"
ONE = f"{AT}/<int:id>"
NAMES: Mapping[str, type] = {
    "name": str,
    "report": str,
    "query": str,
    "dashboard": int,
    "every": str,
    "weekday": int,
    "day": int,
    "time": str,
    "zone": str,
    "people": list,
    "workbook": bool,
    "paused": bool,
}


def add_routes(blueprint: Blueprint) -> None:
    add = blueprint.add_url_rule
    add(AT, "api_schedules", listed)
    add(AT, "api_new_schedule", new, methods=["POST"])
    add(ONE, "api_schedule", one)
    add(ONE, "api_change_schedule", change, methods=["PATCH"])
    add(ONE, "api_remove_schedule", remove, methods=["DELETE"])
    add(f"{ONE}/try", "api_try_schedule", try_out, methods=["POST"])
    add(f"{ONE}/leave", "api_leave_schedule", leave_one, methods=["POST"])


@answered
def listed() -> ResponseReturnValue:
    """What the caller has sent, and what they get."""
    session, _reader, actor = reader_here()
    return jsonify(items=[_plain(session, each) for each in schedules_of(session, actor)])


@answered
def new() -> ResponseReturnValue:
    session, reader, actor = reader_here()
    usual = Wanted("", WEEK, 480, str(actor.zone), (actor.user_id or 0,))
    wanted, body = _wanted(usual)

    def do() -> Answer:
        made = keep_schedule(session, reader, actor, wanted)
        if body.get("paused"):
            rest(session, actor, made, True)
        return Answer(201, _plain(session, made), f"{AT}/{made.id}")

    return once(session, g.actor, do)


@answered
def one(id: int) -> ResponseReturnValue:
    """One of them; its maker and administrators learn what became of each mail."""
    session, _reader, actor = reader_here()
    schedule = _schedule(session, actor, id)
    log = [
        {
            "due": each.due_at.isoformat(),
            "user": each.user_id,
            "status": each.status,
            "note": each.note or None,
            "test": each.is_test,
        }
        for each in (log_of(session, schedule) if is_own(actor, schedule) else ())
    ]
    return jsonify(_plain(session, schedule) | {"log": log})


@answered
def change(id: int) -> ResponseReturnValue:
    session, reader, actor = reader_here()
    schedule = _schedule(session, actor, id)
    people = tuple(people_of(session, [id])[id])
    kept = Wanted(
        schedule.name,
        schedule.every,
        schedule.minute,
        schedule.zone,
        people,
        schedule.report,
        schedule.query,
        schedule.dashboard_id,
        schedule.weekday,
        schedule.day,
        schedule.workbook,
    )
    wanted, body = _wanted(kept)
    if set(body) - {"paused"}:
        keep_schedule(session, reader, actor, wanted, schedule)
    if "paused" in body:
        rest(session, actor, schedule, body["paused"])
    session.commit()
    return jsonify(_plain(session, schedule))


@answered
def remove(id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    remove_schedule(session, actor, _schedule(session, actor, id))
    session.commit()
    return "", 204


@answered
def try_out(id: int) -> ResponseReturnValue:
    """Send it to the caller now."""
    session, _reader, actor = reader_here()
    schedule = _schedule(session, actor, id)
    if actor.user_id is None or not is_own(actor, schedule):
        raise ApiError(403, "forbidden", _("Only who made it can do this."))
    send_to(session, schedule, actor.user_id)
    session.commit()
    return "", 202


@answered
def leave_one(id: int) -> ResponseReturnValue:
    """Get it no longer."""
    session, _reader, actor = reader_here()
    leave(session, actor, _schedule(session, actor, id))
    session.commit()
    return "", 204


def operations() -> Mapping[str, Mapping[str, Any]]:
    """What these addresses do, for the API's description."""
    json_types = {str: "string", int: "integer", bool: "boolean", list: "array"}
    properties: dict[str, Any] = {name: {"type": json_types[kind]} for name, kind in NAMES.items()}
    properties["every"]["enum"] = list(EVERY)
    properties["time"]["description"] = "Of the day in `zone`: 08:30."
    properties["people"]["items"] = {"type": "integer"}
    body = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "properties": properties}}},
    }

    def described(id: str, summary: str, status: str = "200", *, takes: bool = False) -> dict[str, Any]:
        content = {"content": {"application/json": {"schema": {"type": "object"}}}}
        answer = {"description": summary, **(content if status in ("200", "201") else {})}
        found = {
            "tags": ["reports"],
            "operationId": f"reportMail.{id}",
            "summary": summary,
            "responses": {status: answer},
        }
        return {**found, "requestBody": body} if takes else found

    return {
        AT: {
            "get": described("list", "Reports that are sent by mail"),
            "post": described("create", "Send a report or a dashboard by mail", "201", takes=True),
        },
        f"{AT}/{{id}}": {
            "get": described("get", "One of them, with its log"),
            "patch": described("change", "Change it, or let it rest", takes=True),
            "delete": described("remove", "Send it no longer", "204"),
        },
        f"{AT}/{{id}}/try": {"post": described("try", "Send it to oneself now", "202")},
        f"{AT}/{{id}}/leave": {"post": described("leave", "Get it no longer", "204")},
    }


def _wanted(base: Wanted) -> tuple[Wanted, dict[str, Any]]:
    """What the body says instead. Raises ApiError."""
    body = json_object()
    for name, value in body.items():
        if name not in NAMES:
            raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=name))
        if not isinstance(value, NAMES[name]) or (isinstance(value, bool) and NAMES[name] is not bool):
            raise ApiError(422, "invalid_type", _("“%(field)s” is not of its type.", field=name))
    said = {
        name: body[name] for name in NAMES if name in body and name not in ("time", "paused", "dashboard")
    }
    if "dashboard" in body:
        said |= {"dashboard_id": body["dashboard"], "report": None}
    elif "report" in body:
        said |= {"dashboard_id": None}
    if "people" in said:
        if not all(isinstance(each, int) and 0 < each < 2**63 for each in said["people"]):
            raise ApiError(422, "people", _("“%(field)s” is a list of ids.", field="people"))
        said["people"] = tuple(said["people"])
    if "time" in body:
        said["minute"] = _minute(body["time"])
    return Wanted(**asdict(base) | said), body


def _minute(text: str) -> int:
    hour, _colon, minute = text.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(text) == 5 and int(minute) < 60):
        raise ApiError(422, "time", _("A time is written as 08:30."))
    return int(hour) * 60 + int(minute)


def _schedule(session: Session, actor: Actor, id: int) -> Schedule:
    found = schedule_for(session, actor, id)
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _plain(session: Session, schedule: Schedule) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "name": schedule.name,
        "owner": schedule.owner_id,
        "report": schedule.report,
        "query": schedule.query,
        "dashboard": schedule.dashboard_id,
        "every": schedule.every,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "time": f"{schedule.minute // 60:02d}:{schedule.minute % 60:02d}",
        "zone": schedule.zone,
        "people": people_of(session, [schedule.id])[schedule.id],
        "workbook": schedule.workbook,
        "paused": schedule.paused,
        "next": schedule.next_at.isoformat() if schedule.next_at else None,
    }
