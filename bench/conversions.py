"""Many leads converted by the command, each into a client and a deal, and all of it taken back."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.filters import server
from bench.leads import write_csv
from bench.place import Place, installation

CONVERTED = 10_000
APPS = "crm_clients,crm_leads,crm_deals,crm_reports"
MADE = ("crm_clients_client", "crm_deals_deal", "crm_leads_conversion", "crm_leads_conversion_result")


def conversions() -> dict[str, Any]:
    """10,000 leads converted in bulk into a client and a deal each, and taken back; floor: the bare inserts of what is made."""
    with installation(apps=APPS) as place:
        there, back, floor = _measure(place, is_sqlite=True)
    with (
        tempfile.TemporaryDirectory(prefix="prospecto-bench-") as folder,
        server(Path(folder)) as postgres,
        installation(postgres.url(postgres.create_database()), apps=APPS) as place,
    ):
        elsewhere, back_elsewhere, _none = _measure(place, is_sqlite=False)
    return {
        "leads": CONVERTED,
        "leads/s": round(CONVERTED / there),
        "floor, leads/s": round(CONVERTED / floor),
        "times the floor": round(there / floor, 1),
        "taken back, leads/s": round(CONVERTED / back),
        "PostgreSQL leads/s": round(CONVERTED / elsewhere),
        "PostgreSQL taken back, leads/s": round(CONVERTED / back_elsewhere),
    }


def _measure(place: Place, *, is_sqlite: bool) -> tuple[float, float, float]:
    """Seconds to convert, to take back, and on SQLite to insert what was made once more without anything around it."""
    file = write_csv(place.folder / "leads.csv", CONVERTED)
    place.command("import", "leads", str(file), "--user", "admin@example.com", "--json")
    start = time.perf_counter()
    command = (
        "leads",
        "convert",
        "--filter",
        "status=~open",
        "--target",
        "company",
        "--target",
        "deal",
        "--json",
    )
    told = json.loads(place.command(*command))
    there = time.perf_counter() - start
    if told["done"] != CONVERTED:
        raise RuntimeError(f"not all were converted: {told}")
    floor = _bare_inserts(place.database) if is_sqlite else 0.0
    start = time.perf_counter()
    undone = json.loads(place.command("leads", "undo-conversions", told["run"], "--json"))
    back = time.perf_counter() - start
    if undone["done"] != CONVERTED:
        raise RuntimeError(f"not all were taken back: {undone}")
    return there, back, floor


def _bare_inserts(database: Path) -> float:
    """Seconds to insert the clients, deals, conversions and results again, with their indexes, and to change the leads."""
    source = sqlite3.connect(database)
    with tempfile.TemporaryDirectory() as folder:
        target = sqlite3.connect(Path(folder) / "raw.sqlite", isolation_level=None)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=NORMAL")
        seconds = 0.0
        for table in (*MADE, "crm_leads_lead"):
            wanted = (
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'index'"
            )
            for (sql,) in source.execute(wanted, (table,)):
                target.execute(sql)
            rows = source.execute(f"SELECT * FROM {table}").fetchall()
            if table == "crm_leads_lead":
                seconds += _change(target, table, rows)
            else:
                seconds += _insert(target, table, rows)
        return seconds


def _insert(target: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> float:
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
    start = time.perf_counter()
    for at in range(0, len(rows), 200):
        target.execute("BEGIN IMMEDIATE")
        target.executemany(insert, rows[at : at + 200])
        target.execute("COMMIT")
    return time.perf_counter() - start


def _change(target: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> float:
    _insert(target, table, rows)
    ids = [(id,) for (id,) in target.execute(f"SELECT id FROM {table}")]
    start = time.perf_counter()
    for at in range(0, len(ids), 200):
        target.execute("BEGIN IMMEDIATE")
        target.executemany(
            f"UPDATE {table} SET status_id = 1, version = version + 1 WHERE id = ?", ids[at : at + 200]
        )
        target.execute("COMMIT")
    return time.perf_counter() - start
