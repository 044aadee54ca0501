"""Every figure of every report, and every cut of it, against the list that it opens: numbers by count, sums by adding up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.access.models import Team
from core.access.teams import set_team
from core.formats import formats_for, reading_for
from core.resources.query import filtered, read_query
from core.testing.installation import ALL_APPS, Installation
from core.text import fold
from plugins.crm_clients.models import Client, Zone
from plugins.crm_deals.models import Deal, DealLine, DealPassage
from plugins.crm_interactions.models import Interaction, InteractionKind, Outcome, Task
from plugins.crm_leads.models import JunkReason, Lead, LeadAddress, Passage
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.declare import Amount, Count, Days, Mean, Report, Sum
from plugins.crm_reports.services import Answer, answer, reports_of
from tests.crm_deals.test_reports import _add_deals
from tests.crm_reports.conftest import ZONE, add_leads
from tests.fixtures_app import Installer

EVER = "from=2000-01-01&to=2199-01-01"
ASKED = ("period=365d", "period=year&compare=last_year", EVER)
PEOPLE = ("admin@example.com", "ana@example.com", "berta@example.com")

NARROWED = {
    "leads": (
        "period=12m&q=empresa&value.from=1000&compare=last_year",
        "period=year&city.contains=ciudad&channel.not=1&status=~open",
        f"{EVER}&zone=1&is_repeat=0&last_touch=~any&salesperson=~team",
    ),
    "deals": (
        "period=24m&value.to=50000&product=~any&compare=last_year",
        f"{EVER}&stage.not=~open&client=~any",
    ),
    "clients": (f"{EVER}&engagement=cold&purchases=0",),
    "interactions": ("period=24m&minutes.from=5&record=~any&compare=last_year",),
}


@pytest.fixture
def world(install: Installer) -> Iterator[Installation]:
    """Two years of everything, of three people and nobody; a second address here and there, several currencies, None values."""
    made = install(apps=ALL_APPS)
    ana = made.user("ana@example.com", name="Ana Salas")
    berta = made.user("berta@example.com", roles=["manager"], name="Berta Gil", language="en")
    carlos = made.user("carlos@example.com", name="Carlos Ruiz")
    with made.session() as session:
        set_team(session, Team(), name="Centro", manager_id=berta.id, member_ids=[ana.id])
        owners = [ana.id, berta.id, carlos.id, None]
        add_leads(session, owners, datetime.now(ZONE).date(), 240)
        _add_deals(session, owners, 120)
        dice = random.Random(5)
        _dress_leads(session, dice)
        clients = _add_clients(session, dice, owners)
        _dress_deals(session, dice, clients)
        _add_work(session, dice, owners)
        session.commit()
    yield made


def _dress_leads(session: Session, dice: random.Random) -> None:
    zones = [Zone(name=f"Zona {number}", position=number) for number in range(3)]
    session.add_all(zones)
    session.flush()
    reasons = [*session.scalars(sa.select(JunkReason.id)), None]
    for place, lead in enumerate(session.scalars(sa.select(Lead).order_by(Lead.id))):
        lead.zone_id = dice.choice([*(zone.id for zone in zones), None])
        lead.is_repeat = dice.random() < 0.2
        lead.junk_reason_id = dice.choice(reasons)
        lead.first_touch_at = lead.created_at + timedelta(hours=dice.randint(1, 90)) if place % 3 else None
        lead.last_touch_at = lead.first_touch_at
        if place % 5 == 0:
            session.add(LeadAddress(lead_id=lead.id, is_main=True, city=lead.city, zone_id=lead.zone_id))
            session.add(LeadAddress(lead_id=lead.id, position=1, city="Mérida", zone_id=zones[0].id))
        until = lead.created_at + timedelta(hours=dice.randint(1, 200))
        session.add(Passage(lead_id=lead.id, status_id=lead.status_id, since=lead.created_at, until=until))
        session.add(Passage(lead_id=lead.id, status_id=lead.status_id, since=until))
    session.flush()


def _add_clients(session: Session, dice: random.Random, owners: list[int | None]) -> list[int]:
    clients = [
        Client(
            name=f"Cliente {number}",
            name_folded=fold(f"Cliente {number}"),
            entered_on=datetime.now(ZONE).date() - timedelta(days=dice.randint(0, 900)),
            salesperson_id=dice.choice(owners),
        )
        for number in range(60)
    ]
    session.add_all(clients)
    session.flush()
    return [each.id for each in clients]


def _dress_deals(session: Session, dice: random.Random, clients: list[int]) -> None:
    names = ["Bomba", "bomba ", "BOMBA", "Válvula", *(f"Producto {number}" for number in range(25))]
    for deal in session.scalars(sa.select(Deal).order_by(Deal.id)):
        deal.client_id = dice.choice([*clients[:25], None])
        for position in range(dice.choice((0, 0, 1, 3))):
            name = dice.choice(names)
            session.add(
                DealLine(
                    deal_id=deal.id,
                    position=position,
                    name=name,
                    name_folded=fold(name),
                    quantity=Decimal(dice.choice(("1", "2.5", "10"))),
                    amount=Decimal(dice.randint(0, 90_000)) / 100,
                )
            )
        since = datetime.combine(deal.entered_on, time(9), ZONE).astimezone(UTC)
        session.add(
            DealPassage(
                deal_id=deal.id,
                stage_id=deal.stage_id,
                since=since,
                until=since + timedelta(days=dice.randint(0, 9)),
            )
        )
    session.flush()


def _add_work(session: Session, dice: random.Random, owners: list[int | None]) -> None:
    """Interactions and tasks beside records of everybody, some a minute before and after local midnight."""
    kinds = [*session.scalars(sa.select(InteractionKind.id)), None]
    outcomes = [*session.scalars(sa.select(Outcome.id)), None]
    beside = [("leads", id) for id in session.scalars(sa.select(Lead.id))]
    beside += [("clients", id) for id in session.scalars(sa.select(Client.id))]
    beside += [("deals", id) for id in session.scalars(sa.select(Deal.id))]
    for number in range(260):
        resource, record_id = dice.choice(beside)
        day = datetime.now(ZONE).date() - timedelta(days=int(dice.triangular(0, 700, 30)))
        at = datetime.combine(day, dice.choice((time(0, 1), time(23, 59), time(12))), ZONE).astimezone(UTC)
        session.add(
            Interaction(
                resource=resource,
                record_id=record_id,
                kind_id=dice.choice(kinds),
                outcome_id=dice.choice(outcomes),
                direction=dice.choice(("in", "out", None)),
                at=at,
                minutes=dice.choice((None, 0, 5, 45)),
                subject=f"Interaction {number}",
                person_id=dice.choice(owners),
            )
        )
        on, about = (resource, record_id) if number % 3 else (None, None)
        session.add(
            Task(
                resource=on,
                record_id=about,
                title=f"Task {number}",
                title_folded=f"task {number}",
                assignee_id=dice.choice(owners),
                due_on=day,
                due_at=at,
                done_at=at if dice.random() < 0.5 else None,
                kind_id=dice.choice(kinds),
            )
        )
    session.flush()


class Lists:
    """What lists hold, each read once for a person."""

    def __init__(self, session: Session, reader: Reader) -> None:
        self.session, self.reader = session, reader
        self._known: dict[tuple[str, str, Any], Any] = {}

    def look(self, url: str, kind: str, measure: Any) -> Any:
        """The number of records of a list, or what an attribute of theirs comes to."""
        of = "" if isinstance(measure, (Count, Days)) else measure.of
        if (url, kind, of) not in self._known:
            self._known[url, kind, of] = self._read(url, measure)
        return self._known[url, kind, of]

    def _read(self, url: str, measure: Any) -> Any:
        split = urlsplit(url)
        resource = self.reader.house.resources[split.path.strip("/")]
        query, model = read_query(resource, parse_qs(split.query)), resource.model
        ids = filtered(self.session, resource, query, self.reader.reading, self.reader.actor, model.id)
        if isinstance(measure, Count):
            return self.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery()))
        if isinstance(measure, Days):
            begin, end = getattr(model, measure.begin), getattr(model, str(measure.end))
            rows = self.session.execute(sa.select(begin, end).where(model.id.in_(ids))).all()
            both = [(first, last) for first, last in rows if first is not None and last is not None]
            assert len(both) == len(rows), f"{url} holds records without both moments"
            return sum(((_moment(last) - _moment(first)).total_seconds() for first, last in both), 0.0) / len(
                both
            )
        if isinstance(measure, Sum):
            return self.session.scalar(
                sa.select(sa.func.sum(getattr(model, str(measure.of)))).where(model.id.in_(ids))
            )
        amount = getattr(model, measure.of)
        by_currency = self.session.execute(
            sa.select(model.currency, sa.func.sum(amount), sa.func.count(amount))
            .where(model.id.in_(ids), amount.isnot(None))
            .group_by(model.currency)
        )
        sums: dict[str, tuple[Decimal, int]] = {}
        for currency, total, number in by_currency:
            known = sums.get(currency or self.reader.formats.currency, (Decimal(0), 0))
            sums[currency or self.reader.formats.currency] = (known[0] + total, known[1] + number)
        if isinstance(measure, Mean):
            return {
                code: (total / number).quantize(Decimal("0.01")) for code, (total, number) in sums.items()
            }
        return {code: total for code, (total, _number) in sums.items()}


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def figures_of(found: Answer) -> Iterator[tuple[str, Any, Any, str]]:
    """What it is called, its measure, its value, and its list: of figures, table and pictures."""
    report, ask = found.ask.report, found.ask
    named = {each.name: each for each in report.all_measures}
    for figure in found.figures:
        yield figure.name, named[figure.name], figure.value, figure.url
    table = found.table
    for line in (*table.lines, *([table.total] if table.total else ())) if table else ():
        for heading, cell in zip(table.headings, line.cells, strict=True) if table else ():
            measure = _measure_behind(ask, heading.name, line.key, named)
            if measure is not None and cell.value is not None:
                yield f"{line.label}, {heading.name}", measure, cell.value, cell.url
    for picture in found.pictures:
        for series in picture.series:
            for place, url in enumerate(series.urls):
                value = series.values[place]
                yield (
                    f"{picture.title}, {series.name}, {picture.categories[place]}",
                    Count("", ""),
                    value,
                    url,
                )


def _measure_behind(ask: Ask, column: str, row: str, named: dict[str, Any]) -> Any:
    """The measure of a column; of the columns that funnels have for themselves the one they are made of."""
    if column.endswith(("_change", "rate", "passed", "spent", "sold_rate")):
        return None
    name = column.removesuffix("_before")
    if name in ("reached", "now"):
        return named.get(row, named[ask.report.counted])
    stages = {stage.count: stage for stage in getattr(ask.cut, "stages", ())}
    if name in ("amount", "time") and row in stages:
        return named.get(getattr(stages[row], name))
    return named.get(getattr(ask.cut, "amount", "") if name == "amount" else name)


def check(session: Session, reader: Reader, report: Report, query: str, lists: Lists) -> int:
    """Compare all there is to compare; answers how much that was."""
    found = answer(session, reader, read_ask(report, reader, parse_qs(query)))
    checked = 0
    for what, measure, value, url in figures_of(found):
        place = f"{report.name}?{query}: {what} says {value}"
        if not url:
            is_silent = (
                report.rows or type(measure).__name__ == "Share" or callable(getattr(measure, "end", None))
            )
            assert not value or is_silent, f"{place} and opens nothing"
            continue
        if report.rows and not isinstance(measure, Count):
            continue  # of rows: the list holds their records
        if not isinstance(measure, (Count, Sum, Amount, Mean, Days)):
            continue
        there = lists.look(url, type(measure).__name__, measure)
        if isinstance(measure, Days):
            value, there = (
                value * (3_600 if measure.unit == "hours" else 86_400),
                pytest.approx(there, rel=1e-6, abs=1),
            )
        assert value == there or (not value and not there), f"{place}, {url} has {there}"
        checked += 1
    return checked


def test_every_cell_is_what_its_list_holds(world: Installation, backend: str) -> None:
    for turn, email in enumerate(PEOPLE):
        with world.session(email) as session:
            actor = actor_of(session)
            assert actor is not None
            formats = formats_for(session, actor)
            reader = Reader(world.house, actor, formats, reading_for(session, actor, formats=formats))
            lists, checked = Lists(session, reader), 0
            reports = reports_of(world.house, actor)
            assert len(reports) >= 26 and {each.resource for each in reports} == set(NARROWED)
            for report in reports:
                for place, cut in enumerate(report.cuts):
                    if (turn and place % 2 != turn % 2) or (backend != "sqlite" and place not in (0, turn)):
                        continue  # each cut of each report for somebody on each database, all for one on one
                    query = ASKED[(place + turn) % 3]
                    checked += check(session, reader, report, f"{query}&by={cut.name}", lists)
                for query in NARROWED[report.resource] if not report.beside and not turn else ():
                    checked += check(session, reader, report, query, lists)
            assert checked > 150, email
