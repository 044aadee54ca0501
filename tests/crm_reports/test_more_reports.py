"""Products, engagement, time in each status, and filters of every sort: what the reports say of a world one can count by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import sqlalchemy as sa

from core.testing.installation import ALL_APPS
from core.text import fold
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import Deal, DealLine, Stage
from plugins.crm_interactions.models import Interaction
from plugins.crm_leads.models import Lead, Passage, Status
from tests.crm_reports.conftest import ZONE
from tests.fixtures_app import Installer

NOW = datetime.now(UTC)
TODAY = datetime.now(ZONE).date()


def rows(answer: Any) -> dict[str, dict[str, Any]]:
    return {row["label"]: row["values"] for row in answer["rows"]}


def figures(answer: Any) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in answer["figures"]}


def test_what_the_new_reports_say(install: Installer) -> None:
    world = install(apps=ALL_APPS)
    ana = world.user("ana@example.com", name="Ana Salas", language="en")
    person = world.browser("ana@example.com")
    headers = world.token("ana@example.com")
    for number in (1, 2):
        made = {"name": f"Lead {number}", "value": 1000 * number}
        assert person.client.post("/api/v1/leads", json=made, headers=headers).status_code == 201
    with world.session() as session:
        won, lost = (
            session.scalar(sa.select(sa.func.min(Stage.id)).where(Stage.meaning == meaning))
            for meaning in ("won", "lost")
        )
        begin, going = session.scalars(sa.select(Status.id).order_by(Status.position).limit(2)).all()
        names = ("Often", "Lately", "Last year", "Talked once", "Never")
        clients = [
            Client(name=name, name_folded=fold(name), entered_on=TODAY, salesperson_id=ana.id)
            for name in names
        ]
        session.add_all(clients)
        session.flush()
        often, lately, last_year, talked, _never = (each.id for each in clients)
        for client, days, stage in (
            (often, 500, won),
            (often, 400, won),
            (lately, 10, won),
            (last_year, 200, won),
            (talked, 5, lost),
        ):
            title = f"Deal of {client}, {days}"
            session.add(
                Deal(
                    title=title,
                    title_folded=fold(title),
                    client_id=client,
                    stage_id=stage,
                    entered_on=TODAY - timedelta(days=days + 30),
                    closed_at=NOW - timedelta(days=days),
                    value=Decimal(100),
                    currency="USD",
                    salesperson_id=ana.id,
                )
            )
        for client, times in ((often, 3), (talked, 1)):
            for number in range(times):
                session.add(
                    Interaction(
                        resource="clients",
                        record_id=client,
                        at=NOW - timedelta(days=number),
                        person_id=ana.id,
                        subject="Call",
                    )
                )
        session.execute(sa.delete(Passage))
        session.execute(sa.update(Lead).values(status_id=going))
        for lead, hours in zip(session.scalars(sa.select(Lead).order_by(Lead.id)), (24, 72), strict=True):
            until = NOW - timedelta(days=1)
            session.add(
                Passage(lead_id=lead.id, status_id=begin, since=until - timedelta(hours=hours), until=until)
            )
            session.add(Passage(lead_id=lead.id, status_id=going, since=until))
        session.commit()
        deal = session.scalar(sa.select(Deal.id).where(Deal.client_id == lately))

    # written as people write it: the line keeps what it comes to, its name to be grouped by
    bought = [
        {"name": "Bomba", "quantity": "2.5", "price": "10.01", "discount": "10"},
        {"name": "BOMBÁ", "quantity": "1", "price": "3"},
        {"name": "Free", "quantity": "4"},
    ]
    written = person.client.patch(f"/api/v1/deals/{deal}", json={"lines": bought}, headers=headers)
    assert written.status_code == 200, written.text
    with world.session() as session:
        kept = session.execute(
            sa.select(DealLine.name_folded, DealLine.amount).order_by(DealLine.position)
        ).all()
        assert [tuple(row) for row in kept] == [("bomba", Decimal("22.52")), ("bomba", 3), ("free", 0)]

    def ask(path: str) -> Any:
        answer = person.client.get(f"/api/v1/reports/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    products = ask("products?period=365d")
    assert figures(products)["deals"] == 1 and figures(products)["sold"] == {"USD": "25.52"}
    found = rows(products)
    pump = next(values for label, values in found.items() if fold(label) == "bomba")
    assert (pump["deals"], pump["quantity"], pump["sold"]) == (1, 3.5, {"USD": "25.52"})
    assert products["total"]["values"]["deals"] == 1 and len(found) == 2
    assert f"Deal of {lately}" in person.get(products["rows"][0]["lists"]["deals"]).text

    lively = ask("engagement")
    assert {label: values["clients"] for label, values in rows(lively).items()} == {
        "Hot": 2,
        "Warm": 2,
        "Cold": 1,
    }
    again = ask("engagement?by=purchases")
    assert [row["values"]["clients"] for row in again["rows"]] == [2, 2, 1, 0]
    listed = person.get("/clients?engagement=warm&columns=name,purchases,last_purchase,bought").text
    assert (
        "Last year" in listed and "Talked once" in listed and "Lately" not in listed and "Never" not in listed
    )
    assert "2, every 100 days" in person.get("/clients?purchases=2-4&columns=name,purchases").text

    sales = figures(ask("sales?period=365d"))
    assert (sales["won"], sales["mean_value"], sales["win_rate"]) == (2, {"USD": "62.76"}, 2 / 3)
    funnel = ask("lead-funnel")
    first = funnel["rows"][0]["values"]
    assert (
        first["spent"] == 2 and funnel["rows"][1]["values"]["spent"] is None
    )  # who is still there counts not yet

    # any filter of the list, in page, workbook and for programs
    narrow = "value.from=1500&q=lead&entered_on.from=1999-01-01&nonsense=1&salesperson=nobody"
    assert ask(f"lead-funnel?{narrow}")["filters"] == {"value.from": ["1500"], "q": ["lead"]}
    assert figures(ask(f"lead-funnel?{narrow}"))["leads"] == 1
    page = person.get(f"/reports/lead-funnel?{narrow}&add=tags").text
    assert "from 1500" in page and "“lead”" in page and 'name="tags"' in page and "add=city" in page
    book = openpyxl.load_workbook(BytesIO(person.get(f"/reports/lead-funnel.xlsx?{narrow}").data))
    said = dict(row[:2] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert said["Text"] == "“lead”" and said["Estimated value"] == "from 1500"
    for name in ("activity", "outcomes", "first-answer", "trends", "sales", "products", "engagement"):
        assert 'id="table"' in person.get(f"/reports/{name}?period=all").text, name
        assert person.get(f"/reports/{name}.xlsx?period=all").status_code == 200
