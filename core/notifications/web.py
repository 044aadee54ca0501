"""The page of notifications, the choices of each person, and both in the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.web.gate import actor
from core.db import db, writing
from core.declare import JobType, NotificationKind
from core.formats import formats_for
from core.house import House, current_house
from core.i18n import _, _l
from core.jobs import Job
from core.notifications.models import Notification
from core.notifications.service import (
    choices_of,
    choose,
    forget_read,
    mark_read,
    page_of,
    sentence_of,
    unread_count,
)
from core.notifications.watch import KINDS
from core.records.timeline import when_text
from core.resources.pages.here import is_htmx
from core.rest.answers import answered
from core.routing import LARGEST_ID, id_of

DAY = 86400
AT = "/api/v1/notifications"

blueprint = Blueprint("notifications", __name__)


@dataclass(frozen=True)
class Line:
    """A notification as its page shows it."""

    id: int
    text: str
    icon: str
    when: str
    moment: datetime
    is_read: bool
    url: str


def set_up(app: Flask, house: House) -> None:
    for kind in KINDS:
        house.notifications.setdefault(kind.name, kind)
    job = JobType("core.forget-notifications", _l("Forget old notifications"), forget_old, every=DAY)
    house.jobs[job.name] = job
    app.register_blueprint(blueprint)


def forget_old(job: Job) -> None:
    with writing():
        forget_read(db.session())
        db.session.commit()


@blueprint.get("/notifications")
def page() -> str:
    """What the reader was told, newest first; `before` is the id that the page begins after."""
    before = request.args.get("before", type=id_of)
    found, older = page_of(db.session(), _me(), before)
    template = "notifications/lines.html" if is_htmx() and before is not None else "notifications/page.html"
    return render_template(
        template, lines=_lines(found), older=older, unread=unread_count(db.session(), _me())
    )


@blueprint.post("/notifications/<int:id>/open")
def open_one(id: int) -> ResponseReturnValue:
    """Mark it read and go where it leads."""
    row = _mine(id)
    mark_read(db.session(), _me(), id)
    db.session.commit()
    target = row.url if row.url.startswith("/") and not row.url.startswith(("//", "/\\")) else ""
    return redirect(f"{request.script_root}{target}" if target else url_for("notifications.page"))


@blueprint.post("/notifications/read")
def read_all() -> ResponseReturnValue:
    mark_read(db.session(), _me())
    db.session.commit()
    return redirect(url_for("notifications.page"))


@blueprint.get("/notifications/choices")
def choices() -> str:
    return render_template(
        "notifications/choices.html", choices=choices_of(db.session(), current_house(), _me())
    )


@blueprint.post("/notifications/choices")
def save_choices() -> ResponseReturnValue:
    """Check boxes `bell` and `mail`, whose values are names of kinds."""
    bells, mails = set(request.form.getlist("bell")), set(request.form.getlist("mail"))
    house = current_house()
    choose(db.session(), house, _me(), {name: (name in bells, name in mails) for name in house.notifications})
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("notifications.choices"))


@blueprint.get(AT)
@answered
def as_json() -> ResponseReturnValue:
    """A page of the caller's notifications: `?before=<id>`."""
    found, older = page_of(db.session(), _me(), request.args.get("before", type=id_of))
    items = [
        {
            "id": line.id,
            "kind": row.kind,
            "text": line.text,
            "url": line.url,
            "at": row.at.isoformat(),
            "read": line.is_read,
        }
        for row, line in zip(found, _lines(found), strict=True)
    ]
    return jsonify(items=items, next=older, unread=unread_count(db.session(), _me()))


@blueprint.post(f"{AT}/read")
@answered
def read_by_api() -> ResponseReturnValue:
    """Marks all read, or the one whose `id` is given in the body."""
    body = request.get_json(silent=True) or {}
    id = body.get("id") if isinstance(body, dict) else None
    if id is not None and (not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= LARGEST_ID):
        abort(422)
    count = mark_read(db.session(), _me(), id)
    db.session.commit()
    return jsonify(read=count)


def _me() -> int:
    id = actor().user_id
    if id is None:
        abort(404)
    return id


def _mine(id: int) -> Notification:
    row = db.session.scalars(
        sa.select(Notification).where(Notification.id == id, Notification.user_id == _me())
    ).first()
    if row is None:
        abort(404)
    return row


def _lines(rows: Sequence[Notification]) -> list[Line]:
    """What each says; of a record that the reader can no longer see it says nothing more."""
    house, formats = current_house(), formats_for(db.session(), actor())
    seen = _visible(rows)
    lines = []
    for row in rows:
        kind = house.notifications.get(row.kind) or NotificationKind(row.kind, row.kind, row.kind)
        hidden = row.record_id is not None and (row.resource, row.record_id) not in seen
        text = _("You can no longer see what this was about.") if hidden else sentence_of(kind, row.values)
        lines.append(
            Line(
                row.id,
                text,
                kind.icon,
                when_text(row.at, formats),
                row.at,
                row.read_at is not None,
                "" if hidden else row.url,
            )
        )
    return lines


def _visible(rows: Sequence[Notification]) -> set[tuple[Any, Any]]:
    """(resource, id) of the records among these that the reader may see; one query a resource."""
    house = current_house()
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.resource in house.resources and row.record_id is not None:
            wanted.setdefault(row.resource, set()).add(row.record_id)
    seen: set[tuple[Any, Any]] = set()
    for name, ids in wanted.items():
        model = house.resources[name].model
        seen |= {(name, id) for id in db.session.scalars(sa.select(model.id).where(model.id.in_(ids)))}
    return seen
