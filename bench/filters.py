"""Every filter of the lead list at a million leads, on both databases, beside the bare SQL of the same question."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from bench.million import SqliteStore, fill
from bench.place import Browser, Place, installation, percentile, serving
from core.testing.postgres import PostgresServer, exclusive, hold_shared, start
from core.testing.postgres_keeper import USERS_LOCK

LEADS = int(os.environ.get("BENCH_LEADS", "1000000"))
TIMES = int(os.environ.get("BENCH_TIMES", "40"))
ORDER = "ORDER BY entered_on DESC, id DESC LIMIT 51"


@dataclass(frozen=True)
class Case:
    """A mixture of filters: its words, the list's query, and the condition that somebody would write by hand."""

    words: str
    query: str
    bare: str


def filters() -> dict[str, Any]:
    """Each filter alone and three together at 1,000,000 leads, over HTTP: the first page, and its count that comes late."""
    found: dict[str, Any] = {"leads": LEADS}
    for backend in ("sqlite", "postgresql"):
        with database(backend) as address, installation(address) as place:
            fill(address, LEADS)
            for words, figure in _measure(place, address):
                found[f"{backend}: {words}"] = figure
    return found


def _measure(place: Place, address: str) -> Iterator[tuple[str, str]]:
    ask = asker(address)
    with serving(place) as port:
        browser = Browser(port).sign_in()
        for case in _cases(ask):
            page = milliseconds(lambda case=case: must_be_ok(browser, f"/leads?{case.query}"))  # type: ignore[misc]
            late = milliseconds(lambda case=case: must_be_ok(browser, f"/leads/summary?{case.query}"))  # type: ignore[misc]
            bare = milliseconds(
                lambda case=case: ask(f"SELECT * FROM crm_leads_lead WHERE {case.bare} {ORDER}")
            )  # type: ignore[misc]
            yield case.words, f"{page} · {late} · {bare}"
        chance = random.Random(3)
        typed = [
            f"J-{chance.randrange(10_000_000, 11_000_000)}"[: chance.randrange(3, 11)] for _ in range(500)
        ]
        typed += [each.removeprefix("J-") for each in typed if len(each) > 5]
        chance.shuffle(typed)
        words = iter(typed)
        found = milliseconds(lambda: must_be_ok(browser, f"/leads/find?q={quote(next(words))}"), 200)
        beginning = (
            "document_compact >= 'J105' AND document_compact < 'J105Z' ORDER BY document_compact LIMIT 6"
        )
        yield (
            "document as one types",
            f"{found} · · {milliseconds(lambda: ask(f'SELECT * FROM crm_leads_lead WHERE {beginning}'))}",
        )


def _cases(ask: Callable[[str], list[Any]]) -> list[Case]:
    """The mixtures; the values are those that many have, that few have, and that are never together."""
    few = {name: _by_number(ask, name)[-1] for name in ("channel_id", "segment_id", "level_id", "status_id")}
    many = {name: _by_number(ask, name) for name in (*few, "zone_id", "sector_id", "salesperson_id")}
    channel, segment, level, status = (many[name] for name in few)
    zone, sector, person = many["zone_id"], many["sector_id"], many["salesperson_id"]
    far = ask(
        f"SELECT sector_id FROM crm_leads_lead WHERE zone_id = {zone[-1]} AND sector_id IS NOT NULL LIMIT 1"
    )[0][0]

    def two(name: str, ids: Sequence[int]) -> tuple[str, str]:
        field = name.removesuffix("_id")
        return "&".join(f"{field}={id}" for id in ids), f"{name} IN ({', '.join(map(str, ids))})"

    cases = [
        ("channel, two", *two("channel_id", channel[:2])),
        ("channel, the rarest", *two("channel_id", channel[-1:])),
        ("segment, two", *two("segment_id", segment[1:3])),
        ("level, two", *two("level_id", level[1:3])),
        ("salesperson", *two("salesperson_id", person[3:4])),
        ("zones, two", *two("zone_id", zone[4:6])),
        ("sector, the rarest", *two("sector_id", sector[-1:])),
        ("status, two", *two("status_id", status[1:3])),
        (
            "entered in a month",
            "entered_on.from=2025-03-01&entered_on.to=2025-03-31",
            "entered_on BETWEEN '2025-03-01' AND '2025-03-31'",
        ),
        ("value, a narrow range", "value.from=5000&value.to=5010", "value BETWEEN 50000000 AND 50100000"),
        ("document that begins", "document_number.begins=J-10500", "document_compact LIKE 'J10500%'"),
        (
            "open text",
            "q=ferreter%C3%ADa+quijote",
            "name_folded LIKE '%ferreteria%' AND name_folded LIKE '%quijote%'",
        ),
    ]
    mixtures = [
        ("channel + segment + level", [("channel_id", channel[:1]), ("segment_id", segment[:1]), ("level_id", level[:1])]),
        ("the rarest three", [("channel_id", channel[-1:]), ("segment_id", segment[-1:]), ("level_id", level[-1:])]),
        ("salesperson + zone + status", [("salesperson_id", person[5:6]), ("zone_id", zone[:1]), ("status_id", status[:1])]),
        ("two of each of three", [("channel_id", channel[:2]), ("zone_id", zone[2:4]), ("status_id", status[:2])]),
        ("zone + a sector elsewhere + channel", [("zone_id", zone[:1]), ("sector_id", [far]), ("channel_id", channel[:1])]),
    ]  # fmt: skip
    for words, parts in mixtures:
        both = [two(name, ids) for name, ids in parts]
        cases.append(
            (words, "&".join(query for query, _bare in both), " AND ".join(bare for _query, bare in both))
        )
    query, bare = two("channel_id", channel[:2])
    month = "entered_on.from=2025-03-01&entered_on.to=2025-03-31"
    cases.append(
        (
            "open text + channel + month",
            f"q=quijote&{query}&{month}",
            f"name_folded LIKE '%quijote%' AND {bare} AND entered_on BETWEEN '2025-03-01' AND '2025-03-31'",
        )
    )
    return [Case(*case) for case in cases]


def _by_number(ask: Callable[[str], list[Any]], column: str) -> list[int]:
    """The values of a column, the most frequent first."""
    found = ask(
        f"SELECT {column} FROM crm_leads_lead WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC"
    )
    return [id for (id,) in found]


def asker(address: str) -> Callable[[str], list[Any]]:
    """How to ask this database itself."""
    if address.startswith("sqlite"):
        return SqliteStore(address).run
    connection = psycopg.connect(address.replace("+psycopg", ""), autocommit=True)
    return lambda statement: connection.execute(statement).fetchall()


def must_be_ok(browser: Browser, path: str, headers: Mapping[str, str] | None = None) -> None:
    """Ask for an address; raises RuntimeError unless it answers."""
    status, content = browser.get(path, headers)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}: {content[:300]!r}")


def milliseconds(act: Callable[[], object], times: int = TIMES) -> str:
    """Median and 95th percentile."""
    act()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return f"{percentile(taken, 0.5) * 1000:.1f} / {percentile(taken, 0.95) * 1000:.1f}"


@contextmanager
def database(backend: str) -> Iterator[str]:
    """The address of an empty database: SQLite's file, or one in a PostgreSQL of this run's own."""
    with tempfile.TemporaryDirectory(prefix="prospecto-bench-") as folder:
        if backend == "sqlite":
            yield f"sqlite:///{folder}/bench.sqlite"
            return
        with server(Path(folder)) as postgres:
            yield postgres.url(postgres.create_database())


@contextmanager
def server(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that runs until the end of the block."""
    with exclusive(folder / "start.lock"):
        in_use = hold_shared(folder / USERS_LOCK)
        postgres = start(folder)
    try:
        yield postgres
    finally:
        in_use.close()
