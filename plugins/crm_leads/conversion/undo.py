"""Conversions taken back: the lead is what it was, and what was made goes where nobody has touched it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from core.api import NotValid, PluginError, Refused, Words, WriteContext, _, write_context
from plugins.crm_leads.conversion.deciding import decide
from plugins.crm_leads.conversion.outcome import Undone
from plugins.crm_leads.conversion.taking_back import TakingBack
from plugins.crm_leads.models import Conversion, Lead, Result

CHUNK = 250
AFRESH: dict[str, Any] = {"execution_options": {"unscoped": True, "populate_existing": True}}
"""Whoever else takes the same back waits, and then finds that it was done; what the person may is asked after."""


def plan_undo(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    """What taking these conversions back would do; of one that is taken back already, what it did. Nothing is written."""
    return [fate.undone for fate in decide(_surroundings(context), conversions)]


def undo(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    """Take conversions back; answers what was done with each, in order. The caller commits.

    One that cannot be taken back (`refused`) hinders no other. Asked again, the answer is the same.
    """
    context = _surroundings(context)
    done: dict[int, Undone] = {}
    waiting = sorted({each.id: each for each in conversions}.values(), key=lambda each: -each.id)
    for start in range(0, len(waiting), CHUNK):
        part = waiting[start : start + CHUNK]
        while part:
            now, part = _one_round(context, part)
            done |= {each.conversion.id: each for each in _undo_or_singly(context, now)}
    return [done[each.id] for each in conversions]


def _surroundings(context: WriteContext) -> WriteContext:
    """What was kept is in the API's form, whoever reads it."""
    return write_context(
        context.session, context.house, context.actor, "conversion", decimal=".", date_order="ymd"
    )


def _one_round(
    context: WriteContext, waiting: Sequence[Conversion]
) -> tuple[list[Conversion], list[Conversion]]:
    """Those that come now, and those that wait, since a later one came to the same record."""
    wanted = sa.select(Result.conversion_id, Result.resource, Result.record_id).where(
        Result.conversion_id.in_([each.id for each in waiting])
    )
    records: dict[int, set[tuple[str, int]]] = {}
    for id, resource, record_id in context.session.execute(wanted, **AFRESH):
        records.setdefault(id, set()).add((resource, record_id))
    now: list[Conversion] = []
    later: list[Conversion] = []
    taken: set[tuple[str, int]] = set()
    for each in waiting:
        own = records.get(each.id, set())
        (later if own & taken else now).append(each)
        taken |= own
    return now, later


def _undo_or_singly(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    """All with few statements; where one of them breaks that, each on its own."""
    try:
        with context.session.begin_nested():
            return _undo_together(context, conversions)
    except (Refused, NotValid, PluginError, IntegrityError, StaleDataError) as error:
        if len(conversions) == 1:
            return [Undone(conversions[0], refused=_told(error), code=getattr(error, "code", "conflict"))]
    return [_undo_or_singly(context, [each])[0] for each in conversions]


def _told(error: Exception) -> Words:
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, NotValid):
        return " ".join(str(problem.message) for problem in error.draft.problems)
    if isinstance(error, PluginError):
        return str(error)
    return _("Something else has just changed this; look at it again.")


def _undo_together(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    _take_hold(context, conversions)
    fates = decide(context, conversions)
    waiting = [fate for fate in fates if fate.answered is None]
    if waiting:
        TakingBack(context, waiting).carry_out()
    return [
        fate.undone if fate.answered is not None else replace(fate.undone, is_done=True) for fate in fates
    ]


def _take_hold(context: WriteContext, conversions: Sequence[Conversion]) -> None:
    """First the leads, as who converts does, then the conversions."""
    for model, ids in (
        (Lead, {each.lead_id for each in conversions}),
        (Conversion, {each.id for each in conversions}),
    ):
        wanted: Any = sa.select(model).where(model.id.in_(ids)).order_by(model.id)
        context.session.scalars(wanted.with_for_update(), **AFRESH).all()
