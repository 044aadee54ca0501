"""Writing an interaction down together with its next step, which becomes a task when it has a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.api import NotValid, Resource, Words, WriteContext, _, create
from plugins.crm_interactions.models import Interaction
from plugins.crm_interactions.tasks.service import add

INTERACTIONS = "interactions"
OF_THE_TASK = {"title": "next_step", "due_on": "next_on", "due_time": "next_time", "record": ""}


class NotLogged(Exception):
    """Nothing was written; `problems` says why, by the name of the input ('' about the whole)."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        super().__init__("; ".join(str(each) for each in problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class NextStep:
    """When what comes next is due; without a day it stays a remark."""

    due_on: str = ""
    due_time: str = ""


def log(
    context: WriteContext, resource: Resource, record: Any, raw: Mapping[str, Any], step: NextStep
) -> Interaction:
    """Write down what was done with a record, and the task that follows from it. The caller commits.

    Raises:
        NotLogged: something is wrong with it, or the person may not; the caller rolls back.
    """
    beside = {"record": {"resource": resource.name, "id": record.id}}
    interaction: Interaction = _kept(context, {**raw, **beside})
    if step.due_on or step.due_time:
        _plan(context, resource, record, interaction, step)
    return interaction


def problems_of(error: NotValid) -> dict[str, Words]:
    """What is wrong with an interaction, by the name of the input where it was typed."""
    found: dict[str, Words] = {}
    for each in error.draft.problems:
        name = each.field.partition(".")[0]
        found.setdefault("" if name == "record" else name, each.message)
    return found


def _kept(context: WriteContext, raw: Mapping[str, Any]) -> Interaction:
    try:
        interaction: Interaction = create(context.house.resources[INTERACTIONS], raw, context)
    except NotValid as error:
        raise NotLogged(problems_of(error)) from error
    return interaction


def _plan(
    context: WriteContext, resource: Resource, record: Any, interaction: Interaction, step: NextStep
) -> None:
    try:
        add(
            context,
            title=interaction.next_step or _("Follow up"),
            due_on=step.due_on or None,
            due_time=step.due_time or None,
            resource=resource.name,
            record_id=record.id,
            interaction_id=interaction.id,
        )
    except NotValid as error:
        problems = {OF_THE_TASK.get(each.field, "next_on"): each.message for each in error.draft.problems}
        raise NotLogged(problems) from error
