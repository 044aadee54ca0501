"""The lists that classify clients and leads, and what a new installation finds in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.api import Choice, Country, Field, Reference, ReferenceList, _l
from plugins.crm_clients.documents import RULES, shipped_types
from plugins.crm_clients.models import (
    AddressType,
    Channel,
    DocumentType,
    Level,
    Sector,
    Segment,
    Source,
    Zone,
)

SECTION = _l("Clients and leads")

Row = Mapping[str, Any]
Shipped = tuple[tuple[Mapping[str, str], Row], ...]
"""Names by language, and the other attributes."""


def _in_language(rows: Shipped) -> Callable[[str], Sequence[Row]]:
    """Rows whose name depends on the installation's language."""
    return lambda language: [{"name": names[language], **rest} for names, rest in rows]


CHANNELS: Shipped = (
    ({"en": "Web", "es": "Web", "fr": "Web"}, {}),
    ({"en": "Call", "es": "Llamada", "fr": "Appel"}, {}),
    ({"en": "Referral", "es": "Referido", "fr": "Recommandation"}, {}),
    ({"en": "Trade fair", "es": "Feria", "fr": "Salon"}, {}),
    ({"en": "Social networks", "es": "Redes sociales", "fr": "Réseaux sociaux"}, {}),
)

SEGMENTS: Shipped = (
    (
        {"en": "To be segmented", "es": "Por segmentar", "fr": "À segmenter"},
        {"hue": "slate", "is_default": True},
    ),
    ({"en": "Retail", "es": "Minorista", "fr": "Détaillant"}, {"hue": "orange"}),
    ({"en": "Wholesale", "es": "Mayorista", "fr": "Grossiste"}, {"hue": "violet"}),
    ({"en": "Institutional", "es": "Institucional", "fr": "Institutionnel"}, {"hue": "pink"}),
)

SOURCES: Shipped = (
    ({"en": "Call", "es": "Llamada", "fr": "Appel"}, {}),
    ({"en": "E-mail", "es": "Correo", "fr": "E-mail"}, {}),
    ({"en": "Website", "es": "Sitio web", "fr": "Site Internet"}, {}),
    ({"en": "Advertising", "es": "Publicidad", "fr": "Publicité"}, {}),
    ({"en": "Existing client", "es": "Cliente existente", "fr": "Client existant"}, {}),
    ({"en": "Recommendation", "es": "Recomendación", "fr": "Recommandation"}, {}),
    ({"en": "Trade fair", "es": "Feria", "fr": "Salon"}, {}),
    ({"en": "CRM form", "es": "Formulario de CRM", "fr": "Formulaire CRM"}, {}),
    ({"en": "Callback", "es": "Devolución de llamada", "fr": "Rappel"}, {}),
    ({"en": "Online store", "es": "Tienda en línea", "fr": "Boutique en ligne"}, {}),
    ({"en": "Chat", "es": "Chat", "fr": "Chat"}, {}),
    ({"en": "Other", "es": "Otro", "fr": "Autre"}, {}),
)

LEVELS: Shipped = (
    ({"en": "High", "es": "Alto", "fr": "Élevé"}, {}),
    ({"en": "Medium", "es": "Medio", "fr": "Moyen"}, {}),
    ({"en": "Low", "es": "Bajo", "fr": "Faible"}, {}),
)

ADDRESS_TYPES: Shipped = (
    ({"en": "Fiscal", "es": "Fiscal", "fr": "Siège fiscal"}, {}),
    ({"en": "Delivery", "es": "Entrega", "fr": "Livraison"}, {}),
    ({"en": "Office", "es": "Oficina", "fr": "Bureau"}, {}),
    ({"en": "Warehouse", "es": "Almacén", "fr": "Entrepôt"}, {}),
    ({"en": "Home", "es": "Domicilio", "fr": "Domicile"}, {}),
    ({"en": "Other", "es": "Otra", "fr": "Autre"}, {}),
)

CARD_HOLDERS = ("clients", "leads")
SOURCE_HOLDERS = ("leads", "deals")


def _holders(attribute: str) -> tuple[tuple[str, str], ...]:
    return tuple((resource, attribute) for resource in CARD_HOLDERS)


LISTS = (
    ReferenceList(
        "channels",
        Channel,
        _l("Channel"),
        _l("Channels"),
        used_by=_holders("channel_id"),
        shipped=_in_language(CHANNELS),
        section=SECTION,
        order=10,
    ),
    ReferenceList(
        "segments",
        Segment,
        _l("Segment"),
        _l("Segments"),
        used_by=_holders("segment_id"),
        coloured=True,
        shipped=_in_language(SEGMENTS),
        section=SECTION,
        order=20,
    ),
    ReferenceList(
        "levels",
        Level,
        _l("Potential level"),
        _l("Potential levels"),
        used_by=_holders("level_id"),
        columns=(
            Field(
                "applies_to",
                _l("For"),
                Choice((("leads", _l("Leads")), ("clients", _l("Clients")))),
                help=_l("Offered to these only; to both where nothing is chosen."),
            ),
        ),
        shipped=_in_language(LEVELS),
        section=SECTION,
        order=30,
    ),
    ReferenceList(
        "zones",
        Zone,
        _l("Zone"),
        _l("Zones"),
        used_by=_holders("zone_id"),
        has_default=False,
        section=SECTION,
        order=40,
    ),
    ReferenceList(
        "sectors",
        Sector,
        _l("Sector"),
        _l("Sectors"),
        used_by=_holders("sector_id"),
        columns=(
            Field(
                "zone",
                _l("Zone"),
                Reference("zones"),
                help=_l("The sector is offered where this zone is chosen; everywhere without one."),
            ),
        ),
        has_default=False,
        section=SECTION,
        order=50,
    ),
    ReferenceList(
        "sources",
        Source,
        _l("Source"),
        _l("Sources"),
        used_by=tuple((resource, "source_id") for resource in SOURCE_HOLDERS),
        has_default=False,
        shipped=_in_language(SOURCES),
        section=SECTION,
        order=25,
    ),
    ReferenceList(
        "address_types",
        AddressType,
        _l("Address type"),
        _l("Address types"),
        used_by=_holders("address_type_id"),
        has_default=False,
        shipped=_in_language(ADDRESS_TYPES),
        section=SECTION,
        order=55,
    ),
    ReferenceList(
        "document_types",
        DocumentType,
        _l("Document type"),
        _l("Document types"),
        used_by=_holders("document_type_id"),
        columns=(
            Field(
                "country",
                _l("Country"),
                Country(),
                help=_l("Where such documents are issued; none for anywhere."),
            ),
            Field(
                "rule",
                _l("Rule"),
                Choice(RULES),
                help=_l("How numbers are checked; without a rule any number is taken."),
            ),
        ),
        has_default=False,
        shipped=shipped_types,
        creatable_on_import=False,
        section=SECTION,
        order=60,
    ),
)
