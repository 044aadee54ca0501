"""The API of a resource: list, read, create, change, delete, and the actions it declares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.fields import Formats
from core.house import House, current_house
from core.i18n import _
from core.merging.trail import led_on
from core.resources import read
from core.resources.children import Rows, children_json, children_of, know_rows
from core.resources.closing import require_open
from core.resources.context import Problem, WriteContext
from core.resources.criteria import Condition
from core.resources.declare import Resource, RestAction
from core.resources.listed import Listed
from core.resources.pages.here import Here
from core.resources.query import Page, fetch_page
from core.resources.write import change, create, delete
from core.rest.answers import ApiError, answered, not_valid
from core.rest.body import fields_of, json_object, list_query
from core.rest.once import Answer, once

AT = "/api/v1"
BESIDES = ("created_at", "updated_at", "version")


def api_of(house: House) -> Blueprint:
    """The API of all resources of a house; what is off is not there."""
    blueprint = Blueprint("api", __name__)
    if house.resources:
        at = f"{AT}/<any({', '.join(map(repr, house.resources))}):resource>"
        blueprint.add_url_rule(at, "list", list_records, methods=["GET"])
        blueprint.add_url_rule(at, "create", create_record, methods=["POST"])
        blueprint.add_url_rule(f"{at}/<int:id>", "show", show_record, methods=["GET"])
        blueprint.add_url_rule(f"{at}/<int:id>", "change", change_record, methods=["PATCH"])
        blueprint.add_url_rule(f"{at}/<int:id>", "delete", delete_record, methods=["DELETE"])
        blueprint.add_url_rule(f"{at}/<int:id>/<name>", "act", act_on_record, methods=["POST"])
        blueprint.add_url_rule(f"{at}/<int:id>/<name>", "tell", tell_of_record, methods=["GET"])
        for kind in (each.name for each in house.resources.values() if each.beside_field):
            given, beside = {"kind": kind}, f"{at}/<int:id>/{kind}"
            blueprint.add_url_rule(beside, f"list-{kind}", list_beside, defaults=given, methods=["GET"])
            blueprint.add_url_rule(beside, f"create-{kind}", create_beside, defaults=given, methods=["POST"])
    for resource in house.resources.values():
        for look in (each for each in resource.looks if each.json is not None):
            given = {"resource": resource.name, "name": look.name}
            at = f"{AT}/{resource.name}/{look.name}"
            blueprint.add_url_rule(
                at, f"look-{resource.name}-{look.name}", look_at, defaults=given, methods=["GET"]
            )
    return blueprint


@answered
def list_records(resource: str) -> ResponseReturnValue:
    """A page of records: `?q=&sort=&limit=&cursor=&<field>=`."""
    return _listed(_enter(resource, "view"))


@answered
def list_beside(resource: str, id: int, kind: str) -> ResponseReturnValue:
    """The records of another kind that lie beside this one, with the filters of their own list."""
    _beside(resource, id)
    here = _enter(kind, "view")
    field = here.resource.beside_field
    return _listed(here, Condition(field.name, "is", (f"{resource}/{id}",)) if field else None)


@answered
def create_beside(resource: str, id: int, kind: str) -> ResponseReturnValue:
    """Write a record beside this one; the body need not name it, and names no other."""
    _beside(resource, id)
    here = _enter(kind, "create")
    field, body = here.resource.beside_field, json_object()
    place = {"resource": resource, "id": id}
    if field is not None:
        if body.setdefault(field.name, place) != place:
            raise not_valid([Problem(field.name, _("The address names another record."), "another")])
    return _created(here, body)


def _beside(resource: str, id: int) -> None:
    """The record is there, for who asks, and others may lie beside it; else 404."""
    there = _enter(resource, "view")
    if not there.resource.timeline:
        raise _absent()
    _stored(there, id)


def _listed(here: Here, also: Condition | None = None) -> ResponseReturnValue:
    query = list_query(here.resource)
    if also is not None:
        query = replace(query, conditions=(*query.conditions, also))
    try:
        page = fetch_page(
            here.session,
            here.resource,
            query,
            here.resource.fields,
            _writing(here).reading,
            here.actor,
            extra=BESIDES,
        )
    except ValueError:
        raise ApiError(422, "cursor", _("This is no cursor of this list.")) from None
    if page.problems:
        raise not_valid(page.problems)
    rows = children_of(here.session, here.resource, [row.id for row in page.rows])
    know_rows(here.resource, rows, here.formats)
    return jsonify(
        items=[_row(page, row, here.resource, rows, here.formats) for row in page.rows], next=page.next
    )


@answered
def look_at(resource: str, name: str) -> ResponseReturnValue:
    """What a resource's own picture of its list tells (`looks`): the filters are those of the list."""
    here = _enter(resource, "view")
    look = next((each for each in here.resource.looks if each.name == name and each.json), None)
    if look is None or look.json is None:
        raise _absent()
    reading = _writing(here).reading
    query = list_query(here.resource)
    listed = Listed(here.session, here.resource, query, reading, here.actor, f"{AT}/{resource}")
    try:
        return jsonify(look.json(listed))
    except Exception as error:  # the guard around a plugin
        plugin = here.house.plugin_behind(look.json, here.resource.plugin)
        here.house.hooks.failed(plugin, f"look {name}", error)
        raise ApiError(500, "failed", _("This could not be shown.")) from error


@answered
def show_record(resource: str, id: int) -> ResponseReturnValue:
    here = _enter(resource, "view")
    stored = _stored(here, id)
    return _told(stored, here.formats)


@answered
def create_record(resource: str) -> ResponseReturnValue:
    return _created(_enter(resource, "create"), json_object())


def _created(here: Here, body: dict[str, Any]) -> ResponseReturnValue:
    require_open(here.session, here.resource)

    def do() -> Answer:
        record = create(here.resource, fields_of(here.resource, body), _writing(here))
        here.session.flush()
        at = f"{request.script_root}{AT}/{here.resource.name}/{record.id}"
        if not here.may_with(record, "view"):  # a rule gave it to somebody out of one's reach
            return Answer(201, {"id": record.id}, at)
        stored = _stored(here, record.id)
        return Answer(201, stored.json(here.formats), at, _etag(stored))

    return once(here.session, here.actor, do)


@answered
def change_record(resource: str, id: int) -> ResponseReturnValue:
    """Change the fields that the body names; `If-Match` with the record's ETag makes sure that nobody else has."""
    here = _enter(resource, "edit")
    stored = _stored(here, id, "edit")
    _check_version(stored)
    raw = fields_of(
        here.resource, json_object(), lambda field: field.kind.json(stored.value(field), here.formats)
    )
    change(here.resource, stored.record, raw, _writing(here))
    here.session.commit()
    if not here.may_with(
        stored.record, "view"
    ):  # given to somebody, or brought into a status, out of one's reach
        return "", 204
    return _told(_stored(here, id), here.formats)


@answered
def delete_record(resource: str, id: int) -> ResponseReturnValue:
    here = _enter(resource, "delete")
    stored = _stored(here, id, "delete")
    _check_version(stored)
    delete(here.resource, [stored.record], _writing(here))
    here.session.commit()
    return "", 204


@answered
def act_on_record(resource: str, id: int, name: str) -> ResponseReturnValue:
    """What a resource declares beyond reading and writing (`rest_actions`)."""
    here = _enter(resource, "view")
    action = _action(here, name, "POST")
    stored = _stored(here, id, action.permission)
    body = json_object(required=False)
    return once(
        here.session, here.actor, lambda: Answer(200, dict(action.run(_writing(here), stored.record, body)))
    )


@answered
def tell_of_record(resource: str, id: int, name: str) -> ResponseReturnValue:
    """What a resource declares to be told of a record beyond its fields."""
    here = _enter(resource, "view")
    action = _action(here, name, "GET")
    return jsonify(dict(action.run(_writing(here), _stored(here, id, action.permission).record, {})))


def _action(here: Here, name: str, method: str) -> RestAction:
    for each in here.resource.rest_actions:
        if (each.name, each.method) == (name, method):
            return each
    raise _absent()


def _enter(resource: str, action: str) -> Here:
    house = current_house()
    here = Here(house.resources[resource], house, db.session(), g.get("actor", ANONYMOUS))
    if not here.actor.may(resource, action):
        raise ApiError(403, "forbidden", _("You may not do this."))
    return here


def _stored(here: Here, id: int, action: str = "view") -> read.Stored:
    """The record; another's answers exactly as a missing one, one that was merged with the place of what it became."""
    found = read.find(here.session, here.resource, id, children=True)
    if found is None and (into := led_on(here.session, here.resource, id)) is not None:
        place = f"{request.script_root}{AT}/{here.resource.name}/{into}"
        raise ApiError(
            410, "merged", _("This record was merged into number %(id)s.", id=into), location=place
        )
    if found is None or not here.may_with(found.record, "view"):
        raise _absent()
    if action != "view" and not here.may_with(found.record, action):
        raise ApiError(403, "forbidden", _("You may not do this to this record."))
    return found


def _writing(here: Here) -> WriteContext:
    """The surroundings of a write by the API: numbers and dates are read as JSON's world writes them."""
    return here.writing("api", decimal=".", date_order="ymd")


def _row(page: Page, row: Any, resource: Resource, children: Rows, formats: Formats) -> dict[str, Any]:
    found: dict[str, Any] = {"id": row.id}
    for field in resource.fields:
        found[field.name] = field.kind.json(page.value(row, field), formats)
    own = {name: by_record.get(row.id, ()) for name, by_record in children.items()}
    return {
        **found,
        **children_json(resource, own, formats),
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "version": row.version,
    }


def _told(stored: read.Stored, formats: Formats) -> ResponseReturnValue:
    answer = jsonify(stored.json(formats))
    answer.headers["ETag"] = _etag(stored)
    return answer


def _etag(stored: read.Stored) -> str:
    return f'"{stored.id}-{stored.record.version}"'


def _check_version(stored: read.Stored) -> None:
    wanted = request.headers.get("If-Match", "")
    if (
        wanted
        and wanted != "*"
        and _etag(stored) not in [each.strip().removeprefix("W/") for each in wanted.split(",")]
    ):
        raise ApiError(412, "changed_meanwhile", _("Somebody has changed this record since you read it."))


def _absent() -> ApiError:
    return ApiError(404, "not_found", _("There is nothing here."))
