"""From an inquiry to the record that stands for whoever wrote: the raw values of its card, a draft, its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import Draft, IdentityKey, Resource, Scope, WriteContext, keys_of, read_draft
from plugins.crm_clients.inquiries.declare import AS_INQUIRY, Inquiry

INPUT_OF: Mapping[str, str] = {
    "phone_1": "phone",
    "document_number": "document",
    "notes": "message",
    "contact_first_name": "name",
    "contact_last_name": "name",
}
"""What the inquiry calls the fields of a card."""


def card_draft(
    resource: Resource, inquiry: Inquiry, context: WriteContext, also: Mapping[str, Any] | None = None
) -> Draft:
    """A new record of a resource with the card, as the inquiry states it; `also` are further raw values.

    A source that the list does not have is no reason to lose somebody: it is left out here.
    """
    raw = {**_card_of(inquiry), **(also or {}), **_values_for(resource, inquiry)}
    draft = read_draft(resource, {name: raw[name] for name in raw if resource.has_field(name)}, context)
    return as_inquiry(draft)


def as_inquiry(draft: Draft) -> Draft:
    """Mark a new record as one that an inquiry makes: for the rules of assignment, and lenient about the source."""
    draft.options[AS_INQUIRY] = True
    draft.problems = [each for each in draft.problems if each.field != "source"]
    return draft


def leave_unowned(draft: Draft, inquiry: Inquiry, context: WriteContext) -> None:
    """After the check: who brings an inquiry in is not the one who answers it; that is given or assigned.

    Only who sees what is nobody's can leave it so; a record typed by hand is its writer's, as ever.
    """
    actor, resource = context.actor, draft.resource
    owner = next((each for each in resource.fields if each.attribute == resource.owner), None)
    if owner is None or inquiry.salesperson or inquiry.kind == "hand" or owner.name in inquiry.values:
        return
    if actor is None or actor.scope(resource.name, "create") is Scope.ALL:
        draft.values[owner.name] = None


def keys_in(draft: Draft) -> list[tuple[IdentityKey, str]]:
    """Document, e-mail and phone of a draft as duplicates are found by; a name alone is nobody."""
    return keys_of(draft.resource, draft.values)


def _card_of(inquiry: Inquiry) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "email": inquiry.email,
        "phone_1": inquiry.phone,
        "document_number": inquiry.document,
        "kind": "company" if inquiry.company else "person",
        "name": inquiry.company or inquiry.name or inquiry.email or inquiry.phone or inquiry.document,
    }
    if inquiry.company and inquiry.name:
        first, _space, last = inquiry.name.partition(" ")
        raw |= {"contact_first_name": first, "contact_last_name": last}
    if inquiry.salesperson:
        raw["salesperson"] = inquiry.salesperson
    return {name: value for name, value in raw.items() if value not in (None, "")}


def _values_for(resource: Resource, inquiry: Inquiry) -> dict[str, Any]:
    return {
        name: value
        for name, value in inquiry.values.items()
        if resource.has_field(name) and resource.field(name).writable
    }
