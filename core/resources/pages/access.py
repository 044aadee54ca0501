"""Why somebody can, or cannot, see a record and do things with it: the dialog on its page, and the same for programs."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.access.models import User
from core.access.why import Answer, may_ask, people_to_ask_about, why
from core.i18n import _
from core.resources.pages.here import Here, enter, is_htmx
from core.resources.read import Stored
from core.resources.rights import title_of
from core.rest.answers import ApiError, answered
from core.routing import id_of

API = "/api/v1"


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/access", "access", dialog)
    blueprint.add_url_rule(f"{API}{at}/<int:id>/access", "api_access", by_api)


def dialog(resource: str, id: int) -> ResponseReturnValue:
    """Choose a person, read what they may do with this record and why."""
    here = enter(resource)
    stored = here.record(id)
    people = people_to_ask_about(here.session, here.actor)
    user_id = request.args.get("user", here.actor.user_id, id_of)
    person = next((each for each in people if each.id == user_id), None)
    return render_template(
        "resources/access.html" if is_htmx() else "resources/access_page.html",
        here=here,
        title=title_of(here.resource, stored.record),
        people=people,
        person=person,
        answers=_answers(here, stored, person.id) if person is not None else (),
        action=f"{here.address_of(id)}/access",
        back=here.address_of(id),
    )


@answered
def by_api(resource: str, id: int) -> ResponseReturnValue:
    """`?user=` is a person's id or e-mail address; without it, who asks."""
    here = enter(resource)
    stored = here.record(id)
    user = _person(here, request.args.get("user", ""))
    if user is None or not may_ask(here.session, here.actor, user.id):
        raise ApiError(404, "not_found", _("There is nobody you may ask about by this name."))
    return jsonify(
        user={"id": user.id, "name": user.name},
        actions=[each.json() for each in _answers(here, stored, user.id)],
    )


def _person(here: Here, given: str) -> User | None:
    from core.access.service import find_user

    if not given:
        return here.session.get(User, here.actor.user_id)
    number = id_of(given) if given.isdecimal() and len(given) < 19 else None
    return here.session.get(User, number) if number is not None else find_user(here.session, given)


def _answers(here: Here, stored: Stored, user_id: int) -> list[Answer]:
    return why(here.session, here.house, here.resource, stored.record, user_id)
