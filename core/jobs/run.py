"""Runs one job that was taken: in the app of the current plugins, in its asker's name, and notes how it ended."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.access.actor import Actor, work_for
from core.db import db, engine_for, utcnow, writing
from core.house import EXTENSION, House
from core.i18n import use_language
from core.jobs.job import Interrupted, Job
from core.jobs.models import DONE, FAILED, PAUSED, QUEUED, RUNNING, JobRow
from core.jobs.service import MAX_ATTEMPTS
from core.resources.context import Refused

log = logging.getLogger(__name__)

WAITS = timedelta(seconds=2)
"""Before a job that the database hindered is tried again, times the attempts so far."""


class ActorGone(Exception):
    """The person who asked for the job may no longer sign in."""


def run_job(app: Flask, job: Job, worker: str) -> str:
    """Run it to its end, whatever that is; answers the row's new status, or 'lost' where it is another's now."""
    values: dict[str, Any]
    with app.app_context(), _in_language(job.actor):
        session: Session = db.session()
        session.info["house"] = job.house
        work_for(session, job.actor)
        try:
            job.house.jobs[job.type].run(job)
            session.commit()  # what the run left uncommitted belongs to its success
            values = {"status": DONE}
        except Interrupted as interrupt:
            session.rollback()
            values = {"status": str(interrupt)}
        except Refused as refusal:
            session.rollback()
            values = {"status": FAILED, "error": str(refusal.message)}
        except (
            OperationalError
        ) as error:  # the database was locked or away: not the work's failure, so once more
            session.rollback()
            log.exception("Job %s (%s) met a database that did not answer", job.id, job.type)
            values = _once_more(job, error)
        except Exception as error:  # whatever a plugin's work raises is this job's failure, not the worker's
            session.rollback()
            log.exception("Job %s (%s) failed", job.id, job.type)
            values = {"status": FAILED, "error": _in_words(error), "trace": traceback.format_exc()}
        finally:
            db.session.remove()
    return close(job, worker, values)


def open_job(row: JobRow, house: House, session: Session) -> Job:
    """The row as its code will see it.

    Raises:
        ActorGone: the job is somebody's who may no longer sign in.
    """
    return Job(
        id=row.id,
        type=row.type,
        title=row.title,
        payload=dict(row.payload),
        attempts=row.attempts,
        actor=_actor(session, row.actor_id),
        house=house,
        done=row.done,
        total=row.total,
        note=row.note,
    )


def close(job: Job, worker: str, values: dict[str, Any]) -> str:
    """Write down how the run ended, if the job is still this worker's."""
    status = values["status"]
    if status not in (DONE, FAILED, PAUSED, QUEUED, "cancelled"):
        return "lost"
    values |= {"done": job.done, "total": job.total, "note": job.note[:300], "wanted": None, "worker": None}
    if status == DONE and job.total is not None:
        values["done"] = job.total
    if status in (PAUSED, QUEUED):
        values = {"run_after": utcnow(), "heartbeat_at": None} | values
        if status == QUEUED:  # a worker that goes down may not have heard yet that the job shall rest
            values["status"] = sa.case((JobRow.wanted == PAUSED, PAUSED), else_=QUEUED)
    else:
        values |= {"finished_at": utcnow(), "result": job.result}
    mine = sa.update(JobRow).where(JobRow.id == job.id, JobRow.status == RUNNING, JobRow.worker == worker)
    with writing(), Session(engine_for(job.house.config.database_url)) as session:
        kept = session.execute(mine.values(values).returning(JobRow.id)).scalar_one_or_none()
        session.commit()
    return status if kept is not None else "lost"


def _once_more(job: Job, error: Exception) -> dict[str, Any]:
    """What becomes of a job that the database hindered: it waits a little, and has failed after the last attempt."""
    attempts = job.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return {
            "status": FAILED,
            "attempts": attempts,
            "error": _in_words(error),
            "trace": traceback.format_exc(),
        }
    return {"status": QUEUED, "attempts": attempts, "run_after": utcnow() + WAITS * attempts}


def house_of(app: Flask) -> House:
    house: House = app.extensions[EXTENSION]
    return house


def _actor(session: Session, user_id: int | None) -> Actor | None:
    if user_id is None:
        return None
    from core.access.service import actor_for

    try:
        return actor_for(session, user_id)
    except LookupError:
        raise ActorGone("The person who asked for it may no longer sign in.") from None


@contextmanager
def _in_language(actor: Actor | None) -> Iterator[None]:
    if actor is None:
        yield
        return
    with use_language(actor.language):
        yield


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:500]
