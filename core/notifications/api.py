"""Notifications in the API: the caller's own, read and not read, and what they want to hear."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from core.access.web.gate import actor
from core.db import db
from core.formats import formats_for
from core.house import current_house
from core.i18n import _
from core.notifications.digest import hour_of, set_hour
from core.notifications.lines import lines_of
from core.notifications.models import AT_ONCE, DAILY, NEVER
from core.notifications.service import choices_of, choose, mark_read, mark_unread, page_of, unread_count
from core.resources.context import Problem
from core.rest.answers import ApiError, answered, not_valid
from core.rest.body import json_object
from core.routing import LARGEST_ID, id_of

AT = "/api/v1/notifications"
WHENS = (AT_ONCE, DAILY, NEVER)

blueprint = Blueprint("notifications_api", __name__, url_prefix=AT)


@blueprint.get("")
@answered
def listed() -> ResponseReturnValue:
    """A page of the caller's notifications: `?before=<id>`, `?unread=true`."""
    before, only = request.args.get("before", type=id_of), request.args.get("unread") in ("true", "1")
    session, me = db.session(), _me()
    found, older = page_of(session, me, before, unread=only)
    items = [
        {
            "id": line.id,
            "kind": line.kind,
            "text": line.text,
            "url": line.url,
            "at": line.moment.isoformat(),
            "read": line.is_read,
        }
        for line in lines_of(session, current_house(), formats_for(session, actor()), found)
    ]
    return jsonify(items=items, next=older, unread=unread_count(session, me))


@blueprint.post("/read")
@answered
def read() -> ResponseReturnValue:
    """Marks all read, or the one whose `id` is given in the body."""
    count = mark_read(db.session(), _me(), _id_of_body())
    db.session.commit()
    return jsonify(read=count)


@blueprint.post("/unread")
@answered
def unread() -> ResponseReturnValue:
    """Marks the one whose `id` is given in the body not read again."""
    id = _id_of_body()
    if id is None:
        abort(422)
    count = mark_unread(db.session(), _me(), id)
    db.session.commit()
    return jsonify(unread=count)


@blueprint.get("/choices")
@answered
def choices() -> ResponseReturnValue:
    """What the caller wants of each kind, and the hour of the day's mail."""
    return jsonify(_choices())


@blueprint.patch("/choices")
@answered
def save_choices() -> ResponseReturnValue:
    """Changes some of it: `{"hour": 8, "kinds": {"followed": {"bell": true, "mail": "daily"}}}`."""
    body, session, house = json_object(), db.session(), current_house()
    now = {kind.name: (bell, mail) for kind, bell, mail in choices_of(session, house, _me())}
    wanted, problems = _read_kinds(body.pop("kinds", {}), now)
    hour = body.pop("hour", None)
    if hour is not None and (isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23):
        problems.append(Problem("hour", _("An hour is a number from 0 to 23."), "out_of_range"))
    problems += [Problem(name, _("There is no such field."), "unknown_field") for name in body]
    if problems:
        raise not_valid(problems)
    choose(session, house, _me(), wanted)
    if hour is not None:
        set_hour(session, _me(), hour)
    session.flush()
    answer = _choices()
    session.commit()
    return jsonify(answer)


def _choices() -> dict[str, Any]:
    found = choices_of(db.session(), current_house(), _me())
    return {
        "hour": hour_of(db.session(), _me()),
        "kinds": {
            kind.name: {"label": str(kind.label), "bell": bell, "mail": mail} for kind, bell, mail in found
        },
    }


def _read_kinds(
    sent: Any, now: dict[str, tuple[bool, str]]
) -> tuple[dict[str, tuple[bool, str]], list[Problem]]:
    """What is wanted of each kind that is named; what is not said of it stays."""
    wanted, problems = {}, []
    if not isinstance(sent, dict):
        return {}, [Problem("kinds", _("This is no JSON object."), "wrong_type")]
    for name, choice in sent.items():
        if name not in now or not isinstance(choice, dict):
            problems.append(Problem(f"kinds.{name}", _("There is no such field."), "unknown_field"))
            continue
        bell, mail = choice.get("bell", now[name][0]), choice.get("mail", now[name][1])
        if not isinstance(bell, bool) or mail not in WHENS:
            says = _("“bell” is true or false, “mail” one of %(words)s.", words=", ".join(WHENS))
            problems.append(Problem(f"kinds.{name}", says, "wrong_type"))
            continue
        wanted[name] = (bell, mail)
    return wanted, problems


def _id_of_body() -> int | None:
    body = request.get_json(silent=True) or {}
    id = body.get("id") if isinstance(body, dict) else None
    if id is not None and (not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= LARGEST_ID):
        abort(422)
    return id


def _me() -> int:
    if actor().read_only and request.method != "GET":
        raise ApiError(403, "forbidden", _("This key may only read."))
    id = actor().user_id
    if id is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return id
