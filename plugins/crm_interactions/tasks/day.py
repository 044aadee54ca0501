"""A person's day: what is overdue, what is due today, in the next days, and what waits without a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor, Formats, House, Words, _, utcnow
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.lines import Line, lines_of
from plugins.crm_interactions.tasks.moments import start_of
from plugins.crm_interactions.tasks.states import NONE, OVERDUE, TODAY, WEEK, in_state

MOST = 50
"""A part of the page names so many; the list has them all."""


@dataclass(frozen=True)
class Part:
    """A part of the page: its tasks, how many there are in all, and where the list of them is."""

    name: str
    label: Words
    lines: Sequence[Line]
    number: int
    query: str


def parts_of_day(session: Session, house: House, actor: Actor, formats: Formats) -> list[Part]:
    """The four parts of a person's day; those of hours in the order of the day."""
    labels: dict[str, Words] = {
        OVERDUE: _("Overdue"),
        TODAY: _("Today"),
        WEEK: _("Next 7 days"),
        NONE: _("Without date"),
    }
    now = utcnow()
    found = []
    for state, label in labels.items():
        criterion = sa.and_(Task.assignee_id == actor.user_id, in_state(state, now, formats.zone))
        tasks = session.scalars(
            sa.select(Task).where(criterion).order_by(*_order(state)).limit(MOST + 1)
        ).all()
        number = len(tasks)
        if number > MOST:
            number = session.scalar(sa.select(sa.func.count()).select_from(Task).where(criterion)) or 0
        lines = lines_of(session, tasks[:MOST], house, actor, formats)
        found.append(Part(state, label, lines, number, f"state={state}&assignee=~me&sort=due_at"))
    return found


def done_today(session: Session, house: House, actor: Actor, formats: Formats) -> list[Line]:
    """What the person has ticked off today, the latest first."""
    begins = start_of(datetime.now(formats.zone).date(), formats.zone)
    tasks = session.scalars(
        sa.select(Task)
        .where(Task.assignee_id == actor.user_id, Task.done_at >= begins)
        .order_by(Task.done_at.desc(), Task.id.desc())
        .limit(MOST)
    ).all()
    return lines_of(session, tasks, house, actor, formats)


def _order(state: str) -> tuple[Any, ...]:
    if state == NONE:
        return (Task.id.desc(),)
    return (Task.due_at, Task.id)
