"""How long leads stay in each status."""

from __future__ import annotations

from core.api import Passages
from plugins.crm_leads.models import Passage, Status

PASSAGES = Passages(Passage, parent="lead_id", step="status_id", values=Status, since="status_since")
