"""The star of a record and the pins of the navigation: follow, keep at hand, and neither any more."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.house import current_house
from core.i18n import _
from core.records.following import (
    MOST_FAVOURITES,
    favourites_of,
    follow,
    followers_of,
    is_favourite,
    keep_at_hand,
    order_favourites,
    put_away,
    remove_favourite,
    unfollow,
)
from core.records.views import views_of
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import Here, enter, go_back, is_htmx, onward
from core.rest.answers import answered

API = "/api/v1"


@dataclass(frozen=True)
class Star:
    """Who follows a record, as the star tells: the reader, and how many in all."""

    on: bool
    names: tuple[str, ...]
    kept: bool


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/follow", "follow", press_star, methods=["POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/favourite", "favourite", pin_record, methods=["POST"])
    blueprint.add_url_rule(f"{at}/views/<int:id>/favourite", "favourite_view", pin_view, methods=["POST"])
    blueprint.add_url_rule("/favourites/order", "order_favourites", order, methods=["POST"])
    blueprint.add_url_rule("/favourites/<int:id>/remove", "remove_favourite", remove, methods=["POST"])
    blueprint.add_url_rule(f"{API}{at}/<int:id>/follow", "api_follow", by_api, methods=["POST", "DELETE"])
    blueprint.add_url_rule(f"{API}/favourites", "api_favourites", listed, methods=["GET"])


def star_of(here: Here, id: int) -> Star:
    """The star of a record for its reader."""
    people = followers_of(here.session, here.resource.name, id)
    me = here.actor.user_id
    return Star(
        any(user_id == me for user_id, _name in people),
        tuple(name for _user_id, name in people),
        is_favourite(here.session, me, here.resource.name, id),
    )


def press_star(resource: str, id: int) -> ResponseReturnValue:
    """Follow where `on` is 1, else no longer; answers the star."""
    here, user_id = _at(resource, id)
    change = follow if request.form.get("on") == "1" else unfollow
    change(here.session, resource, id, user_id)
    here.session.commit()
    if not is_htmx():
        return onward(here.address_of(id))
    return render_template("resources/parts/star.html", address=here.address_of(id), star=star_of(here, id))


def pin_record(resource: str, id: int) -> ResponseReturnValue:
    """Keep a record in the navigation where `on` is 1, else no longer."""
    here, user_id = _at(resource, id)
    try:
        change = keep_at_hand if request.form.get("on") == "1" else put_away
        change(here.session, user_id, resource, record_id=id)
        here.session.commit()
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, tone="bad")
    return onward(here.address_of(id))


def pin_view(resource: str, id: int) -> ResponseReturnValue:
    """Keep one of the saved views that the person sees in the navigation, or no longer."""
    here = enter(resource)
    user_id = _user(here)
    view = next((each for each in views_of(here.session, resource, user_id) if each.id == id), None)
    if view is None:
        abort(404)
    try:
        change = keep_at_hand if request.form.get("on") == "1" else put_away
        change(here.session, user_id, resource, view_id=id)
        here.session.commit()
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, tone="bad")
    return onward(f"{here.address}?view=s{id}&{view.query}")


def order() -> ResponseReturnValue:
    """The order of the reader's favourites: `id`, repeated."""
    actor = g.get("actor", ANONYMOUS)
    if actor.user_id is None:
        abort(403)
    given = request.form.getlist("id")[:MOST_FAVOURITES]
    ids = [int(id) for id in given if id.isdecimal() and len(id) < 19]
    order_favourites(db.session(), actor.user_id, ids)
    db.session.commit()
    return "", 204


def remove(id: int) -> ResponseReturnValue:
    """Take one out of the reader's favourites, and go back to where they are."""
    user_id = g.get("actor", ANONYMOUS).user_id
    if user_id is not None:
        remove_favourite(db.session(), user_id, id)
        db.session.commit()
    return go_back()


@answered
def by_api(resource: str, id: int) -> ResponseReturnValue:
    """POST follows, DELETE does so no longer."""
    here, user_id = _at(resource, id)
    change = follow if request.method == "POST" else unfollow
    change(here.session, resource, id, user_id)
    here.session.commit()
    return jsonify(following=request.method == "POST")


@answered
def listed() -> ResponseReturnValue:
    """The caller's favourites in their order."""
    actor = g.get("actor", ANONYMOUS)
    found = favourites_of(db.session(), current_house(), actor)
    return jsonify(items=[{"id": each.id, "label": each.label, "url": each.url} for each in found])


def _at(resource: str, id: int) -> tuple[Here, int]:
    here = enter(resource)
    here.record(id)
    return here, _user(here)


def _user(here: Here) -> int:
    if here.actor.user_id is None:
        abort(403)
    if here.actor.read_only:
        raise Refused(_("This key may only read."), "forbidden")
    return here.actor.user_id
