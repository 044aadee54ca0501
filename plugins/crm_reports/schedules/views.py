"""The pages of what is sent by mail: the list, the dialog in which one is set up, and the log of each."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.api import Actor, DateTime, Refused, _, flash_toast
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.dashboards.access import dashboard_for, dashboards_of
from plugins.crm_reports.dashboards.pieces import answer_dialog
from plugins.crm_reports.models import WEEK, Schedule
from plugins.crm_reports.readers import reader_here
from plugins.crm_reports.schedules import api
from plugins.crm_reports.schedules.keeping import (
    SEND,
    Wanted,
    is_own,
    keep_schedule,
    leave,
    log_of,
    people_of,
    remove_schedule,
    rest,
    schedule_for,
    schedules_of,
)
from plugins.crm_reports.schedules.sending import send_to
from plugins.crm_reports.schedules.words import every_words, standing_words, weekdays, when_text
from plugins.crm_reports.services import reports_of

blueprint = Blueprint("crm_reports_schedules", __name__)
api.add_routes(blueprint)

EIGHT = 8 * 60


@blueprint.get("/reports/mail")
def page() -> ResponseReturnValue:
    """What one has sent by mail, and what one gets."""
    session, reader, actor = reader_here()
    found = schedules_of(session, actor)
    people = people_of(session, [each.id for each in found])
    names = {item.id: item.name for item in reader.formats.references.items("users")}
    labels = {report.name: str(report.label) for report in reports_of(reader.house, actor)}
    boards = {each.id: each.name for each in dashboards_of(session, actor)}
    lines = [
        {
            "schedule": each,
            "what": boards.get(each.dashboard_id or 0, "") or labels.get(each.report or "", ""),
            "when": when_text(each, reader.formats.language),
            "next": DateTime().text(each.next_at, reader.formats) if each.next_at else "",
            "people": [names[id] for id in people[each.id] if id in names],
            "gets": actor.user_id in people[each.id],
            "is_own": is_own(actor, each),
        }
        for each in found
    ]
    return render_template("crm_reports/schedules.html", lines=lines)


@blueprint.route("/reports/mail/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Set one up: of `report` with the arguments it has, or of `dashboard`."""
    session, reader, actor = reader_here()
    if not {"report", "dashboard"} & set(request.args):
        return redirect(url_for("crm_reports.index"))  # which one is chosen there
    return _dialog(session, reader, actor, None, _first(session, reader, actor))


@blueprint.route("/reports/mail/<int:id>/edit", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    session, reader, actor = reader_here()
    schedule = _own_or_404(session, actor, id)
    return _dialog(session, reader, actor, schedule, _kept(session, schedule))


@blueprint.post("/reports/mail/<int:id>/try")
def try_out(id: int) -> ResponseReturnValue:
    """Send it to oneself now."""
    session, _reader, actor = reader_here()
    schedule = _own_or_404(session, actor, id)
    assert actor.user_id is not None
    send_to(session, schedule, actor.user_id)
    session.commit()
    flash_toast(_("It is on its way to %(address)s.", address=actor.email))
    return redirect(url_for(".log", id=id))


@blueprint.post("/reports/mail/<int:id>/rest")
def pause(id: int) -> ResponseReturnValue:
    """Let it rest, or go on (`on=y`)."""
    session, _reader, actor = reader_here()
    rest(session, actor, _own_or_404(session, actor, id), request.form.get("on") != "y")
    session.commit()
    return redirect(url_for(".page"))


@blueprint.post("/reports/mail/<int:id>/remove")
def remove(id: int) -> ResponseReturnValue:
    session, _reader, actor = reader_here()
    remove_schedule(session, actor, _own_or_404(session, actor, id))
    session.commit()
    flash_toast(_("It is not sent any more."))
    return redirect(url_for(".page"))


@blueprint.post("/reports/mail/<int:id>/leave")
def leave_one(id: int) -> ResponseReturnValue:
    """Get it no longer."""
    session, _reader, actor = reader_here()
    leave(session, actor, schedule_for(session, actor, id) or abort(404))
    session.commit()
    flash_toast(_("You do not get it any more."))
    return redirect(url_for(".page"))


@blueprint.get("/reports/mail/<int:id>")
def log(id: int) -> ResponseReturnValue:
    """What became of each mail."""
    session, reader, actor = reader_here()
    schedule = _own_or_404(session, actor, id)
    names = {item.id: item.name for item in reader.formats.references.items("users")}
    lines = [
        {
            "due": DateTime().text(each.due_at, reader.formats),
            "who": names.get(each.user_id, "—"),
            "standing": standing_words(each),
            "status": each.status,
            "at": DateTime().text(each.at, reader.formats) if each.at else "",
            "is_test": each.is_test,
        }
        for each in log_of(session, schedule)
    ]
    when = when_text(schedule, reader.formats.language)
    return render_template("crm_reports/schedule_log.html", schedule=schedule, lines=lines, when=when)


def _dialog(
    session: Session, reader: Reader, actor: Actor, schedule: Schedule | None, wanted: Wanted
) -> ResponseReturnValue:
    wrong = ""
    if request.method == "POST":
        wanted = _sent(actor, wanted)
        try:
            kept = keep_schedule(session, reader, actor, wanted, schedule)
            session.commit()
            flash_toast(_("Saved. It is sent %(when)s.", when=when_text(kept, reader.formats.language)))
            return redirect(url_for(".page"))
        except Refused as refused:
            session.rollback()
            wrong = str(refused.message)
    board = dashboard_for(session, actor, wanted.dashboard_id) if wanted.dashboard_id else None
    reports = reports_of(reader.house, actor)
    report = next((each for each in reports if each.name == wanted.report), None)
    if board is None and report is None:
        abort(404)
    return answer_dialog(
        "crm_reports/schedule.html",
        wrong=wrong,
        wanted=wanted,
        what=board.name if board else report.label if report else "",
        clock=f"{wanted.minute // 60:02d}:{wanted.minute % 60:02d}" if wanted.minute >= 0 else "",
        every=every_words(),
        weekdays=list(enumerate(weekdays(reader.formats.language))),
        people=[item for item in reader.formats.references.items("users") if item.active],
        may_send=actor.may(*SEND),
        action=url_for(".edit", id=schedule.id) if schedule else f"{url_for('.new')}?{_asked()}",
        back=url_for(".page"),
    )


def _first(session: Session, reader: Reader, actor: Actor) -> Wanted:
    """What a new one is before anybody has said anything."""
    number = request.args.get("dashboard", "")
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "report"]
    assert actor.user_id is not None
    usual = Wanted("", WEEK, EIGHT, str(actor.zone), (actor.user_id,))
    if number.isdecimal() and len(number) < 19:
        found = dashboard_for(session, actor, int(number)) or abort(404)
        return Wanted(**asdict(usual) | {"dashboard_id": found.id, "name": found.name})
    label = next(
        (
            str(each.label)
            for each in reports_of(reader.house, actor)
            if each.name == request.args.get("report")
        ),
        "",
    )
    report = {"report": request.args.get("report", ""), "query": urlencode(pairs), "name": label}
    return Wanted(**asdict(usual) | report)


def _kept(session: Session, schedule: Schedule) -> Wanted:
    return Wanted(
        schedule.name,
        schedule.every,
        schedule.minute,
        schedule.zone,
        tuple(people_of(session, [schedule.id])[schedule.id]),
        schedule.report,
        schedule.query,
        schedule.dashboard_id,
        schedule.weekday,
        schedule.day,
        schedule.workbook,
    )


def _sent(actor: Actor, wanted: Wanted) -> Wanted:
    """The same as the form has it."""
    form = request.form
    hour, _colon, minute = form.get("time", "").partition(":")
    is_time = hour.isdecimal() and minute[:2].isdecimal() and len(hour) < 3
    people: tuple[int, ...] = tuple(
        int(id) for id in form.getlist("people") if id.isdecimal() and len(id) < 19
    )
    if not actor.may(*SEND) and actor.user_id is not None:
        people = (actor.user_id,)
    said: dict[str, Any] = {
        "name": form.get("name", ""),
        "every": form.get("every", ""),
        "weekday": _number("weekday"),
        "day": _number("day"),
        "minute": int(hour) * 60 + int(minute[:2]) if is_time else -1,
        "zone": form.get("zone", ""),
        "people": people,
        "workbook": form.get("workbook") == "y",
    }
    return Wanted(**asdict(wanted) | said)


def _asked() -> str:
    """What the address says it is of."""
    return urlencode(list(request.args.items(multi=True)))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _own_or_404(session: Session, actor: Actor, id: int) -> Schedule:
    found = schedule_for(session, actor, id)
    return found if found is not None and is_own(actor, found) else abort(404)
