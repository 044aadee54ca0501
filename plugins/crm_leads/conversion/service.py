"""Leads become records: many at once, each once and wholly or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import WriteContext
from plugins.crm_leads.conversion.outcome import Outcome
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Lead


def convert(
    context: WriteContext, pairs: Sequence[tuple[Lead, Wish]], *, batch: str | None = None
) -> list[Outcome]:
    """Convert leads, each by its wish; answers what came of each, in order. The caller commits.

    A lead that cannot be converted hinders no other: its outcome says why. `batch` names the run they are part of.

    Raises:
        PluginError: an app failed; nothing was done, the message names it.
    """
    raise NotImplementedError


def convert_one(context: WriteContext, lead: Lead, wish: Wish | None = None) -> Outcome:
    """Convert one lead; without a wish by the short way. The caller commits.

    Raises:
        Refused: it cannot be converted; the message says why, field by field.
        PluginError: an app failed; the message names it.
    """
    raise NotImplementedError
