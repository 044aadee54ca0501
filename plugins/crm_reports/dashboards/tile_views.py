"""The tiles of a dashboard: drawn one by one, added from here or from a report's page, arranged and removed."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, Refused, _, flash_toast
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.dashboards.access import dashboard_for, dashboards_of, may_edit
from plugins.crm_reports.dashboards.keeping import (
    MOST_TILES,
    PERIODS,
    add_tile,
    arrange,
    change_tile,
    copy_tile,
    create_dashboard,
    remove_tile,
    restore_tile,
)
from plugins.crm_reports.dashboards.offers import Group, chosen, of_report, offers
from plugins.crm_reports.dashboards.pieces import answer_dialog
from plugins.crm_reports.dashboards.tiles import Shown, show
from plugins.crm_reports.echarts import option_of
from plugins.crm_reports.models import TALLEST, WIDEST, Dashboard, Tile
from plugins.crm_reports.readers import reader_here
from plugins.crm_reports.services import reports_of

log = logging.getLogger(__name__)

ONE = "/dashboards/<int:id>/tiles/<int:tile_id>"


def add_routes(blueprint: Blueprint) -> None:
    add = blueprint.add_url_rule
    add("/dashboards/add", "add_from_report", add_from_report, methods=["GET", "POST"])
    add("/dashboards/<int:id>/tiles/new", "new_tile", new_tile, methods=["GET", "POST"])
    add("/dashboards/<int:id>/order", "order", order, methods=["POST"])
    add(ONE, "tile", tile)
    add(f"{ONE}/edit", "edit_tile", edit, methods=["GET", "POST"])
    add(f"{ONE}/size", "size_tile", size, methods=["POST"])
    add(f"{ONE}/copy", "copy_tile", copy, methods=["POST"])
    add(f"{ONE}/remove", "remove_tile", remove, methods=["POST"])
    add(f"{ONE}/restore", "restore_tile", restore, methods=["POST"])


def tile(id: int, tile_id: int) -> ResponseReturnValue:
    """What stands on one tile; one that fails says so and leaves the others alone."""
    session, reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id)
    period = request.args.get("period", "")
    try:
        shown = show(session, reader, actor, found, period if period in PERIODS else "")
        is_piece = request.headers.get("HX-Request") == "true"
        template = "crm_reports/_tile.html" if is_piece else "crm_reports/tile_page.html"
        return render_template(template, dashboard=dashboard, **drawn(actor, shown))
    except Exception:  # the guard around a tile: a report of some app may fail, the dashboard lives
        log.exception("Tile %s of dashboard %s", tile_id, id)
        session.rollback()
        return render_template("crm_reports/_tile_failed.html", title=found.title)


def drawn(actor: Actor, shown: Shown) -> dict[str, Any]:
    """What the template of a tile needs."""
    return {
        "shown": shown,
        "option": option_of(shown.picture) if shown.picture else None,
        "body": shown.panel.render(actor) if shown.panel else "",
    }


def add_from_report() -> ResponseReturnValue:
    """Put a piece of a report, as it is asked there, on a dashboard."""
    session, reader, actor = reader_here()
    if "report" not in request.args:
        return redirect(url_for("crm_reports.index"))  # which one is chosen there
    ask = _asked(reader, actor)
    pieces, wrong = of_report(ask), ""
    own = [each for each in dashboards_of(session, actor) if may_edit(actor, each)]
    if request.method == "POST":
        piece = chosen([Group("", pieces)], request.form.get("piece", ""))
        try:
            dashboard = _dashboard_named(session, actor, request.form.get("dashboard", ""))
            if piece is None:
                raise Refused(_("Choose what shall stand there."), "piece")
            add_tile(session, actor, dashboard, piece)
            session.commit()
            flash_toast(_("It stands on “%(name)s” now.", name=dashboard.name))
            return redirect(url_for(".page", id=dashboard.id))
        except Refused as refused:
            session.rollback()
            wrong = str(refused.message)
            own = [each for each in dashboards_of(session, actor) if may_edit(actor, each)]
    address = url_for("crm_reports.report", name=ask.report.name)
    return answer_dialog(
        "crm_reports/dashboard_add.html",
        wrong=wrong,
        ask=ask,
        pieces=pieces,
        dashboards=own,
        action=f"{url_for('.add_from_report')}?{urlencode([('report', ask.report.name), *ask.arguments()])}",
        back=ask.url(address),
    )


def new_tile(id: int) -> ResponseReturnValue:
    """Choose from everything that can stand on a dashboard."""
    session, reader, actor = reader_here()
    dashboard = dashboard_for(session, actor, id) or abort(404)
    found, wrong = offers(session, reader, actor), ""
    if request.method == "POST":
        piece = chosen(found, request.form.get("piece", ""))
        try:
            if piece is None:
                raise Refused(_("Choose what shall stand there."), "piece")
            add_tile(session, actor, dashboard, piece)
            session.commit()
            return redirect(url_for(".page", id=id, arrange=1))
        except Refused as refused:
            session.rollback()
            wrong = str(refused.message)
    return answer_dialog(
        "crm_reports/tile_new.html",
        wrong=wrong,
        groups=found,
        action=url_for(".new_tile", id=id),
        back=url_for(".page", id=id, arrange=1),
    )


def order(id: int) -> ResponseReturnValue:
    """The tiles in the order of the `id`s."""
    session, _reader, actor = reader_here()
    dashboard = dashboard_for(session, actor, id) or abort(404)
    ids = [int(each) for each in request.form.getlist("id")[: MOST_TILES * 2] if _is_id(each)]
    try:
        arrange(session, actor, dashboard, ids)
    except Refused:
        abort(403)
    session.commit()
    return "", 204


def edit(id: int, tile_id: int) -> ResponseReturnValue:
    """Title, size and place of a tile."""
    session, _reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id, edit=True)
    if request.method == "POST":
        change_tile(
            actor,
            dashboard,
            found,
            title=request.form.get("title", ""),
            width=_number("width", found.width),
            height=_number("height", found.height),
        )
        session.commit()
        return redirect(url_for(".page", id=id, arrange=1))
    return answer_dialog(
        "crm_reports/tile_edit.html",
        tile=found,
        widest=WIDEST,
        tallest=TALLEST,
        action=url_for(".edit_tile", id=id, tile_id=tile_id),
        back=url_for(".page", id=id, arrange=1),
    )


def size(id: int, tile_id: int) -> ResponseReturnValue:
    """`width` in columns of twelve and `height` in rows, as a handle was pulled."""
    session, _reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id, edit=True)
    change_tile(
        actor, dashboard, found, width=_number("width", found.width), height=_number("height", found.height)
    )
    session.commit()
    return "", 204


def copy(id: int, tile_id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id, edit=True)
    try:
        copy_tile(session, actor, dashboard, found)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash_toast(refused.message, tone="warn")
    return redirect(url_for(".page", id=id, arrange=1))


def remove(id: int, tile_id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id, edit=True)
    remove_tile(actor, dashboard, found)
    session.commit()
    flash_toast(_("The tile was removed."), undo=url_for(".restore_tile", id=id, tile_id=tile_id))
    return redirect(url_for(".page", id=id, arrange=1))


def restore(id: int, tile_id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    dashboard, found = _at(session, actor, id, tile_id, edit=True, removed=True)
    restore_tile(actor, dashboard, found)
    session.commit()
    return "", 204


def _at(
    session: Session, actor: Actor, id: int, tile_id: int, *, edit: bool = False, removed: bool = False
) -> tuple[Dashboard, Tile]:
    """The tile and its dashboard; 404 where the person does not see it, 403 where they may not change it."""
    dashboard = dashboard_for(session, actor, id) or abort(404)
    found = session.get(Tile, tile_id)
    if found is None or found.dashboard_id != id or (found.removed_at is not None) is not removed:
        abort(404)
    if edit and not may_edit(actor, dashboard):
        abort(403)
    return dashboard, found


def _asked(reader: Reader, actor: Actor) -> Ask:
    name = request.args.get("report", "")
    report = next((each for each in reports_of(reader.house, actor) if each.name == name), None)
    return read_ask(report or abort(404), reader, request.args.to_dict(flat=False))


def _dashboard_named(session: Session, actor: Actor, text: str) -> Dashboard:
    """The dashboard of this id, or a new one of the name in the form."""
    if text == "new":
        return create_dashboard(session, actor, request.form.get("name", ""))
    found = dashboard_for(session, actor, int(text)) if _is_id(text) else None
    if found is None:
        raise Refused(_("Choose a dashboard."), "dashboard")
    return found


def _number(name: str, usual: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else usual


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19
