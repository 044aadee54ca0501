"""Columns of lists: the box to tick a task off and when it is due; on other records their next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import get_template_attribute
from sqlalchemy.orm import Session

from core.api import Column, _l, actor_of, current_house, formats_for, reached_rows, utcnow
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.lines import PLAIN_ICON, due_text
from plugins.crm_interactions.tasks.states import is_open
from plugins.crm_interactions.timeline.meanings import ICONS


@dataclass(frozen=True)
class Tick:
    """What the box of a task needs to know."""

    id: int
    title: str
    is_done: bool
    editable: bool


@dataclass(frozen=True)
class Due:
    """When something is due, in words, and whether that is over."""

    text: str
    is_overdue: bool
    icon: str = ""


def _ticks(session: Session, ids: Sequence[int]) -> Mapping[int, Tick]:
    actor = actor_of(session)
    rows = session.execute(
        sa.select(Task.id, Task.title, Task.done_at, Task.assignee_id, Task.resource, Task.record_id).where(
            Task.id.in_(ids)
        )
    ).all()
    reached = (
        reached_rows(session, actor, current_house().resources["tasks"], rows, "edit") if actor else set()
    )
    return {row.id: Tick(row.id, row.title, row.done_at is not None, row.id in reached) for row in rows}


def _dues(session: Session, ids: Sequence[int]) -> Mapping[int, Due]:
    formats, now = formats_for(session, actor_of(session)), utcnow()
    rows = session.execute(
        sa.select(Task.id, Task.due_at, Task.due_on, Task.due_time, Task.done_at).where(Task.id.in_(ids))
    )
    return {
        row.id: Due(due_text(row, formats), row.done_at is None and row.due_at < now)
        for row in rows
        if row.due_at is not None
    }


def next_step_of(resource: str) -> Column:
    """The column of the earliest open task of each record, which stands at the foot of a board's cards too."""
    return Column("next_step", _l("Next step"), _next_steps(resource), _drawn, usual=False)


def _next_steps(resource: str) -> Callable[[Session, Sequence[int]], Mapping[int, Due]]:
    def prefetch(session: Session, ids: Sequence[int]) -> Mapping[int, Due]:
        formats, now = formats_for(session, actor_of(session)), utcnow()
        rank = sa.func.row_number().over(
            partition_by=Task.record_id, order_by=(Task.due_at.is_(None), Task.due_at, Task.id)
        )
        ranked = (
            sa.select(Task.id.label("id"), rank.label("place"))
            .where(Task.resource == resource, Task.record_id.in_(ids), is_open())
            .subquery()
        )
        first = sa.select(ranked.c.id).where(ranked.c.place == 1)
        rows = session.execute(
            sa.select(
                Task.record_id, Task.title, Task.due_at, Task.due_on, Task.due_time, Task.kind_id
            ).where(Task.id.in_(first))
        )
        found = {}
        for row in rows:
            kind = formats.references.get("interaction_kinds", row.kind_id)
            icon = ICONS.get(kind.meaning or "", PLAIN_ICON) if kind else PLAIN_ICON
            overdue = row.due_at is not None and row.due_at < now
            found[row.record_id] = Due(due_text(row, formats) or row.title, overdue, icon)
        return found

    return prefetch


def _drawn(due: Due) -> Any:
    return get_template_attribute("crm_interactions/lines.html", "due_cell")(due)


def _ticked(tick: Tick) -> Any:
    return get_template_attribute("crm_interactions/lines.html", "tick")(tick)


TURN = Column("turn", _l("Done"), _ticks, _ticked)
DUE = Column("due", _l("Due"), _dues, _drawn, sort="due_at")
