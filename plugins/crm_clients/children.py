"""The addresses and contact persons of clients and leads (S3, "DIRECCIONES", "CONTACTOS"): many of each, one main."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import (
    Child,
    Country,
    Email,
    Field,
    Number,
    Phone,
    Reference,
    Region,
    Text,
    Words,
    WriteContext,
    _,
    _l,
)

Wrong = Sequence[tuple[str, Words, str]]
"""(field, sentence, code) of each thing that is wrong with a row."""

LATITUDE = Number(-90, 90, 6)
LONGITUDE = Number(-180, 180, 6)

ADDRESS_MIRRORS = {
    "type": "address_type",
    "address": "address",
    "country": "country",
    "state": "state",
    "city": "city",
    "municipality": "municipality",
    "parish": "parish",
    "postal_code": "postal_code",
    "reference_point": "reference_point",
    "zone": "zone",
    "sector": "sector",
    "latitude": "latitude",
    "longitude": "longitude",
}
"""Where the main address stands on the card."""

CONTACT_MIRRORS = {
    "first_name": "contact_first_name",
    "last_name": "contact_last_name",
    "description": "contact_position",
    "email": "contact_email",
    "phone_1": "contact_phone_1",
    "phone_2": "contact_phone_2",
}
"""Where the main contact person stands on the card."""


def children(address: type[Any], contact: type[Any], parent: str) -> tuple[Child, Child]:
    """The addresses and contact persons of a resource, kept in these models."""
    return (
        Child(
            "addresses",
            _l("Address"),
            _l("Addresses"),
            address,
            parent,
            _ADDRESS_FIELDS,
            ADDRESS_MIRRORS,
            group="address",
            title=("type", "address", "city"),
            icon="map-pin",
            chips=("type",),
            lines=(
                ("parish", "municipality", "city", "postal_code", "state", "country"),
                ("reference_point", "zone", "sector"),
            ),
            pin=("latitude", "longitude"),
            search=("address", "city", "state", "municipality", "parish"),
            checks=(check_place,),
        ),
        Child(
            "contacts",
            _l("Contact person"),
            _l("Contact persons"),
            contact,
            parent,
            _CONTACT_FIELDS,
            CONTACT_MIRRORS,
            group="contact",
            title=("first_name", "last_name"),
            icon="users",
            faces=True,
            lines=(("description",),),
            search=(
                "first_name",
                "last_name",
                "email",
                "phone_1",
                "phone_1_e164",
                "phone_2",
                "phone_2_e164",
            ),
        ),
    )


def installation_country(context: WriteContext) -> str | None:
    """The country of an address that names none: the installation's."""
    return context.reading.country or None


def check_place(values: Mapping[str, Any], context: WriteContext) -> Wrong:
    """A sector lies in its zone; latitude and longitude make a place only together."""
    wrong: list[tuple[str, Words, str]] = []
    lists = context.formats.references
    sector = lists.get("sectors", values.get("sector"))
    zone_id = sector.about.get("zone") if sector else None
    if sector and zone_id and values.get("zone") and values["zone"] != zone_id:
        zone = lists.get("zones", zone_id)
        words = _(
            "The sector “%(sector)s” belongs to the zone “%(zone)s”.",
            sector=sector.name,
            zone=zone.name if zone else "",
        )
        wrong.append(("sector", words, "other_zone"))
    for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if values.get(name) is None and values.get(other) is not None:
            wrong.append((name, _("Latitude and longitude are given together."), "half_a_place"))
    return wrong


_ADDRESS_FIELDS = (
    Field("type", _l("Type"), Reference("address_types")),
    Field("address", _l("Full address"), Text(max_length=300), wide=True),
    Field("country", _l("Country"), Country(), default=installation_country),
    Field("state", _l("State or region"), Region(max_length=100)),
    Field("city", _l("City"), Text(max_length=100)),
    Field("municipality", _l("Municipality"), Text(max_length=100)),
    Field("parish", _l("Parish"), Text(max_length=100)),
    Field("postal_code", _l("Postal code"), Text(max_length=20)),
    Field("reference_point", _l("Reference point"), Text()),
    Field("zone", _l("Zone"), Reference("zones")),
    Field("sector", _l("Sector"), Reference("sectors", within="zone")),
    Field("latitude", _l("Latitude"), LATITUDE),
    Field("longitude", _l("Longitude"), LONGITUDE),
)

_CONTACT_FIELDS = (
    Field("first_name", _l("First name"), Text(max_length=100)),
    Field("last_name", _l("Last name"), Text(max_length=100)),
    Field("description", _l("Description"), Text(max_length=100)),
    Field("email", _l("E-mail"), Email()),
    Field("phone_1", _l("Phone 1"), Phone()),
    Field("phone_2", _l("Phone 2"), Phone()),
)
