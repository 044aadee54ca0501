"""Leads that came to nothing: the reason that every way there asks for, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import Ask, Draft, Shortcut, WriteContext, _, _l
from plugins.crm_leads.meanings import meaning_in, meaning_of
from plugins.crm_leads.models import JUNK, OPEN, Lead
from plugins.crm_leads.passages import PASSAGES

REASON = ("junk_reason", "junk_note")
"""The fields that say why; they are filled exactly while a lead is discarded."""

ASKED = ("page", "api")
"""Doors behind which somebody can answer. What comes in by the others is never refused for want of a reason."""

NOT_TOLD = "not_told"
"""Key of the shipped reason of those that nobody was asked about."""

ASK_WHY = Ask(fields=REASON)


def check_junk(draft: Draft, context: WriteContext) -> None:
    """A discarded lead has a reason, any other none."""
    if meaning_in(context.formats, draft.value("status")) == JUNK:
        _need_reason(draft, context)
    else:
        _drop_reason(draft, context)


def reopened(context: WriteContext, lead: Lead, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The status a discarded lead had while it was worked on; the one leads begin with where that is not known."""
    if meaning_in(context.formats, lead.status_id) != JUNK:
        return None
    references = context.formats.references
    worked_on = [item for item in references.items("statuses") if item.meaning == OPEN]
    before = PASSAGES.last(context.session, lead.id, OPEN)
    back = next((item for item in worked_on if item.id == before), None) or next(
        (item for item in worked_on if item.is_default), worked_on[0]
    )
    return {"status": {"id": back.id}}


def _need_reason(draft: Draft, context: WriteContext) -> None:
    was_junk = not draft.is_new and meaning_in(context.formats, draft.current.status_id) == JUNK
    is_taken_away = was_junk and draft.current.junk_reason_id is not None and "junk_reason" in draft.values
    if draft.values.get("junk_reason") is not None or (was_junk and not is_taken_away):
        return
    if context.source in ASKED:
        if not any(each.field == "junk_reason" for each in draft.problems):
            draft.problem("junk_reason", _("Say why it is discarded."), "required")
        return
    reason = context.formats.references.find("junk_reasons", NOT_TOLD)
    draft.values["junk_reason"] = reason.id if reason else None


def _drop_reason(draft: Draft, context: WriteContext) -> None:
    """Whoever opens a lead again needs not empty these; who fills them on an open lead is told."""
    for name in REASON:
        stored = None if draft.is_new else getattr(draft.current, draft.resource.field(name).attribute)
        given = draft.values.get(name, stored)
        if given is None:
            continue
        draft.values[name] = None
        if given == stored:
            continue
        told = _("Only a discarded lead has a reason.")
        if context.source in ASKED:
            draft.problem(name, told, "not_discarded")
        else:
            draft.warnings.append((name, told))


REOPEN = Shortcut(
    "reopen",
    _l("Reopen"),
    "rotate",
    fields=("status", *REASON),
    changes=reopened,
    told=_l("“%(record)s” is open again."),
    visible=lambda lead: meaning_of(lead) == JUNK,
)
