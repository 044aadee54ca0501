"""The general card (S3, "GENERAL", "DIRECCIONES", "CONTACTOS"): the fields that leads and clients share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.api import (
    Boolean,
    Choice,
    Country,
    Date,
    Draft,
    Email,
    Field,
    IdentityKey,
    LongText,
    Phone,
    Reference,
    Region,
    Tags,
    Text,
    Url,
    UserRef,
    WriteContext,
    _l,
    compact,
    fold,
    name_key,
)
from plugins.crm_clients.children import LATITUDE, LONGITUDE, installation_country
from plugins.crm_clients.documents import TYPES, DocumentNumber
from plugins.crm_clients.headers import HEADERS, SECOND

GROUPS = (
    ("general", _l("General")),
    ("address", _l("Address")),
    ("contact", _l("Contact person")),
)

KINDS = (("company", _l("Company")), ("person", _l("Person")))

IDENTITY = (
    IdentityKey(
        "document",
        _l("document"),
        ("document_compact",),
        lambda values: [compact(values["document_number"])] if values.get("document_number") else [],
    ),
    IdentityKey(
        "email",
        _l("e-mail"),
        ("email_folded",),
        lambda values: [values["email"].folded] if values.get("email") else [],
    ),
    IdentityKey(
        "phone",
        _l("phone"),
        ("phone_1_e164", "phone_2_e164"),
        lambda values: [
            number.e164 for name in ("phone_1", "phone_2") if (number := values.get(name)) and number.e164
        ],
    ),
    IdentityKey(
        "name",
        _l("name"),
        ("name_key",),
        lambda values: [key] if (key := name_key(values.get("name") or "")) else [],
        hint=True,
    ),
)

SEARCHED = (
    "name",
    "legal_name",
    "document_number",
    "document_compact",
    "email",
    "phone_1",
    "phone_1_e164",
    "phone_2",
    "phone_2_e164",
    "website",
    "contact_first_name",
    "contact_last_name",
    "contact_email",
    "contact_phone_1",
    "contact_phone_1_e164",
    "contact_phone_2",
    "contact_phone_2_e164",
    "address",
    "city",
    "state",
    "municipality",
    "parish",
    "notes",
)


def card_fields(
    holder: str, entered_label: Any, entered_kind: Date, *, extra: Mapping[str, Sequence[Field]] | None = None
) -> tuple[Field, ...]:
    """The card's fields in the order of the form; `extra` maps a field's name to fields that follow it.

    `holder` is the resource whose card it is: a level may be meant for one of them.
    """
    fields: list[Field] = []
    for field in _fields(holder, entered_label, entered_kind):
        fields.append(replace(field, aliases=HEADERS.get(field.name, ())))
        fields.extend((extra or {}).get(field.name, ()))
    return tuple(fields)


def default_of(list_name: str, holder: str = "") -> Any:
    """A field's default: the list's value marked as such (S3, "Check por defecto"), unless it is meant for others."""

    def default(context: WriteContext) -> int | None:
        item = context.formats.references.default(list_name)
        return item.id if item and item.about.get("applies_to") in (None, holder) else None

    return default


def today(context: WriteContext) -> Any:
    return datetime.now(context.formats.zone).date()


def check_name(draft: Draft, context: WriteContext) -> None:
    """Where nothing was said of a name at all, the legal name or the contact person's name stands for it."""
    if (
        not draft.is_new
        or "name" in draft.values
        or any(problem.field == "name" for problem in draft.problems)
    ):
        return
    person = " ".join(
        filter(None, (draft.values.get("contact_first_name"), draft.values.get("contact_last_name")))
    )
    name = draft.values.get("legal_name") or person
    if name:
        draft.values["name"] = name


def infer_columns(headers: Sequence[str]) -> Mapping[int, tuple[str, Mapping[str, Any]]]:
    """Headers that say more than a field's name: a document type's, an address to ship to, a family name beside a first."""
    folded = [fold(header) for header in headers]
    found: dict[int, tuple[str, Mapping[str, Any]]] = {}
    types = {fold(name): name for name, _country, _rule in TYPES}
    for index, header in enumerate(folded):
        if header in types:
            found[index] = ("document_number", {"document_type": types[header]})
    company = any(
        header in ("societe", "entreprise", "empresa", "compania", "company", "organization")
        for header in folded
    )
    for index, header in enumerate(folded):
        if header in SECOND:
            found[index] = (SECOND[header], {})
    first = any(header in ("prenom", "first name", "firstname") for header in folded)
    for index, header in enumerate(folded):
        if header in ("nom", "last name", "lastname", "apellido") and first and company:
            found[index] = ("contact_last_name", {})
    return found


def _fields(holder: str, entered_label: Any, entered_kind: Date) -> tuple[Field, ...]:
    return (
        Field(
            "name",
            _l("Name"),
            Text(folded=True, keyed=True),
            required=True,
            quick=True,
        ),
        Field(
            "legal_name",
            _l("Legal name"),
            Text(),
        ),
        Field(
            "kind",
            _l("Kind"),
            Choice(
                KINDS,
                words=(
                    ("empresa", "company"),
                    ("persona", "person"),
                    ("société", "company"),
                    ("personne", "person"),
                    ("entreprise", "company"),
                ),
            ),
            default=lambda context: "company",
        ),
        Field(
            "document_type",
            _l("Document type"),
            Reference("document_types"),
        ),
        Field(
            "document_number",
            _l("Document number"),
            DocumentNumber(),
        ),
        Field(
            "email",
            _l("E-mail"),
            Email(),
            quick=True,
        ),
        Field(
            "phone_1",
            _l("Phone 1"),
            Phone(),
            quick=True,
        ),
        Field(
            "phone_2",
            _l("Phone 2"),
            Phone(),
        ),
        Field("website", _l("Website"), Url()),
        Field(
            "channel",
            _l("Channel"),
            Reference("channels"),
            quick=True,
            default=default_of("channels"),
        ),
        Field(
            "segment",
            _l("Segment"),
            Reference("segments", look="square"),
            quick=True,
            default=default_of("segments"),
        ),
        Field(
            "level",
            _l("Level"),
            Reference("levels", offered_to="applies_to"),
            default=default_of("levels", holder),
        ),
        Field(
            "salesperson",
            _l("Salesperson"),
            UserRef(),
            default=lambda context: context.actor.user_id if context.actor else None,
        ),
        Field(
            "notifications",
            _l("Notifications"),
            Boolean(),
            default=lambda context: True,
        ),
        Field(
            "entered_on",
            entered_label,
            entered_kind,
            default=today,
        ),
        Field("tags", _l("Tags"), Tags(), wide=True),
        Field(
            "notes",
            _l("Notes"),
            LongText(),
            wide=True,
        ),
        Field("address_type", _l("Address type"), Reference("address_types"), group="address"),
        Field(
            "address",
            _l("Full address"),
            Text(max_length=300),
            group="address",
            wide=True,
        ),
        Field(
            "country",
            _l("Country"),
            Country(),
            group="address",
            default=installation_country,
        ),
        Field(
            "state",
            _l("State or region"),
            Region(max_length=100),
            group="address",
        ),
        Field(
            "city",
            _l("City"),
            Text(max_length=100),
            group="address",
        ),
        Field(
            "municipality",
            _l("Municipality"),
            Text(max_length=100),
            group="address",
        ),
        Field("parish", _l("Parish"), Text(max_length=100), group="address"),
        Field(
            "postal_code",
            _l("Postal code"),
            Text(max_length=20),
            group="address",
        ),
        Field(
            "reference_point",
            _l("Reference point"),
            Text(),
            group="address",
        ),
        Field("zone", _l("Zone"), Reference("zones"), group="address"),
        Field("sector", _l("Sector"), Reference("sectors", within="zone"), group="address"),
        Field("latitude", _l("Latitude"), LATITUDE, group="address"),
        Field("longitude", _l("Longitude"), LONGITUDE, group="address"),
        Field(
            "contact_first_name",
            _l("First name"),
            Text(max_length=100),
            group="contact",
        ),
        Field(
            "contact_last_name",
            _l("Last name"),
            Text(max_length=100),
            group="contact",
        ),
        Field(
            "contact_position",
            _l("Position"),
            Text(max_length=100),
            group="contact",
        ),
        Field(
            "contact_email",
            _l("Contact’s e-mail"),
            Email(),
            group="contact",
        ),
        Field("contact_phone_1", _l("Contact’s phone 1"), Phone(), group="contact"),
        Field("contact_phone_2", _l("Contact’s phone 2"), Phone(), group="contact"),
    )
