"""Dashboards for programs: `/api/v1/dashboards`, their tiles, and what stands on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, Answer, ApiError, _, answered, json_object, once
from plugins.crm_reports.dashboards.access import (
    dashboard_for,
    dashboards_of,
    may_edit,
    teams_shared,
    tiles_of,
)
from plugins.crm_reports.dashboards.keeping import (
    PERIODS,
    Piece,
    add_tile,
    arrange,
    begin_with,
    change_dashboard,
    change_tile,
    copy_dashboard,
    create_dashboard,
    remove_dashboard,
    remove_tile,
    share_dashboard,
)
from plugins.crm_reports.dashboards.tiles import plain, show
from plugins.crm_reports.models import TILE_KINDS, Dashboard, Tile
from plugins.crm_reports.readers import reader_here

AT = "/api/v1/dashboards"
ONE, TILES, TILE = f"{AT}/<int:id>", f"{AT}/<int:id>/tiles", f"{AT}/<int:id>/tiles/<int:tile_id>"

PIECE: Mapping[str, type] = {
    "kind": str,
    "subject": str,
    "part": str,
    "query": str,
    "title": str,
    "width": int,
    "height": int,
}
CHANGES: Mapping[str, type] = {
    "name": str,
    "period": str,
    "refresh": int,
    "shared": str,
    "teams": list,
    "others_edit": bool,
    "start": bool,
    "order": list,
}


def add_routes(blueprint: Blueprint) -> None:
    add = blueprint.add_url_rule
    add(AT, "api_dashboards", listed)
    add(AT, "api_new_dashboard", new, methods=["POST"])
    add(ONE, "api_dashboard", one)
    add(ONE, "api_change_dashboard", change, methods=["PATCH"])
    add(ONE, "api_remove_dashboard", remove, methods=["DELETE"])
    add(TILES, "api_new_tile", new_tile, methods=["POST"])
    add(TILE, "api_tile", tile)
    add(TILE, "api_change_tile", change_one_tile, methods=["PATCH"])
    add(TILE, "api_remove_tile", remove_one_tile, methods=["DELETE"])


@answered
def listed() -> ResponseReturnValue:
    """The dashboards that the caller sees."""
    session, _reader, actor = reader_here()
    return jsonify(items=[_plain(session, actor, each) for each in dashboards_of(session, actor)])


@answered
def new() -> ResponseReturnValue:
    """`{"name", "copy_of"}`: an empty one, or a copy."""
    session, _reader, actor = reader_here()
    body = _body({"name": str, "copy_of": int})

    def do() -> Answer:
        if "copy_of" in body:
            source = _dashboard(session, actor, body["copy_of"])
            made = copy_dashboard(session, actor, source, body.get("name", ""))
        else:
            made = create_dashboard(session, actor, body.get("name", ""))
        return Answer(201, _plain(session, actor, made), f"{AT}/{made.id}")

    return once(session, g.actor, do)


@answered
def one(id: int) -> ResponseReturnValue:
    """One dashboard with its tiles."""
    session, _reader, actor = reader_here()
    return jsonify(_whole(session, actor, _dashboard(session, actor, id)))


@answered
def change(id: int) -> ResponseReturnValue:
    """Whichever is sent of name, period, refresh, shared with teams and others_edit, start (on one's own home), order."""
    session, _reader, actor = reader_here()
    dashboard, body = _dashboard(session, actor, id), _body(CHANGES)
    named = {name: body[name] for name in ("name", "period", "refresh") if name in body}
    if named:
        change_dashboard(session, actor, dashboard, **named)
    if "shared" in body:
        share_dashboard(
            session,
            actor,
            dashboard,
            body["shared"],
            _ids(body.get("teams", [])),
            others_edit=body.get("others_edit", dashboard.others_edit),
        )
    if "start" in body:
        begin_with(session, actor, dashboard if body["start"] else None)
    if "order" in body:
        arrange(session, actor, dashboard, _ids(body["order"]))
    session.commit()
    return jsonify(_whole(session, actor, dashboard))


@answered
def remove(id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    remove_dashboard(session, actor, _dashboard(session, actor, id))
    session.commit()
    return "", 204


@answered
def new_tile(id: int) -> ResponseReturnValue:
    """A tile of `{"kind", "subject", "part", "query", "title", "width", "height"}`, which must show something."""
    session, reader, actor = reader_here()
    dashboard, body = _dashboard(session, actor, id), _body(PIECE)
    if body.get("kind") not in TILE_KINDS or not body.get("subject"):
        raise ApiError(422, "kind", _("This cannot be put on a dashboard."))

    def do() -> Answer:
        made = add_tile(session, actor, dashboard, Piece(**body))
        if show(session, reader, actor, made).kind != made.kind:
            raise ApiError(422, "subject", _("There is nothing like that to show."))
        return Answer(201, _tile(made), f"{AT}/{id}/tiles/{made.id}")

    return once(session, g.actor, do)


@answered
def tile(id: int, tile_id: int) -> ResponseReturnValue:
    """What stands on a tile, in `period` where it is given."""
    session, reader, actor = reader_here()
    dashboard = _dashboard(session, actor, id)
    period = request.args.get("period", dashboard.period)
    if period not in PERIODS:
        raise ApiError(422, "period", _("There is no such period."))
    found = _tile_of(session, dashboard, tile_id)
    return jsonify(_tile(found) | {"content": plain(show(session, reader, actor, found, period))})


@answered
def change_one_tile(id: int, tile_id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    dashboard = _dashboard(session, actor, id)
    found, body = _tile_of(session, dashboard, tile_id), _body({"title": str, "width": int, "height": int})
    change_tile(actor, dashboard, found, **body)
    session.commit()
    return jsonify(_tile(found))


@answered
def remove_one_tile(id: int, tile_id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    dashboard = _dashboard(session, actor, id)
    remove_tile(actor, dashboard, _tile_of(session, dashboard, tile_id))
    session.commit()
    return "", 204


def operations() -> Mapping[str, Mapping[str, Any]]:
    """What these addresses do, for the API's description."""

    def described(
        id: str, summary: str, names: Mapping[str, type] | None = None, status: str = "200"
    ) -> dict[str, Any]:
        content = {"application/json": {"schema": {"type": "object"}}}
        answer = {"description": summary} if status == "204" else {"description": summary, "content": content}
        found: dict[str, Any] = {
            "tags": ["reports"],
            "operationId": f"dashboards.{id}",
            "summary": summary,
            "responses": {status: answer},
        }
        if names is not None:
            body = {
                "type": "object",
                "properties": {name: {"type": JSON[kind]} for name, kind in names.items()},
            }
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        return found

    at_one, at_tile = f"{AT}/{{id}}", f"{AT}/{{id}}/tiles/{{tile_id}}"
    sizes = {"title": str, "width": int, "height": int}
    return {
        AT: {
            "get": described("list", "The dashboards one sees"),
            "post": described("create", "Make a dashboard", {"name": str, "copy_of": int}, "201"),
        },
        at_one: {
            "get": described("get", "A dashboard with its tiles"),
            "patch": described("change", "Change, share or arrange a dashboard", CHANGES),
            "delete": described("remove", "Remove a dashboard", status="204"),
        },
        f"{AT}/{{id}}/tiles": {"post": described("addTile", "Add a tile", PIECE, "201")},
        at_tile: {
            "get": described("tile", "What stands on a tile"),
            "patch": described("changeTile", "Change a tile's title or size", sizes),
            "delete": described("removeTile", "Remove a tile", status="204"),
        },
    }


JSON: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean", list: "array"}


def _body(known: Mapping[str, type]) -> dict[str, Any]:
    """The request's body, of known names and types. Raises ApiError."""
    body = json_object()
    for name, value in body.items():
        if name not in known:
            raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=name))
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise ApiError(422, "invalid_type", _("“%(field)s” is not of its type.", field=name))
    return body


def _ids(values: list[Any]) -> list[int]:
    if not all(isinstance(each, int) and 0 < each < 2**63 for each in values) or len(values) > 1000:
        raise ApiError(422, "invalid_type", _("“%(field)s” is a list of ids.", field="order"))
    return values


def _dashboard(session: Session, actor: Actor, id: int) -> Dashboard:
    found = dashboard_for(session, actor, id) if id < 2**63 else None
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _tile_of(session: Session, dashboard: Dashboard, id: int) -> Tile:
    found = next((each for each in tiles_of(session, dashboard) if each.id == id), None)
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _plain(session: Session, actor: Actor, dashboard: Dashboard) -> dict[str, Any]:
    return {
        "id": dashboard.id,
        "name": dashboard.name,
        "owner": dashboard.owner_id,
        "shared": dashboard.shared,
        "teams": sorted(teams_shared(session, dashboard)) if dashboard.shared == "teams" else [],
        "others_edit": dashboard.others_edit,
        "editable": may_edit(actor, dashboard),
        "period": dashboard.period,
        "refresh": dashboard.refresh,
    }


def _whole(session: Session, actor: Actor, dashboard: Dashboard) -> dict[str, Any]:
    return _plain(session, actor, dashboard) | {
        "tiles": [_tile(each) for each in tiles_of(session, dashboard)]
    }


def _tile(tile: Tile) -> dict[str, Any]:
    return {name: getattr(tile, name) for name in ("id", *PIECE)}
