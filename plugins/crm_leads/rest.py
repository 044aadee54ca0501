"""What the API can do with a lead beyond reading and writing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import WriteContext
from plugins.crm_leads.models import Lead
from plugins.crm_leads.services import client_id_of, convert_lead


def convert_by_api(context: WriteContext, lead: Lead, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/leads/{id}/convert` → `{"client": {"id": …}}`; asked again, the same answer."""
    conversion = convert_lead(context, lead)
    return {"client": {"id": client_id_of(context.session, conversion)}, "conversion": {"id": conversion.id}}
