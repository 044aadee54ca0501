"""The page of one job: how far it is, what came of it, and the buttons that pause, resume and cancel it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import format_decimal

from core.db import db, utcnow
from core.house import House, current_house
from core.i18n import Text, _, _l
from core.jobs.models import CANCELLED, DONE, FAILED, PAUSED, QUEUED, RUNNING, JobRow
from core.jobs.service import WORKER_LOST, cancel, job_for, pause, resume
from core.mail.settings import MAIL_SETTINGS

STOP_POLLING = 286
"""The status by which htmx ends asking again and again."""

WORDS: dict[str, tuple[Text, str]] = {
    QUEUED: (_l("Waiting"), "slate"),
    RUNNING: (_l("Running"), "blue"),
    PAUSED: (_l("Paused"), "amber"),
    DONE: (_l("Done"), "green"),
    FAILED: (_l("Failed"), "red"),
    CANCELLED: (_l("Cancelled"), "slate"),
}
"""Word and hue of each status."""

_DEEDS: dict[str, Callable[..., None]] = {"pause": pause, "resume": resume, "cancel": cancel}

blueprint = Blueprint("jobs", __name__)


def set_up(app: Flask, house: House) -> None:
    """Add the pages and the API of jobs, and the settings of the mail that workers send."""
    app.register_blueprint(blueprint)
    house.settings.setdefault(MAIL_SETTINGS.name, MAIL_SETTINGS)


@blueprint.get("/jobs/<int:job_id>")
def page(job_id: int) -> str:
    return render_template("jobs/page.html", **_shown(_own_job(job_id)))


@blueprint.get("/jobs/<int:job_id>/progress")
def progress(job_id: int) -> Response:
    """The part of the page that changes; htmx asks for it every second until the job is finished."""
    row = _own_job(job_id)
    status = STOP_POLLING if row.is_finished else 200
    return make_response(render_template("jobs/_progress.html", **_shown(row)), status)


@blueprint.post("/jobs/<int:job_id>/<any(pause, resume, cancel):deed>")
def ask(job_id: int, deed: str) -> Any:
    row = _own_job(job_id)
    _DEEDS[deed](db.session, row)
    db.session.commit()
    if request.headers.get("HX-Request"):
        return render_template("jobs/_progress.html", **_shown(row))
    return redirect(url_for("jobs.page", job_id=job_id))


@blueprint.get("/api/v1/jobs/<int:job_id>")
def as_json(job_id: int) -> Response:
    row = _own_job(job_id)
    return jsonify(
        id=row.id,
        type=row.type,
        title=row.title,
        status=row.status,
        attempts=row.attempts,
        done=row.done,
        total=row.total,
        note=row.note,
        result=row.result,
        error=error_in_words(row),
        created_at=_moment(row.created_at),
        started_at=_moment(row.started_at),
        finished_at=_moment(row.finished_at),
    )


def error_in_words(row: JobRow) -> str:
    """Why it failed, for people."""
    return _("Its worker ended too often while it ran.") if row.error == WORKER_LOST else row.error


def _own_job(job_id: int) -> JobRow:
    """Another's job answers like a missing one."""
    if g.actor.user_id is None:
        abort(401 if request.path.startswith("/api/") else 404)
    row = job_for(db.session(), job_id, g.actor)
    if row is None:
        abort(404)
    return row


def _shown(row: JobRow) -> dict[str, Any]:
    word, hue = WORDS[row.status]
    kind = current_house().jobs.get(row.type)
    return {
        "job": row,
        "done": format_decimal(row.done),
        "total": format_decimal(row.total) if row.total else "",
        "word": word,
        "hue": hue,
        "asked": row.wanted if row.status == RUNNING else None,
        "error": error_in_words(row),
        "kind": kind.label if kind else row.type,
        "rate": _rate(row),
        "waiting_long": row.status == QUEUED and (utcnow() - row.run_after).total_seconds() > 10,
    }


def _rate(row: JobRow) -> str | None:
    """Steps per second since the start, once that says anything."""
    seconds = row.seconds
    if row.status != RUNNING or not row.done or not seconds or seconds < 2:
        return None
    return format_decimal(round(row.done / seconds))


def _moment(value: Any) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
