"""Conversions taken back: the lead is what it was, and what was made goes where nobody has touched it since."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import WriteContext
from plugins.crm_leads.conversion.outcome import Undone
from plugins.crm_leads.models import Conversion


def plan_undo(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    """What taking these conversions back would do; of one that is taken back already, what it did. Nothing is written."""
    raise NotImplementedError


def undo(context: WriteContext, conversions: Sequence[Conversion]) -> list[Undone]:
    """Take conversions back; answers what was done with each, in order. The caller commits.

    One that cannot be taken back (`refused`) hinders no other. Asked again, the answer is the same.
    """
    raise NotImplementedError
