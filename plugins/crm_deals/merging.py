"""What merging deals must keep to: an amount is of its currency, a reason of its stage, a stage of its pipeline."""

from __future__ import annotations

from core.api import MergePlan
from plugins.crm_deals.models import DealPassage


def plan_merge_of_deals(plan: MergePlan) -> None:
    """Products of all come together, and their sum is the value of what stays."""
    plan.tie("value", "currency")
    plan.tie("stage", "pipeline", "loss_reason", "loss_note")
    plan.leave(
        DealPassage
    )  # the time each deal spent in its stages is its own; it goes and comes back with it
