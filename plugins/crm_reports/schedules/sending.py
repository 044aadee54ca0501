"""Sends what is due: every moment of a schedule once to each person, whoever works and whoever is killed meanwhile.

An errand takes a schedule's moment and puts it on the next in the same statement, and notes a mail for each person; a job
counts for one after the other, and notes that a mail is sent in the transaction that gives it to the outbox.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    Actor,
    House,
    Job,
    actor_for,
    db,
    enqueue,
    outgoing_file,
    send_later,
    use_language,
    utcnow,
    work_for,
    writing,
)
from plugins.crm_reports.dashboards.keeping import forget_removed
from plugins.crm_reports.models import DROPPED, DUE, FAILED, SENT, Schedule, SchedulePerson, Sending
from plugins.crm_reports.readers import reader_for
from plugins.crm_reports.schedules.letters import Letter, NotTheirs, letter_of
from plugins.crm_reports.schedules.moments import next_moment

log = logging.getLogger(__name__)

JOB = "crm_reports.send"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ATTEMPTS = 3
KEPT = timedelta(days=180)
"""So long the log says what became of a mail."""
BATCH = 50


def waits(session: Session) -> bool:
    """Whether any schedule is due."""
    return session.execute(_due(utcnow()).limit(1)).first() is not None


def take_due(session: Session) -> bool:
    """Take the moments that are due, each at most once, and have their mails made; answers whether more are due."""
    now = utcnow()
    ids = list(session.scalars(_due(now).order_by(Schedule.next_at, Schedule.id).limit(BATCH)))
    taken = [id for id in ids if _take(session, id, now)]
    if taken:
        enqueue(session, JOB, actor=None, title=JOB)
    return len(ids) == BATCH


def send_to(session: Session, schedule: Schedule, user_id: int) -> None:
    """Note one mail to somebody out of turn, to try it out; the caller commits."""
    session.add(Sending(schedule_id=schedule.id, user_id=user_id, due_at=utcnow(), is_test=True))
    session.flush()
    enqueue(session, JOB, actor=None, title=JOB)


def send_noted(job: Job) -> None:
    """Make and give away the mails that are noted, one after the other."""
    session = db.session()
    wanted = sa.select(Sending.id).where(Sending.status == DUE).order_by(Sending.id).limit(1000)
    ids = list(session.scalars(wanted))
    session.rollback()
    for place, id in enumerate(ids):
        job.progress(place, len(ids))
        _send(session, job.house, id)
    with writing():
        forget_removed(session)
        session.execute(sa.delete(Sending).where(Sending.due_at < utcnow() - KEPT, Sending.status != DUE))
        session.commit()


def _due(now: datetime) -> sa.Select[Any]:
    return sa.select(Schedule.id).where(Schedule.paused.is_(False), Schedule.next_at <= now)


def _take(session: Session, id: int, now: datetime) -> bool:
    """Whether this moment of the schedule is ours: whoever puts it on to the next has it."""
    schedule = session.get(Schedule, id, populate_existing=True)
    if schedule is None or schedule.next_at is None or schedule.paused:
        return False
    due_at = schedule.next_at
    ours = sa.update(Schedule).where(
        Schedule.id == id, Schedule.next_at == due_at, Schedule.paused.is_(False)
    )
    moved = ours.values(next_at=next_moment(schedule, now)).returning(Schedule.id)
    if session.execute(moved, execution_options={"synchronize_session": False}).first() is None:
        return False
    people = session.scalars(sa.select(SchedulePerson.user_id).where(SchedulePerson.schedule_id == id))
    session.add_all([Sending(schedule_id=id, user_id=user_id, due_at=due_at) for user_id in people])
    session.flush()
    return True


def _send(session: Session, house: House, id: int) -> None:
    row = session.get(Sending, id, populate_existing=True)
    if row is None or row.status != DUE:
        session.rollback()
        return
    schedule = session.get(Schedule, row.schedule_id)
    user_id = row.user_id
    letter: Letter | None = None
    actor: Actor | None = None
    status, note = SENT, ""
    try:
        actor = actor_for(session, user_id)
        work_for(session, actor)
        if schedule is None:
            raise LookupError(id)
        with use_language(actor.language):
            letter = letter_of(
                session, reader_for(session, house, actor, house.config.public_url), actor, schedule
            )
    except LookupError:
        status, note = DROPPED, "gone"
    except NotTheirs as error:
        status, note = DROPPED, error.code
    except (
        Exception
    ) as error:  # a report of some app may fail; the other mails go out, this one is tried again
        log.exception("Sending %s", id)
        status, note = FAILED, f"{type(error).__name__}: {error}"
    finally:
        work_for(session, None)
        session.rollback()
    _settle(session, house, id, actor, letter, status, note[:300])


def _settle(
    session: Session,
    house: House,
    id: int,
    actor: Actor | None,
    letter: Letter | None,
    status: str,
    note: str,
) -> None:
    """Write what became of it, with the mail in the same transaction; nothing if somebody else was quicker."""
    with writing():
        row = session.get(Sending, id, populate_existing=True)
        values: dict[str, Any] = {"status": status, "note": note, "at": utcnow()}
        if status == FAILED:
            attempts = (row.attempts if row else 0) + 1
            values = {"attempts": attempts, "note": note, "at": utcnow()}
            values |= {"status": FAILED} if attempts >= ATTEMPTS else {}
        ours = sa.update(Sending).where(Sending.id == id, Sending.status == DUE).values(values)
        claimed = session.execute(
            ours.returning(Sending.id), execution_options={"synchronize_session": False}
        ).first()
        if claimed is not None and letter is not None and actor is not None and status == SENT:
            files = [
                outgoing_file(
                    session, house.config, name=book.name, media_type=XLSX, content=BytesIO(book.content)
                )
                for book in letter.books
            ]
            send_later(session, actor.email, letter.subject, letter.text, letter.html, files=files)
        session.commit()
