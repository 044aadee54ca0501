"""Imports that are too long for a request: tried out and brought in by the worker; old files cleared away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import db, writing
from core.declare import JobType
from core.house import House
from core.i18n import _, _l
from core.imports.models import ImportRun
from core.imports.run import run_import
from core.imports.uploads import folder_of, remove_old
from core.jobs import Job, enqueue
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


def bring_in(job: Job) -> None:
    _work(job, dry=False)


def try_out(job: Job) -> None:
    _work(job, dry=True)


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


IMPORT = JobType("import", _l("Import"), bring_in)
CHECK = JobType("import_check", _l("Check of a file"), try_out)
CLEAR = JobType("import_clear", _l("Clear away old files of imports"), clear_away, every=DAY)
