"""The third step: what the file would come to, found out by doing it and taking it back; then the word to go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from core.db import utcnow
from core.imports import jobs
from core.imports.models import CHECKED, ERROR, MAPPING, RUNNING, ImportRow, ImportRun
from core.imports.web.own import OwnImport, own
from core.imports.web.sheet import draw_sheet, summary_of
from core.tabular import TableError

SHOWN = 50
CUT_OFF = timedelta(minutes=1)
"""A run in a request that has not ended by then has died with its process."""


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/review", "review", review)
    blueprint.add_url_rule(f"{at}/run", "run", run, methods=["POST"])
    blueprint.add_url_rule(f"{at}/watch", "watch", watch)


def review(id: int) -> ResponseReturnValue:
    step = own(id)
    if not step.is_open:
        return redirect(step.step("result"))
    if step.is_busy:
        return render_template("imports/running.html", step=step, run=step.run, here=step.here, current=3)
    if step.run.state == MAPPING:
        return _not_checked(step)
    rows = step.here.session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.import_id == id, ImportRow.outcome == ERROR)
        .order_by(ImportRow.row)
        .limit(SHOWN)
    ).all()
    return render_template(
        "imports/review.html",
        step=step,
        here=step.here,
        run=step.run,
        counts=step.run.checked,
        sheet=draw_sheet(step, rows),
        also=summary_of(step),
    )


def run(id: int) -> ResponseReturnValue:
    """Bring the file in, or go on where a run that was cut off stopped."""
    step = own(id)
    session = step.here.session
    if step.is_busy or not _claim(step):
        return redirect(step.step("result"))
    try:
        jobs.start(session, step.here.house, step.here.actor, step.run, dry=False)
    except TableError as error:
        step.run.state = RUNNING if step.run.position else CHECKED
        session.commit()
        return render_template("imports/gone.html", step=step, problem=error.message()), 422
    return redirect(step.step("result"))


def watch(id: int) -> ResponseReturnValue:
    """Asked by the page that shows progress: says where to go on once there is something to see."""
    step = own(id)
    answer: Any = make_response("", 204)
    if not step.is_busy:
        answer.headers["HX-Redirect"] = step.step("review" if step.is_open else "result")
    return answer


def _not_checked(step: OwnImport) -> ResponseReturnValue:
    """The check was cancelled or failed: its job says why."""
    job = step.job
    if job is None:
        return redirect(step.step("columns"))
    return render_template(
        "imports/running.html", step=step, run=step.run, here=step.here, current=3, stopped=True
    )


def _claim(step: OwnImport) -> bool:
    """Of two presses one starts the import; a run that was cut off before its end may be started again."""
    session, id = step.here.session, step.run.id
    job, now = step.job, utcnow()
    fresh = ImportRun.state.in_((MAPPING, CHECKED))
    cut_off = sa.and_(
        ImportRun.state == RUNNING, ImportRun.started_at < now - CUT_OFF if job is None else sa.true()
    )
    taken = (
        sa.update(ImportRun)
        .where(ImportRun.id == id, sa.or_(fresh, cut_off))
        .values(state=RUNNING, started_at=now)
    )
    found = session.execute(taken.returning(ImportRun.id)).first()
    session.commit()
    session.refresh(step.run)
    return found is not None
