"""The pages of dashboards: all of them, one with its tiles, its settings, and what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, DateTime, Refused, _, flash_toast, known_roles, known_teams, utcnow
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.dashboards import api, tile_views
from plugins.crm_reports.dashboards.access import (
    SHARE,
    dashboard_for,
    dashboards_of,
    is_own,
    may_edit,
    removed_dashboard,
    start_of,
    teams_shared,
    tiles_of,
)
from plugins.crm_reports.dashboards.keeping import (
    PERIODS,
    REFRESHES,
    begin_with,
    change_dashboard,
    copy_dashboard,
    create_dashboard,
    remove_dashboard,
    share_dashboard,
)
from plugins.crm_reports.dashboards.offers import starters
from plugins.crm_reports.dashboards.pieces import answer_dialog, start_rows
from plugins.crm_reports.models import EVERYBODY, PRIVATE, TEAMS, Dashboard
from plugins.crm_reports.periods import CALENDAR, LAST_DAYS, named
from plugins.crm_reports.readers import reader_here

blueprint = Blueprint("crm_reports_dashboards", __name__)
tile_views.add_routes(blueprint)
api.add_routes(blueprint)


@blueprint.get("/dashboards")
def index() -> ResponseReturnValue:
    """One's own dashboards, and those shared with one."""
    session, reader, actor = reader_here()
    found = dashboards_of(session, actor)
    owners = {each.owner_id: reader.formats.references.get("users", each.owner_id) for each in found}
    return render_template(
        "crm_reports/dashboards.html",
        own=[each for each in found if each.owner_id == actor.user_id],
        others=[each for each in found if each.owner_id != actor.user_id],
        owners={id: item.name for id, item in owners.items() if item},
        start=start_of(session, actor),
        everybody=EVERYBODY,
        private=PRIVATE,
    )


@blueprint.route("/dashboards/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask for a name, and with what it begins; POST makes it."""
    session, reader, actor = reader_here()
    wrong = ""
    if request.method == "POST":
        begin = request.form.get("begin", "")
        try:
            source = _numbered(session, actor, begin)
            name = request.form.get("name", "")
            if source is not None:
                made = copy_dashboard(session, actor, source, name)
            else:
                pieces = starters(session, reader, actor) if begin == "starters" else []
                made = create_dashboard(session, actor, name, pieces)
            session.commit()
            return redirect(url_for(".page", id=made.id, arrange=1))
        except Refused as refused:
            session.rollback()
            wrong = str(refused.message)
    return answer_dialog(
        "crm_reports/dashboard_new.html",
        wrong=wrong,
        dashboards=dashboards_of(session, actor),
        back=url_for(".index"),
    )


@blueprint.get("/dashboards/<int:id>")
def page(id: int) -> ResponseReturnValue:
    """A dashboard: places into which its tiles come one by one. `period` is for all, `arrange` lays it out."""
    session, reader, actor = reader_here()
    dashboard = here_or_404(session, actor, id)
    arranging = request.args.get("arrange") == "1" and may_edit(actor, dashboard)
    period = request.args.get("period", dashboard.period)
    period = period if period in PERIODS else ""
    owner = reader.formats.references.get("users", dashboard.owner_id)
    return render_template(
        "crm_reports/dashboard.html",
        dashboard=dashboard,
        tiles=tiles_of(session, dashboard),
        arranging=arranging,
        may_edit=may_edit(actor, dashboard),
        is_own=is_own(actor, dashboard),
        owner="" if dashboard.owner_id == actor.user_id or owner is None else owner.name,
        period=period,
        period_words=named(period, reader.today).label() if period else _("As each tile says"),
        periods=_periods(reader, dashboard, period),
        printed=DateTime().text(utcnow(), reader.formats),
        reader_name=actor.name,
    )


@blueprint.route("/dashboards/<int:id>/settings", methods=["GET", "POST"])
def settings(id: int) -> ResponseReturnValue:
    """Name, period, refreshing, with whom it is shared, and on whose home page it stands."""
    session, reader, actor = reader_here()
    dashboard = here_or_404(session, actor, id)
    wrong = ""
    if request.method == "POST":
        try:
            _save_settings(session, actor, dashboard)
            session.commit()
            flash_toast(_("Saved."))
            return redirect(url_for(".page", id=id))
        except Refused as refused:
            session.rollback()
            dashboard = here_or_404(session, actor, id)
            wrong = str(refused.message)
    return answer_dialog(
        "crm_reports/dashboard_settings.html",
        wrong=wrong,
        dashboard=dashboard,
        may_edit=may_edit(actor, dashboard),
        is_own=is_own(actor, dashboard),
        may_share=actor.may(*SHARE),
        periods=[(name, named(name, reader.today).label()) for name in PERIODS if name],
        refreshes=REFRESHES,
        teams=[each for each in known_teams(session) if actor.may(*SHARE) or each.id in actor.in_teams],
        teams_shared=teams_shared(session, dashboard),
        roles=known_roles(session),
        starts=start_rows(session, dashboard),
        me=f"user:{actor.user_id}",
        everybody=EVERYBODY,
        in_teams=TEAMS,
        back=url_for(".page", id=id),
    )


@blueprint.post("/dashboards/<int:id>/copy")
def copy(id: int) -> ResponseReturnValue:
    """A private copy of one's own."""
    session, _reader, actor = reader_here()
    try:
        made = copy_dashboard(session, actor, here_or_404(session, actor, id))
    except Refused as refused:
        flash_toast(refused.message, tone="warn")
        return redirect(url_for(".page", id=id))
    session.commit()
    flash_toast(_("This copy is yours: change it as you like."))
    return redirect(url_for(".page", id=made.id, arrange=1))


@blueprint.post("/dashboards/<int:id>/remove")
def remove(id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    try:
        remove_dashboard(session, actor, here_or_404(session, actor, id))
    except Refused:
        abort(403)
    session.commit()
    flash_toast(_("The dashboard was removed."), undo=url_for(".restore", id=id))
    return redirect(url_for(".index"))


@blueprint.post("/dashboards/<int:id>/restore")
def restore(id: int) -> ResponseReturnValue:
    """Bring back what one has just removed."""
    session, _reader, actor = reader_here()
    dashboard = removed_dashboard(session, actor, id) or abort(404)
    dashboard.removed_at = None
    session.commit()
    return "", 204


def here_or_404(session: Session, actor: Actor, id: int) -> Dashboard:
    return dashboard_for(session, actor, id) or abort(404)


def _save_settings(session: Session, actor: Actor, dashboard: Dashboard) -> None:
    """What the form says; what this person may not decide is not in it."""
    form = request.form
    if may_edit(actor, dashboard):
        refresh = form.get("refresh", "0")
        change_dashboard(
            session,
            actor,
            dashboard,
            name=form.get("name", ""),
            period=form.get("period", ""),
            refresh=int(refresh) if refresh.isdecimal() and len(refresh) < 4 else -1,
        )
    if is_own(actor, dashboard):
        teams = {int(id) for id in form.getlist("team") if id.isdecimal() and len(id) < 19}
        share_dashboard(
            session, actor, dashboard, form.get("shared", ""), teams, others_edit=form.get("others") == "y"
        )
    starts = start_rows(session, dashboard)
    wanted = set(form.getlist("start"))
    me = f"user:{actor.user_id}"
    if (me in wanted) != (me in starts):
        begin_with(session, actor, dashboard if me in wanted else None)
    if not actor.may(*SHARE):
        return
    if (EVERYBODY in wanted) != (EVERYBODY in starts):
        begin_with(session, actor, dashboard if EVERYBODY in wanted else None, all=True)
    for role in known_roles(session):
        key = f"role:{role.id}"
        if (key in wanted) != (key in starts):
            begin_with(session, actor, dashboard if key in wanted else None, role_id=role.id)


def _periods(reader: Reader, dashboard: Dashboard, period: str) -> list[dict[str, Any]]:
    """The entries of the period's menu."""
    found = [{"label": _("As each tile says"), "name": ""}]
    found += [{"label": named(name, reader.today).label(), "name": name} for name in (*LAST_DAYS, *CALENDAR)]
    return [
        each | {"href": url_for(".page", id=dashboard.id, period=each["name"]), "on": each["name"] == period}
        for each in found
    ]


def _numbered(session: Session, actor: Actor, begin: str) -> Dashboard | None:
    """The dashboard that the new one shall be a copy of."""
    if not begin.isdecimal() or len(begin) > 18:
        return None
    found = dashboard_for(session, actor, int(begin))
    if found is None:
        raise Refused(_("There is no such dashboard."), "begin")
    return found
