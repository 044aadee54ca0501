"""Writing tasks down from elsewhere: the next step of an interaction, a rule, a mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.api import WriteContext, read_draft, save
from plugins.crm_interactions.models import Task
from plugins.crm_interactions.tasks.rules import INTERACTION

TASKS = "tasks"


def add(
    context: WriteContext,
    *,
    title: str,
    due_on: date | str | None = None,
    due_time: str | None = None,
    resource: str | None = None,
    record_id: int | None = None,
    assignee_id: int | None = None,
    interaction_id: int | None = None,
    **also: Any,
) -> Task:
    """Write a task down, beside a record or by itself, for this person (else for who writes). The caller commits.

    `also` are further fields as the API writes them (`priority="high"`, `remind=["60"]`); `interaction_id` the
    interaction whose next step it is.

    Raises:
        NotValid: something is wrong with it, or the record is not this person's to see.
    """
    raw: dict[str, Any] = {"title": title, "due_on": due_on, "due_time": due_time, **also}
    if resource is not None:
        raw["record"] = {"resource": resource, "id": record_id}
    if assignee_id is not None:
        raw["assignee"] = {"id": assignee_id}
    draft = read_draft(context.house.resources[TASKS], raw, context)
    draft.options[INTERACTION] = interaction_id
    task: Task = save(draft, context)
    return task
