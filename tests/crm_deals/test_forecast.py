"""The forecast: open deals by month, weighted, each number the way to exactly its deals."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from core.resources.declare import Look
from core.testing.installation import Installation
from plugins.crm_deals.forecast import LATER, OVERDUE, UNDATED, stretches_from
from tests.crm_deals.shop import SCRIPT, TwoPipelines
from tests.fixtures_app import Installer

ANA = "ana@example.com"


@pytest.fixture
def shop(install: Installer) -> TwoPipelines:
    return TwoPipelines(install(apps=("crm_clients", "crm_deals")))


def of(forecast: Any, key: str) -> Any:
    return next(each for each in forecast["expected"] if each["key"] == key)


def worth(line: Any) -> list[tuple[str, str, str]]:
    return [
        (each["currency"], each["value"].rstrip("0").rstrip("."), each["weighted"]) for each in line["worth"]
    ]


def test_months_are_whole_and_leave_nothing_out() -> None:
    for today in (date(2026, 11, 22), date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29)):
        stretches = stretches_from(today)
        assert [stretches[0].key, stretches[-2].key, stretches[-1].key] == [OVERDUE, LATER, UNDATED]
        dated = stretches[1:-1]
        assert dated[0].first == today and stretches[0].last == today - timedelta(days=1)
        for before, after in pairwise(dated):
            assert before.last is not None and after.first == before.last + timedelta(days=1)


def test_deals_stand_in_their_month_and_every_number_opens_its_list(shop: TwoPipelines) -> None:
    installation: Installation = shop.installation
    installation.user(ANA, name="Ana Lista")
    today = date.fromisoformat(shop.make(title="Sin fecha", value="10")["entered_on"])
    months = stretches_from(today)
    last = months[1].last
    assert last is not None and months[2].first is not None
    late, soon, next_month = (today - timedelta(days=3)), last, months[2].first
    shop.make(title="Tarde", value="1000", expected_close=str(late))
    shop.make(title="Pronto", value="200", expected_close=str(soon), stage="Oferta enviada", salesperson=ANA)
    shop.make(title="Euros", value="50", currency="EUR", expected_close=str(soon), stage="En negociación")
    shop.make(title="Mes que viene", value="300", expected_close=str(next_month), pipeline="Mayoreo")
    shop.make(title="Lejos", expected_close=str(today + timedelta(days=900)))
    shop.make(title="Ganada ya", value="77", expected_close=str(soon), stage="Ganada")

    told = shop.get("deals/forecast")
    assert worth(of(told, OVERDUE)) == [("USD", "1000", "100")] or of(told, OVERDUE)["deals"] == 1
    this = of(told, months[1].key)
    assert this["deals"] == 2 and [each["currency"] for each in this["worth"]] == ["USD", "EUR"]
    assert [float(each["weighted"]) for each in this["worth"]] == [100.0, 37.5]
    assert of(told, months[2].key)["deals"] == 1 and of(told, UNDATED)["deals"] == 1
    assert of(told, LATER)["deals"] == 1 and of(told, LATER)["worth"] == []
    assert told["total"]["deals"] == 6 and told["won_this_month"]["deals"] == 1
    assert float(told["won_this_month"]["worth"][0]["value"]) == 77.0

    page = shop.person.get("/deals/forecast").text
    assert 'aria-current="true"' in page.split("/deals/forecast")[1][:60] and "/deals/board" in page
    rows = page.split("<tbody>")[1].split("<tr")[1:]
    titles = {"Tarde", "Pronto", "Euros", "Mes que viene", "Lejos", "Sin fecha"}
    seen: set[str] = set()
    for row in rows[:-1]:
        links = [html.unescape(each) for each in re.findall(r'href="([^"]+)"', row)]
        if links:
            query = links[0].partition("?")[2]
            number = int(re.search(r">(\d+)</a>", row)[1])  # type: ignore[index]
            found = shop.names(query)
            assert len(found) == number and not seen & set(found)
            seen |= set(found)
    assert seen == titles
    euros = next(html.unescape(each) for each in re.findall(r'href="([^"]+)"', rows[1]) if "EUR" in each)
    assert shop.names(euros.partition("?")[2]) == ["Euros"]

    one = shop.get(f"deals/forecast?pipeline={shop.wholesale}")
    assert (one["total"]["deals"], one["won_this_month"]["deals"]) == (1, 0)
    narrow = shop.get(f"deals/forecast?stage=Oferta enviada&expected_close.from={soon}")
    assert (narrow["total"]["deals"], of(narrow, months[1].key)["deals"]) == (1, 1)
    parts = shop.person.get(f"/deals/forecast?pipeline={shop.wholesale}", headers=SCRIPT)
    assert parts.headers["HX-Push-Url"].endswith(f"?pipeline={shop.wholesale}") and "<html" not in parts.text

    hers = installation.browser(ANA).get("/deals/forecast").text
    assert "200,00" in hers.replace("\xa0", " ") and "1.000" not in hers
    theirs: Any = shop.api.get("/api/v1/deals/forecast", headers=installation.token(ANA)).json
    assert theirs["total"]["deals"] == 1
    wrong = shop.api.get("/api/v1/deals/forecast?colour=red", headers=shop.headers)
    assert wrong.status_code == 422
    assert "/api/v1/deals/forecast" in shop.get("openapi.json")["paths"]


def test_a_look_that_fails_leaves_the_list_around_it(shop: TwoPipelines) -> None:
    def fail(listed: Any) -> Any:
        raise RuntimeError("broken on purpose")

    house = shop.installation.house
    deals = house.resources["deals"]
    house.resources["deals"] = replace(deals, looks=(Look("forecast", "Forecast", "chart-bar", fail, fail),))
    try:
        page = shop.person.get("/deals/forecast")
        assert page.status_code == 200 and 'id="chips"' in page.text and "/deals/board" in page.text
        told = shop.api.get("/api/v1/deals/forecast", headers=shop.headers)
        assert told.status_code == 500 and '"failed"' in told.text
        assert "look forecast" in shop.person.get("/health").text
    finally:
        house.resources["deals"] = deals
