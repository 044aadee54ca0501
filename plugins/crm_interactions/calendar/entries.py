"""What stands in a calendar: tasks on their day and hour, and, if wanted, what was done then."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_time
from sqlalchemy.orm import Session

from core.api import Actor, Formats, House, utcnow
from plugins.crm_interactions.calendar.days import Stretch
from plugins.crm_interactions.models import Interaction, Task
from plugins.crm_interactions.tasks.lines import PLAIN_HUE, PLAIN_ICON, Line, lines_of
from plugins.crm_interactions.tasks.moments import start_of
from plugins.crm_interactions.tasks.states import is_open
from plugins.crm_interactions.timeline.meanings import ICONS
from plugins.crm_interactions.timeline.strand import place_of

MINE, TEAM, ALL = "me", "team", "all"
MOST = 1500
"""More is no calendar any more: who looks at more people than that sees the first and is told."""
STEP = 15
USUAL_MINUTES = 30
LANES = 4
"""So many stand beside each other at one hour; what is more covers them in part."""
ROWS = 24 * 60 // STEP


@dataclass(frozen=True)
class Entry:
    """A task or an interaction in a calendar. `row` and `span` are quarters of an hour; of a whole day 0."""

    id: int
    name: str
    title: str
    url: str
    day: date
    clock: str
    hue: str
    icon: str
    row: int = 0
    span: int = 0
    minutes: int = 0
    lane: int = 1
    lanes: int = 1
    is_overdue: bool = False
    is_past: bool = False
    editable: bool = False
    person: str = ""
    line: Line | None = None

    @property
    def whole(self) -> bool:
        return self.span == 0


def entries_of(
    session: Session, house: House, actor: Actor, formats: Formats, stretch: Stretch, whose: str, done: bool
) -> tuple[list[Entry], bool]:
    """The entries of a stretch, each on its reader's day, and whether there are more than are shown."""
    tasks = session.scalars(_tasks(stretch, formats, actor, whose, done).limit(MOST + 1)).all()
    lines = lines_of(session, tasks[:MOST], house, actor, formats)
    found = [_of_line(line) for line in lines if line.day and stretch.first <= line.day <= stretch.last]
    if done and actor.may("interactions", "view"):
        rows = session.scalars(_interactions(stretch, formats, actor, whose).limit(MOST)).all()
        found += [_of_interaction(row, formats) for row in rows]
    return found, len(tasks) > MOST


def in_lanes(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of hours of one day, side by side where they overlap."""
    placed: list[Entry] = []
    group: list[Entry] = []
    ends = 0
    for entry in sorted(entries, key=lambda each: (each.row, -each.span, each.id)):
        if group and entry.row >= ends:
            placed += _side_by_side(group)
            group, ends = [], 0
        group.append(entry)
        ends = max(ends, entry.row + entry.span)
    return placed + _side_by_side(group)


def _side_by_side(group: Sequence[Entry]) -> list[Entry]:
    free: list[int] = []
    lanes = []
    for entry in group:
        lane = next((number for number, until in enumerate(free) if until <= entry.row), len(free))
        free[lane : lane + 1] = [entry.row + entry.span]
        lanes.append(lane)
    number = min(len(free), LANES)
    return [
        replace(entry, lane=lane % LANES + 1, lanes=number) for entry, lane in zip(group, lanes, strict=True)
    ]


def _tasks(
    stretch: Stretch, formats: Formats, actor: Actor, whose: str, done: bool
) -> sa.Select[tuple[Task]]:
    """A day more on each side: a whole day elsewhere ends at another moment."""
    begins = start_of(stretch.first - timedelta(days=1), formats.zone)
    ends = start_of(stretch.last + timedelta(days=2), formats.zone)
    wanted = sa.select(Task).where(
        Task.due_at >= begins, Task.due_at < ends, *_of(Task.assignee_id, actor, whose)
    )
    return (wanted if done else wanted.where(is_open())).order_by(Task.due_at, Task.id)


def _interactions(
    stretch: Stretch, formats: Formats, actor: Actor, whose: str
) -> sa.Select[tuple[Interaction]]:
    begins = start_of(stretch.first, formats.zone)
    ends = start_of(stretch.last + timedelta(days=1), formats.zone)
    wanted = sa.select(Interaction).where(
        Interaction.at >= begins, Interaction.at < ends, *_of(Interaction.person_id, actor, whose)
    )
    return wanted.order_by(Interaction.at, Interaction.id)


def _of(person: Any, actor: Actor, whose: str) -> list[Any]:
    if whose == ALL:
        return []
    return [person.in_(sorted(actor.team_ids))] if whose == TEAM else [person == actor.user_id]


def _of_line(line: Line) -> Entry:
    assert line.day is not None
    row = line.starts // STEP if line.clock else 0
    minutes = line.minutes or USUAL_MINUTES
    return Entry(
        id=line.id,
        name=f"task-{line.id}",
        title=line.title,
        url=line.url,
        day=line.day,
        clock=line.clock,
        hue=line.hue,
        icon=line.icon,
        row=row,
        span=_span(minutes, row) if line.clock else 0,
        minutes=minutes,
        is_overdue=line.is_overdue,
        is_past=line.is_done,
        editable=line.editable and not line.is_done,
        person=line.person.name if line.person else "",
        line=line,
    )


def _of_interaction(row: Interaction, formats: Formats) -> Entry:
    kind = formats.references.get("interaction_kinds", row.kind_id)
    person = formats.references.get("users", row.person_id)
    local = row.at.astimezone(formats.zone)
    starts = (local.hour * 60 + local.minute) // STEP
    return Entry(
        id=row.id,
        name=f"interaction-{row.id}",
        title=row.subject or (kind.name if kind else ""),
        url=place_of(row),
        day=local.date(),
        clock=format_time(local, "short", locale=formats.language),
        hue=kind.hue if kind else PLAIN_HUE,
        icon=ICONS.get(kind.meaning or "", PLAIN_ICON) if kind else PLAIN_ICON,
        row=starts,
        span=_span(row.minutes or USUAL_MINUTES, starts),
        minutes=row.minutes or 0,
        is_past=True,
        person=person.name if person else "",
    )


def _span(minutes: int, row: int) -> int:
    """Quarters of an hour, at least two, and not beyond midnight."""
    return max(min(max(math.ceil(minutes / STEP), 2), ROWS - row), 1)


def row_of_now(formats: Formats) -> int:
    local = utcnow().astimezone(formats.zone)
    return (local.hour * 60 + local.minute) // STEP
