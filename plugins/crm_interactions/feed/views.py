"""The calendar by its secret link, the part of the profile about it, and both in the API."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    ApiError,
    _,
    answered,
    current_house,
    db,
    flash_toast,
    public,
    public_address,
    wrong_link,
)
from plugins.crm_interactions.feed.links import made_at, make, with_reader, withdraw
from plugins.crm_interactions.feed.writing import calendar_of

AT = "/api/v1/calendar-link"
TASKS = "tasks"

blueprint = Blueprint("crm_interactions_feed", __name__, template_folder="../templates")


@blueprint.get("/feed/<secret>.ics")
@public
def calendar(secret: str) -> ResponseReturnValue:
    """The tasks of whoever made this link, to be read by a calendar program; 304 where it has them already."""
    session, house = db.session(), current_house()
    found = with_reader(session, house, secret, lambda reader: calendar_of(session, house, reader))
    if found is None:
        if wait := wrong_link("calendar"):
            return Response(status=429, headers={"Retry-After": str(wait)})
        abort(404)
    answer = Response(found, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="tasks.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(found).hexdigest()[:32])
    return answer.make_conditional(request)


@blueprint.post("/profile/calendar-link")
def make_link() -> ResponseReturnValue:
    """A new link, shown on the page that answers, once; the one before opens nothing any more."""
    address = _address(make(db.session(), _me()))
    db.session.commit()
    webcal = "webcal:" + address.partition(":")[2]
    return render_template("crm_interactions/calendar_link.html", address=address, webcal=webcal)


@blueprint.post("/profile/calendar-link/withdraw")
def withdraw_link() -> ResponseReturnValue:
    """The link opens nothing any more."""
    withdraw(db.session(), _me())
    db.session.commit()
    flash_toast(_("The link opens nothing any more."))
    return redirect(url_for("access.profile") + "#calendar-link")


@blueprint.get(AT)
@answered
def has_link() -> ResponseReturnValue:
    """Since when the caller has a link; the link itself is told only when it is made."""
    since = made_at(db.session(), _me())
    return jsonify(made_at=since.isoformat() if since else None)


@blueprint.post(AT)
@answered
def make_by_api() -> ResponseReturnValue:
    """A new link for the caller; the one before opens nothing any more."""
    _may_write()
    secret, since = make(db.session(), _me()), made_at(db.session(), _me())
    db.session.commit()
    return jsonify(url=_address(secret), made_at=since.isoformat() if since else None), 201


@blueprint.delete(AT)
@answered
def withdraw_by_api() -> ResponseReturnValue:
    """The caller's link opens nothing any more."""
    _may_write()
    withdraw(db.session(), _me())
    db.session.commit()
    return "", 204


def describe() -> dict[str, dict[str, Any]]:
    """The addresses below /api/v1, for the API's description."""
    link = {"url": {"type": "string"}, "made_at": {"type": ["string", "null"]}}
    since = {"made_at": link["made_at"]}

    def operation(id: str, summary: str, status: str, answer: dict[str, Any] | None) -> dict[str, Any]:
        told: dict[str, Any] = {"description": "Done"}
        if answer is not None:
            told["content"] = {"application/json": {"schema": {"type": "object", "properties": answer}}}
        return {
            "tags": ["calendar"],
            "operationId": f"calendar_link.{id}",
            "summary": summary,
            "responses": {status: told},
        }

    return {
        AT: {
            "get": operation("get", "Since when the caller's calendar has a link", "200", since),
            "post": operation("make", "Make or renew the link of the caller's calendar", "201", link),
            "delete": operation("withdraw", "Withdraw the link of the caller's calendar", "204", None),
        }
    }


def _address(secret: str) -> str:
    return public_address("crm_interactions_feed.calendar", secret=secret)


def _may_write() -> None:
    if g.actor.read_only:
        raise ApiError(403, "forbidden", _("This key may only read."))


def _me() -> int:
    """The reader, if tasks are theirs to see at all."""
    id: int | None = g.actor.user_id
    if id is None or not g.actor.may(TASKS, "view"):
        abort(404)
    return id
