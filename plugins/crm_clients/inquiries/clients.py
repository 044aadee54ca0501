"""The client of an inquiry: the one whose document, e-mail or phone it has, else a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from core.api import WriteContext, check_draft, find_matches, title_of, write_drafts
from plugins.crm_clients.inquiries.cards import card_draft, keys_in, leave_unowned
from plugins.crm_clients.inquiries.declare import Arrived, Inquiry, Routed
from plugins.crm_clients.inquiries.history import note_inquiry
from plugins.crm_clients.inquiries.locks import wait_for_same
from plugins.crm_clients.models import Client


@dataclass(frozen=True)
class ClientOf:
    """Who an inquiry is from, as a client."""

    client: Client
    is_new: bool

    @property
    def arrived(self) -> Arrived:
        return Arrived("clients", self.client.id, self.client.name, self.is_new)


def client_of(inquiry: Inquiry, context: WriteContext) -> ClientOf:
    """Find the client by document, e-mail or phone, whoever's it is, or make one; the caller commits.

    A client that is known stays as it is: what the inquiry says differently stands in its history.

    Raises:
        NotValid: a new client cannot be made of it.
    """
    clients = context.house.resources["clients"]
    draft = card_draft(clients, inquiry, context)
    keys = keys_in(draft)
    wait_for_same(context.session, [f"{key.name}:{value}" for key, value in keys])
    match = find_matches(context.session, context.house, replace(clients, identity_with=()), [keys])[0]
    if match is not None:
        wanted = sa.select(Client).where(Client.id == match.record_id)
        known = context.session.scalars(wanted, execution_options={"unscoped": True}).one()
        return ClientOf(known, is_new=False)
    check_draft(draft, context)
    leave_unowned(draft, inquiry, context)
    return ClientOf(write_drafts([draft], context)[0], is_new=True)


def route_to_client(inquiry: Inquiry, context: WriteContext) -> Routed:
    """What becomes of an inquiry where there are neither leads nor deals: a client, with what was said in its history."""
    found = client_of(inquiry, context)
    clients = context.house.resources["clients"]
    note_inquiry(context, clients, found.client, inquiry)
    title = title_of(clients, found.client)
    return Routed((Arrived("clients", found.client.id, title, found.is_new),), attached=not found.is_new)
