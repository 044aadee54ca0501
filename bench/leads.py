"""Invented leads in any number, as a file to import."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from stdnum.ve import rif

TRADES = (
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
)
NAMES = (
    "Ávila",
    "Orinoco",
    "Sol y Mar",
    "Los Andes",
    "Doña Bárbara",
    "Don Quijote",
    "Guaicaipuro",
    "Tres Hermanos",
    "Candelaria",
    "San Ignacio",
)
HEADER = (
    "Canal",
    "Segmentación",
    "Nivel de Potencialidad",
    "Estatus",
    "Tipo de Documento",
    "Número de Documento",
    "Nombre",
    "Razón Social",
    "Email",
    "Teléfono 1",
    "Días de Vigencia",
    "Valor estimado",
    "Fecha de ingreso",
    "Ciudad",
    "Zona",
    "Etiquetas",
)
FIRST_DAY = date(2024, 1, 1)


def rows(count: int, seed: int = 7) -> Iterator[tuple[str, ...]]:
    """Rows of a file as somebody in Venezuela would export it; no two are duplicates."""
    chance = random.Random(seed)
    for number in range(count):
        stem = f"J{10_000_000 + number:08d}"
        name = f"{chance.choice(TRADES)} {chance.choice(NAMES)} {number}"
        day = FIRST_DAY + timedelta(days=chance.randrange(1000))
        yield (
            chance.choice(("Web", "Feria", "Llamada", "Referido", "")),
            chance.choice(("Minorista", "Mayorista", "")),
            chance.choice(("Alto", "Medio", "Bajo", "")),
            chance.choice(("Nuevo", "En Gestión", "Procesado")),
            "RIF",
            f"J-{stem[1:]}-{rif.calc_check_digit(stem)}",
            name,
            f"{name}, C.A.",
            f"contacto{number}@example.com",
            f"04{chance.choice(('14', '24', '12', '16'))}-{number % 10_000_000:07d}",
            chance.choice(("30", "60", "90", "")),
            f"{chance.randrange(1, 200_000)},{chance.randrange(100):02d}",
            day.strftime("%d/%m/%Y"),
            chance.choice(("Caracas", "Valencia", "Mérida")),
            chance.choice(("Norte", "Sur", "")),
            chance.choice(("VIP, feria 2025", "moroso", "", "")),
        )


def write_csv(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(rows(count))
    return path
