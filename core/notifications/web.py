"""The pages of notifications: what the reader was told, what they want to hear, and what is new over any page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.web.gate import actor
from core.db import db, writing
from core.declare import JobType
from core.formats import formats_for
from core.house import House, current_house
from core.i18n import _, _l
from core.jobs import Job
from core.notifications import api, digest
from core.notifications.digest import hour_of, set_hour
from core.notifications.lines import Line, lines_of
from core.notifications.models import AT_ONCE, DAILY, NEVER, Notification
from core.notifications.service import (
    choices_of,
    choose,
    forget_read,
    mark_read,
    mark_unread,
    page_of,
    unread_count,
    urgent_news,
)
from core.notifications.watch import KINDS
from core.resources.pages.here import is_htmx
from core.routing import id_of

DAY = 86400
UNREAD = "unread"
WHENS = ((AT_ONCE, _l("At once")), (DAILY, _l("Once a day")), (NEVER, _l("Never")))

blueprint = Blueprint("notifications", __name__)


def set_up(app: Flask, house: House) -> None:
    for kind in KINDS:
        house.notifications.setdefault(kind.name, kind)
    job = JobType("core.forget-notifications", _l("Forget old notifications"), forget_old, every=DAY)
    house.jobs[job.name] = job
    house.errands[digest.ERRAND.name] = digest.ERRAND
    app.register_blueprint(blueprint)
    app.register_blueprint(api.blueprint)


def forget_old(job: Job) -> None:
    with writing():
        forget_read(db.session())
        db.session.commit()


@blueprint.get("/notifications")
def page() -> str:
    """What the reader was told, newest first; `show=unread` only what is not read, `before` the id the page begins after."""
    before, only = request.args.get("before", type=id_of), request.args.get("show") == UNREAD
    found, older = page_of(db.session(), _me(), before, unread=only)
    template = "notifications/lines.html" if is_htmx() and before is not None else "notifications/page.html"
    return render_template(
        template,
        lines=_lines(found),
        older=older,
        show=UNREAD if only else None,
        unread=unread_count(db.session(), _me()),
    )


@blueprint.get("/notifications/news")
def news() -> ResponseReturnValue:
    """What an open page asks now and then: how many are not read, and what is urgent enough to be shown over it."""
    session, house = db.session(), current_house()
    lines = [line for line in _lines(urgent_news(session, house, _me())) if line.url]
    cards = [{"id": line.id, "html": render_template("notifications/card.html", line=line)} for line in lines]
    return jsonify(unread=unread_count(session, _me()), cards=cards)


@blueprint.post("/notifications/<int:id>/open")
def open_one(id: int) -> ResponseReturnValue:
    """Mark it read and go where it leads."""
    row = _mine(id)
    mark_read(db.session(), _me(), id)
    db.session.commit()
    target = row.url if row.url.startswith("/") and not row.url.startswith(("//", "/\\")) else ""
    return redirect(f"{request.script_root}{target}" if target else url_for("notifications.page"))


@blueprint.post("/notifications/<int:id>/read")
def read_one(id: int) -> ResponseReturnValue:
    """Mark one read and stay."""
    mark_read(db.session(), _me(), _mine(id).id)
    db.session.commit()
    return _stay()


@blueprint.post("/notifications/<int:id>/unread")
def unread_one(id: int) -> ResponseReturnValue:
    """Mark one not read again, to come back to it."""
    mark_unread(db.session(), _me(), _mine(id).id)
    db.session.commit()
    return _stay()


@blueprint.post("/notifications/read")
def read_all() -> ResponseReturnValue:
    mark_read(db.session(), _me())
    db.session.commit()
    return redirect(url_for("notifications.page"))


@blueprint.get("/notifications/choices")
def choices() -> str:
    return render_template(
        "notifications/choices.html",
        choices=choices_of(db.session(), current_house(), _me()),
        whens=WHENS,
        hour=hour_of(db.session(), _me()),
    )


@blueprint.post("/notifications/choices")
def save_choices() -> ResponseReturnValue:
    """Check boxes `bell`, whose values are names of kinds, `mail-<kind>` with when, and `hour` of the day's mail."""
    form, house = request.form, current_house()
    bells, whens = set(form.getlist("bell")), {when for when, _label in WHENS}
    wanted = {name: (name in bells, form.get(f"mail-{name}", NEVER)) for name in house.notifications}
    hour = form.get("hour", type=int)
    if any(mail not in whens for _bell, mail in wanted.values()) or (
        hour is not None and not 0 <= hour <= 23
    ):
        abort(400)
    choose(db.session(), house, _me(), wanted)
    if hour is not None:
        set_hour(db.session(), _me(), hour)
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("notifications.choices"))


def _me() -> int:
    id = actor().user_id
    if id is None:
        abort(404)
    return id


def _mine(id: int) -> Notification:
    row = db.session.get(Notification, id)
    if row is None or row.user_id != _me():
        abort(404)
    return row


def _stay() -> ResponseReturnValue:
    """Back to the list as it was filtered; a script goes on where it is."""
    if is_htmx():
        return "", 204
    only = UNREAD if request.args.get("show") == UNREAD else None
    return redirect(url_for("notifications.page", show=only))


def _lines(rows: Sequence[Notification]) -> list[Line]:
    session = db.session()
    return lines_of(session, current_house(), formats_for(session, actor()), rows)
