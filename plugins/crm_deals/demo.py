"""Invented deals for the demonstration: over the clients there are, in every stage, some won, lost or standing still."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import create, current_house, references_of, settings_of, utcnow, write_context
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import LOST, OPEN, WON, Deal, DealPassage

DEALS = 40

PRODUCTS = {
    "es": (("Licencia anual", 480), ("Instalación", 250), ("Soporte mensual", 90), ("Equipo", 1250)),
    "en": (("Annual licence", 480), ("Installation", 250), ("Monthly support", 90), ("Equipment", 1250)),
    "fr": (("Licence annuelle", 480), ("Installation", 250), ("Support mensuel", 90), ("Équipement", 1250)),
}

TITLES = {
    "es": ("Renovación de %s", "Equipos para %s", "Contrato anual de %s", "%s: ampliación"),
    "en": ("Renewal for %s", "Equipment for %s", "Yearly contract of %s", "%s: extension"),
    "fr": ("Renouvellement de %s", "Équipement pour %s", "Contrat annuel de %s", "%s : extension"),
}


def load(session: Session, language: str) -> None:
    """Forty deals; the caller commits."""
    house = current_house()
    context = write_context(session, house, None, "command")
    chance, known = random.Random(4), references_of(session)
    clients = session.execute(
        sa.select(Client.id, Client.name, Client.kind).order_by(Client.id).limit(60)
    ).all()
    today = datetime.now(context.formats.zone).date()
    stages = {meaning: _stages(known.items("stages"), meaning) for meaning in (OPEN, WON, LOST)}
    for number, asked in enumerate(_deals(chance, known, clients, today, language)):
        meaning = WON if number % 5 == 1 else LOST if number % 7 == 6 else OPEN
        deal = create(
            house.resources["deals"],
            {
                **asked,
                "stage": {"id": chance.choice(stages[meaning])},
                "currency": settings_of(session)["company.currency"],
                **_reason(known, number, meaning),
            },
            context,
        )
        _put_back_in_time(session, deal, chance.randint(1, 40) if number % 4 == 0 else chance.randint(0, 6))


def _deals(
    chance: random.Random, known: Any, clients: Sequence[Any], today: date, language: str
) -> Iterator[Mapping[str, Any]]:
    people = [each.id for each in clients if each.kind == "person"]
    sellers = [item.id for item in known.items("users") if item.active]
    sources = [item.id for item in known.items("sources")]
    for number in range(DEALS):
        client = chance.choice(clients) if clients else None
        lines = chance.sample(PRODUCTS[language], chance.randint(1, 3)) if number % 3 else []
        yield {
            "title": chance.choice(TITLES[language]) % client.name if client else None,
            "client": client.id if client else None,
            "people": [{"person": chance.choice(people)}] if people and number % 2 else [],
            "lines": [
                {
                    "name": name,
                    "quantity": chance.randint(1, 6),
                    "price": price,
                    "discount": chance.choice((None, None, 5, 10)),
                }
                for name, price in lines
            ],
            **({} if lines else {"value": round(chance.lognormvariate(8, 1), 2)}),
            "source": chance.choice(sources) if sources else None,
            "salesperson": {"id": chance.choice(sellers)} if sellers and number % 9 else None,
            "entered_on": (today - timedelta(days=chance.randint(0, 60))).isoformat(),
            "expected_close": (today + timedelta(days=chance.randint(-20, 75))).isoformat()
            if number % 6
            else None,
        }


def _stages(items: Sequence[Any], meaning: str) -> list[int]:
    return [item.id for item in items if item.meaning == meaning]


def _reason(known: Any, number: int, meaning: str) -> Mapping[str, Any]:
    reasons = known.items("loss_reasons") if meaning == LOST else ()
    return {"loss_reason": {"id": reasons[number % len(reasons)].id}} if reasons else {}


def _put_back_in_time(session: Session, deal: Deal, days: int) -> None:
    """As if the deal had come into its stage so many days ago."""
    moment = utcnow() - timedelta(days=days)
    deal.stage_since = moment
    if deal.closed_at is not None:
        deal.closed_at = moment
    session.execute(sa.update(DealPassage).where(DealPassage.deal_id == deal.id).values(since=moment))
