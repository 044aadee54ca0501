"""Leads that came to nothing: the reason that every way there asks for, and the way back."""

from __future__ import annotations

from core.api import Ending, _l, reopening
from plugins.crm_leads.models import JUNK
from plugins.crm_leads.passages import PASSAGES

DISCARDED = Ending(
    JUNK,
    reason="junk_reason",
    note="junk_note",
    needed=_l("Say why it is discarded."),
    misplaced=_l("Only a discarded lead has a reason."),
    code="not_discarded",
)

REOPEN = reopening("leads", ("status", *DISCARDED.fields), (JUNK,), PASSAGES)
