"""What is done with leads: conversion into a client, once and wholly or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api import (
    Attachment,
    Draft,
    Event,
    Refused,
    WriteContext,
    _,
    announce,
    attributes_of,
    check_draft,
    children_of_records,
    note,
    require_reach,
    tags_of,
    united,
    utcnow,
    write_drafts,
)
from plugins.crm_clients.models import Client
from plugins.crm_clients.validation import carry_over, mark_of
from plugins.crm_leads.models import CONVERTED, Conversion, Lead, Result, Status
from plugins.crm_leads.passages import PASSAGES


@dataclass(frozen=True)
class LeadConverted(Event):
    """A lead became a client."""

    lead_id: int
    client_id: int


def convert_lead(context: WriteContext, lead: Lead) -> Conversion:
    """Make a client of a lead, or answer the conversion it already had; the caller commits.

    A visible client with the same document is completed instead of doubled. The lead stays, with a status that means
    converted; tags are copied, attachments move. The database allows one conversion a lead, so of two at the same
    time one does it and the other gets the same answer.

    A lead whose client was deleted since is converted anew.

    Raises:
        Refused: the person may not convert this lead or create clients, or there is no status that means converted.
    """
    session = context.session
    found = conversion_of(session, lead.id)
    if found is not None and client_id_of(session, found) is not None:
        return found
    context = replace(context, source="conversion")
    leads = context.house.resources["leads"]
    require_reach(leads, lead, "convert", context)
    status = session.scalars(
        sa.select(Status).where(Status.meaning == CONVERTED).order_by(Status.position).limit(1)
    ).first()
    if status is None:
        raise Refused(_("No status means “converted”. Ask your administrator to make one."))
    if found is not None:  # its client was deleted since
        session.delete(found)
        session.flush()
    conversion = Conversion(
        lead_id=lead.id,
        by_id=context.actor.user_id if context.actor else None,
        from_status_id=lead.status_id,
        at=utcnow(),
    )
    try:
        with session.begin_nested():
            session.add(conversion)
    except IntegrityError:  # somebody else has just converted it
        found = conversion_of(session, lead.id)
        if found is None:
            raise
        return found
    client, created = _client_for(context, lead)
    target = "contact" if client.kind == "person" else "company"
    made = Result(
        target=target, resource="clients", record_id=client.id, created=created, version=client.version
    )
    conversion.results.append(made)
    _carry_marks(context, lead, client)
    conversion.moved = [{"table": "core_attachment", "rows": _move_attachments(session, lead, client)}]
    _close(context, lead, status)
    clients = context.house.resources["clients"]
    note(
        session, context, leads, lead, "converted", {"client": [None, {"id": client.id, "name": client.name}]}
    )
    note(session, context, clients, client, "from_lead", {"lead": [None, {"id": lead.id, "name": lead.name}]})
    session.flush()
    announce(session, LeadConverted(utcnow(), conversion.by_id, lead.id, client.id))
    return conversion


def conversion_of(session: Session, lead_id: int) -> Conversion | None:
    """The lead's conversion that holds, if it had one."""
    wanted = sa.select(Conversion).where(Conversion.lead_id == lead_id, Conversion.undone_at.is_(None))
    return session.scalars(wanted).first()


def client_id_of(session: Session, conversion: Conversion) -> int | None:
    """The client that came of a conversion, a company before a person; None once it was deleted."""
    found = session.scalars(
        sa.select(Client.id)
        .join(Result, sa.and_(Result.resource == "clients", Result.record_id == Client.id))
        .where(Result.conversion_id == conversion.id)
        .order_by(Client.kind, Client.id)
        .limit(1)
    )
    return found.first()


def matching_client(context: WriteContext, lead: Lead) -> Client | None:
    """The client the person can see that has the lead's document number."""
    if not lead.document_compact:
        return None
    return context.session.scalars(
        sa.select(Client).where(Client.document_compact == lead.document_compact).order_by(Client.id).limit(1)
    ).first()


def shared_values(context: WriteContext, lead: Lead) -> dict[str, Any]:
    """The lead's values of the fields that a client has too."""
    leads, clients = context.house.resources["leads"], context.house.resources["clients"]
    values: dict[str, Any] = {}
    for field in clients.fields:
        if field.side is None and field.name not in ("tags", "entered_on") and leads.has_field(field.name):
            values[field.name] = leads.field(field.name).kind.load(lead, leads.field(field.name))
    attributes = attributes_of(context.session, leads, lead)
    values |= {name: value for name, value in attributes.items() if clients.has_field(name)}
    return {name: value for name, value in values.items() if value is not None}


def attachment_count(session: Session, lead: Lead) -> int:
    """How many files would go along with the lead."""
    wanted = sa.select(sa.func.count(Attachment.id))
    return session.scalar(wanted.where(Attachment.resource == "leads", Attachment.record_id == lead.id)) or 0


def _client_for(context: WriteContext, lead: Lead) -> tuple[Client, bool]:
    session, clients = context.session, context.house.resources["clients"]
    tags = tags_of(session, "leads", [lead.id]).get(lead.id, ())
    values = shared_values(context, lead)
    existing = matching_client(context, lead)
    draft = Draft(clients, values | {"tags": tags})
    if existing is not None:
        kept = tags_of(session, "clients", [existing.id]).get(existing.id, ())
        filled = attributes_of(session, clients, existing)
        missing = {
            name: value
            for name, value in values.items()
            if (
                name not in filled
                if clients.field(name).side
                else clients.field(name).kind.load(existing, clients.field(name)) in (None, "")
            )
        }
        draft = Draft(
            clients,
            missing | {"tags": tuple(dict.fromkeys((*kept, *tags)))},
            record_id=existing.id,
            current=existing,
        )
    _take_rows(context, lead, draft)
    check_draft(draft, context)
    if draft.problems:
        raise Refused(" ".join(str(problem.message) for problem in draft.problems), "invalid")
    return write_drafts([draft], context)[0], existing is None


def _take_rows(context: WriteContext, lead: Lead, draft: Draft) -> None:
    """Addresses and contact persons go along: a new client gets all, a known one those it lacks."""
    session, clients = context.session, draft.resource
    own = children_of_records(session, context.house.resources["leads"], [lead])
    known = {} if draft.is_new else children_of_records(session, clients, [draft.current])
    for child in clients.children:
        rows = own.get(child.name, {}).get(lead.id, [])
        if not rows:
            continue
        stored = known.get(child.name, {}).get(draft.record_id or 0, [])
        draft.children[child.name] = united(child, stored, rows, fill=True)
        for name in child.mirrors.values():  # the main row says it
            draft.values.pop(name, None)


def _carry_marks(context: WriteContext, lead: Lead, client: Client) -> None:
    """What the lead's e-mails and phones were found to be holds for the client's; questions still open go along."""
    of_lead, of_client = (mark_of(context.house.resources[name]) for name in ("leads", "clients"))
    if of_lead is not None and of_client is not None:
        carry_over(context.session, (of_lead, lead.id), (of_client, client.id))


def _move_attachments(session: Session, lead: Lead, client: Client) -> list[int]:
    ids = list(
        session.scalars(
            sa.select(Attachment.id).where(Attachment.resource == "leads", Attachment.record_id == lead.id)
        )
    )
    if ids:
        session.execute(
            sa.update(Attachment)
            .where(Attachment.id.in_(ids))
            .values(resource="clients", record_id=client.id)
        )
    return ids


def _close(context: WriteContext, lead: Lead, status: Status) -> None:
    """Give the lead its end status; whoever may convert may do this, whatever else they may change."""
    lead.converted_at = utcnow()
    if lead.status_id != status.id:
        old = context.formats.references.get("statuses", lead.status_id)
        lead.status_id, lead.status_since = status.id, utcnow()
        lead.junk_reason_id = lead.junk_note = None
        lead.version += 1
        lead.updated_at = utcnow()
        PASSAGES.move(context.session, [lead])
        note(
            context.session,
            context,
            context.house.resources["leads"],
            lead,
            "changed",
            {
                "status": [
                    {"id": old.id, "name": old.name} if old else None,
                    {"id": status.id, "name": status.name},
                ]
            },
        )
