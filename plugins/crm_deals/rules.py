"""The rules of a deal that hold at every door: what it is called, its stage, its dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.api import Draft, WriteContext, _, utcnow
from plugins.crm_deals.models import OPEN, WON, Deal, Stage
from plugins.crm_deals.stages import first_stage, meaning_in, usual_pipeline

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""That a client has bought before is so whoever sold it."""


def own_pipeline(context: WriteContext) -> int | None:
    return usual_pipeline(context.formats)


def own_stage(context: WriteContext) -> int | None:
    return first_stage(context.formats, usual_pipeline(context.formats))


def own_currency(context: WriteContext) -> str:
    return context.formats.currency


def creator(context: WriteContext) -> int | None:
    return context.actor.user_id if context.actor else None


def today(context: WriteContext) -> Any:
    return datetime.now(context.formats.zone).date()


def check_title(draft: Draft, context: WriteContext) -> None:
    """A deal whose title is taken away is called by its client again."""
    if not draft.is_new and "title" in draft.values and draft.values["title"] is None:
        client_id = draft.value("client")
        draft.values["title"] = _title(draft.current.id, client_id, context)


def keep_dates(record: Deal, draft: Draft, context: WriteContext) -> None:
    """A deal that is won or lost is closed, one that is open again is not."""
    is_closed = meaning_in(context.formats, record.stage_id) not in (None, OPEN)
    if not is_closed:
        record.closed_at = None
    elif record.closed_at is None:
        record.closed_at = utcnow()


def name_untitled(written: Sequence[tuple[Deal, Draft]], context: WriteContext) -> None:
    """New deals without a title are called by their client, those without one are numbered."""
    untitled = [record for record, draft in written if draft.is_new and not draft.values.get("title")]
    context.formats.references.know_records("clients", [record.client_id for record in untitled])
    for record in untitled:
        kept = _title(record.id, record.client_id, context)
        field = context.house.resources["deals"].field("title")
        for attribute, value in field.kind.store(kept, field).items():
            setattr(record, attribute, value)


def mark_repeats(written: Sequence[tuple[Deal, Draft]], context: WriteContext) -> None:
    """A new deal of somebody who has bought before is a repeat deal; one query for all."""
    fresh = [record for record, draft in written if draft.is_new]
    buyers = {id for record in fresh for id in (record.client_id, record.contact_id) if id is not None}
    if not buyers:
        return
    won = sa.select(Stage.id).where(Stage.meaning == WON)
    bought: set[int | None] = set()
    for column in (Deal.client_id, Deal.contact_id):
        found = sa.select(column).where(column.in_(buyers), Deal.stage_id.in_(won)).distinct()
        bought.update(context.session.scalars(found, **UNSCOPED))
    for record in fresh:
        record.is_repeat = bool({record.client_id, record.contact_id} & (bought - {None}))


def _title(id: int, client_id: int | None, context: WriteContext) -> str:
    name = context.formats.references.record_name("clients", client_id) if client_id else None
    return name or str(_("Deal %(number)s", number=id))
