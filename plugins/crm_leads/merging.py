"""What merging leads must keep to: a lead has one conversion, and its status, its junk reason and its value hang together."""

from __future__ import annotations

import sqlalchemy as sa

from core.api import MergePlan, Refused, WriteContext, _
from plugins.crm_leads.models import Conversion, Passage, Result


def plan_merge_of_leads(plan: MergePlan, context: WriteContext) -> None:
    """A lead that was converted makes the merged one converted; into two clients none can be.

    Raises:
        Refused: the leads were converted into different clients.
    """
    plan.tie("value", "currency")
    plan.tie("status", "junk_reason", "junk_note")
    plan.leave(Passage)  # the time each lead spent in its statuses is its own; it goes and comes back with it
    found = context.session.execute(
        sa.select(Result.target, Result.record_id)
        .join(Conversion)
        .where(
            Conversion.lead_id.in_([each.id for each in plan.records]),
            Conversion.undone_at.is_(None),
            Result.resource == "clients",
        )
        .distinct()
    ).all()
    if len(found) > len({target for target, _id in found}):
        raise Refused(
            _("These leads were converted into different clients. Merge those clients first."),
            "converted_apart",
        )
    converted = next((each for each in plan.records if each.record.converted_at is not None), None)
    if converted is not None:
        plan.settle("status", converted.id)
        plan.set_column("converted_at", converted.record.converted_at)
