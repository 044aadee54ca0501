"""Imports that are too long for a request: tried out and brought in by the worker; old files cleared away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import db, writing
from core.declare import JobType
from core.house import House
from core.i18n import _, _l
from core.imports.models import RUNNING, UNDOING, ImportRun
from core.imports.run import run_import
from core.imports.undo import undo_import
from core.imports.uploads import folder_of, remove_old
from core.jobs import Job, JobRow, enqueue
from core.jobs.service import pause, resume
from core.resources.context import Refused
from core.tabular import TableError

AT_ONCE = 1000
"""Files of fewer rows are done in the request that asks, with or without a worker."""

DAY = 24 * 3600


def start(session: Session, house: House, actor: Actor | None, run: ImportRun, *, dry: bool) -> bool:
    """Try a file out or bring it in: at once if it is short (answers True), else by a job that is now queued.

    Raises:
        TableError: the file cannot be read.
    """
    if run.rows_total < AT_ONCE:
        session.commit()
        run_import(session, house, actor, run, folder_of(house.config), dry=dry)
        return True
    title = _("Check %(file)s", file=run.filename) if dry else _("Import %(file)s", file=run.filename)
    row = enqueue(session, CHECK.name if dry else IMPORT.name, {"import": run.id}, actor=actor, title=title)
    run.job_id = row.id
    session.commit()
    return False


def start_undo(session: Session, house: House, actor: Actor | None, run: ImportRun) -> bool:
    """Take an import back: at once if it is short (answers True), else by a job that is now queued.

    Raises:
        Refused: it is not there to be taken back, or at work.
    """
    job = job_of(session, run)
    if job is not None and not job.is_finished:
        raise Refused(_("This import is still at work."), "busy")
    if run.position < AT_ONCE:
        session.commit()
        undo_import(session, house, actor, run)
        session.refresh(run)
        return True
    title = _("Undo the import of %(file)s", file=run.filename)
    run.job_id = enqueue(session, UNDO.name, {"import": run.id}, actor=actor, title=title).id
    session.commit()
    return False


def job_of(session: Session, run: ImportRun) -> JobRow | None:
    """The job that works on an import, or did last."""
    return session.get(JobRow, run.job_id) if run.job_id else None


def rest(session: Session, run: ImportRun) -> JobRow:
    """Let an import at work rest until somebody resumes it. The caller commits.

    Raises:
        Refused: no job works on it.
    """
    job = _working(session, run)
    pause(session, job)
    return job


def go_on(session: Session, house: House, actor: Actor | None, run: ImportRun) -> JobRow | None:
    """A resting import goes on, and so does one that was cut off or cancelled; answers its job, None where it is done.

    Raises:
        Refused: it is not resting.
        TableError: the file cannot be read.
    """
    job = job_of(session, run)
    if job is not None and not job.is_finished:
        resume(session, job)
        session.commit()
    elif run.state == RUNNING:
        start(session, house, actor, run, dry=False)
    elif run.state == UNDOING:
        start_undo(session, house, actor, run)
    else:
        raise Refused(_("This import is not resting."), "not_resting")
    return job_of(session, run)


def bring_in(job: Job) -> None:
    _work(job, dry=False)


def try_out(job: Job) -> None:
    _work(job, dry=True)


def take_back(job: Job) -> None:
    """Take an import back, as far as is left of it."""
    session = db.session()
    run = session.get(ImportRun, job.payload["import"])
    if run is None:
        raise Refused(_("This import is not there any more."))
    undone = undo_import(session, job.house, job.actor, run, progress=job.progress)
    job.result["text"] = _(
        "%(removed)s removed, %(restored)s put back, %(kept)s kept",
        removed=undone.removed,
        restored=undone.restored,
        kept=undone.kept,
    )
    job.result["links"] = [[f"/imports/{run.id}", _("See the result")]]


def clear_away(job: Job) -> None:
    with writing():
        remove_old(db.session(), job.house.config)
        db.session.commit()


def _work(job: Job, *, dry: bool) -> None:
    session = db.session()
    run = session.get(ImportRun, job.payload["import"])
    if run is None or run.resource not in job.house.resources:
        raise Refused(_("This import is not there any more."))
    page = "review" if dry else ""
    try:
        counts = run_import(
            session, job.house, job.actor, run, folder_of(job.house.config), dry=dry, progress=job.progress
        )
    except TableError as error:
        raise Refused(error.message()) from error
    job.result["text"] = _(
        "%(rows)s rows, %(errors)s with errors", rows=counts["rows"], errors=counts["errors"]
    )
    job.result["links"] = [[f"/imports/{run.id}/{page}".rstrip("/"), _("See the result")]]


def _working(session: Session, run: ImportRun) -> JobRow:
    job = job_of(session, run)
    if job is None or job.is_finished:
        raise Refused(_("Nothing is at work on this import."), "not_busy")
    return job


IMPORT = JobType("import", _l("Import"), bring_in)
CHECK = JobType("import_check", _l("Check of a file"), try_out)
UNDO = JobType("import_undo", _l("Undo of an import"), take_back)
CLEAR = JobType("import_clear", _l("Clear away old files of imports"), clear_away, every=DAY)
