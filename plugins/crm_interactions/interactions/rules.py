"""What holds for an interaction by whatever door it comes: when it was, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.api import Draft, WriteContext, _, keep_touched, utcnow
from plugins.crm_interactions.models import COMMENT, NOTE, Interaction, InteractionKind

AHEAD = timedelta(days=1)
"""Clocks differ, and an afternoon's meeting may be noted at noon; what lies further ahead is a task."""
LONGEST_NAME = 80
BEFORE = "record_before"
"""Option of a draft: beside which record the interaction lay before this change."""


def usual_kind(context: WriteContext) -> int | None:
    item = context.formats.references.default("interaction_kinds")
    return item.id if item else None


def now(context: WriteContext) -> Any:
    return utcnow()


def writer(context: WriteContext) -> int | None:
    return context.actor.user_id if context.actor else None


def answers() -> Any:
    """The interactions that count as an answer to the record: what a person did with somebody, no note for the house."""
    talked = sa.select(InteractionKind.id).where(
        sa.or_(InteractionKind.meaning.is_(None), InteractionKind.meaning.not_in((NOTE, COMMENT)))
    )
    return sa.and_(Interaction.person_id.isnot(None), Interaction.kind_id.in_(talked))


def check_moment(draft: Draft, context: WriteContext) -> None:
    """What was done lies behind us."""
    at = draft.values.get("at")
    if at is not None and at > utcnow() + AHEAD:
        draft.problem("at", _("This lies ahead. Make a task of what is planned."), "future")


def name_it(draft: Draft, context: WriteContext) -> None:
    """Without a subject it is called by the first words of its text, else by its kind and the record."""
    said = draft.values.get("subject")
    if said or not (draft.is_new or "subject" in draft.values):
        return
    draft.values["subject"] = first_words(draft.value("text") or "") or _kind_and_record(draft, context)


def first_words(text: str) -> str:
    """The beginning of a text, no longer than a name, cut between words."""
    line = next((each.strip() for each in text.splitlines() if each.strip()), "")
    if len(line) <= LONGEST_NAME:
        return line
    return line[:LONGEST_NAME].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def keep_places(record: Any, draft: Draft, context: WriteContext) -> None:
    """Remember beside which record it lay, for one that is moved to another (`before_write`)."""
    history = sa.inspect(record).attrs
    names, ids = history.resource.history, history.record_id.history
    if not draft.is_new and (names.deleted or ids.deleted):
        name = (names.deleted or names.unchanged)[0]
        draft.options[BEFORE] = (name, (ids.deleted or ids.unchanged)[0])


def touch(written: Sequence[tuple[Any, Draft]], context: WriteContext) -> None:
    """The records beside which these lie say when they were last dealt with, and when first (`after_all`)."""
    here = [(record.resource, record.record_id) for record, _draft in written]
    before = [draft.options[BEFORE] for _record, draft in written if BEFORE in draft.options]
    only_new = all(draft.is_new for _record, draft in written)
    keep_touched(context.session, context.house, [*here, *before], first_stays=only_new)


def _kind_and_record(draft: Draft, context: WriteContext) -> str:
    kind, place = draft.value("kind"), draft.value("record")
    item = context.formats.references.get("interaction_kinds", kind)
    name = context.formats.references.record_name(place.resource, place.id) if place else ""
    return " · ".join(each for each in (item.name if item else "", name or "") if each)[:300]
