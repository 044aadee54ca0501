"""What a lead's status means, whatever the administrator calls it."""

from __future__ import annotations

from core.api import Formats, db, references_of
from plugins.crm_leads.models import Lead


def meaning_in(formats: Formats, status_id: int | None) -> str | None:
    """The meaning of a status: open, converted or junk; None where there is none."""
    item = formats.references.get("statuses", status_id)
    return item.meaning if item else None


def meaning_of(lead: Lead) -> str | None:
    """The meaning of a lead's status, for a page that shows it."""
    item = references_of(db.session()).get("statuses", lead.status_id)
    return item.meaning if item else None
