"""The rules of a lead that hold at every door: its expiry, its status, its condition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import Draft, WriteContext, _, may
from plugins.crm_leads.conversion.closing import state_before
from plugins.crm_leads.conversion.service import convert_one
from plugins.crm_leads.models import CONVERTED, Lead

WORKED = ("page", "api")
"""Doors at which somebody sits who can take a conversion back."""

BEFORE = "lead.before"
"""Option of a draft whose lead is converted by it: what the lead was."""


def route_by_condition(values: Mapping[str, Any]) -> str | None:
    """Rows of a file whose condition is already “client” are clients (S3, "Condición")."""
    return "clients" if values.get("condition") == "client" else None


def check_conversion(draft: Draft, context: WriteContext) -> None:
    """Only who may convert can choose the condition “client” or a status that means converted.

    An imported status keeps its meaning: leads that were converted elsewhere come in without a client.
    """
    if context.source == "import" or not _asks_for_client(draft, context):
        return
    if not draft.is_new and not may(draft.resource, draft.current, "convert", context.actor, context.house):
        draft.problem("condition", _("You may not convert this lead."), "forbidden")


def check_way_back(draft: Draft, context: WriteContext) -> None:
    """A converted lead is worked on again by taking its conversion back; its status alone would belie what came of it."""
    if draft.is_new or draft.current.converted_at is None or context.source not in WORKED:
        return
    references = context.formats.references
    was = references.get("statuses", draft.current.status_id)
    now = references.get("statuses", draft.values.get("status"))
    if now is not None and was is not None and was.meaning == CONVERTED != now.meaning:
        told = _("This lead was converted. Take its conversion back to work on it again.")
        draft.problem("status", told, "converted")


def keep_dates(record: Lead, draft: Draft, context: WriteContext) -> None:
    """The expiry follows entry and validity; what a lead was that is about to be converted is kept for an undo."""
    if not draft.is_new and _asks_for_client(draft, context):
        draft.options[BEFORE] = state_before(record)
    record.expires_on = (
        record.entered_on + timedelta(days=record.validity_days) if record.validity_days else None
    )


def convert_if_asked(record: Lead, draft: Draft, context: WriteContext) -> None:
    """Choosing the condition “client” (or a status that means it) is the short way to convert (S3, 4.1)."""
    if context.source in ("import", "conversion") or not _asks_for_client(draft, context):
        return
    convert_one(context, record, before=draft.options.get(BEFORE))


def is_convertible(record: Lead) -> bool:
    """Whether the button makes sense on this lead's page."""
    return record.converted_at is None


def is_converted(record: Lead) -> bool:
    """Whether there may be a conversion that can be taken back."""
    return record.converted_at is not None


def _asks_for_client(draft: Draft, context: WriteContext) -> bool:
    if draft.current is not None and draft.current.converted_at is not None:
        return False
    if draft.values.get("condition") == "client":
        return True
    status = context.formats.references.get("statuses", draft.values.get("status"))
    return status is not None and status.meaning == CONVERTED
