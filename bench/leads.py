"""Invented leads in any number: as a file to import, and straight into the tables where importing would take too long."""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from stdnum.ve import rif

from core.text import fold

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


def fill(database: Path, count: int) -> None:
    """Put leads straight into an installation's SQLite tables and search index; for figures about reading many."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-262144")
    lists = {
        table: [id for (id,) in connection.execute(f"SELECT id FROM {table} ORDER BY id")]
        for table in (
            "crm_clients_channel",
            "crm_clients_segment",
            "crm_clients_level",
            "crm_leads_source",
            "core_user",
        )
    }
    statuses = [
        id
        for (id,) in connection.execute("SELECT id FROM crm_leads_status WHERE meaning = 'open' ORDER BY id")
    ]
    start = connection.execute("SELECT coalesce(max(id), 0) FROM crm_leads_lead").fetchone()[0]
    chance = random.Random(11)

    def record(number: int, row: tuple[str, ...]) -> tuple[object, ...]:
        name, document, email, phone = row[6], row[5], row[8], row[9]
        day = FIRST_DAY + timedelta(days=chance.randrange(1000))
        moment = f"{day.isoformat()} 12:00:00.000000"
        return (
            start + number + 1,
            name,
            fold(name),
            row[7],
            "company",
            document,
            document.replace("-", ""),
            email,
            email,
            phone,
            "+58" + phone.replace("-", "")[1:],
            1,
            day.isoformat(),
            chance.choice(lists["crm_clients_channel"]),
            chance.choice(lists["crm_clients_segment"]),
            chance.choice(lists["crm_clients_level"]),
            chance.choice(lists["core_user"]),
            chance.choice(statuses),
            moment,
            chance.choice(lists["crm_leads_source"]),
            chance.randrange(1, 2_000_000_000),
            "USD",
            moment,
            moment,
            1,
            row[13],
        )

    columns = (
        "id",
        "name",
        "name_folded",
        "legal_name",
        "kind",
        "document_number",
        "document_compact",
        "email",
        "email_folded",
        "phone_1",
        "phone_1_e164",
        "notifications",
        "entered_on",
        "channel_id",
        "segment_id",
        "level_id",
        "salesperson_id",
        "status_id",
        "status_since",
        "source_id",
        "value",
        "currency",
        "created_at",
        "updated_at",
        "version",
        "city",
    )
    insert = f"INSERT INTO crm_leads_lead ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    batch: list[tuple[object, ...]] = []
    for number, row in enumerate(rows(count, seed=13)):
        batch.append(record(number, row))
        if len(batch) == 20_000:
            _store(connection, insert, batch)
            batch = []
    _store(connection, insert, batch)
    connection.execute("ANALYZE")
    connection.close()


def _store(connection: sqlite3.Connection, insert: str, batch: list[tuple[object, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(insert, batch)
    connection.executemany(
        "INSERT INTO search_leads(rowid, body) VALUES (?, ?)",
        (
            (one[0], fold(f"{one[1]} {one[3]} {one[5]} {one[6]} {one[7]} {one[9]} {one[10]} {one[-1]}"))
            for one in batch
        ),
    )
    connection.execute("COMMIT")
