"""The targets that leads bring themselves: a contact is a client of kind person, a company one of kind company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import ChildRow, Words, WriteContext, _, _l
from plugins.crm_clients.models import Client, ClientValidation
from plugins.crm_clients.resources import CLIENTS
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, Source, Taken, Target
from plugins.crm_leads.conversion.suggesting import suggest_by_identity

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whether anybody has validated something of a client that an undo would remove."""

OWN = ("tags", "entered_on", "kind", "belongs_to")
"""Fields of a client that a lead's fields of the same name say nothing about."""

PASSED_ON = ("salesperson", "channel", "segment", "notifications")
"""What the second of a company and its contact has from the lead, whose card is the first's."""

ADDRESSES, CONTACTS = "addresses", "contacts"
PERSON = "person"


def take_contact(source: Source, chosen: frozenset[str], context: WriteContext) -> Taken:
    """The person: of a lead that is one the whole card, of a company's the main contact person.

    Where no company is made beside it, the whole card goes with the person, so that nothing is left behind.
    """
    people = source.rows.get(CONTACTS, ())
    if source.values.get("kind") == PERSON:
        return Taken(_card(source, context) | {"kind": PERSON}, source.rows)
    if COMPANY in chosen:
        values = _passed_on(source) | (_person(people[0]) if people else {})
        return Taken(values | {"kind": PERSON}, notes=())
    values = _card(source, context) | {"kind": PERSON}
    if people:
        values |= _person(people[0])
        values.setdefault("legal_name", source.values.get("name"))
    return Taken(values, {**source.rows, CONTACTS: people[1:]})


def take_company(source: Source, chosen: frozenset[str], context: WriteContext) -> Taken:
    """The company: of a lead that is one the whole card, of a person's what it says of their company (the legal name).

    The main contact person goes with the contact where that is made too, all others with the company.
    """
    people = source.rows.get(CONTACTS, ())
    if source.values.get("kind") != PERSON:
        if CONTACT not in chosen or not people:
            return Taken(_card(source, context) | {"kind": COMPANY}, source.rows)
        rows = {**source.rows, CONTACTS: people[1:]}
        return Taken(_card(source, context) | {"kind": COMPANY}, rows, _others(people[1:]))
    legal_name = source.values.get("legal_name")
    if CONTACT in chosen:
        values = _passed_on(source) | ({"name": legal_name, "legal_name": legal_name} if legal_name else {})
        return Taken(values | {"kind": COMPANY})
    values = _card(source, context) | {"kind": COMPANY}
    return Taken(values | ({"name": legal_name} if legal_name else {}), source.rows)


def join_company(source: Source, made: Mapping[str, int], context: WriteContext) -> Mapping[str, Any]:
    """The contact belongs to the company."""
    return {"belongs_to": made[COMPANY]} if COMPANY in made else {}


def validated_since(session: Session, since: Mapping[int, datetime]) -> Mapping[int, Words]:
    """Clients of which an address or a phone was asked about or confirmed since."""
    last = sa.func.max(sa.func.coalesce(ClientValidation.confirmed_at, ClientValidation.sent_at))
    rows = session.execute(
        sa.select(ClientValidation.client_id, last.label("last"))
        .where(ClientValidation.client_id.in_(since))
        .group_by(ClientValidation.client_id),
        **UNSCOPED,
    )
    told = _("An e-mail address or a phone was validated.")
    return {id: told for id, moment in rows if moment > since[id]}


def _card(source: Source, context: WriteContext) -> dict[str, Any]:
    """The lead's values of the fields that a client has too, attributes among them."""
    clients = context.house.resources["clients"]
    return {
        name: value for name, value in source.values.items() if name not in OWN and clients.has_field(name)
    }


def _passed_on(source: Source) -> dict[str, Any]:
    return {name: source.values[name] for name in PASSED_ON if name in source.values}


def _person(row: ChildRow) -> dict[str, Any]:
    """A contact person's row as the card of a client."""
    said = row.values
    name = " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))
    values = {"name": name, **{each: said.get(each) for each in ("email", "phone_1", "phone_2")}}
    return {each: value for each, value in values.items() if value}


def _others(people: Sequence[ChildRow]) -> tuple[Words, ...]:
    names = [
        " ".join(filter(None, (row.values.get("first_name"), row.values.get("last_name")))) for row in people
    ]
    told = ", ".join(filter(None, names))
    if not told:
        return ()
    return (_("Also goes to the company: %(names)s.", names=told),)


def _told_contact(values: Mapping[str, Any], context: WriteContext) -> str:
    return str(_("Contact"))


def _told_company(values: Mapping[str, Any], context: WriteContext) -> str:
    return str(_("Company"))


def _fits_contact(record: Client) -> bool:
    return record.kind == PERSON


def _fits_company(record: Client) -> bool:
    return record.kind == COMPANY


TARGETS = (
    Target(
        COMPANY,
        _l("Company"),
        _l("New company"),
        _l("Existing company"),
        CLIENTS.name,
        "building",
        "green",
        order=10,
        asked=("name", "legal_name", "document_type", "document_number"),
        take=take_company,
        suggest=suggest_by_identity(CLIENTS.name, _fits_company),
        ties={"document_type": "document_number"},
        fits=_fits_company,
        among="kind=company",
        told=_told_company,
        grown=validated_since,
        receives=30,
    ),
    Target(
        CONTACT,
        _l("Contact"),
        _l("New contact"),
        _l("Existing contact"),
        CLIENTS.name,
        "user",
        "blue",
        order=20,
        asked=("name", "email", "phone_1"),
        take=take_contact,
        suggest=suggest_by_identity(CLIENTS.name, _fits_contact),
        link=join_company,
        linked=("belongs_to",),
        ties={"document_type": "document_number"},
        fits=_fits_contact,
        among="kind=person",
        told=_told_contact,
        grown=validated_since,
        receives=20,
    ),
)
