"""Every sort of report over a great many leads and interactions, on both databases, beside the bare SQL of its numbers."""

from __future__ import annotations

import itertools
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.filters import asker, database, milliseconds, must_be_ok
from bench.million import PostgresStore, SqliteStore, fill
from bench.place import Browser, installation, serving

LEADS = int(os.environ.get("BENCH_LEADS", "1000000"))
INTERACTIONS = int(os.environ.get("BENCH_INTERACTIONS", "200000"))
DEALS = LEADS // 10
TIMES = int(os.environ.get("BENCH_TIMES", "5"))
APPS = "crm_clients,crm_leads,crm_deals,crm_interactions,crm_reports"
LAST = date(2026, 9, 26)
BATCH = 20_000

LEAD = "crm_leads_lead"
MEANT = "status_id IN (SELECT id FROM crm_leads_status WHERE meaning = '{}')"
WON = "stage_id IN (SELECT id FROM crm_deals_stage WHERE meaning = 'won')"
COUNTED = (
    "count(*), sum(CASE WHEN {open} THEN 1 ELSE 0 END), sum(CASE WHEN {converted} THEN 1 ELSE 0 END),"
    " sum(CASE WHEN {junk} THEN 1 ELSE 0 END), sum(value), sum(CASE WHEN {converted} THEN value END),"
    " sum(CASE WHEN {converted} THEN SECONDS(converted_at) - SECONDS(entered_on) END),"
    " sum(CASE WHEN {converted} AND converted_at IS NOT NULL THEN 1 ELSE 0 END)"
).format(**{name: MEANT.format(name) for name in ("open", "converted", "junk")})
"""What the reports of leads add up."""


@dataclass(frozen=True)
class Case:
    """A report, and the least SQL that gives the numbers that it shows: `{0}` the days before, `{1}` the first, `{2}` the last."""

    name: str
    bare: tuple[str, ...]
    by: str = ""


def by(group: str, also: str = "") -> str:
    """The leads of two periods, grouped by a column."""
    now = "CASE WHEN entered_on BETWEEN '{1}' AND '{2}' THEN 0 ELSE -1 END"
    names = f"{group}, " if group else ""
    return (
        f"SELECT {names}{now}, currency, {COUNTED}{also} FROM {LEAD} "
        f"WHERE entered_on BETWEEN '{{0}}' AND '{{2}}' GROUP BY {names}{now}, currency"
    )


MONTH = "substr(CAST(entered_on AS text), 1, 7)"
TOP = (
    f"SELECT city, count(*) FROM {LEAD} WHERE entered_on BETWEEN '{{0}}' AND '{{2}}' AND city IS NOT NULL"
    " GROUP BY city ORDER BY 2 DESC LIMIT 20"
)
STAYS = (
    "SELECT p.status_id, count(*), sum(SECONDS(p.until) - SECONDS(p.since)) FROM crm_leads_passage p JOIN crm_leads_lead l ON l.id = p.lead_id"
    " WHERE p.until IS NOT NULL AND l.entered_on BETWEEN '{1}' AND '{2}' GROUP BY p.status_id"
)
DONE = (
    "SELECT {group}, CASE WHEN at >= '{{1}} 04:00:00' THEN 0 ELSE -1 END, count(*), sum(minutes),"
    " sum(CASE WHEN kind_id IN (SELECT id FROM crm_interactions_kind WHERE meaning = 'call') THEN 1 ELSE 0 END)"
    " FROM crm_interactions_interaction WHERE at >= '{{0}} 04:00:00' AND at < '{{3}} 04:00:00' GROUP BY {group}, 2"
)
WORK = DONE.format(group="person_id").replace("BY person_id, 2", "BY 1, 2")
WEEKS = (
    "SELECT kind_id, SECONDS(at) / 604800, count(*), sum(minutes) FROM crm_interactions_interaction"
    " WHERE at >= '{0} 04:00:00' AND at < '{3} 04:00:00' GROUP BY 1, 2"
)
OUTCOMES = DONE.format(group="outcome_id").replace("BY outcome_id, 2", "BY 1, 2")
CLOSED = (
    "SELECT salesperson_id, currency, CASE WHEN closed_at >= '{1} 04:00:00' THEN 0 ELSE -1 END, count(*),"
    f" sum(CASE WHEN {WON} THEN 1 ELSE 0 END), sum(CASE WHEN {WON} THEN value END) FROM crm_deals_deal"
    " WHERE closed_at >= '{0} 04:00:00' AND closed_at < '{3} 04:00:00' GROUP BY 1, 2, 3"
)
LINES = (
    "SELECT l.name_folded, d.currency, count(DISTINCT d.id), sum(l.quantity), sum(l.amount) FROM crm_deals_line l"
    f" JOIN crm_deals_deal d ON d.id = l.deal_id WHERE d.{WON} AND d.closed_at >= '{{0}} 04:00:00'"
    " AND d.closed_at < '{3} 04:00:00' GROUP BY 1, 2"
)

CASES = (
    Case("lead-funnel", (by(f"status_id, segment_id, {MONTH}"), STAYS)),
    Case("conversion", (by(f"source_id, {MONTH}"),)),
    Case("leads-by-segment", (by(f"segment_id, {MONTH}"),)),
    Case("leads-by-source", (by("source_id"),)),
    Case("leads-by-channel", (by("channel_id"),)),
    Case("leads-by-level", (by("level_id"),)),
    Case("leads-by-zone", (by("zone_id"),)),
    Case("leads-by-city", (TOP, by("city"))),
    Case("leads-by-reason", (by("junk_reason_id"),)),
    Case("leads-by-salesperson", (by("salesperson_id"),)),
    Case("leads-by-month", (by(MONTH),)),
    Case(
        "first-answer",
        (
            by(
                "salesperson_id",
                ", count(first_touch_at), sum(SECONDS(first_touch_at) - SECONDS(created_at))",
            ),
        ),
    ),
    Case("activity", (WORK, WEEKS)),
    Case("outcomes", (OUTCOMES,)),
    Case("sales", (CLOSED,)),
    Case("products", (LINES, LINES)),
)


def reports() -> dict[str, Any]:
    """Reports over 1,000,000 leads, 100,000 deals and 200,000 interactions: a question never asked, asked again, its bare SQL."""
    found: dict[str, Any] = {"leads": LEADS, "interactions": INTERACTIONS, "deals": DEALS}
    for backend in ("sqlite", "postgresql"):
        with database(backend) as address, installation(address, apps=APPS) as place:
            fill(address, LEADS)
            add_work(address)
            with serving(place) as port:
                is_sqlite = address.startswith("sqlite")
                for words, figure in _measure(Browser(port).sign_in(), asker(address), is_sqlite):
                    found[f"{backend}: {words}"] = figure
    return found


def in_seconds(statement: str, is_sqlite: bool) -> str:
    """`SECONDS(moment)` as the database says it."""
    said = r"CAST(strftime('%s', \1) AS integer)" if is_sqlite else r"CAST(extract(epoch FROM \1) AS bigint)"
    return re.sub(r"SECONDS\(([a-z_.]+)\)", said, statement)


def _measure(browser: Browser, ask: Callable[[str], list[Any]], is_sqlite: bool) -> Iterator[tuple[str, str]]:
    """Cold each time asks for another year, so that nothing kept answers it."""
    browser.get("/reports/lead-funnel")
    for case in CASES:
        starts = (LAST - timedelta(days=364 + shift) for shift in itertools.count())

        def cold(case: Case = case, starts: Iterator[date] = starts) -> None:
            first = next(starts)
            must_be_ok(browser, f"/reports/{case.name}?from={first}&to={first + timedelta(days=364)}")

        def bare(case: Case = case, starts: Iterator[date] = starts) -> None:
            first = next(starts)
            last = first + timedelta(days=364)
            days = (first - timedelta(days=365), first, last, last + timedelta(days=1))
            for statement in case.bare:
                ask(in_seconds(statement.format(*days), is_sqlite))

        first, floor = milliseconds(cold, TIMES), milliseconds(bare, TIMES)
        again = milliseconds(lambda case=case: must_be_ok(browser, f"/reports/{case.name}"), TIMES * 4)  # type: ignore[misc]
        yield case.name, f"{first} · {again} · {floor}"


def add_work(address: str) -> None:
    """Interactions, deals with products and the time leads spent in their first status; straight into the tables."""
    is_sqlite = address.startswith("sqlite")
    store = SqliteStore(address) if is_sqlite else PostgresStore(address)
    chance = random.Random(17)
    ids = {
        name: [row[0] for row in store.run(f"SELECT id FROM {table} ORDER BY id")]
        for name, table in (
            ("kinds", "crm_interactions_kind"),
            ("outcomes", "crm_interactions_outcome"),
            ("people", "core_user"),
            ("stages", "crm_deals_stage"),
            ("statuses", "crm_leads_status"),
        )
    }

    def moment(days: int, hours: int = 12) -> str:
        return f"{LAST - timedelta(days=days)} {hours:02}:00:00.000000"

    _in_parts(
        store,
        "crm_interactions_interaction",
        (
            *("resource", "record_id", "kind_id", "outcome_id", "direction", "at", "minutes", "subject"),
            *("person_id", "created_at", "updated_at", "version"),
        ),
        (
            (
                *(
                    "leads",
                    chance.randrange(1, LEADS),
                    chance.choice(ids["kinds"]),
                    chance.choice(ids["outcomes"]),
                ),
                *("out", when := moment(chance.randrange(900), chance.randrange(24)), chance.randrange(60)),
                *(f"Order {number}", chance.choice(ids["people"]), when, when, 1),
            )
            for number in range(INTERACTIONS)
        ),
    )
    deals, lines = _deals(chance, ids, moment, store)
    _in_parts(store, "crm_deals_deal", DEAL, iter(deals))
    _in_parts(store, "crm_deals_line", LINE, iter(lines))
    _in_parts(
        store,
        "crm_leads_passage",
        ("lead_id", "status_id", "since", "until"),
        (
            (id, chance.choice(ids["statuses"]), moment(500), moment(chance.randrange(500)))
            for id in range(1, LEADS + 1)
        ),
    )
    store.run("UPDATE crm_leads_lead SET first_touch_at = updated_at WHERE id % 3 <> 0")
    store.done()


DEAL = (
    *("id", "title", "title_folded", "entered_on", "stage_id", "pipeline_id", "stage_since", "closed_at"),
    *("salesperson_id", "value", "currency", "is_repeat", "has_lines", "created_at", "updated_at", "version"),
)
LINE = ("deal_id", "position", "name", "name_folded", "quantity", "price", "amount")


def _deals(
    chance: random.Random, ids: dict[str, list[int]], moment: Callable[..., str], store: Any
) -> tuple[list[Any], list[Any]]:
    deals: list[Any] = []
    lines: list[Any] = []
    pipeline = store.run("SELECT min(id) FROM crm_deals_pipeline")[0][0]
    for id in range(1, DEALS + 1):
        began = chance.randrange(60, 900)
        when, name = moment(began), f"Deal {id}"
        deals.append(
            (
                *(id, name, name.lower(), when[:10], chance.choice(ids["stages"]), pipeline, when),
                *(moment(began - chance.randrange(60)), chance.choice(ids["people"])),
                *(chance.randrange(1, 2_000_000_000), "USD", store.false, store.true, when, when, 1),
            )
        )
        for position in range(2):
            product = f"Product {chance.randrange(300)}"
            lines.append((id, position, product, product.lower(), 10_000, 1_000_000, 1_000_000))
    return deals, lines


def _in_parts(store: Any, table: str, columns: tuple[str, ...], rows: Iterator[Any]) -> None:
    while part := list(itertools.islice(rows, BATCH)):
        store.put(table, columns, part)
