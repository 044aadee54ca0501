"""The tasks of a record that are done, as a strand of its timeline."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Resource, Seek, Strand, Told, _l, found_by
from plugins.crm_interactions.models import Task

TASKS = "tasks"


def done_strands(resource: Resource) -> list[Strand]:
    """The strand of tasks done, for a resource that has a timeline."""
    if not resource.timeline:
        return []
    return [Strand(TASKS, _l("Tasks done"), read, permission=(TASKS, "view"), moment_of=moment_of)]


def read(seek: Seek) -> list[Told]:
    """The next tasks that were done, in one query."""
    wanted = sa.select(Task).where(
        Task.resource == seek.resource.name, Task.record_id == seek.record.id, Task.done_at.is_not(None)
    )
    if seek.before is not None:
        wanted = wanted.where(seek.before.criterion(Task.done_at, Task.id))
    if seek.text:
        wanted = wanted.where(found_by(seek.session, seek.house.resources[TASKS], seek.text))
    rows = seek.session.scalars(wanted.order_by(Task.done_at.desc(), Task.id.desc()).limit(seek.limit)).all()
    return [_told(row, row.done_at, seek) for row in rows if row.done_at is not None]


def moment_of(session: Session, id: int) -> datetime | None:
    """When a task was done, if the session's person may see it."""
    return session.scalar(sa.select(Task.done_at).where(Task.id == id))


def _told(row: Task, done_at: datetime, seek: Seek) -> Told:
    person = seek.formats.references.get("users", row.done_by_id)
    body = render_template(
        "crm_interactions/timeline/done.html", task=row, person=person.name if person else ""
    )
    return Told(row.id, done_at, Markup(body), "checkbox", "lime", f"task-{row.id}")
