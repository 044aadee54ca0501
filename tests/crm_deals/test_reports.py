"""The reports of deals, and those over leads and deals: each number is the length of the list that it opens."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.access.models import Grant, Team
from core.access.teams import set_team
from core.formats import formats_for, reading_for
from core.resources.query import count, read_query
from core.state import forget
from core.testing.installation import ALL_APPS
from core.text import fold
from plugins.crm_clients.models import Source
from plugins.crm_deals import reports, sales_reports
from plugins.crm_deals.models import WON, Deal, DealLine, LossReason, Pipeline, Stage
from plugins.crm_deals.sales_reports import EFFECTIVENESS, SALES_FUNNEL
from plugins.crm_leads.models import CONVERTED, Conversion, Lead, Result, Status
from plugins.crm_reports.ask import Reader, read_ask
from plugins.crm_reports.services import Answer, answer, reports_of
from tests.crm_reports.conftest import ZONE, Sold, add_leads
from tests.crm_reports.test_budget import statements
from tests.crm_reports.test_figures import ask_for, numbers
from tests.fixtures_app import Installer

REPORTS = (*sales_reports.REPORTS, *reports.REPORTS)

ASKED = (
    "",
    "period=365d&compare=last_year&by=salesperson",
    "period=365d&by=source&source=1&source=~empty",
    "period=year&by=month&salesperson=~me",
    "from=2020-01-01&to=2199-01-01&by=stage&is_repeat=1",
    "from=2020-01-01&to=2199-01-01&salesperson=~team&pipeline=2",
)


@pytest.fixture
def deals(install: Installer) -> Iterator[Sold]:
    """Two years of leads, most converted ones with a deal, and deals that nobody had as a lead; two pipelines."""
    installation = install(apps=ALL_APPS)
    ana = installation.user("ana@example.com", name="Ana Salas")
    berta = installation.user("berta@example.com", roles=["manager"], name="Berta Gil", language="en")
    carlos = installation.user("carlos@example.com", name="Carlos Ruiz", language="fr")
    today = datetime.now(ZONE).date()
    with installation.session() as session:
        set_team(session, Team(), name="Centro", manager_id=berta.id, member_ids=[ana.id])
        add_leads(session, [ana.id, berta.id, carlos.id, None], today, 300)
        _add_deals(session, [ana.id, berta.id, carlos.id, None], 160)
        session.commit()
    yield Sold(installation, ana.id, berta.id, carlos.id, today)


def _add_deals(session: Session, owners: list[int | None], number: int) -> None:
    dice = random.Random(3)
    session.add(Pipeline(name="Servicios", position=2))
    session.flush()
    second = session.scalar(sa.select(sa.func.max(Pipeline.id)))
    for position, (name, meaning) in enumerate((("Nueva", "open"), ("Ganada", WON), ("Perdida", "lost"))):
        session.add(Stage(name=name, meaning=meaning, position=20 + position, pipeline_id=second))
    session.flush()
    stages = session.execute(sa.select(Stage.id, Stage.meaning, Stage.pipeline_id)).all()
    reasons, sources = (
        list(session.scalars(sa.select(LossReason.id))),
        list(session.scalars(sa.select(Source.id))),
    )
    leads = session.scalars(
        sa.select(Lead).join(Status, Status.id == Lead.status_id).where(Status.meaning == CONVERTED)
    ).all()
    for place in range(number):
        lead = leads[place] if place < len(leads) - 5 else None
        stage, meaning, pipeline = dice.choice(stages)
        entered = (
            lead.entered_on + timedelta(days=dice.randint(0, 30))
            if lead
            else datetime.now(ZONE).date() - timedelta(days=int(dice.triangular(0, 700, 40)))
        )
        begun = datetime.combine(entered, time(9), ZONE).astimezone(UTC)
        deal = Deal(
            title=f"Negociación {place}",
            title_folded=fold(f"Negociación {place}"),
            entered_on=entered,
            stage_id=stage,
            pipeline_id=pipeline,
            stage_since=begun,
            closed_at=begun + timedelta(days=dice.randint(1, 60)) if meaning != "open" else None,
            loss_reason_id=dice.choice([*reasons, None]) if meaning == "lost" else None,
            salesperson_id=lead.salesperson_id if lead else dice.choice(owners),
            source_id=lead.source_id if lead else dice.choice([*sources, None]),
            value=dice.choice([None, Decimal(dice.randint(100, 9_999_999)) / 100]),
            currency=dice.choice(["USD", "USD", "EUR"]),
            is_repeat=dice.random() < 0.3,
        )
        session.add(deal)
        session.flush()
        if place % 3 == 0:
            session.add(DealLine(deal_id=deal.id, name="Bomba", name_folded="bomba", amount=Decimal(10)))
        if lead is not None:
            undone = datetime.now(UTC) if dice.random() < 0.1 else None
            conversion = Conversion(lead_id=lead.id, at=begun, undone_at=undone)
            conversion.results.append(Result(target="deal", resource="deals", record_id=deal.id))
            session.add(conversion)
    session.flush()


def test_a_number_is_the_length_of_its_list(deals: Sold, backend: str) -> None:
    house = deals.installation.house
    most = ASKED[:4] if backend == "sqlite" else ASKED[:1]
    for email, asked in (
        ("admin@example.com", most),
        ("ana@example.com", ASKED[1:2]),
        ("berta@example.com", ASKED[4:]),
    ):
        with deals.installation.session(email) as session:
            checked: dict[str, int] = {}
            actor = actor_of(session)
            assert actor is not None
            assert {each.name for each in REPORTS} <= {each.name for each in reports_of(house, actor)}
            for report in REPORTS:
                for query in asked:
                    reader, found = ask_for(session, deals, report, query)
                    _check(session, reader, found, f"{email} {report.name}?{query}", checked)
            assert len(checked) > 30


def _check(session: Session, reader: Reader, found: Answer, what: str, counts: dict[str, int]) -> None:
    """Every number against its list; `counts` are the lists counted before."""
    for name, value, url in numbers(found):
        if not url:
            assert value == 0, f"{what}: {name} opens nothing"
            continue
        if url not in counts:
            resource = reader.house.resources[urlsplit(url).path.strip("/")]
            wanted = read_query(resource, parse_qs(urlsplit(url).query))
            counts[url] = count(session, resource, wanted, reader.reading, reader.actor, limit=None)
        assert counts[url] == value, f"{what}: {name} says {value}, {url} has {counts[url]}"


def test_the_way_from_a_lead_to_a_deal_that_is_won(deals: Sold) -> None:
    ever = "from=2000-01-01&to=2199-01-01"
    with deals.installation.session("admin@example.com") as session:
        _reader, found = ask_for(session, deals, SALES_FUNNEL, ever)
        assert found.table is not None
        leads, converted, of_leads, won = (line.cells[0].value for line in found.table.lines)
        assert leads == 300 > converted > of_leads > won > 0
        assert list(found.pictures[0].series[0].values) == [leads, converted, of_leads, won]
        rate = next(figure for figure in found.figures if figure.name == "sold")
        assert rate.value == pytest.approx(won / leads)
        value = found.table.lines[3].cells[-2].value
        holds = sa.select(Result.record_id).join(Conversion).where(Conversion.undone_at.is_(None))
        in_dollars = session.scalar(
            sa.select(sa.func.sum(Deal.value))
            .join(Stage, Stage.id == Deal.stage_id)
            .where(Deal.id.in_(holds), Stage.meaning == WON, Deal.currency == "USD")
        )
        assert value["USD"] == in_dollars and 1 <= found.table.lines[3].cells[-1].value <= 60

        # the same for each salesperson and source adds up to it; deals without a lead only where they belong
        for cut in ("salesperson", "source", "month"):
            _reader, found = ask_for(session, deals, SALES_FUNNEL, f"{ever}&by={cut}")
            assert found.table is not None and found.table.total is not None
            names = [heading.name for heading in found.table.headings]
            total = dict(zip(names, found.table.total.cells, strict=True))
            assert (total["leads"].value, total["deals"].value, total["won"].value) == (leads, of_leads, won)
            for name in ("leads", "deals", "won"):
                place = names.index(name)
                assert sum(line.cells[place].value for line in found.table.lines) == total[name].value
        _reader, found = ask_for(session, deals, EFFECTIVENESS, ever)
        assert next(figure for figure in found.figures if figure.name == "won").value > won
        people = {line.label for line in found.table.lines} if found.table else set()
        assert {"Ana Salas", "Carlos Ruiz"} <= people
        for report in REPORTS:
            for query in ("period=365d", "period=365d&by=salesperson"):
                with statements(session.get_bind()) as seen:  # type: ignore[arg-type]
                    ask_for(session, deals, report, query)
                assert len(seen) <= 5, seen


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_sees_no_deals_sees_the_leads_part(deals: Sold) -> None:
    with deals.installation.session() as session:
        session.execute(sa.delete(Grant).where(Grant.resource == "deals"))
        forget(session)
        session.commit()
    with deals.installation.session("ana@example.com") as session:
        actor = actor_of(session)
        assert actor is not None
        named = {report.name for report in reports_of(deals.installation.house, actor)}
        assert {"sales-funnel", "salespeople"} <= named and "deal-funnel" not in named
        _reader, found = ask_for(session, deals, SALES_FUNNEL, "from=2000-01-01&to=2199-01-01")
        assert found.table is not None
        assert [line.key for line in found.table.lines] == ["leads", "converted"]
        assert {figure.name for figure in found.figures} == {"leads"}
        assert "won" not in str(found.table.headings)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_pages_workbooks_and_programs_tell_the_same(deals: Sold) -> None:
    person = deals.installation.browser()
    for report in REPORTS:
        page = person.get(f"/reports/{report.name}?period=365d")
        assert page.status_code == 200 and 'id="table"' in page.text
        sheet = person.get(f"/reports/{report.name}.xlsx?period=365d")
        assert sheet.status_code == 200
        assert any("chart" in name for name in ZipFile(BytesIO(sheet.data)).namelist())
        plain: Any = person.get(f"/api/v1/reports/{report.name}?period=365d").json
        assert plain["rows"] and plain["figures"]
    shown = person.get("/reports/deal-funnel?pipeline=2").text
    assert "Servicios" in shown and "Oferta enviada" not in shown
    assert "is_repeat=1" in person.get("/reports/lead-funnel").text
    assert "Repetido" in person.get("/reports/lead-funnel?is_repeat=1").text
    assert "01/01/2026 – 31/03/2026" in person.get("/deals?lead=2026-01-01..2026-03-31").text
    assert "perhaps..never" in person.get("/deals?lead=perhaps..never").text


@pytest.mark.parametrize("backend", ["sqlite"])
def test_deals_have_reports_without_leads(install: Installer) -> None:
    house = install(apps=("crm_clients", "crm_deals", "crm_reports"), mode="simple")
    with house.session("admin@example.com") as session:
        actor = actor_of(session)
        assert actor is not None
        named = {report.name for report in reports_of(house.house, actor)}
        assert "deal-funnel" in named and "sales-funnel" not in named
        formats = formats_for(session, actor)
        reader = Reader(house.house, actor, formats, reading_for(session, actor, formats=formats))
        assert answer(session, reader, read_ask(reports.REPORTS[0], reader, {})).is_empty
    assert house.browser().get("/deals?lead=any").status_code == 200
