"""What is measured, each with the floor it is bounded by in the same run."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import xlsxwriter

from bench.conversions import conversions
from bench.filters import filters, server
from bench.leads import write_csv
from bench.million import fill
from bench.place import Browser, Place, at_once, free_port, installation, percentile, serving, wait_for
from bench.reminders import reminders
from bench.reports import reports
from bench.timeline import timeline

Figures = dict[str, Any]
IMPORTED = 100_000
MANY = 1_000_000
EXPORTED_COLUMNS = 12


def import_leads() -> Figures:
    """Import of 100,000 leads by the command; floor: the same rows by raw executemany into the same tables."""
    with installation() as place:
        seconds = _import(place)
        floor = _raw_insert(place)
        undone = _take_back(place)
    with (
        tempfile.TemporaryDirectory(prefix="prospecto-bench-") as folder,
        server(Path(folder)) as postgres,
        installation(postgres.url(postgres.create_database())) as place,
    ):
        elsewhere = _import(place)
        undone_elsewhere = _take_back(place)
    return {
        "rows": IMPORTED,
        "leads/s": round(IMPORTED / seconds),
        "seconds": round(seconds, 1),
        "floor rows/s": round(IMPORTED / floor),
        "times the floor": round(seconds / floor, 1),
        "taken back, records/s": round(IMPORTED / undone),
        "PostgreSQL leads/s": round(IMPORTED / elsewhere),
        "PostgreSQL taken back, records/s": round(IMPORTED / undone_elsewhere),
    }


def _import(place: Place) -> float:
    """Seconds to bring the leads in by the command."""
    file = write_csv(place.folder / "leads.csv", IMPORTED)
    start = time.perf_counter()
    counts = json.loads(place.command("import", "leads", str(file), "--user", "admin@example.com", "--json"))
    seconds = time.perf_counter() - start
    if counts["created"].get("leads") != IMPORTED:
        raise RuntimeError(f"not all were imported: {counts}")
    return seconds


def _take_back(place: Place) -> float:
    """Seconds to undo that import by the command."""
    start = time.perf_counter()
    undone = json.loads(place.command("import", "undo", "1", "--json"))
    seconds = time.perf_counter() - start
    if undone != {"removed": IMPORTED, "restored": 0, "kept": 0}:
        raise RuntimeError(f"not all were taken back: {undone}")
    return seconds


def lists_and_search() -> Figures:
    """List pages and substring search at 1,000,000 leads over HTTP; floors: the bare SQL, an empty page of the same app."""
    with installation() as place:
        fill(f"sqlite:///{place.database}", MANY)
        with serving(place) as port:
            browser = Browser(port).sign_in()
            empty = _times(lambda: _must(browser.get("/healthz")), 100)
            first = _times(lambda: _must(browser.get("/leads")), 100)
            deep = _walk(browser, "/leads", 60)
            words = itertools.cycle(
                ["quijote", "ferretería ávila", "contacto9876", "J-10500", "san ignacio 77", "04149999"]
            )
            search = _times(lambda: _must(browser.get(f"/leads?q={quote(next(words))}")), 120)
            filtered = _times(lambda: _must(browser.get("/leads?status=~open&segment=1")), 60)
        bare = _bare_page(place.database)
        bare_search = _bare_search(place.database)
        return {
            "leads": MANY,
            "healthz p50/p95 ms": _ms(empty),
            "first page p50/p95 ms": _ms(first),
            "deep pages p50/p95 ms": _ms(deep),
            "filtered p50/p95 ms": _ms(filtered),
            "search p50/p95 ms": _ms(search),
            "bare SQL page p50/p95 ms": _ms(bare),
            "bare SQL search p50/p95 ms": _ms(bare_search),
        }


def throughput() -> Figures:
    """List pages and conversions a second at 100,000 leads: two workers, eight clients; floor: /healthz the same way."""
    with installation() as place:
        fill(f"sqlite:///{place.database}", IMPORTED)
        with serving(place, "--workers", "2") as port:
            first = Browser(port).sign_in()
            clients = [first, *(first.again() for _ in range(7))]
            for each in clients:
                _must(each.get("/leads"))
            floor, _taken = at_once(8, 5, lambda number: _must(clients[number].get("/healthz")))
            pages, taken = at_once(8, 10, lambda number: _must(clients[number].get("/leads")))
            ids = itertools.count(1)
            headers = {"X-CSRFToken": first.token}
            done, converting = at_once(
                4,
                6,
                lambda number: _must(
                    clients[number].post(f"/leads/{next(ids)}/convert", {}, headers), (200, 302, 303)
                ),
            )
        return {
            "leads": IMPORTED,
            "healthz/s": round(floor / 5),
            "list pages/s": round(pages / 10),
            "list p95 ms": round(percentile(taken, 0.95) * 1000, 1),
            "conversions/s": round(done / 6),
            "conversion p95 ms": round(percentile(converting, 0.95) * 1000, 1),
        }


def export() -> Figures:
    """Export of 100,000 × 12 to XLSX by the command; floor: a bare XlsxWriter loop in constant memory."""
    with installation() as place:
        fill(f"sqlite:///{place.database}", IMPORTED)
        target = place.folder / "leads.xlsx"
        columns = "name,document_number,email,phone_1,channel,segment,level,status,salesperson,value,entered_on,city"
        seconds, memory = place.measured("export", "leads", str(target), "--columns", columns)
        floor = _bare_workbook()
        return {
            "rows × columns": f"{IMPORTED} × {EXPORTED_COLUMNS}",
            "seconds": round(seconds, 1),
            "floor seconds": round(floor, 1),
            "times the floor": round(seconds / floor, 2),
            "peak MB": memory,
        }


def start_and_build() -> Figures:
    """Cold start, a new installation, building an app, the generation check, and how long a switch holds others up."""
    start = time.perf_counter()
    with installation() as place:
        installed = time.perf_counter() - start
        port = free_port()
        start = time.perf_counter()
        server = place.start(port=port)
        try:
            wait_for(port)
            cold = time.perf_counter() - start
            held = _switch(place, port)
        finally:
            server.terminate()
            server.wait(20)
        inside = json.loads(
            subprocess.run(
                [sys.executable, "-m", "bench.inside"],
                env=place._env(),
                text=True,
                check=True,
                capture_output=True,
            ).stdout
        )
        return {"new installation s": round(installed, 2), "cold start s": round(cold, 2), **inside, **held}


def _switch(place: Place, port: int) -> Figures:
    """The longest answer others get while an app is switched off and on ten times, and the usual one."""
    first = Browser(port).sign_in()
    others = [first.again() for _ in range(2)]
    for each in others:
        _must(each.get("/clients"))
    quiet = _times(lambda: _must(others[0].get("/clients")), 30)
    log: list[float] = []

    def work(number: int) -> None:
        start = time.perf_counter()
        _must(others[number].get("/clients"))
        log.append(time.perf_counter() - start)

    switching = threading.Thread(
        target=lambda: [
            place.command("plugins", word, "crm_reports", "--yes")
            for _ in range(5)
            for word in ("disable", "enable")
        ]
    )
    switching.start()
    while switching.is_alive():
        at_once(2, 0.3, work)
    return {
        "usual answer p95 ms": round(percentile(quiet, 0.95) * 1000, 1),
        "answers during 10 switches": len(log),
        "longest answer during a switch ms": round(max(log) * 1000, 1),
    }


def _raw_insert(place: Place) -> float:
    """Seconds to insert the imported leads again, all columns and indexes, without checks or search."""
    source = sqlite3.connect(place.database)
    schema = [
        sql
        for (sql,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'crm_leads_lead' AND sql IS NOT NULL ORDER BY type = 'index'"
        )
    ]
    found = source.execute("SELECT * FROM crm_leads_lead").fetchall()
    with tempfile.TemporaryDirectory() as folder:
        target = sqlite3.connect(Path(folder) / "raw.sqlite", isolation_level=None)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=NORMAL")
        for sql in schema:
            target.execute(sql)
        insert = f"INSERT INTO crm_leads_lead VALUES ({', '.join('?' * len(found[0]))})"
        start = time.perf_counter()
        for at in range(0, len(found), 500):
            target.execute("BEGIN IMMEDIATE")
            target.executemany(insert, found[at : at + 500])
            target.execute("COMMIT")
        return time.perf_counter() - start


def _bare_page(database: Path) -> list[float]:
    connection = sqlite3.connect(database)
    sql = "SELECT * FROM crm_leads_lead ORDER BY entered_on DESC, id DESC LIMIT 51"
    return _times(lambda: connection.execute(sql).fetchall(), 100)


def _bare_search(database: Path) -> list[float]:
    connection = sqlite3.connect(database)
    sql = (
        "SELECT l.* FROM search_leads s JOIN crm_leads_lead l ON l.id = s.rowid WHERE search_leads MATCH ? "
        "ORDER BY s.rowid DESC LIMIT 51"
    )
    words = itertools.cycle(
        [
            '"quijote"',
            '"ferreteria" AND "avila"',
            '"contacto9876"',
            '"j-10500"',
            '"san" AND "ignacio"',
            '"04149999"',
        ]
    )
    return _times(lambda: connection.execute(sql, (next(words),)).fetchall(), 120)


def _bare_workbook() -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        book = xlsxwriter.Workbook(f"{folder}/bare.xlsx", {"constant_memory": True})
        sheet = book.add_worksheet()
        for row in range(IMPORTED):
            for column in range(EXPORTED_COLUMNS - 1):
                sheet.write_string(row, column, f"Ferretería Los Andes {row}")
            sheet.write_number(row, EXPORTED_COLUMNS - 1, row / 7)
        book.close()
        return time.perf_counter() - start


def _walk(browser: Browser, path: str, pages: int) -> list[float]:
    """Seconds of each page on the way down by the page's own “next” link."""
    taken = []
    for _ in range(pages):
        start = time.perf_counter()
        page = _must(browser.get(path))
        taken.append(time.perf_counter() - start)
        found = re.search(
            rb'href="([^"]*cursor=[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*cursor=[^"]*)"', page
        )
        if not found:
            raise RuntimeError("the page has no next page")
        path = (found.group(1) or found.group(2)).decode().replace("&amp;", "&")
    return taken


def _times(act: Any, count: int) -> list[float]:
    act()
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return taken


def _ms(taken: list[float]) -> str:
    return f"{percentile(taken, 0.5) * 1000:.1f} / {percentile(taken, 0.95) * 1000:.1f}"


def _must(answer: tuple[int, bytes], allowed: tuple[int, ...] = (200,)) -> bytes:
    status, content = answer
    if status not in allowed:
        raise RuntimeError(f"answered {status}: {content[:500]!r}")
    return content


ALL = (
    start_and_build,
    import_leads,
    export,
    throughput,
    lists_and_search,
    filters,
    conversions,
    reminders,
    timeline,
    reports,
)
