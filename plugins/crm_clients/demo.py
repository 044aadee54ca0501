"""Invented clients for the demonstration; the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from stdnum import luhn
from stdnum.ve import rif

from core.api import (
    add_value,
    create,
    current_house,
    fold,
    formats_for,
    references_of,
    settings_of,
    utcnow,
    write_context,
)
from plugins.crm_clients.validation import mark_of
from plugins.crm_clients.validation.mark import LINK
from plugins.crm_clients.validation.places import EMAIL

TRADES = {
    "es": (
        "Farmacia",
        "Librería",
        "Taller",
        "Inversiones",
        "Panadería",
        "Comercializadora",
        "Distribuidora",
        "Ferretería",
        "Clínica",
        "Transporte",
    ),
    "en": (
        "Pharmacy",
        "Bookshop",
        "Workshop",
        "Holdings",
        "Bakery",
        "Trading",
        "Wholesale",
        "Hardware",
        "Clinic",
        "Transport",
    ),
    "fr": (
        "Pharmacie",
        "Librairie",
        "Atelier",
        "Groupe",
        "Boulangerie",
        "Négoce",
        "Distribution",
        "Quincaillerie",
        "Clinique",
        "Transports",
    ),
}
NAMES = (
    "Orinoco",
    "El Ávila",
    "Los Andes",
    "Santa Rosa",
    "La Candelaria",
    "Don Quijote",
    "Guaicaipuro",
    "Tres Hermanos",
    "Sol y Mar",
    "Doña Bárbara",
    "San Ignacio",
    "Araguaney",
    "Bellevue",
    "O’Connor",
    "Cayena",
    "Mirador",
)
PEOPLE = (
    ("José", "Núñez"),
    ("Zoraida", "Ávila"),
    ("Yulimar", "Rodríguez"),
    ("Carlos", "Márquez"),
    ("Anaïs", "Lefèvre"),
    ("Belkis", "O’Connor"),
    ("Wilmer", "Linares"),
    ("Claire", "Dupont"),
    ("Ramón", "Peña"),
    ("Inés", "Güerere"),
)
CITIES = (
    ("Caracas", "Miranda"),
    ("Valencia", "Carabobo"),
    ("Maracaibo", "Zulia"),
    ("Mérida", "Mérida"),
    ("Lyon", "Rhône"),
)
ZONES = {
    "es": ("Norte", "Sur", "Este", "Oeste"),
    "en": ("North", "South", "East", "West"),
    "fr": ("Nord", "Sud", "Est", "Ouest"),
}
SECTORS = {
    "es": ("Comercial", "Industrial", "Centro"),
    "en": ("Commercial", "Industrial", "Centre"),
    "fr": ("Commercial", "Industriel", "Centre"),
}
TAGS = (("VIP",), (), (), ("VIP", "2026"), ("2026",), ())


def load(session: Session, language: str) -> None:
    """Twenty clients; the caller commits."""
    house = current_house()
    _make_places(session, language)
    context = write_context(session, house, None, "command")
    company = None
    for number, card in enumerate(cards(session, language, count=20, seed=1)):
        is_person = card["kind"] == "person"
        tie: Mapping[str, Any] = {"belongs_to": company.id} if is_person and company is not None else {}
        client = create(house.resources["clients"], {**card, **tie}, context)
        company = company if is_person else client
        if number % 2:
            confirm_email(session, "clients", client)


def confirm_email(session: Session, resource: str, record: Any) -> None:
    """As if the owner of the record's e-mail had opened the link that they were sent."""
    mark = mark_of(current_house().resources[resource])
    if mark is not None and record.email_folded:
        now = utcnow()
        row = mark.model(channel=EMAIL, key=record.email_folded, field="email", sent_at=now, expires_at=now)
        row.confirmed_at, row.confirmed_via = now, LINK
        setattr(row, mark.parent, record.id)
        session.add(row)


def cards(session: Session, language: str, *, count: int, seed: int) -> Iterator[Mapping[str, Any]]:
    """Raw input of that many records with a card, as the API takes it; `seed` keeps two sets apart."""
    chance = random.Random(seed)
    known = references_of(session)
    sellers = [item.id for item in known.items("users") if item.active]
    today = datetime.now(formats_for(session, None).zone).date()
    country = settings_of(session)["company.country"]

    def some(list_name: str, often: float = 0.85) -> int | None:
        items = known.items(list_name)
        return chance.choice(items).id if items and chance.random() < often else None

    types = known.items("address_types")
    for number in range(count):
        first, last = chance.choice(PEOPLE)
        is_person = chance.random() < 0.2
        name = (
            f"{first} {last}"
            if is_person
            else f"{chance.choice(TRADES[language])} {chance.choice(NAMES)} {seed * 100 + number}"
        )
        city, state = chance.choice(CITIES)
        yield {
            "name": name,
            "kind": "person" if is_person else "company",
            **_document(country, is_person, 1_000_000 + seed * 9_000_000 + number * 104_729),
            "email": f"contact{seed}{number:03}@example.com",
            "phone_1": f"+58 414 {5550000 + seed * 1000 + number}",
            "channel": some("channels"),
            "segment": some("segments"),
            "level": some("levels", 0.7),
            "addresses": [
                {
                    "type": types[0].id if types else None,
                    "address": f"Av. {last} {number + 1}",
                    "city": city,
                    "state": state,
                    "zone": some("zones", 0.7),
                    "sector": some("sectors", 0.7),
                },
                *_second_address(number, city, state, types),
            ],
            "salesperson": chance.choice(sellers) if sellers and chance.random() < 0.85 else None,
            "entered_on": (today - timedelta(days=int(chance.random() ** 2 * 150))).isoformat(),
            "contacts": list(_contacts(number, seed, first, last)),
            "tags": list(chance.choice(TAGS)),
        }


def _second_address(number: int, city: str, state: str, types: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """Of every third another address, in the next city."""
    if number % 3 == 0:
        other, its_state = CITIES[(CITIES.index((city, state)) + 1) % len(CITIES)]
        yield {
            "type": types[1].id if len(types) > 1 else None,
            "address": f"Calle {number % 20 + 1}, galpón {number % 7 + 1}",
            "city": other,
            "state": its_state,
        }


def _contacts(number: int, seed: int, first: str, last: str) -> Iterator[Mapping[str, Any]]:
    """The person to talk to, and at every fourth a second one."""
    yield {"first_name": first, "last_name": last, "phone_1": f"+58 412 {5550000 + seed * 1000 + number}"}
    if number % 4 == 0:
        others = [person for person in PEOPLE if person != (first, last)]
        other, its_last = others[number % len(others)]
        yield {
            "first_name": other,
            "last_name": its_last,
            "email": f"{fold(other)}{seed}{number:03}@example.com",
        }


def _document(country: str, is_person: bool, number: int) -> Mapping[str, str]:
    """A document whose check digit is right, where we know how the country makes them."""
    if country == "VE" and is_person:
        return {"document_type": "Cédula", "document_number": f"V-{number:,}".replace(",", ".")}
    if country == "VE":
        return {
            "document_type": "RIF",
            "document_number": f"J-{number:08d}-{rif.calc_check_digit(f'J{number:08d}')}",
        }
    if country == "FR" and not is_person:
        return {
            "document_type": "SIREN",
            "document_number": f"{number:08d}{luhn.calc_check_digit(f'{number:08d}')}",
        }
    return {}


def _make_places(session: Session, language: str) -> None:
    known, house = references_of(session), current_house()
    for list_name, names in (("zones", ZONES[language]), ("sectors", SECTORS[language])):
        for name in names:
            if known.find(list_name, name) is None:
                add_value(session, house.lists[list_name], name)
