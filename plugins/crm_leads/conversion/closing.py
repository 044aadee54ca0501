"""The end of a conversion on the lead's side: what goes along, the marks of its values, and its status."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.api import WriteContext, as_system, encoded, hand_over, utcnow
from plugins.crm_clients.models import Client
from plugins.crm_clients.validation import carry_over, mark_of
from plugins.crm_leads.conversion.declare import Target
from plugins.crm_leads.conversion.rights import converted_status
from plugins.crm_leads.models import Conversion, Lead, Passage
from plugins.crm_leads.passages import PASSAGES

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""The stretches of leads that somebody may convert."""

COLUMNS = ("status_id", "status_since", "junk_reason_id", "junk_note", "salesperson_id", "converted_at")
"""What an undo gives back to the lead."""

COMPARED = ("_folded", "_e164")

Made = Mapping[str, Any]
"""Target → record."""


def state_of(lead: Lead) -> dict[str, Any]:
    """The lead as an undo will want it."""
    return {name: encoded(getattr(lead, name)) for name in COLUMNS}


def state_before(lead: Lead) -> dict[str, Any]:
    """The same of a lead whose changes are not stored yet: as it was before them."""
    found = state_of(lead)
    for name in COLUMNS:
        history = sa.inspect(lead).attrs[name].history
        if history.deleted:
            found[name] = encoded(history.deleted[0])
    return found


def open_passages(context: WriteContext, leads: Sequence[Lead]) -> dict[int, int]:
    """{lead's id: id of the stretch of time it is in}."""
    rows = context.session.execute(
        sa.select(Passage.lead_id, Passage.id).where(
            Passage.lead_id.in_([lead.id for lead in leads]), Passage.until.is_(None)
        ),
        **UNSCOPED,
    )
    return {lead_id: id for lead_id, id in rows}


def take_along(
    context: WriteContext,
    made: Mapping[int, Made],
    targets: Mapping[str, Target],
    staying: Collection[int] = (),
) -> dict[int, tuple[list[dict[str, Any]], dict[int, str]]]:
    """Let files, followers and marks of these leads go along; answers for each what brings them back.

    What hangs on the leads in `staying` stays with them; what their e-mails and phones were found to be holds all the same.
    """
    session = context.session
    receivers = {
        lead_id: max((targets[name] for name in records), key=lambda each: each.receives)
        for lead_id, records in made.items()
    }
    ways = {
        lead_id: (target.resource, made[lead_id][target.name].id)
        for lead_id, target in receivers.items()
        if lead_id not in staying
    }
    moved = hand_over(session, "leads", ways)
    links = _carry_marks(context, made)
    return {lead_id: (moved.get(lead_id, []), links.get(lead_id, {})) for lead_id in made}


def close(context: WriteContext, leads: Sequence[Lead]) -> dict[int, list[Any]]:
    """Give the leads their end status; answers what history tells of it, for those that had another.

    Whoever may convert may do this, whatever else they may change.
    """
    status = converted_status(context)
    references = context.formats.references
    told: dict[int, list[Any]] = {}
    now = utcnow()
    with as_system(context.session):
        for lead in leads:
            lead.converted_at = now
            old = references.get("statuses", lead.status_id)
            if old is not None and old.meaning == status.meaning:
                continue
            told[lead.id] = [
                {"id": old.id, "name": old.name} if old else None,
                {"id": status.id, "name": status.name},
            ]
            lead.status_id, lead.status_since = status.id, now
            lead.junk_reason_id = lead.junk_note = None
            lead.version += 1
            lead.updated_at = now
    PASSAGES.move(context.session, [lead for lead in leads if lead.id in told])
    return told


def keep_way_back(
    conversion: Conversion, made: Made, moved: list[dict[str, Any]], links: Mapping[int, str]
) -> None:
    """Let the conversion know what an undo needs: what moved, whose links went, and as what the records were made."""
    records = {name: record.id for name, record in made.items()}
    conversion.moved = moved
    conversion.before = {
        **conversion.before,
        "records": records,
        **({"links": {str(id): link for id, link in links.items()}} if links else {}),
    }


def _carry_marks(context: WriteContext, made: Mapping[int, Made]) -> dict[int, dict[int, str]]:
    """What the leads' e-mails and phones were found to be holds for the clients'; questions still open go along."""
    of_lead, of_client = (mark_of(context.house.resources[name]) for name in ("leads", "clients"))
    becomes = {
        lead_id: [(record.id, _held(record)) for record in records.values() if isinstance(record, Client)]
        for lead_id, records in made.items()
    }
    becomes = {lead_id: clients[::-1] for lead_id, clients in becomes.items() if clients}
    if of_lead is None or of_client is None or not becomes:
        return {}
    return carry_over(context.session, of_lead, of_client, becomes)


def _held(record: Client) -> set[str]:
    """The compared values of a client's e-mail addresses and phones."""
    return {
        str(value) for name, value in vars(record).items() if value is not None and name.endswith(COMPARED)
    }
