"""What came of leads, asked from the other end: deals and clients that a lead became, and when that lead came in."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from core.api import Filter, Resource, _l
from plugins.crm_leads.models import Conversion, Lead, Result

ANY, NONE = "any", "none"
SPAN = ".."
"""Between the two days of a stretch: `2026-01-01..2026-03-31`."""


def lead_filter(resource: Resource) -> Filter:
    """The filter of a resource whose records leads become: from a lead, from none, or from one of some days."""
    model = resource.model
    became = (
        sa.select(Result.record_id)
        .join(Conversion, Conversion.id == Result.conversion_id)
        .join(Lead, Lead.id == Conversion.lead_id)
        .where(Result.resource == resource.name, Conversion.undone_at.is_(None))
    )

    def criterion(choice: str) -> Any:
        if choice == NONE:
            return model.id.notin_(became)
        first, last = _days(choice)
        if first and last:
            return model.id.in_(became.where(Lead.entered_on.between(first, last)))
        return model.id.in_(became) if choice == ANY else sa.false()

    def day() -> Any:
        first = sa.select(sa.func.min(Lead.entered_on)).join(Conversion, Conversion.lead_id == Lead.id)
        return (
            first.join(Result, Result.conversion_id == Conversion.id)
            .where(
                Result.resource == resource.name,
                Result.record_id == model.id,
                Conversion.undone_at.is_(None),
            )
            .correlate(model)
            .scalar_subquery()
        )

    return Filter(
        "lead",
        _l("Lead"),
        lambda: ((ANY, _l("Came from a lead")), (NONE, _l("Without a lead"))),
        criterion,
        day=day,
    )


def _days(choice: str) -> tuple[date | None, date | None]:
    try:
        first, last = (date.fromisoformat(part) for part in choice.split(SPAN))
    except ValueError:
        return None, None
    return first, last
