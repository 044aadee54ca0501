"""Deals that are lost: the reason that every way there asks for; and the way back from lost and won."""

from __future__ import annotations

from core.api import Ending, _l, reopening
from plugins.crm_deals.models import LOST, WON
from plugins.crm_deals.passages import PASSAGES

LOSS = Ending(
    LOST,
    reason="loss_reason",
    note="loss_note",
    needed=_l("Say why it is lost."),
    misplaced=_l("Only a lost deal has a reason for losing."),
    code="not_lost",
)

REOPEN = reopening("deals", ("stage", *LOSS.fields), (LOST, WON), PASSAGES)
