"""The people one talks to about a deal: rows that are written with it, the main one on the deal itself."""

from __future__ import annotations

from core.api import Child, Field, RecordRef, Text, _l
from plugins.crm_deals.models import DealContact

PEOPLE = Child(
    "people",
    _l("Contact person"),
    _l("Contact persons"),
    DealContact,
    "deal_id",
    (
        Field("person", _l("Person"), RecordRef("clients", among="kind=person"), attribute="client_id"),
        Field("role", _l("Role"), Text(max_length=100)),
    ),
    {"person": "contact", "role": "contact_role"},
    group="people",
    title=("person",),
    icon="users",
    faces=True,
    lines=(("role",),),
    search=("role",),
)
