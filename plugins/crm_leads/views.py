"""The pages of leads that no declaration gives: the conversion dialog and what it does."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.api import PluginError, Refused, _, db, flash_toast, go_on, page_context, record_or_404, tags_of
from plugins.crm_leads.models import Lead
from plugins.crm_leads.services import (
    attachment_count,
    client_id_of,
    conversion_of,
    convert_lead,
    matching_client,
    shared_values,
)

blueprint = Blueprint("crm_leads", __name__, template_folder="templates")


@blueprint.get("/leads/<int:id>/convert")
def convert_dialog(id: int) -> ResponseReturnValue:
    """What would be made and moved; nothing is saved."""
    lead: Lead = record_or_404("leads", id, "convert")
    context = page_context("leads")
    session = context.session
    found = conversion_of(session, lead.id)
    client_id = client_id_of(session, found) if found is not None else None
    if client_id is not None:
        return go_on("clients", client_id)
    clients = context.house.resources["clients"]
    existing = matching_client(context, lead)
    shared = [
        (clients.field(name), clients.field(name).kind.text(value, context.formats))
        for name, value in shared_values(context, lead).items()
    ]
    return render_template(
        "crm_leads/convert.html",
        lead=lead,
        existing=existing,
        shared=shared,
        tags=tags_of(session, "leads", [lead.id]).get(lead.id, ()),
        attachments=attachment_count(session, lead),
    )


@blueprint.post("/leads/<int:id>/convert")
def convert(id: int) -> ResponseReturnValue:
    """Convert, and lead on to the client; where a rule or a plugin refuses, back to the lead with the reason."""
    lead: Lead = record_or_404("leads", id, "convert")
    try:
        client_id = client_id_of(db.session(), convert_lead(page_context("leads"), lead))
        db.session.commit()
    except (Refused, PluginError) as refused:
        db.session.rollback()
        flash_toast(str(refused), tone="bad")
        return go_on("leads", id)
    flash_toast(_("“%(lead)s” is now a client.", lead=lead.name))
    return go_on("clients", client_id) if client_id is not None else go_on("leads", id)
