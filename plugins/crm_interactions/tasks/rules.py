"""The rules of a task that hold at every door: when it is due, how it repeats, what is kept when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.api import Draft, Words, WriteContext, _, as_system
from plugins.crm_interactions.models import DUE, MONTH, NORMAL, Task
from plugins.crm_interactions.reminders.service import habit_of, keep
from plugins.crm_interactions.tasks.moments import due_moment
from plugins.crm_interactions.tasks.states import DONE, OPEN

DUE_FIELDS = frozenset({"due_on", "due_time", "zone"})
REPEAT_DAY = "repeat_day"
"""Option of a draft: the day of the month that the next of a series inherits."""

INTERACTION = "interaction"
"""Option of a draft: the id of the interaction whose next step it is."""

TURNED = "turned"
"""Option of a draft: whether it was done or reopened by this write."""

REPEAT_FIELDS = ("repeat_unit", "repeat_from", "repeat_until")


def creator(context: WriteContext) -> int | None:
    return context.actor.user_id if context.actor else None


def own_zone(context: WriteContext) -> str:
    """The zone in which whoever writes means a time."""
    return str(context.formats.zone.key)


def normal(context: WriteContext) -> str:
    return NORMAL


def check_due(draft: Draft, context: WriteContext) -> None:
    """A time belongs to a day; what is due has a zone."""
    if draft.value("due_time") and draft.value("due_on") is None and _is_said(draft, "due_time", "due_on"):
        draft.problem("due_on", _("A time needs a day."), "required")
    if draft.value("due_on") is not None and draft.value("zone") is None:
        draft.values["zone"] = own_zone(context)


def check_repeat(draft: Draft, context: WriteContext) -> None:
    """What repeats has a day to begin with, and says in what it is counted; what does not says nothing of it."""
    if not _is_said(draft, "repeat_every", "due_on", *REPEAT_FIELDS):
        return
    if draft.value("repeat_every") is None:
        for name in REPEAT_FIELDS:
            if draft.value(name) is not None:
                draft.values[name] = None
        return
    if draft.value("due_on") is None:
        draft.problem("due_on", _("What repeats needs a day to begin with."), "required")
        return
    if draft.value("repeat_unit") is None:
        draft.problem("repeat_unit", _("Say whether these are days, weeks or months."), "required")
    if draft.value("repeat_from") is None:
        draft.values["repeat_from"] = DUE
    until = draft.value("repeat_until")
    if until is not None and until < draft.value("due_on"):
        draft.problem("repeat_until", _("This is before the day it is due."), "out_of_range")


def usual_reminders(context: WriteContext) -> tuple[str, ...]:
    """When who writes wants to be reminded of new tasks."""
    return tuple(str(each) for each in habit_of(context.session, creator(context)))


def keep_origin(record: Task, draft: Draft, context: WriteContext) -> None:
    """Keep the interaction whose next step a new task is."""
    if draft.is_new and draft.options.get(INTERACTION) is not None:
        record.interaction_id = draft.options[INTERACTION]


def keep_reminders(written: Sequence[tuple[Task, Draft]], context: WriteContext) -> None:
    """Reminders follow their tasks, whoever has them now."""
    with as_system(context.session):
        keep(context.session, [task for task, _draft in written])


def keep_moment(record: Task, draft: Draft, context: WriteContext) -> None:
    """Keep the moment at which it is due, and the day of the month that a monthly one means."""
    if draft.is_new or DUE_FIELDS & draft.values.keys():
        record.due_at = (
            due_moment(record.due_on, record.due_time, ZoneInfo(record.zone or own_zone(context)))
            if record.due_on
            else None
        )
    if record.repeat_unit != MONTH or record.due_on is None:
        record.repeat_day = None
    elif REPEAT_DAY in draft.options:
        record.repeat_day = draft.options[REPEAT_DAY]
    elif record.repeat_day is None or _changes(record, "due_on"):
        record.repeat_day = record.due_on.day


def keep_done(record: Task, draft: Draft, context: WriteContext) -> None:
    """Keep who did it, a reopened one was done by nobody; what a series does then is noted for when it is stored."""
    if not _changes(record, "done_at"):
        return
    record.done_by_id = creator(context) if record.done_at else None
    if not draft.is_new:
        draft.options[TURNED] = DONE if record.done_at else OPEN


def begin_series(written: Sequence[tuple[Task, Draft]], context: WriteContext) -> None:
    """A task that repeats is the first of a series, which bears its id."""
    for record, _draft in written:
        if record.repeat_every and record.series_id is None:
            record.series_id, record.series_number = record.id, 1


def check_item(values: Mapping[str, Any], context: WriteContext) -> Sequence[tuple[str, Words, str]]:
    """A line of a checklist says something."""
    return [] if values.get("text") else [("text", _("This is needed."), "required")]


def _changes(record: Task, attribute: str) -> bool:
    """Whether this write gives a column another value."""
    return bool(sa.inspect(record).attrs[attribute].history.has_changes())


def _is_said(draft: Draft, *names: str) -> bool:
    return draft.is_new or bool(draft.values.keys() & set(names))
