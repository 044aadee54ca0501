"""Schedules as people keep them: made, changed, rested and removed; who gets them. The caller commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, Refused, _, utcnow
from plugins.crm_reports.ask import Reader, read_ask
from plugins.crm_reports.dashboards.access import dashboard_for
from plugins.crm_reports.models import EVERY, Schedule, SchedulePerson, Sending
from plugins.crm_reports.schedules.moments import next_moment
from plugins.crm_reports.services import reports_of

SEND = ("reports", "send")
"""To send to others, too; to oneself everybody may who sees reports."""

MOST_OF_ONE, MOST_PEOPLE = 50, 200


@dataclass(frozen=True)
class Wanted:
    """What a schedule shall be; of `report` with its `query`, or of a dashboard."""

    name: str
    every: str
    minute: int
    zone: str
    people: tuple[int, ...]
    report: str | None = None
    query: str = ""
    dashboard_id: int | None = None
    weekday: int = 0
    day: int = 1
    workbook: bool = True


def schedules_of(session: Session, actor: Actor) -> Sequence[Schedule]:
    """This person's own schedules and those that send to them; to administrators, all."""
    wanted = sa.select(Schedule).order_by(Schedule.name, Schedule.id).limit(500)
    if not actor.is_admin:
        gets = sa.select(SchedulePerson.schedule_id).where(SchedulePerson.user_id == actor.user_id)
        wanted = wanted.where(sa.or_(Schedule.owner_id == actor.user_id, Schedule.id.in_(gets)))
    return session.scalars(wanted).all()


def schedule_for(session: Session, actor: Actor, id: int) -> Schedule | None:
    return next((each for each in schedules_of(session, actor) if each.id == id), None)


def people_of(session: Session, ids: Collection[int]) -> dict[int, list[int]]:
    """Who gets each of these schedules."""
    found: dict[int, list[int]] = {id: [] for id in ids}
    rows = session.execute(
        sa.select(SchedulePerson.schedule_id, SchedulePerson.user_id)
        .where(SchedulePerson.schedule_id.in_(ids))
        .order_by(SchedulePerson.user_id)
    )
    for schedule_id, user_id in rows:
        found[schedule_id].append(user_id)
    return found


def is_own(actor: Actor, schedule: Schedule) -> bool:
    return not actor.read_only and (actor.is_admin or schedule.owner_id == actor.user_id)


def keep_schedule(
    session: Session, reader: Reader, actor: Actor, wanted: Wanted, schedule: Schedule | None = None
) -> Schedule:
    """Make a schedule, or give one another shape; it is due next by that.

    Raises:
        Refused: something of it makes no sense, or the person may not.
    """
    if actor.read_only or actor.user_id is None or (schedule is not None and not is_own(actor, schedule)):
        raise Refused(_("You may not do this."), "forbidden")
    _check_when(wanted)
    _check_people(reader, actor, wanted)
    name, query = _check_what(session, reader, actor, wanted)
    if schedule is None:
        own = sa.select(sa.func.count()).select_from(Schedule).where(Schedule.owner_id == actor.user_id)
        if (session.scalar(own) or 0) >= MOST_OF_ONE:
            raise Refused(_("You have %(max)s of these; remove one first.", max=MOST_OF_ONE), "too_many")
        schedule = Schedule(owner_id=actor.user_id)
        session.add(schedule)
    schedule.name = (" ".join(wanted.name.split()) or name)[:120]
    schedule.report, schedule.query, schedule.dashboard_id = wanted.report, query, wanted.dashboard_id
    schedule.every, schedule.weekday, schedule.day = wanted.every, wanted.weekday, wanted.day
    schedule.minute, schedule.zone, schedule.workbook = wanted.minute, wanted.zone, wanted.workbook
    schedule.next_at = None if schedule.paused else next_moment(schedule, utcnow())
    session.flush()
    session.execute(sa.delete(SchedulePerson).where(SchedulePerson.schedule_id == schedule.id))
    people = dict.fromkeys(wanted.people)
    session.add_all([SchedulePerson(schedule_id=schedule.id, user_id=id) for id in people])
    session.flush()
    return schedule


def rest(session: Session, actor: Actor, schedule: Schedule, paused: bool) -> None:
    """Let it rest, or go on; what fell due meanwhile is not sent afterwards. Raises Refused."""
    _require_own(actor, schedule)
    schedule.paused = paused
    schedule.next_at = None if paused else next_moment(schedule, utcnow())
    session.flush()


def remove_schedule(session: Session, actor: Actor, schedule: Schedule) -> None:
    _require_own(actor, schedule)
    session.delete(schedule)
    session.flush()


def leave(session: Session, actor: Actor, schedule: Schedule) -> None:
    """Get it no longer."""
    session.execute(
        sa.delete(SchedulePerson).where(
            SchedulePerson.schedule_id == schedule.id, SchedulePerson.user_id == actor.user_id
        )
    )


def log_of(session: Session, schedule: Schedule, limit: int = 100) -> Sequence[Sending]:
    """What became of its mails, newest first."""
    return session.scalars(
        sa.select(Sending)
        .where(Sending.schedule_id == schedule.id)
        .order_by(Sending.due_at.desc(), Sending.id.desc())
        .limit(limit)
    ).all()


def _require_own(actor: Actor, schedule: Schedule) -> None:
    if not is_own(actor, schedule):
        raise Refused(_("Only who made it can do this."), "forbidden")


def _check_when(wanted: Wanted) -> None:
    if wanted.every not in EVERY or not (0 <= wanted.weekday <= 6 and 1 <= wanted.day <= 31):
        raise Refused(_("It is sent every day, week or month."), "every")
    if not 0 <= wanted.minute < 24 * 60:
        raise Refused(_("This is no time of day."), "time")
    if wanted.zone not in available_timezones():
        raise Refused(_("“%(value)s” is not a time zone we know.", value=wanted.zone), "zone")


def _check_people(reader: Reader, actor: Actor, wanted: Wanted) -> None:
    if not wanted.people:
        raise Refused(_("Choose who gets it."), "people")
    if len(wanted.people) > MOST_PEOPLE:
        raise Refused(_("It is sent to at most %(max)s people.", max=MOST_PEOPLE), "people")
    if set(wanted.people) != {actor.user_id} and not actor.may(*SEND):
        raise Refused(_("You may send reports to yourself only."), "forbidden")
    users = {item.id for item in reader.formats.references.items("users") if item.active}
    if set(wanted.people) - users:
        raise Refused(_("Somebody of these cannot sign in any more."), "people")


def _check_what(session: Session, reader: Reader, actor: Actor, wanted: Wanted) -> tuple[str, str]:
    """What it is called of itself, and the report's query as it is understood."""
    if (wanted.report is None) == (wanted.dashboard_id is None):
        raise Refused(_("Choose a report or a dashboard."), "what")
    if wanted.dashboard_id is not None:
        is_id = 0 < wanted.dashboard_id < 2**63
        dashboard = dashboard_for(session, actor, wanted.dashboard_id) if is_id else None
        if dashboard is None:
            raise Refused(_("There is no such dashboard."), "dashboard")
        return dashboard.name, ""
    report = next((each for each in reports_of(reader.house, actor) if each.name == wanted.report), None)
    if report is None:
        raise Refused(_("There is no such report."), "report")
    ask = read_ask(report, reader, parse_qs(wanted.query.lstrip("?")))
    return str(report.label), ask.url("").lstrip("?")[:2000]
