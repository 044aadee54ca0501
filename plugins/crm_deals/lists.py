"""Pipelines, stages and loss reasons, and what a new installation finds in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import NOT_TOLD, Field, Integer, Reference, ReferenceList, _l
from plugins.crm_deals.models import LOST, OPEN, WON, LossReason, Pipeline, Stage

MEANINGS = ((OPEN, _l("Open")), (WON, _l("Won")), (LOST, _l("Lost")))
SECTION = _l("Deals")

PIPELINES = (("Sales", "Ventas", "Ventes"),)

STAGES: tuple[tuple[str, str, str, str, str, int, int | None], ...] = (
    # English, Spanish, French, meaning, hue, probability, stale after days
    ("New", "Nueva", "Nouvelle", OPEN, "blue", 10, 7),
    ("Preparing the offer", "Preparando la oferta", "Offre en préparation", OPEN, "cyan", 30, 14),
    ("Offer sent", "Oferta enviada", "Offre envoyée", OPEN, "amber", 50, 14),
    ("Negotiation", "En negociación", "En négociation", OPEN, "orange", 75, 21),
    ("Won", "Ganada", "Gagnée", WON, "green", 100, None),
    ("Lost", "Perdida", "Perdue", LOST, "red", 0, None),
)

LOSS_REASONS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Too expensive", "Muy caro", "Trop cher", ()),
    ("Bought from a competitor", "Compró a la competencia", "A acheté à un concurrent", ()),
    ("No budget", "Sin presupuesto", "Pas de budget", ()),
    ("Put off", "Aplazado", "Reporté", ()),
    ("Does not answer", "No contesta", "Ne répond pas", ()),
    ("Not what we sell", "No es lo que vendemos", "Ce n’est pas ce que nous vendons", ()),
    ("Not stated", "Sin indicar", "Non précisé", (NOT_TOLD,)),
)


def shipped_pipelines(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [{"name": row[column], "is_default": index == 0} for index, row in enumerate(PIPELINES)]


def shipped_loss_reasons(language: str) -> Sequence[Mapping[str, Any]]:
    column = ("en", "es", "fr").index(language)
    return [{"name": row[column], "keys": row[3]} for row in LOSS_REASONS]


def shipped_stages(language: str) -> Sequence[Mapping[str, Any]]:
    """The stages of the one pipeline that is shipped, which is the first."""
    column = ("en", "es", "fr").index(language)
    return [
        {
            "name": row[column],
            "meaning": row[3],
            "hue": row[4],
            "probability": row[5],
            "stale_days": row[6],
            "is_default": index == 0,
            "pipeline_id": 1,
        }
        for index, row in enumerate(STAGES)
    ]


LISTS = (
    ReferenceList(
        "pipelines",
        Pipeline,
        _l("Pipeline"),
        _l("Pipelines"),
        used_by=(("deals", "pipeline_id"),),
        shipped=shipped_pipelines,
        creatable_on_import=False,
        section=SECTION,
        order=10,
    ),
    ReferenceList(
        "stages",
        Stage,
        _l("Stage"),
        _l("Stages"),
        used_by=(("deals", "stage_id"),),
        meanings=MEANINGS,
        coloured=True,
        columns=(
            Field("pipeline", _l("Pipeline"), Reference("pipelines"), required=True),
            Field("probability", _l("Probability, %"), Integer(minimum=0, maximum=100)),
            Field("stale_days", _l("Stale after days"), Integer(minimum=1, maximum=3650)),
        ),
        shipped=shipped_stages,
        creatable_on_import=False,
        within="pipeline",
        section=SECTION,
        order=20,
    ),
    ReferenceList(
        "loss_reasons",
        LossReason,
        _l("Reason for losing"),
        _l("Reasons for losing"),
        used_by=(("deals", "loss_reason_id"),),
        has_default=False,
        shipped=shipped_loss_reasons,
        section=SECTION,
        order=30,
    ),
)
