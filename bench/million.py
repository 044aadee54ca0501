"""Leads straight into an installation's tables, on either database; for figures about reading a great many.

What they are told apart by is as uneven as in life: the first value of each list is on many, the last on few. Sectors
lie within zones, so that some mixtures of filters leave nothing.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import psycopg

from bench.leads import FIRST_DAY, rows
from core.text import fold

BATCH = 20_000
SALESPEOPLE, ZONES, SECTORS_EACH = 20, 12, 4
LEAD = (
    *("id", "name", "name_folded", "legal_name", "kind", "document_number", "document_compact"),
    *("email", "email_folded", "phone_1", "phone_1_e164", "notifications", "entered_on", "channel_id"),
    *("segment_id", "level_id", "zone_id", "sector_id", "salesperson_id", "status_id", "status_since"),
    *("source_id", "value", "currency", "city", "created_at", "updated_at", "version", "is_repeat"),
)
ADDRESS = ("lead_id", "is_main", "position", "city", "zone_id", "sector_id")


@dataclass(frozen=True)
class Lists:
    """The ids that leads refer to; of sectors those in each zone."""

    channels: Sequence[int]
    segments: Sequence[int]
    levels: Sequence[int]
    sources: Sequence[int]
    statuses: Sequence[int]
    people: Sequence[int]
    zones: Sequence[int]
    sectors: Mapping[int, Sequence[int]]


class Store(Protocol):
    """A database to fill: one statement, or many rows at once."""

    true: Any
    false: Any

    def run(self, statement: str) -> list[tuple[Any, ...]]: ...

    def put(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None: ...

    def done(self) -> None: ...


def fill(url: str, count: int) -> None:
    """Put `count` leads into the installation of this database address, each in the search index too."""
    store: Store = PostgresStore(url) if url.startswith("postgresql") else SqliteStore(url)
    lists = _lists(store)
    start = store.run("SELECT coalesce(max(id), 0) FROM crm_leads_lead")[0][0]
    leads: list[Sequence[Any]] = []
    addresses: list[Sequence[Any]] = []
    for lead, hanging in _invented(count, start, lists, store):
        leads.append(lead)
        addresses += hanging
        if len(leads) == BATCH:
            _put(store, leads, addresses)
            leads, addresses = [], []
    _put(store, leads, addresses)
    store.done()


def _put(store: Store, leads: Sequence[Sequence[Any]], addresses: Sequence[Sequence[Any]]) -> None:
    store.put("crm_leads_lead", LEAD, leads)
    store.put("crm_leads_address", ADDRESS, addresses)
    searched = [LEAD.index(name) for name in LEAD[1:11] if not name.endswith(("kind", "folded"))]
    searched.append(LEAD.index("city"))
    store.put(
        "search_leads",
        ("rowid", "body"),
        [(lead[0], fold("\n".join(str(lead[at]) for at in searched))) for lead in leads],
    )


def _invented(
    count: int, start: int, lists: Lists, store: Store
) -> Iterator[tuple[Sequence[Any], list[Sequence[Any]]]]:
    chance = random.Random(11)
    for number, row in enumerate(rows(count, seed=13)):
        id, name, document, email, phone = start + number + 1, row[6], row[5], row[8], row[9]
        day = (FIRST_DAY + timedelta(days=chance.randrange(1000))).isoformat()
        moment = f"{day} 12:00:00.000000"
        zone = _some(chance, lists.zones)
        sector = _some(chance, lists.sectors[zone]) if zone else None
        lead = (
            *(id, name, fold(name), row[7], "company", document, document.replace("-", "")),
            *(email, email, phone, "+58" + phone.replace("-", "")[1:], store.true, day),
            *(_some(chance, lists.channels), _some(chance, lists.segments), _some(chance, lists.levels)),
            *(zone, sector, _some(chance, lists.people), _some(chance, lists.statuses, missing=0), moment),
            *(_some(chance, lists.sources), chance.randrange(1, 2_000_000_000), "USD", row[13]),
            *(moment, moment, 1, store.false),
        )
        hanging: list[Sequence[Any]] = [(id, store.true, 0, row[13], zone, sector)]
        if number % 5 == 0:  # every fifth has another one elsewhere
            other = chance.choice(lists.zones)
            hanging.append((id, store.false, 1, "Maracay", other, chance.choice(lists.sectors[other])))
        yield lead, hanging


def _some(chance: random.Random, ids: Sequence[int], missing: float = 0.1) -> int | None:
    """One of the ids, the first ones far more often; sometimes none."""
    if chance.random() < missing:
        return None
    return ids[min(int(len(ids) * chance.random() ** 3), len(ids) - 1)]


def _lists(store: Store) -> Lists:
    for number in range(SALESPEOPLE):
        _copy_person(store, number)
    words = ("name", "name_folded", "hue", "position", "is_default", "keys")
    zones = [(f"Zona {at}", f"zona {at}", "slate", 100 + at, store.false, "[]") for at in range(ZONES)]
    store.put("crm_clients_zone", words, zones)
    ids = [id for (id,) in store.run("SELECT id FROM crm_clients_zone ORDER BY position, id")][-ZONES:]
    sectors: list[tuple[Any, ...]] = []
    for at, zone in enumerate(ids):
        for number in range(SECTORS_EACH):
            name = f"Sector {at}-{number}"
            sectors.append((name, name.lower(), "slate", len(sectors), store.false, "[]", zone))
    store.put("crm_clients_sector", (*words, "zone_id"), sectors)
    within: dict[int, list[int]] = {zone: [] for zone in ids}
    for id, zone in store.run("SELECT id, zone_id FROM crm_clients_sector ORDER BY id"):
        within.get(zone, []).append(id)

    def those(table: str) -> list[int]:
        return [id for (id,) in store.run(f"SELECT id FROM {table} ORDER BY id")]

    return Lists(
        those("crm_clients_channel"),
        those("crm_clients_segment"),
        those("crm_clients_level"),
        those("crm_clients_source"),
        those("crm_leads_status"),
        those("core_user"),
        ids,
        within,
    )


def _copy_person(store: Store, number: int) -> None:
    """Another salesperson like the first user, who cannot sign in."""
    kept = "active, recovery_codes, language, zone, theme, hue, created_at"
    mail = f"person{number}@example.com"
    store.run(
        f"INSERT INTO core_user (email, email_folded, name, fs_uniquifier, {kept}) "
        f"SELECT '{mail}', '{mail}', 'Person {number}', '{mail}', {kept} FROM core_user ORDER BY id LIMIT 1"
    )


class SqliteStore:
    """SQLite, without waiting for the disk."""

    true, false = 1, 0

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-262144"):
            self.connection.execute(f"PRAGMA {pragma}")

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement).fetchall()

    def put(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        self.connection.execute("COMMIT")

    def done(self) -> None:
        self.connection.close()


class PostgresStore:
    """PostgreSQL by COPY; at the end what its own cleaner would do in the next minutes."""

    true, false = True, False

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self.run("SET session_replication_role = replica")  # what is invented refers to what is there
        self.run("DROP INDEX ix_search_leads_body")

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        found = self.connection.execute(statement)
        return found.fetchall() if found.description else []

    def put(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self.connection.cursor() as cursor, cursor.copy(copy) as into:
            for row in rows:
                into.write_row(row)

    def done(self) -> None:
        for table in ("crm_leads_lead", "crm_leads_address"):
            self.run(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
            )
        self.run("CREATE INDEX ix_search_leads_body ON search_leads USING gin (body gin_trgm_ops)")
        self.run("VACUUM ANALYZE")
        self.connection.close()
