"""Who may convert a lead, and into which status that brings it."""

from __future__ import annotations

from core.api import ReferenceItem, Refused, WriteContext, _, require_reach
from plugins.crm_leads.models import CONVERTED, Lead


def require_rights(context: WriteContext, lead: Lead) -> None:
    """Raises Refused unless the person may convert and change this lead, and there is a status that means converted."""
    leads = context.house.resources["leads"]
    for action in ("convert", "edit"):
        require_reach(leads, lead, action, context)
    converted_status(context)


def converted_status(context: WriteContext) -> ReferenceItem:
    """The first status that means converted.

    Raises:
        Refused: there is none.
    """
    for item in context.formats.references.items("statuses"):
        if item.meaning == CONVERTED:
            return item
    raise Refused(_("No status means “converted”. Ask your administrator to make one."))
