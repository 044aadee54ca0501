"""Kinds and outcomes of interactions, and what a new installation finds in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import ReferenceList, _l
from plugins.crm_interactions.models import (
    CALL,
    CHAT,
    COMMENT,
    EMAIL,
    MEETING,
    NOTE,
    VISIT,
    InteractionKind,
    Outcome,
)

MEANINGS = (
    (CALL, _l("Call")),
    (EMAIL, _l("E-mail")),
    (MEETING, _l("Meeting")),
    (VISIT, _l("Visit")),
    (CHAT, _l("Chat")),
    (NOTE, _l("Note")),
    (COMMENT, _l("Comment")),
)
SECTION = _l("Interactions")

KINDS: tuple[tuple[str, str, str, str, str], ...] = (
    # English, Spanish, French, meaning, hue
    ("Call", "Llamada", "Appel", CALL, "green"),
    ("E-mail", "Correo", "E-mail", EMAIL, "blue"),
    ("Meeting", "Reunión", "Réunion", MEETING, "violet"),
    ("Visit", "Visita", "Visite", VISIT, "orange"),
    ("Chat", "Chat", "Chat", CHAT, "cyan"),
    ("Note", "Nota", "Note", NOTE, "amber"),
    ("Comment", "Comentario", "Commentaire", COMMENT, "slate"),
)

OUTCOMES: tuple[tuple[str, str, str, str], ...] = (
    ("Reached", "Contactado", "Joint", "green"),
    ("No answer", "No contesta", "Pas de réponse", "slate"),
    ("Left a message", "Dejé mensaje", "Message laissé", "cyan"),
    ("Interested", "Interesado", "Intéressé", "blue"),
    ("Not interested", "No interesado", "Pas intéressé", "red"),
    ("Agreed", "Acordado", "Accord", "violet"),
)


def shipped_kinds(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [
        {"name": row[column], "meaning": row[3], "hue": row[4], "is_default": index == 0}
        for index, row in enumerate(KINDS)
    ]


def shipped_outcomes(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [{"name": row[column], "hue": row[3]} for row in OUTCOMES]


LISTS = (
    ReferenceList(
        "interaction_kinds",
        InteractionKind,
        _l("Kind of interaction"),
        _l("Kinds of interaction"),
        used_by=(("interactions", "kind_id"), ("tasks", "kind_id")),
        meanings=MEANINGS,
        coloured=True,
        shipped=shipped_kinds,
        creatable_on_import=False,
        section=SECTION,
        order=10,
    ),
    ReferenceList(
        "outcomes",
        Outcome,
        _l("Outcome"),
        _l("Outcomes"),
        used_by=(("interactions", "outcome_id"),),
        coloured=True,
        has_default=False,
        shipped=shipped_outcomes,
        section=SECTION,
        order=20,
    ),
)
