"""Statuses and reasons for discarding, and what a new installation finds in them (FEATURES, "crm_leads")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import NOT_TOLD, ReferenceList, _l
from plugins.crm_leads.models import CONVERTED, JUNK, OPEN, JunkReason, Status

MEANINGS = ((OPEN, _l("Open")), (CONVERTED, _l("Converted")), (JUNK, _l("Discarded")))

STATUSES: tuple[tuple[str, str, str, str, str], ...] = (
    # English, Spanish, French, meaning, hue
    ("New", "Nuevo", "Nouveau", OPEN, "blue"),
    ("In progress", "En Gestión", "En cours", OPEN, "amber"),
    ("Processed", "Procesado", "Traité", OPEN, "cyan"),
    ("Converted", "Cliente", "Bon prospect", CONVERTED, "green"),
    ("Junk", "Descalificado", "Défectueux", JUNK, "red"),
    ("Not interested", "No Interesado", "Pas intéressé", JUNK, "slate"),
)

JUNK_REASONS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("No budget", "Sin presupuesto", "Pas de budget", ()),
    ("Does not answer", "No contesta", "Ne répond pas", ()),
    ("Wrong contact details", "Datos de contacto errados", "Coordonnées erronées", ()),
    ("Bought from a competitor", "Compró a la competencia", "A acheté à un concurrent", ()),
    ("Outside our territory", "Fuera de nuestra zona", "Hors de notre zone", ()),
    ("Not what we sell", "No es lo que vendemos", "Ce n’est pas ce que nous vendons", ()),
    ("Duplicate", "Duplicado", "Doublon", ()),
    ("Spam", "Correo no deseado", "Indésirable", ()),
    ("Not stated", "Sin indicar", "Non précisé", (NOT_TOLD,)),
)


def shipped_statuses(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [
        {"name": row[column], "meaning": row[3], "hue": row[4], "is_default": index == 0}
        for index, row in enumerate(STATUSES)
    ]


def shipped_junk_reasons(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [{"name": row[column], "keys": row[3]} for row in JUNK_REASONS]


LISTS = (
    ReferenceList(
        "statuses",
        Status,
        _l("Status"),
        _l("Lead statuses"),
        used_by=(("leads", "status_id"),),
        meanings=MEANINGS,
        coloured=True,
        shipped=shipped_statuses,
        section=_l("Leads"),
        order=10,
    ),
    ReferenceList(
        "junk_reasons",
        JunkReason,
        _l("Reason for discarding"),
        _l("Reasons for discarding"),
        used_by=(("leads", "junk_reason_id"),),
        has_default=False,
        shipped=shipped_junk_reasons,
        section=_l("Leads"),
        order=20,
    ),
)
