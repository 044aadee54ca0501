"""Writes a person's tasks as an iCalendar file (RFC 5545), as calendars show them: each with a date is an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from icalendar import Alarm, Calendar, Event
from sqlalchemy.orm import Session

from core.api import Actor, House, _, digest, settings_of, title_of, use_language, utcnow
from plugins.crm_interactions.models import HIGH, LOW, Task
from plugins.crm_interactions.reminders.service import MORNING, wanted

SHOWN_AFTER_DONE = timedelta(days=30)
USUAL_MINUTES = 30
MOST = 1000
PRIORITIES = {HIGH: 1, LOW: 9}
NORMAL_PRIORITY = 5
REFRESH = timedelta(hours=1)

Titles = Mapping[tuple[str, int], tuple[str, str]]
"""{(resource, id): (label of the resource, name of the record)} of the records that the reader sees."""


def calendar_of(session: Session, house: House, reader: Actor) -> bytes:
    """The tasks of the person the session works for, open ones and those done in the last thirty days."""
    with use_language(reader.language):
        tasks = _tasks(session, reader)
        titles = _titles(session, house, tasks)
        calendar = _empty(session, reader)
        place = digest(f"calendar:{house.config.secret('calendar')}")[:16]
        for task in tasks:
            calendar.add_component(_event(house, task, titles, place))
        if tasks:
            days = [task.due_on for task in tasks if task.due_on is not None]
            calendar.add_missing_timezones(
                first_date=date(min(days).year, 1, 1), last_date=date(max(days).year + 2, 1, 1)
            )
        return bytes(calendar.to_ical())


def _tasks(session: Session, reader: Actor) -> Sequence[Task]:
    """What is to be done comes first, should there be too many."""
    lately = utcnow() - SHOWN_AFTER_DONE
    mine = sa.select(Task).where(
        Task.assignee_id == reader.user_id,
        Task.due_on.is_not(None),
        sa.or_(Task.done_at.is_(None), Task.done_at > lately),
    )
    newest = mine.order_by(Task.done_at.is_not(None), Task.due_at.desc(), Task.id)
    return sorted(session.scalars(newest.limit(MOST)), key=lambda task: (task.due_on or date.max, task.id))


def _titles(session: Session, house: House, tasks: Sequence[Task]) -> Titles:
    wanted_ids: dict[str, set[int]] = {}
    for task in tasks:
        if task.resource in house.resources and task.record_id is not None:
            wanted_ids.setdefault(task.resource, set()).add(task.record_id)
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for name, ids in wanted_ids.items():
        resource = house.resources[name]
        for record in session.scalars(sa.select(resource.model).where(resource.model.id.in_(ids))):
            found[name, record.id] = (str(resource.label), title_of(resource, record))
    return found


def _empty(session: Session, reader: Actor) -> Calendar:
    company = str(settings_of(session)["company.name"])
    calendar = Calendar()
    calendar.add("prodid", "-//Prospecto//Tasks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("%(company)s: my tasks", company=company))
    calendar.add("x-wr-timezone", str(reader.zone))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar


def _event(house: House, task: Task, titles: Titles, place: str) -> Event:
    record = titles.get((task.resource or "", task.record_id or 0))
    summary = f"{task.title} · {record[1]}" if record else task.title
    event = Event()
    event.add("uid", f"task-{task.id}@{place}")
    event.add("dtstamp", task.updated_at)
    event.add("created", task.created_at)
    event.add("last-modified", task.updated_at)
    event.add("sequence", task.version - 1)
    event.add("summary", f"✓ {summary}" if task.done_at else summary)
    event.add("priority", PRIORITIES.get(task.priority, NORMAL_PRIORITY))
    event.add("transp", "TRANSPARENT" if task.done_at or not task.due_time else "OPAQUE")
    _add_times(event, task)
    lines = [task.notes or "", f"{record[0]}: {record[1]}" if record else ""]
    if root := house.config.public_url:
        event.add("url", f"{root}/tasks/{task.id}")
        lines.append(f"{root}/tasks/{task.id}")
    if text := "\n\n".join(line for line in lines if line):
        event.add("description", text)
    if task.done_at is None:
        for minutes in wanted(task):
            event.add_component(_alarm(task, minutes))
    return event


def _add_times(event: Event, task: Task) -> None:
    """With a time it is that long, in the zone it is meant in; without one it is the whole day's, wherever one is."""
    assert task.due_on is not None and task.due_at is not None
    if task.due_time is None:
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
        return
    starts: datetime = task.due_at.astimezone(ZoneInfo(task.zone or "UTC"))
    ends = (task.due_at + timedelta(minutes=task.minutes or USUAL_MINUTES)).astimezone(starts.tzinfo)
    event.add("dtstart", starts)
    event.add("dtend", ends)


def _alarm(task: Task, minutes: int) -> Alarm:
    before = timedelta(minutes=minutes)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", task.title)
    morning = timedelta(hours=MORNING.hour, minutes=MORNING.minute)
    alarm.add("trigger", -before if task.due_time else morning - before)
    return alarm
