"""Leads become records: many at once, each once and wholly or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from core.api import NotValid, PluginError, Problem, Refused, WriteContext, _, utcnow
from plugins.crm_leads.conversion.apart import one_round
from plugins.crm_leads.conversion.outcome import Outcome
from plugins.crm_leads.conversion.plan import make_plans
from plugins.crm_leads.conversion.reading import conversions_of, records_of, sources_of, take_hold
from plugins.crm_leads.conversion.rights import require_rights
from plugins.crm_leads.conversion.run import Before, Run
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Conversion, Lead

CHUNK = 250
Pair = tuple[Lead, Wish]


def convert(
    context: WriteContext,
    pairs: Sequence[Pair],
    *,
    batch: str | None = None,
    before: Before | None = None,
) -> list[Outcome]:
    """Convert leads, each by its wish; answers what came of each, in order. The caller commits.

    A lead that cannot be converted, by a rule or because an app failed, hinders no other: its outcome says why.
    `batch` names the run they are part of. `before` says what leads were that have been changed on the way here.
    """
    context = replace(context, source="conversion")
    done: list[Outcome] = []
    for start in range(0, len(pairs), CHUNK):
        part = list(enumerate(pairs[start : start + CHUNK]))
        found: dict[int, Outcome] = {}
        while part:
            now, part = one_round(part)
            outcomes = _convert_or_singly(context, [pair for _place, pair in now], batch, before or {})
            found |= dict(zip((place for place, _pair in now), outcomes, strict=True))
        done += [found[place] for place in sorted(found)]
    return done


def convert_one(
    context: WriteContext,
    lead: Lead,
    wish: Wish | None = None,
    *,
    before: Mapping[str, Any] | None = None,
) -> Outcome:
    """Convert one lead; without a wish by the short way. The caller commits.

    Raises:
        Refused: it cannot be converted; the message says why.
        PluginError: an app failed; the message names it.
    """
    outcome = attempt(context, lead, wish, before=before)
    if outcome.problems:
        code = outcome.problems[0].code if len(outcome.problems) == 1 else "invalid"
        raise Refused(" ".join(str(each.message) for each in outcome.problems), code)
    return outcome


def attempt(
    context: WriteContext,
    lead: Lead,
    wish: Wish | None = None,
    *,
    before: Mapping[str, Any] | None = None,
) -> Outcome:
    """Convert one lead, or answer why not, problem by problem. The caller commits.

    Raises:
        PluginError: an app failed; the message names it.
    """
    known = {lead.id: before} if before is not None else {}
    context = replace(context, source="conversion")
    try:
        with context.session.begin_nested():
            return _convert_together(context, [(lead, wish or Wish())], None, known)[0]
    except (Refused, NotValid, IntegrityError, StaleDataError) as error:
        return _failed(context, lead, error)


def _convert_or_singly(
    context: WriteContext, pairs: Sequence[Pair], batch: str | None, before: Before
) -> list[Outcome]:
    """All with few statements; where one of them breaks that, each on its own."""
    session = context.session
    try:
        with session.begin_nested():
            return _convert_together(context, pairs, batch, before)
    except (Refused, NotValid, PluginError, IntegrityError, StaleDataError) as error:
        if len(pairs) == 1:
            return [_failed(context, pairs[0][0], error)]
    return [_convert_or_singly(context, [pair], batch, before)[0] for pair in pairs]


def _failed(context: WriteContext, lead: Lead, error: Exception) -> Outcome:
    if isinstance(error, NotValid):
        return Outcome(lead, problems=tuple(error.draft.problems))
    if isinstance(error, Refused):
        return Outcome(lead, problems=(Problem("", error.message, error.code),))
    if isinstance(error, PluginError):
        return Outcome(lead, problems=(Problem("", str(error), "plugin_failed", error.plugin),))
    conversion = conversions_of(context, [lead.id]).get(lead.id)  # somebody else has just converted it
    if conversion is not None:
        return _known(context, [lead], {lead.id: conversion})[lead.id]
    told = _("Something else has just changed this; look at it again.")
    return Outcome(lead, problems=(Problem("", told, "conflict"),))


def _convert_together(
    context: WriteContext, pairs: Sequence[Pair], batch: str | None, before: Before
) -> list[Outcome]:
    there = take_hold(context, [lead for lead, _wish in pairs])
    outcomes = {
        lead.id: Outcome(lead, problems=(Problem("", _("There is no such lead."), "absent"),))
        for lead, _wish in pairs
        if lead.id not in there
    }
    conversions = conversions_of(context, sorted(there))
    outcomes |= _known(context, [lead for lead, _wish in pairs if lead.id in there], conversions)
    waiting = [pair for pair in pairs if pair[0].id not in outcomes]
    outcomes |= _without_right(context, waiting)
    _let_go(context, [conversions[lead.id] for lead, _wish in waiting if lead.id in conversions])
    waiting = [pair for pair in waiting if pair[0].id not in outcomes]
    sources = sources_of(context, [lead for lead, _wish in waiting])
    wishes = [wish for _lead, wish in waiting]
    plans = make_plans(context, list(zip(sources, wishes, strict=True)), hold=True)
    good = [plan for plan in plans if not plan.problems]
    if good:
        outcomes |= Run(context, good, batch, before).carry_out()
    for plan in plans:
        if plan.problems:
            outcomes[plan.source.lead.id] = Outcome(plan.source.lead, problems=tuple(plan.problems))
    return [outcomes[lead.id] for lead, _wish in pairs]


def _known(
    context: WriteContext, leads: Sequence[Lead], conversions: Mapping[int, Conversion]
) -> dict[int, Outcome]:
    """Leads that were converted before, of which something is still there: the answer is what they became."""
    records = records_of(context, [each.id for each in conversions.values()]) if conversions else {}
    return {
        lead.id: Outcome(lead, found, records=records[found.id])
        for lead in leads
        if (found := conversions.get(lead.id)) is not None and found.id in records
    }


def _without_right(context: WriteContext, pairs: Sequence[Pair]) -> dict[int, Outcome]:
    found = {}
    for lead, _wish in pairs:
        try:
            require_rights(context, lead)
        except Refused as refused:
            found[lead.id] = Outcome(lead, problems=(Problem("", refused.message, refused.code),))
    return found


def _let_go(context: WriteContext, conversions: Sequence[Conversion]) -> None:
    """Conversions of which nothing is there any more hold no longer: their leads are converted anew."""
    for conversion in conversions:
        conversion.undone_at = utcnow()
        conversion.outcome = {"deleted": True}
    if conversions:
        context.session.flush()
