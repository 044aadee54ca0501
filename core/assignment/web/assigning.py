"""Chosen records given out by the API: `POST /api/v1/<resource>/assign`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from core.assignment.dealing import AMONG
from core.assignment.rules import owner_field
from core.assignment.sharing import SHARE, in_their_order, offered_to
from core.assignment.web.body import known_only, user_of
from core.db import db
from core.house import House, current_house
from core.i18n import _
from core.resources.bulk import AT_ONCE, Deed, do
from core.resources.declare import Resource
from core.resources.pages.here import Here
from core.rest.answers import ApiError, answered
from core.rest.body import json_object
from core.rest.once import Answer, once
from core.rest.views import AT

NAMES = {"ids", "user", AMONG, "rule"}


def assigning_of(house: House) -> Blueprint:
    """The address for all resources whose records belong to somebody."""
    blueprint = Blueprint("assigning_api", __name__)
    owned = [name for name, each in house.resources.items() if each.owner is not None]
    if owned:
        rule = f"{AT}/<any({', '.join(map(repr, owned))}):resource>/assign"
        blueprint.add_url_rule(rule, "assign", assign, methods=["POST"])
    return blueprint


@answered
def assign(resource: str) -> ResponseReturnValue:
    """`{"ids": […]}` with one of `"user"` (null: nobody), `"among": [users]` in turn, `"rule": id` by its turns."""
    house = current_house()
    here = Here(house.resources[resource], house, db.session(), g.actor)
    if not here.may("assign"):
        raise ApiError(403, "forbidden", _("You may not do this."))
    body = json_object()
    known_only(body, NAMES)
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(
        isinstance(each, int) and not isinstance(each, bool) and 0 < each < 2**63 for each in ids
    ):
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a list of records’ ids.", field="ids"))
    if len(ids) > AT_ONCE:
        raise ApiError(422, "too_many", _("At most %(max)s records at once.", max=AT_ONCE))
    deed = _deed(here, body)

    def done() -> Answer:
        result = do(deed, here.resource, ids, here.writing("api"), undoable=False)
        failed = [{"id": id, "message": reason} for id, _title, reason in result.failed]
        return Answer(200, {"done": result.done, "skipped": result.skipped, "failed": failed})

    return once(here.session, here.actor, done)


def _deed(here: Here, body: Mapping[str, Any]) -> Deed:
    """What the body asks for. Raises ApiError."""
    owner = owner_field(here.resource)
    assert owner is not None
    ways = [name for name in ("user", AMONG, "rule") if name in body]
    if len(ways) != 1:
        raise ApiError(422, "invalid", _("Say one of “user”, “among” and “rule”."))
    if ways == ["user"]:
        user = None if body["user"] is None else {"id": user_of(here.formats, body["user"])}
        return Deed("assign", owner.name, user)
    offered = offered_to(here.session, here.resource, here.actor, here.formats.references)
    if ways == ["rule"]:
        if not any(each.id == body["rule"] for each in offered.rules):
            raise ApiError(422, "rule", _("There is no such rule."))
        return Deed(SHARE, owner.name, {"rule": body["rule"]})
    given = body[AMONG]
    people = [user_of(here.formats, each) for each in given] if isinstance(given, list) else []
    if not people or set(people) - {each.id for each in offered.people}:
        raise ApiError(422, "people", _("Choose people to whom you may give them and who may see them."))
    people = list(dict.fromkeys(people))
    return Deed(SHARE, owner.name, {AMONG: in_their_order(here.session, here.resource, people)})


def describe_assigning(resources: Mapping[str, Resource]) -> dict[str, dict[str, Any]]:
    """The path for each resource, in OpenAPI's words; errors are added by the caller."""
    id = {"type": "integer", "minimum": 1}
    user = {"description": "by id, e-mail or full name", "type": ["integer", "string", "null"]}
    properties = {
        "ids": {"type": "array", "items": id, "maxItems": AT_ONCE},
        "user": user,
        AMONG: {"type": "array", "items": user},
        "rule": id,
    }
    body = {"type": "object", "required": ["ids"], "properties": properties}
    failed = {"type": "object", "properties": {"id": id, "message": {"type": "string"}}}
    number = {"type": "integer"}
    told = {"done": number, "skipped": number, "failed": {"type": "array", "items": failed}}
    answer = {"application/json": {"schema": {"type": "object", "properties": told}}}
    return {
        f"/api/v1/{name}/assign": {
            "post": {
                "tags": [name],
                "operationId": f"{name}.assign",
                "summary": f"Give {name} to one person, in turn to several, or to the people of a rule",
                "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
                "responses": {"200": {"description": "What came of it", "content": answer}},
            }
        }
        for name, each in resources.items()
        if each.owner is not None
    }
