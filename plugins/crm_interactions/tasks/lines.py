"""Tasks as lines: what any page says of one, read for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_skeleton, format_time
from flask import request
from sqlalchemy.orm import Session

from core.api import Actor, Date, Formats, House, ReferenceItem, _, reached_rows, utcnow
from plugins.crm_interactions.models import Task, TaskItem
from plugins.crm_interactions.tasks.states import DONE, OVERDUE, local_day, state_of
from plugins.crm_interactions.timeline.meanings import ICONS

PLAIN_ICON, PLAIN_HUE = "calendar-event", "slate"


@dataclass(frozen=True)
class Line:
    """A task as its reader sees it; `clock` is empty for a whole day, `there` the time as it was written elsewhere."""

    id: int
    title: str
    url: str
    state: str
    day: date | None
    clock: str
    when: str
    there: str
    minutes: int
    hue: str
    icon: str
    kind: str
    high: bool
    repeats: bool
    person: ReferenceItem | None
    record: str
    record_url: str
    steps: str
    editable: bool
    starts: int
    """Minutes since midnight of the reader's day; 0 of a whole day."""

    @property
    def is_done(self) -> bool:
        return self.state == DONE

    @property
    def is_overdue(self) -> bool:
        return self.state == OVERDUE


def lines_of(
    session: Session, tasks: Sequence[Task], house: House, actor: Actor, formats: Formats
) -> list[Line]:
    """These tasks as lines for this reader, by a handful of queries however many they are."""
    for resource in {task.resource for task in tasks if task.resource}:
        formats.references.know_records(
            resource, [task.record_id for task in tasks if task.resource == resource]
        )
    editable = reached_rows(session, actor, house.resources["tasks"], tasks, "edit") if tasks else set()
    steps = _steps(session, [task.id for task in tasks])
    now = utcnow()
    return [_line(task, formats, now, steps.get(task.id, ""), task.id in editable) for task in tasks]


def when_text(day: date, clock: str, formats: Formats, today: date) -> str:
    """“Today 16:00”, “Yesterday”, “Mon, 11/23 9:30”, another year's whole date."""
    near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}.get((day - today).days)
    if near is None:
        near = (
            format_skeleton("MEd", day, locale=formats.language)
            if abs((day - today).days) < 180
            else Date().text(day, formats)
        )
    return f"{near} {clock}".strip()


def due_text(task: Any, formats: Formats) -> str:
    """When a task is due, for its reader; '' for none."""
    if task.due_at is None:
        return ""
    local = task.due_at.astimezone(formats.zone)
    clock = format_time(local, "short", locale=formats.language) if task.due_time else ""
    return when_text(local_day(task, formats.zone), clock, formats, datetime.now(formats.zone).date())


def _line(task: Task, formats: Formats, now: datetime, steps: str, editable: bool) -> Line:
    kind = formats.references.get("interaction_kinds", task.kind_id)
    local = task.due_at.astimezone(formats.zone) if task.due_at and task.due_time else None
    day = local_day(task, formats.zone) if task.due_at else None
    name = (
        formats.references.record_name(task.resource, task.record_id)
        if task.resource and task.record_id
        else None
    )
    return Line(
        id=task.id,
        title=task.title,
        url=f"{request.script_root}/tasks/{task.id}",
        state=state_of(task, now, formats.zone),
        day=day,
        clock=format_time(local, "short", locale=formats.language) if local else "",
        when=due_text(task, formats),
        there=_there(task, formats),
        minutes=task.minutes or 0,
        hue=kind.hue if kind else PLAIN_HUE,
        icon=ICONS.get(kind.meaning or "", PLAIN_ICON) if kind else PLAIN_ICON,
        kind=kind.name if kind else "",
        high=task.priority == "high",
        repeats=bool(task.repeat_every),
        person=formats.references.get("users", task.assignee_id),
        record=name or "",
        record_url=f"{request.script_root}/{task.resource}/{task.record_id}" if name else "",
        steps=steps,
        editable=editable,
        starts=local.hour * 60 + local.minute if local else 0,
    )


def _there(task: Task, formats: Formats) -> str:
    """The time as it was written, where that is another than the reader's."""
    if task.due_at is None or not task.due_time or not task.zone or task.zone == formats.zone.key:
        return ""
    here = task.due_at.astimezone(formats.zone).strftime("%H:%M")
    return (
        "" if here == task.due_time else f"{task.due_time} {task.zone.rpartition('/')[2].replace('_', ' ')}"
    )


def _steps(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """{task: “1/3”} of those with a checklist."""
    if not ids:
        return {}
    done = sa.func.sum(sa.case((TaskItem.done.is_(True), 1), else_=0))
    rows = session.execute(
        sa.select(TaskItem.task_id, done, sa.func.count())
        .where(TaskItem.task_id.in_(ids))
        .group_by(TaskItem.task_id)
    )
    return {task_id: f"{int(ticked)}/{number}" for task_id, ticked, number in rows}
