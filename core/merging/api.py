"""Merging by the API: `POST /api/v1/<resource>/merge`, its way back, candidates, and pairs that are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.house import House, current_house
from core.i18n import _
from core.merging.apart import bring_together, keep_apart
from core.merging.candidates import groups_of
from core.merging.here import id_in
from core.merging.models import Merge
from core.merging.rights import may_merge, reached
from core.merging.service import Wishes, merge
from core.merging.undo import part
from core.resources.context import Refused
from core.resources.pages.here import Here
from core.resources.read import find
from core.rest.answers import ApiError, answered
from core.rest.body import json_object
from core.rest.once import Answer, once
from core.rest.views import AT

NAMES = {"keep", "merge", "values", "from", "main", "versions"}


def api_of(house: House) -> Blueprint:
    """The addresses of merging for all resources that can be merged."""
    blueprint = Blueprint("merging_api", __name__)
    blueprint.add_url_rule(f"{AT}/merges/<int:id>/undo", "undo", undo, methods=["POST"])
    mergeable = [name for name, each in house.resources.items() if each.identity]
    if mergeable:
        at = f"{AT}/<any({', '.join(map(repr, mergeable))}):resource>"
        blueprint.add_url_rule(f"{at}/merge", "merge", merge_records, methods=["POST"])
        blueprint.add_url_rule(f"{at}/duplicates", "duplicates", duplicates, methods=["GET"])
        blueprint.add_url_rule(f"{at}/not-duplicates", "apart", apart, methods=["POST", "DELETE"])
    return blueprint


@answered
def merge_records(resource: str) -> ResponseReturnValue:
    """Make records one: `{"keep": id, "merge": [ids], "values": {field: value}, "from": {field: id}, "main": {child: id}}`."""
    here = _enter(resource)
    body = json_object()
    if unknown := sorted(set(body) - NAMES):
        raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=unknown[0]))
    keep, gone = _id(body.get("keep"), "keep"), _ids(body.get("merge"), "merge")
    if keep in gone:
        raise ApiError(422, "invalid", _("The record that stays cannot also go."))
    wishes = Wishes(
        _choices(body, "from"),
        _choices(body, "main"),
        _object(body, "values"),
        {id: version for text, version in _choices(body, "versions").items() if (id := id_in(text))},
    )

    def do() -> Answer:
        context = here.writing("api", decimal=".", date_order="ymd")
        row = merge(context, here.resource, keep, gone, wishes)
        stored = find(here.session, here.resource, keep, children=True)
        told = stored.json(here.formats) if stored else {"id": keep}
        return Answer(200, {"merge": {"id": row.id, "gone": row.gone_ids}, "record": told})

    return once(here.session, here.actor, _told_as_missing(do))


@answered
def undo(id: int) -> ResponseReturnValue:
    """Take a merge back; answers what came back and what could not be as it was."""
    session, actor, house = db.session(), g.get("actor", ANONYMOUS), current_house()
    row = session.get(Merge, id)
    resource = house.resources.get(row.resource) if row is not None else None
    if row is None or resource is None or not actor.may(resource.name, "view"):
        raise _absent()
    here = Here(resource, house, session, actor)

    def do() -> Answer:
        done = part(here.writing("api", decimal=".", date_order="ymd"), id)
        left = [str(each) for each in done.left]
        return Answer(200, {"record": {"id": done.record_id}, "back": list(done.back_ids), "left": left})

    return once(session, actor, _told_as_missing(do))


@answered
def duplicates(resource: str) -> ResponseReturnValue:
    """Groups of records that share a key, the largest first: `?key=document&cursor=`."""
    here = _enter(resource)
    keys = {each.name: each for each in here.resource.identity}
    name = request.args.get("key", here.resource.identity[0].name)
    if name not in keys:
        raise ApiError(
            422, "invalid", _("There is no such key; there are: %(known)s.", known=", ".join(keys))
        )
    try:
        page = groups_of(
            here.session,
            here.house,
            here.resource,
            keys[name],
            here.actor,
            cursor=request.args.get("cursor", ""),
        )
    except ValueError:
        raise ApiError(422, "cursor", _("This is no cursor of this list.")) from None
    items = [
        {"key": name, "value": group.value, "ids": [each.id for each in group.records], "count": group.count}
        for group in page.groups
    ]
    return jsonify(items=items, next=page.next)


@answered
def apart(resource: str) -> ResponseReturnValue:
    """Remember (POST) or forget (DELETE) that records are not the same: `{"ids": [1, 2]}`."""
    here = _enter(resource)
    ids = _ids(json_object().get("ids"), "ids")
    found = reached(here.session, here.resource, ids, here.actor, here.house)
    if len(found) < len(set(ids)):
        raise _absent()
    records = [(resource, id) for id in ids]
    if request.method == "DELETE":
        number = bring_together(here.session, records)
    else:
        number = keep_apart(here.session, records, here.actor.user_id)
    here.session.commit()
    return jsonify(pairs=number)


def _enter(resource: str) -> Here:
    house = current_house()
    here = Here(house.resources[resource], house, db.session(), g.get("actor", ANONYMOUS))
    if not here.may("view") or not may_merge(here.resource, here.actor):
        raise ApiError(403, "forbidden", _("You may not do this."))
    return here


def _told_as_missing(do: Any) -> Any:
    """A record that is not there, or out of sight, is 404 here as everywhere in the API."""

    def told() -> Answer:
        try:
            answer: Answer = do()
        except Refused as refused:
            if refused.code == "absent":
                raise _absent() from None
            if refused.code in ("number", "choice"):
                raise ApiError(422, refused.code, refused.message) from None
            raise
        return answer

    return told


def _id(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a record’s id.", field=name))
    return value


def _ids(value: Any, name: str) -> list[int]:
    if not isinstance(value, list) or not value or len(value) > 100:
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a list of records’ ids.", field=name))
    return [_id(each, name) for each in value]


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError(422, "invalid_type", _("“%(field)s” must be an object.", field=name))
    return value


def _choices(body: Mapping[str, Any], name: str) -> dict[str, int]:
    return {key: _id(value, f"{name}.{key}") for key, value in _object(body, name).items()}


def _absent() -> ApiError:
    return ApiError(404, "not_found", _("There is nothing here."))
