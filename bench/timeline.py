"""The timeline of a record with 10,000 entries among 100,000 others', on both databases, beside the bare SQL of its rows."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.filters import asker, database, milliseconds, must_be_ok
from bench.million import PostgresStore, SqliteStore, fill
from bench.place import Browser, installation, serving

APPS = "crm_clients,crm_leads,crm_interactions"
LEADS, LEAD = 10_000, 77
ENTRIES, OTHERS = 5_000, 100_000
DEEP = 60
SEEN = {"HX-Request": "true"}
PAGE = "ORDER BY {} LIMIT 21"
INTERACTION = (
    *(
        "id",
        "resource",
        "record_id",
        "kind_id",
        "outcome_id",
        "direction",
        "at",
        "minutes",
        "subject",
        "text",
    ),
    *("person_id", "created_at", "updated_at", "version"),
)
CHANGE = ("resource", "record_id", "at", "actor_id", "action", "source", "changes")


def timeline() -> dict[str, Any]:
    """The timeline of a lead with 5,000 changes and 5,000 interactions, over HTTP."""
    found: dict[str, Any] = {"entries": 2 * ENTRIES, "interactions of others": OTHERS}
    for backend in ("sqlite", "postgresql"):
        with database(backend) as address, installation(address, apps=APPS) as place:
            fill(address, LEADS)
            _tell(address)
            with serving(place) as port:
                for words, figure in _measure(Browser(port).sign_in(), asker(address)):
                    found[f"{backend}: {words}"] = figure
    return found


def _measure(browser: Browser, ask: Callable[[str], list[Any]]) -> Iterator[tuple[str, str]]:
    place = f"/leads/{LEAD}/timeline"
    deep = _walk(browser, place, DEEP)
    for words, path in (
        ("newest entries", place),
        (f"entries after {DEEP} pages", deep),
        ("interactions only", f"{place}?show=interactions"),
        ("changes only", f"{place}?show=changes"),
    ):
        yield words, milliseconds(lambda path=path: must_be_ok(browser, path, SEEN))  # type: ignore[misc]
    yield "the record's page, without it", milliseconds(lambda: must_be_ok(browser, f"/leads/{LEAD}"))
    mine = f"resource = 'leads' AND record_id = {LEAD}"
    said = f"SELECT * FROM crm_interactions_interaction WHERE {mine} {PAGE.format('at DESC, id DESC')}"
    changed = f"SELECT * FROM core_history WHERE {mine} {PAGE.format('id DESC')}"
    yield "bare SQL of the newest", milliseconds(lambda: (ask(said), ask(changed)))


def _walk(browser: Browser, path: str, pages: int) -> str:
    """The address of a page so far down, by the story's own link to what is older."""
    for _ in range(pages):
        status, content = browser.get(path, SEEN)
        older = re.search(rb'class="story-older"><a href="([^"]+)"[^>]*hx-target="closest li"', content)
        if status != 200 or older is None:
            raise RuntimeError(f"{path} answered {status} and has nothing older")
        path = html.unescape(older.group(1).decode())
    return path


def _tell(address: str) -> None:
    """Changes and interactions of one lead, in turn over two years, and interactions of many others."""
    is_sqlite = address.startswith("sqlite")
    store = SqliteStore(address) if is_sqlite else PostgresStore(address)
    kinds, outcomes, people = (
        [row[0] for row in store.run(f"SELECT id FROM {table} ORDER BY id")]
        for table in ("crm_interactions_kind", "crm_interactions_outcome", "core_user")
    )
    chance, begin = random.Random(5), datetime.now(UTC) - timedelta(days=700)
    store.run(
        f"UPDATE crm_leads_lead SET created_at = '{_moment(begin, is_sqlite)}' WHERE id = {LEAD} RETURNING id"
    )

    def said(id: int, record_id: int, at: datetime) -> Sequence[Any]:
        when = _moment(at, is_sqlite)
        text = f"Asked about order {id}, wants to hear of it by Friday. " * chance.randrange(1, 5)
        kind, outcome = chance.choice(kinds), chance.choice(outcomes)
        person = chance.choice(people)
        return (
            id,
            "leads",
            record_id,
            kind,
            outcome,
            "out",
            when,
            5,
            f"Order {id}",
            text,
            person,
            when,
            when,
            1,
        )

    own = [said(n + 1, LEAD, begin + timedelta(hours=3 * n + 1)) for n in range(ENTRIES)]
    others = [
        said(ENTRIES + n + 1, chance.randrange(100, LEADS), begin + timedelta(minutes=10 * n))
        for n in range(OTHERS)
    ]
    store.put("crm_interactions_interaction", INTERACTION, own + others)
    changes = [
        (
            *(
                "leads",
                LEAD,
                _moment(begin + timedelta(hours=3 * n + 2), is_sqlite),
                people[0],
                "changed",
                "page",
            ),
            json.dumps({"city": [f"City {n}", f"City {n + 1}"], "value": ["10.00", f"{n}.00"]}),
        )
        for n in range(ENTRIES)
    ]
    store.put("core_history", CHANGE, changes)
    store.done()


def _moment(at: datetime, is_sqlite: bool) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else at.isoformat()
