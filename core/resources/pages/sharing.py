"""Sharing a record with a person or a team: the dialog on its page, and the same for programs."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.access.models import Team
from core.access.sharing import may_share, share, shares_on, unshare
from core.fields.references import USERS
from core.i18n import Text, _
from core.resources.context import Problem, Refused
from core.resources.pages.here import Here, enter, is_htmx
from core.resources.read import Stored
from core.resources.rights import title_of
from core.rest.answers import ApiError, answered, not_valid
from core.rest.body import json_object

API = "/api/v1"
MOST_TEAMS = 500


def add_routes(blueprint: Blueprint, at: str) -> None:
    one = f"{at}/<int:id>"
    blueprint.add_url_rule(f"{one}/share", "share", dialog, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/share/<int:share_id>/remove", "unshare", remove, methods=["POST"])
    blueprint.add_url_rule(f"{API}{one}/shares", "api_shares", by_api, methods=["GET", "POST"])
    blueprint.add_url_rule(
        f"{API}{one}/shares/<int:share_id>", "api_unshare", remove_by_api, methods=["DELETE"]
    )


def dialog(resource: str, id: int) -> ResponseReturnValue:
    """GET asks with whom, and shows with whom already; POST shares."""
    here, stored = _at(resource, id)
    if request.method == "GET":
        return _shown(here, stored)
    kind, _colon, number = request.form.get("with", "").partition(":")
    target = int(number) if number.isdecimal() and len(number) < 19 else None
    try:
        share(
            here.writing(),
            here.resource,
            stored.record,
            user_id=target if kind == "person" else None,
            team_id=target if kind == "team" else None,
            may_edit=request.form.get("may") == "edit",
        )
    except Refused as refused:
        here.session.rollback()
        return _shown(here, here.record(id), refused.message), 422
    here.session.commit()
    return _done(here, id)


def remove(resource: str, id: int, share_id: int) -> ResponseReturnValue:
    """POST: share it with them no longer."""
    here, stored = _at(resource, id)
    unshare(here.writing(), here.resource, stored.record, share_id)
    here.session.commit()
    return _done(here, id)


@answered
def by_api(resource: str, id: int) -> ResponseReturnValue:
    """GET lists the shares; POST `{"user": id | "team": id, "may_edit": false}` makes or changes one."""
    here, stored = _at(resource, id)
    if request.method == "GET":
        return jsonify(items=[each.json() for each in shares_on(here.session, here.resource, id)])
    body = json_object()
    row = share(
        here.writing("api"),
        here.resource,
        stored.record,
        user_id=_number(body, "user"),
        team_id=_number(body, "team"),
        may_edit=_flag(body),
    )
    here.session.commit()
    found = next(each for each in shares_on(here.session, here.resource, id) if each.id == row.id)
    return jsonify(found.json()), 201


@answered
def remove_by_api(resource: str, id: int, share_id: int) -> ResponseReturnValue:
    here, stored = _at(resource, id)
    if not unshare(here.writing("api"), here.resource, stored.record, share_id):
        raise ApiError(404, "not_found", _("There is nothing here."))
    here.session.commit()
    return "", 204


def _at(resource: str, id: int) -> tuple[Here, Stored]:
    """The record, for who may share it: another's is absent, one that is only shared to them is not theirs to share."""
    here = enter(resource)
    stored = here.record(id)
    if not may_share(here.resource, stored.record, here.actor, here.house):
        abort(403)
    return here, stored


def _done(here: Here, id: int) -> ResponseReturnValue:
    if not is_htmx():
        return redirect(f"{here.address_of(id)}/share")
    answer = make_response(_shown(here, here.record(id)))
    answer.headers["HX-Trigger"] = "record-changed"
    return answer


def _shown(here: Here, stored: Stored, wrong: Text = "") -> str:
    teams = here.session.execute(sa.select(Team.id, Team.name).order_by(Team.name).limit(MOST_TEAMS))
    owner = getattr(stored.record, here.resource.owner) if here.resource.owner else None
    return render_template(
        "resources/share.html" if is_htmx() else "resources/share_page.html",
        here=here,
        title=title_of(here.resource, stored.record),
        people=[
            item
            for item in here.formats.references.items(USERS)
            if item.active and item.id not in (owner, here.actor.user_id)
        ],
        teams=teams.all(),
        shares=shares_on(here.session, here.resource, stored.id),
        action=f"{here.address_of(stored.id)}/share",
        back=here.address_of(stored.id),
        wrong=wrong,
    )


def _number(body: dict[str, object], name: str) -> int | None:
    value = body.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63):
        return value
    raise not_valid([Problem(name, _("This is not a value of this field’s type."), "invalid_type")])


def _flag(body: dict[str, object]) -> bool:
    value = body.get("may_edit", False)
    if isinstance(value, bool):
        return value
    raise not_valid([Problem("may_edit", _("This is not a value of this field’s type."), "invalid_type")])
