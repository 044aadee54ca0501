"""Invented interactions and tasks for the demonstration, over the leads, clients and deals that there are."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    Draft,
    WriteContext,
    check_draft,
    current_house,
    read_draft,
    utcnow,
    write_context,
    write_drafts,
)
from plugins.crm_interactions.models import CALL, CHAT, COMMENT, EMAIL, IN, MEETING, NOTE, OUT, VISIT

INTERACTIONS, TASKS = 300, 60
RECORDS = 120
"""So many records of each kind, the newest, have something beside them."""

SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    CALL: {
        "es": ("Pregunta por precios y plazos de entrega.", "Pide que lo llamemos la próxima semana."),
        "en": ("Asks for prices and delivery times.", "Wants to be called next week."),
        "fr": ("Demande les prix et les délais.", "Souhaite être rappelé la semaine prochaine."),
    },
    EMAIL: {
        "es": ("Le envié el catálogo y la lista de precios.", "Responde que lo está revisando con su socio."),
        "en": (
            "Sent the catalogue and the price list.",
            "Answers that he is looking at it with his partner.",
        ),
        "fr": ("Catalogue et tarifs envoyés.", "Répond qu’il l’étudie avec son associé."),
    },
    MEETING: {
        "es": ("Reunión para revisar la propuesta; quedan dudas sobre el pago.",),
        "en": ("Went through the proposal; the payment terms are still open.",),
        "fr": ("Revue de la proposition ; le paiement reste à discuter.",),
    },
    VISIT: {
        "es": ("Visita al local: hay espacio para dos equipos.",),
        "en": ("Visited the shop: there is room for two machines.",),
        "fr": ("Visite du local : il y a de la place pour deux machines.",),
    },
    CHAT: {
        "es": ("Escribe por WhatsApp: quiere una demostración.",),
        "en": ("Writes by WhatsApp: would like a demonstration.",),
        "fr": ("Écrit par WhatsApp : souhaite une démonstration.",),
    },
    NOTE: {
        "es": ("Compra cada trimestre; el presupuesto se decide en enero.",),
        "en": ("Buys every quarter; the budget is decided in January.",),
        "fr": ("Achète chaque trimestre ; le budget se décide en janvier.",),
    },
    COMMENT: {
        "es": ("Ojo con el crédito: pagó tarde la última vez.",),
        "en": ("Mind the credit: paid late last time.",),
        "fr": ("Attention au crédit : a payé en retard la dernière fois.",),
    },
}

NEXT = {
    "es": ("Llamar para dar seguimiento", "Enviar la cotización", "Confirmar la visita", "Pedir referencias"),
    "en": ("Call to follow up", "Send the quote", "Confirm the visit", "Ask for references"),
    "fr": ("Rappeler pour le suivi", "Envoyer le devis", "Confirmer la visite", "Demander des références"),
}


@dataclass(frozen=True)
class Place:
    """A record beside which something was done, whose it is, and since when it is there."""

    resource: str
    id: int
    owner_id: int | None
    since: datetime


def load(session: Session, language: str) -> None:
    """Three hundred interactions and sixty tasks; the caller commits."""
    context = write_context(session, current_house(), None, "command")
    chance, places = random.Random(5), list(_places(context))
    if not places:
        return
    _write(context, "interactions", _interactions(context, chance, places, language))
    _write(context, "tasks", _tasks(context, chance, places, language))


def _places(context: WriteContext) -> Iterator[Place]:
    """The records beside which something was done."""
    long_ago = utcnow() - timedelta(days=45)
    for resource in context.house.resources.values():
        if resource.timeline:
            owner = getattr(resource.model, resource.owner) if resource.owner else sa.null()
            model = resource.model
            wanted = sa.select(model.id, owner, model.created_at).order_by(model.id.desc()).limit(RECORDS)
            for id, owner_id, since in context.session.execute(wanted):
                answered = resource.touched is not None and resource.touched.first
                yield Place(resource.name, id, owner_id, since if answered else min(since, long_ago))


def _interactions(
    context: WriteContext, chance: random.Random, places: list[Place], language: str
) -> Iterator[dict[str, Any]]:
    references, now = context.formats.references, utcnow()
    kinds = {item.meaning: item.id for item in references.items("interaction_kinds")}
    outcomes = [item.id for item in references.items("outcomes")]
    talked = chance.sample(places, max(len(places) * 3 // 5, 1))
    for _number in range(INTERACTIONS):
        place = chance.choice(talked)
        minutes = max(int((now - place.since) / timedelta(minutes=1)), 5)
        meaning = chance.choices(
            (CALL, EMAIL, MEETING, VISIT, CHAT, NOTE, COMMENT), (30, 20, 10, 8, 12, 12, 8)
        )[0]
        between = meaning not in (NOTE, COMMENT)
        yield {
            "record": {"resource": place.resource, "id": place.id},
            "kind": {"id": kinds[meaning]},
            "text": chance.choice(SAID[meaning][language]),
            "at": (now - timedelta(minutes=chance.randint(1, min(minutes, 60 * 24 * 90)))).isoformat(),
            "direction": chance.choice((IN, OUT, OUT)) if between else None,
            "minutes": chance.randint(2, 55) if meaning in (CALL, MEETING, VISIT) else None,
            "outcome": {"id": chance.choice(outcomes)} if meaning == CALL and outcomes else None,
            "person": {"id": place.owner_id} if place.owner_id else None,
        }


def _tasks(
    context: WriteContext, chance: random.Random, places: list[Place], language: str
) -> Iterator[dict[str, Any]]:
    today = datetime.now(context.formats.zone).date()
    for number in range(TASKS):
        place = chance.choice(places)
        yield {
            "record": {"resource": place.resource, "id": place.id},
            "title": chance.choice(NEXT[language]),
            "due_on": (today + timedelta(days=chance.randint(-6, 20))).isoformat(),
            "due_time": f"{chance.randint(8, 17):02}:{chance.choice((0, 30)):02}" if number % 2 else None,
            "priority": chance.choice(("low", "normal", "normal", "high")),
            "assignee": {"id": place.owner_id} if place.owner_id else None,
            "repeat_every": 1 if number % 12 == 0 else None,
            "repeat_unit": "month" if number % 12 == 0 else None,
            "repeat_from": "due" if number % 12 == 0 else None,
        }


def _write(context: WriteContext, name: str, rows: Iterator[dict[str, Any]]) -> None:
    resource = context.house.resources[name]
    drafts: list[Draft] = []
    for raw in rows:
        draft = read_draft(resource, {key: each for key, each in raw.items() if each is not None}, context)
        check_draft(draft, context)
        drafts.append(draft)
    write_drafts(drafts, context)
