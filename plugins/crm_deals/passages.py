"""How long deals stay in each of their stages."""

from __future__ import annotations

from core.api import Passages
from plugins.crm_deals.models import DealPassage, Stage

PASSAGES = Passages(DealPassage, parent="deal_id", step="stage_id", values=Stage, since="stage_since")
