"""What can be done with jobs: ask for one, pause, resume and cancel it, take the next, find the lost ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import is_sqlite, utcnow
from core.jobs.models import CANCELLED, FAILED, FINISHED, PAUSED, QUEUED, RUNNING, JobRow, Lease
from core.jobs.whereabouts import is_gone

STALE_AFTER = timedelta(seconds=20)
MAX_ATTEMPTS = 5
WORKER_LOST = "worker-lost"
"""The error of a job that lost its worker time and again; the page puts it into words."""
KEEP_PERIODIC = timedelta(days=2)
KEEP_FINISHED = timedelta(days=90)


def enqueue(
    session: Session,
    type_name: str,
    payload: Mapping[str, Any] | None = None,
    *,
    actor: Actor | None,
    title: str,
    run_after: datetime | None = None,
    key: str | None = None,
) -> JobRow:
    """Ask for a job; a worker takes it once the caller's transaction is committed.

    Args:
        payload: what it needs to know, JSON only.
        actor: in whose name and with whose rights it works; None is the system.
        title: what people read of it, in the asker's language.
        key: at most one job ever has it.
    """
    row = JobRow(
        type=type_name,
        title=str(title)[:200],
        payload=dict(payload or {}),
        status=QUEUED,
        actor_id=actor.user_id if actor else None,
        key=key,
        run_after=run_after or utcnow(),
    )
    session.add(row)
    session.flush()
    return row


def job_for(session: Session, job_id: int, actor: Actor | None) -> JobRow | None:
    """The job, if it is this person's own or the person is an administrator (or the system asks)."""
    row = session.get(JobRow, job_id)
    if row is None or actor is None or actor.is_admin:
        return row
    return row if actor.user_id is not None and row.actor_id == actor.user_id else None


def cancel(session: Session, row: JobRow) -> None:
    """End it: at once while it waits, at its next step while it runs."""
    _ask(session, row, CANCELLED, from_statuses=(QUEUED, PAUSED))


def pause(session: Session, row: JobRow) -> None:
    """Let it rest where it is until somebody resumes it."""
    _ask(session, row, PAUSED, from_statuses=(QUEUED,))


def resume(session: Session, row: JobRow) -> None:
    """A paused job waits for a worker again; one that was only asked to pause goes on."""
    waiting = sa.update(JobRow).where(JobRow.id == row.id, JobRow.status == PAUSED)
    session.execute(waiting.values(status=QUEUED, wanted=None, run_after=utcnow()))
    asked = sa.update(JobRow).where(JobRow.id == row.id, JobRow.status == RUNNING, JobRow.wanted == PAUSED)
    session.execute(asked.values(wanted=None))
    session.refresh(row)


def jobs_by_status(session: Session) -> dict[str, int]:
    """How many jobs there are of each status."""
    rows = session.execute(sa.select(JobRow.status, sa.func.count()).group_by(JobRow.status))
    return {status: count for status, count in rows}


def running_jobs(session: Session, actor: Actor, limit: int = 5) -> list[JobRow]:
    """The person's own jobs that are not finished, newest first."""
    mine = sa.select(JobRow).where(JobRow.actor_id == actor.user_id, JobRow.status.not_in(FINISHED))
    return list(session.scalars(mine.order_by(JobRow.id.desc()).limit(limit)))


def a_worker_lives(session: Session) -> bool:
    """Whether some worker has lately renewed the lease that every worker strives for."""
    lease = session.get(Lease, SCHEDULE)
    return lease is not None and lease.until > utcnow() and not is_gone(lease.holder)


# -- for workers ------------------------------------------------------------------------------------------------

SCHEDULE = "schedule"


def has_work(session: Session, types: Iterable[str]) -> bool:
    """Whether `take_next` would find something; asks without locking anything."""
    return session.execute(_next_id(types)).first() is not None


def take_next(session: Session, types: Iterable[str], worker: str) -> JobRow | None:
    """The oldest queued job of these types, now running for this worker; nobody else gets it.

    The caller commits at once. On SQLite the transaction must be a writing one (`core.db.writing`).
    """
    chosen = _next_id(types)
    if not is_sqlite(session):
        chosen = chosen.with_for_update(skip_locked=True)
    now = utcnow()
    taken = session.execute(
        sa.update(JobRow)
        .where(JobRow.id == chosen.scalar_subquery(), JobRow.status == QUEUED)
        .values(
            status=RUNNING,
            worker=worker,
            heartbeat_at=now,
            wanted=None,
            finished_at=None,
            started_at=sa.func.coalesce(JobRow.started_at, sa.literal(now, JobRow.started_at.type)),
        )
        .returning(JobRow.id)
    ).scalar_one_or_none()
    return session.get(JobRow, taken, populate_existing=True) if taken is not None else None


def put_back_lost(session: Session) -> list[int]:
    """Queue the running jobs whose worker is gone; a job that lost five workers has failed. Answers the ids found."""
    running = session.execute(
        sa.select(JobRow.id, JobRow.worker, JobRow.heartbeat_at, JobRow.attempts, JobRow.wanted).where(
            JobRow.status == RUNNING
        )
    ).all()
    found = []
    for job_id, worker, heartbeat, attempts, wanted in running:
        if not _is_lost(worker, heartbeat):
            continue
        values: dict[str, Any] = {"worker": None, "attempts": attempts + 1, "heartbeat_at": None}
        if attempts + 1 >= MAX_ATTEMPTS:
            values |= {"status": FAILED, "finished_at": utcnow(), "error": WORKER_LOST}
        elif wanted in (PAUSED, CANCELLED):  # its worker ended before it could obey
            values |= {"status": wanted, "wanted": None}
            values |= {"finished_at": utcnow()} if wanted == CANCELLED else {}
        else:
            values |= {"status": QUEUED, "run_after": utcnow()}
        same = sa.update(JobRow).where(JobRow.id == job_id, JobRow.status == RUNNING, JobRow.worker == worker)
        if session.execute(same.values(values).returning(JobRow.id)).first():
            found.append(job_id)
    return found


def take_lease(session: Session, name: str, holder: str, seconds: float) -> bool:
    """Whether this holder may do `name` for the next seconds: it already did, or nobody living does."""
    now = utcnow()
    values = {"holder": holder, "until": now + timedelta(seconds=seconds)}
    lease = session.get(Lease, name, populate_existing=True)
    if lease is None:
        insert = sa.insert(Lease).values(name=name, **values)
        try:
            with session.begin_nested():
                session.execute(insert)
        except sa.exc.IntegrityError:
            return False
        return True
    if lease.holder != holder and lease.until > now and not is_gone(lease.holder):
        return False
    same = sa.update(Lease).where(
        Lease.name == name, Lease.holder == lease.holder, Lease.until == lease.until
    )
    return session.execute(same.values(values).returning(Lease.name)).first() is not None


def schedule(session: Session, periods: Mapping[str, int], now: datetime | None = None) -> list[int]:
    """Queue what is due of the periodic jobs, `{type: every so many seconds}`. Each time slot runs once."""
    moment = now or utcnow()
    keys = {f"{name}@{int(moment.timestamp()) // every}": name for name, every in periods.items()}
    known = set(session.scalars(sa.select(JobRow.key).where(JobRow.key.in_(keys))))
    waiting = sa.select(JobRow.type).where(
        JobRow.key.is_not(None), JobRow.status.in_((QUEUED, RUNNING, PAUSED))
    )
    busy = set(session.scalars(waiting))
    return [
        enqueue(session, name, actor=None, title=name, key=key).id
        for key, name in keys.items()
        if key not in known and name not in busy
    ]


def forget_finished(session: Session) -> None:
    """Remove what nobody looks for any more: periodic runs after two days, others after ninety."""
    now = utcnow()
    old = sa.or_(
        sa.and_(JobRow.key.is_not(None), JobRow.finished_at < now - KEEP_PERIODIC),
        JobRow.finished_at < now - KEEP_FINISHED,
    )
    session.execute(sa.delete(JobRow).where(old), execution_options={"synchronize_session": False})


def _next_id(types: Iterable[str]) -> sa.Select[tuple[int]]:
    return (
        sa.select(JobRow.id)
        .where(JobRow.status == QUEUED, JobRow.run_after <= utcnow(), JobRow.type.in_(sorted(types)))
        .order_by(JobRow.run_after, JobRow.id)
        .limit(1)
    )


def _is_lost(worker: str | None, heartbeat: datetime | None) -> bool:
    gone = is_gone(worker)
    if gone is not None:
        return gone
    # On this host without an answer, or on another one: the heartbeat tells.
    return heartbeat is None or utcnow() - heartbeat > STALE_AFTER


def _ask(session: Session, row: JobRow, wanted: str, from_statuses: tuple[str, ...]) -> None:
    now = utcnow()
    resting = sa.update(JobRow).where(JobRow.id == row.id, JobRow.status.in_(from_statuses))
    session.execute(resting.values(status=wanted, finished_at=now if wanted in FINISHED else None))
    running = sa.update(JobRow).where(JobRow.id == row.id, JobRow.status == RUNNING)
    session.execute(running.values(wanted=wanted))
    session.refresh(row)
