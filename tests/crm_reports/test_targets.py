"""Targets: who sets and sees them, how far they are, and that a figure is what its list holds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from core.access.models import Team
from core.access.teams import set_team
from plugins.crm_reports.targets.keeping import spread
from plugins.crm_reports.targets.spans import first_of, firsts_in, last_of, shifted, working_days
from tests.crm_reports.conftest import Sold

AT = "/api/v1/reports/targets"


def test_targets_from_setting_to_progress(sold: Sold) -> None:
    """A manager aims for her team, everybody sees what is theirs to see, and each number opens its list."""
    house = sold.installation
    client = house.app.test_client()
    admin, berta, ana, carlos = (
        house.token(f"{name}@example.com") for name in ("admin", "berta", "ana", "carlos")
    )
    first = first_of("quarter", sold.today)
    team = f"team:{_team_with_diego(sold)}"

    def put(headers: object, measure: str, whose: str, value: object, **also: object) -> tuple[int, object]:
        body = {"report": "lead-funnel", "measure": measure, "span": "quarter", **also}
        body["values"] = [{"whose": whose, "first": first.isoformat(), "value": value}]
        answer = client.put(AT, json=body, headers=headers)
        return answer.status_code, answer.get_json()

    assert put(berta, "leads", team, 40) == (200, {"changed": 1})
    assert put(berta, "leads", team, 40) == (200, {"changed": 0})
    assert put(berta, "leads", team, 50) == (200, {"changed": 1})
    assert put(berta, "leads", f"user:{sold.ana}", "60")[0] == 200
    assert put(berta, "leads", "company", 100)[0] == 403
    assert put(berta, "leads", f"user:{sold.carlos}", 5)[0] == 403
    assert put(ana, "leads", f"user:{sold.ana}", 5)[0] == 403
    assert put(admin, "leads", "company", 300)[0] == 200
    assert put(admin, "leads", f"user:{sold.carlos}", 10)[0] == 200
    assert put(admin, "rate", f"user:{sold.ana}", "30.5")[0] == 200
    assert put(admin, "value", "company", "1000000.50", currency="USD")[0] == 200
    assert put(admin, "rate", "company", 101)[0] == 409
    assert put(admin, "leads", "company", -1)[0] == 409
    assert put(admin, "nothing", "company", 1)[0] == 422
    wrong_day = {"whose": "company", "first": (first + timedelta(days=1)).isoformat(), "value": 1}
    body = {"report": "lead-funnel", "measure": "leads", "span": "quarter", "values": [wrong_day]}
    assert client.put(AT, json=body, headers=admin).status_code == 409

    def seen(headers: object) -> dict[tuple[str, str], dict[str, object]]:
        items = client.get(f"{AT}?span=quarter", headers=headers).get_json()["items"]
        return {(item["measure"], item["whose"]): item for item in items}

    all_of_it, hers, his = seen(admin), seen(ana), seen(carlos)
    assert len(all_of_it) == 6
    assert set(seen(berta)) == {
        ("leads", team),
        ("leads", f"user:{sold.ana}"),
        ("rate", f"user:{sold.ana}"),
    }
    assert set(his) == {("leads", f"user:{sold.carlos}")}
    # of her team she knows the target, and no figure of colleagues
    assert hers["leads", team]["value"] == "50.00" and hers["leads", team]["so_far"] is None
    assert hers["leads", f"user:{sold.ana}"]["so_far"] == all_of_it["leads", f"user:{sold.ana}"]["so_far"]
    for headers, item in ((admin, each) for key, each in all_of_it.items() if key[0] == "leads"):
        query = str(item["list"]).partition("?")[2]
        found = client.get(f"/api/v1/leads?limit=200&{query}", headers=headers).get_json()["items"]
        assert len(found) == int(Decimal(str(item["so_far"]))), item
    asked = f"/api/v1/reports/lead-funnel?from={first}&to={last_of('quarter', first)}&compare=none"
    figures = {each["name"]: each["value"] for each in client.get(asked, headers=admin).get_json()["figures"]}
    assert Decimal(str(all_of_it["leads", "company"]["so_far"])) == figures["leads"]
    amount = all_of_it["value", "company"]
    assert amount["currency"] == "USD" and Decimal(str(amount["so_far"])) > 0
    assert str(amount["list"]).startswith("/leads?")
    assert str(all_of_it["rate", f"user:{sold.ana}"]["list"]).startswith("/reports/lead-funnel?")
    changes = client.get(
        f"{AT}/changes?report=lead-funnel&measure=leads&span=quarter", headers=ana
    ).get_json()["items"]
    assert [(each["before"], each["after"]) for each in changes if each["whose"] == team] == [
        ("40.00", "50.00"),
        (None, "40.00"),
    ]
    assert not [each for each in changes if each["whose"] in ("company", f"user:{sold.carlos}")]
    _pages(sold, team)


def _pages(sold: Sold, team: str) -> None:
    """The grid writes what it shows; a year is spread, empty ones are filled, what cannot be read is marked."""
    browser = sold.installation.browser("berta@example.com")
    page = browser.get("/reports/targets?span=quarter").text
    assert "Ana Salas" in page and "Carlos Ruiz" not in page and "target-bar" in page
    year = sold.today.year
    at = f"/reports/targets/set?goal=lead-funnel.leads&span=month&year={year}"
    grid = browser.get(at).text
    assert f'name="v:user:{sold.ana}:{year}-03-01"' in grid and f"user:{sold.carlos}" not in grid
    wrong = browser.post(at, {f"v:user:{sold.ana}:{year}-03-01": "a lot"})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text and "a lot" in wrong.text
    assert browser.post(at, {f"y:user:{sold.ana}": "100"}).status_code == 302
    assert browser.post(at, {"deed": "carry", f"v:{team}:{year}-10-01": "7"}).status_code == 302
    grid = browser.get(at).text
    months = [f'v:user:{sold.ana}:{year}-{month:02d}-01" value="' for month in range(1, 13)]
    assert sum(int(grid.split(each)[1].split('"')[0]) for each in months) == 100
    assert f'v:{team}:{year}-12-01" value="7"' in grid and f'v:{team}:{year}-09-01" value=""' in grid
    assert browser.post(at, {f"v:{team}:{year}-12-01": ""}).status_code == 302
    assert f'v:{team}:{year}-12-01" value=""' in browser.get(at).text
    forged = {f"v:user:{sold.carlos}:{year}-03-01": "9"}
    assert browser.post(at, forged).status_code == 302
    answer = browser.get("/reports/targets.xlsx?span=quarter")
    rows = list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert len(rows) == 4 and {row[2] for row in rows[1:]} == {"Centro", "Ana Salas"}
    assert "Centro" in browser.get("/reports/targets/history?goal=lead-funnel.leads&span=month").text
    home = sold.installation.browser("ana@example.com").get("/").text
    assert "target-list" in home
    auditor = sold.installation.user("luis@example.com", roles=["auditor"], language="en")
    reads = sold.installation.browser(auditor.email)
    assert "Carlos Ruiz" in reads.get("/reports/targets?span=quarter").text
    assert reads.get("/reports/targets/set").status_code == 403


@pytest.mark.parametrize("span", ["week", "month", "quarter", "year"])
def test_periods_follow_one_another(span: str) -> None:
    day = date(2024, 1, 1)
    for step in range(0, 800, 13):
        first = first_of(span, day + timedelta(days=step))
        assert first <= day + timedelta(days=step) <= last_of(span, first)
        assert shifted(span, shifted(span, first, 5), -5) == first and first_of(span, first) == first
    assert len(firsts_in(span, 2026)) == {"week": 52, "month": 12, "quarter": 4, "year": 1}[span]


def test_working_days_are_counted_without_weekends() -> None:
    first = date(2026, 11, 1)
    days = [first + timedelta(days=step) for step in range(40)]
    for place, last in enumerate(days):
        assert working_days(first, last) == sum(day.weekday() < 5 for day in days[: place + 1])
    assert working_days(first, first - timedelta(days=1)) == 0


def _team_with_diego(sold: Sold) -> int:
    """Ana's team gets a colleague whose leads she does not see."""
    diego = sold.installation.user("diego@example.com", name="Diego Paz")
    with sold.installation.session() as session:
        team = session.scalars(sa.select(Team)).one()
        set_team(session, team, name="Centro", manager_id=sold.berta, member_ids=[sold.ana, diego.id])
        session.commit()
        return team.id


def test_a_year_spread_adds_up_again() -> None:
    from plugins.crm_leads.reports import REPORTS
    from plugins.crm_reports.declare import Mean
    from plugins.crm_reports.targets.goals import Goal, Whose

    report = next(each for each in REPORTS if each.name == "lead-funnel")
    whose = Whose("company", "", None)
    firsts = firsts_in("month", 2026)
    for value in (0, 1, 5, 11, 12, 100, 1199):
        wishes = spread(Goal(report, report.measure("leads")), whose, firsts, Decimal(value))
        values = [wish.value for wish in wishes if wish.value is not None]
        assert sum(values) == value and max(values) - min(values) <= 1
    wishes = spread(Goal(report, report.measure("value")), whose, firsts, Decimal("100.03"))
    assert sum(wish.value or 0 for wish in wishes) == Decimal("100.03")
    wishes = spread(Goal(report, report.measure("rate")), whose, firsts, Decimal(30))
    assert {wish.value for wish in wishes} == {Decimal(30)}
    mean = Goal(report, Mean("mean", "Mean value"))
    assert mean.is_money and {wish.value for wish in spread(mean, whose, firsts, Decimal(9))} == {Decimal(9)}
