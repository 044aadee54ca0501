"""The stages of a pipeline, and what a deal's stage means, whatever the administrator calls it."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import Formats, ReferenceItem, db, references_of
from plugins.crm_deals.models import OPEN, Deal


def stages_of(formats: Formats, pipeline_id: int | None) -> Sequence[ReferenceItem]:
    """The stages of a pipeline, in its order."""
    return [item for item in formats.references.items("stages") if item.about.get("pipeline") == pipeline_id]


def first_stage(formats: Formats, pipeline_id: int | None) -> int | None:
    """Where a deal of this pipeline begins: its default stage among the open ones, else the first of those."""
    worked_on = [item for item in stages_of(formats, pipeline_id) if item.meaning == OPEN]
    chosen = next((item for item in worked_on if item.is_default), None) or next(iter(worked_on), None)
    return chosen.id if chosen else None


def usual_pipeline(formats: Formats) -> int | None:
    """The pipeline of a deal of which nothing was said."""
    item = formats.references.default("pipelines") or next(iter(formats.references.items("pipelines")), None)
    return item.id if item else None


def meaning_in(formats: Formats, stage_id: int | None) -> str | None:
    """The meaning of a stage: open, won or lost; None where there is none."""
    item = formats.references.get("stages", stage_id)
    return item.meaning if item else None


def meaning_of(deal: Deal) -> str | None:
    """The meaning of a deal's stage, for a page that shows it."""
    item = references_of(db.session()).get("stages", deal.stage_id)
    return item.meaning if item else None
