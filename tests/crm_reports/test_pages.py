"""Reports through their doors: the page, the workbook and the API, with the apps on and off."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from core.testing.installation import Installation
from plugins.crm_leads.models import Status
from plugins.crm_leads.reports import REPORTS
from tests.crm_reports.conftest import Sold

NAMES = [report.name for report in REPORTS]


def test_the_cards_lead_to_every_report(sold: Sold) -> None:
    browser = sold.installation.browser()
    cards = browser.get("/reports").text
    for name in NAMES:
        assert f'href="/reports/{name}"' in cards
        page = browser.get(f"/reports/{name}?period=365d")
        assert page.status_code == 200
        assert "report-table" in page.text and 'role="img"' in page.text and "application/json" in page.text
    assert browser.get("/reports/nothing").status_code == 404


def test_numbers_open_lists_of_that_length(sold: Sold) -> None:
    browser = sold.installation.browser("berta@example.com")
    page = browser.get("/reports/lead-funnel?period=365d&by=segment").text
    cells = re.findall(r'<td class="[^"]*"><a href="([^"]+)">([\d,.]+)</a>', page)
    assert len(cells) > 10
    headers = sold.installation.token("berta@example.com")
    for href, text in cells[::4]:
        query = urlsplit(unescape(href)).query
        found = browser.client.get(f"/api/v1/leads?limit=200&{query}", headers=headers).get_json()
        assert len(found["items"]) == int(text.replace(",", ""))


def test_what_is_asked_stays_in_the_address(sold: Sold) -> None:
    browser = sold.installation.browser("berta@example.com")
    page = browser.get("/reports/lead-funnel?period=365d&salesperson=~team&compare=last_year").text
    assert "Salesperson: </span><b>My team" in page
    links = [
        parse_qs(urlsplit(unescape(href)).query)
        for href in re.findall(r'href="(/reports/lead-funnel\?[^"]+)"', page)
    ]
    assert {"salesperson": ["~team"], "compare": ["last_year"], "period": ["30d"]} in links
    assert {"period": ["365d"], "compare": ["last_year"]} in links
    assert 'name="compare" value="last_year"' in page


def test_an_empty_period_is_widened_by_one_click(sold: Sold) -> None:
    browser = sold.installation.browser("berta@example.com")
    page = browser.get("/reports/leads-by-source?from=1999-01-01&to=1999-02-01").text
    assert "No data in this period" in page
    link = re.search(r'href="([^"]+)"><span class="button-label">Widen the period', page)
    assert link is not None
    assert "report-table" in browser.get(unescape(link.group(1))).text


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_has_filters_charts_and_the_table(sold: Sold, name: str) -> None:
    with sold.installation.session() as session:
        first = session.query(Status).order_by(Status.position).first()
        first.name = "=1+1"
        from core.state import forget

        forget(session)
        session.commit()
    answer = sold.installation.browser("berta@example.com").get(
        f"/reports/{name}.xlsx?period=365d&status=~open"
    )
    assert answer.status_code == 200
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert book.sheetnames[:3] == ["Filters", "Charts", "Figures"] and book.sheetnames[-1] == "Table"
    asked = {row[0]: row[1] for row in book["Filters"].iter_rows(values_only=True)}
    assert asked["Status"] == "Open" and asked["Made for"] == "Berta Gil"
    charts = book["Charts"]._charts
    assert len(charts) == len(next(report for report in REPORTS if report.name == name).charts)
    for chart in charts:
        for series in chart.series:
            assert series.val.numRef.f.startswith("'") or "!" in series.val.numRef.f
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    if name == "lead-funnel":
        assert "=1+1" in {cell.value for cell in cells}


def test_programs_get_the_same(sold: Sold) -> None:
    client, headers = (
        sold.installation.app.test_client(),
        sold.installation.token("berta@example.com", read_only=True),
    )
    names = [each["name"] for each in client.get("/api/v1/reports", headers=headers).get_json()["items"]]
    assert names == NAMES
    found = client.get("/api/v1/reports/leads-by-salesperson?period=365d", headers=headers).get_json()
    assert {row["label"] for row in found["rows"]} == {"Ana Salas", "Berta Gil"}
    leads = sum(row["values"]["leads"] for row in found["rows"])
    assert leads == found["total"]["values"]["leads"] == found["figures"][0]["value"]
    assert found["figures"][0]["list"].startswith("/leads?")
    assert client.get("/api/v1/reports").status_code == 401


def test_reports_follow_the_apps(sold: Sold) -> None:
    from core.host import lifecycle

    browser, config = sold.installation.browser(), sold.installation.config
    lifecycle.disable(config, "crm_leads", by=None)
    page = browser.get("/reports")
    assert page.status_code == 200 and "lead-funnel" not in page.text
    assert browser.get("/reports/lead-funnel").status_code == 404
    lifecycle.enable(config, "crm_leads", by=None)
    assert "lead-funnel" in browser.get("/reports").text
    lifecycle.disable(config, "crm_reports", by=None)
    assert browser.get("/reports").status_code == 404
    leads = browser.get("/leads")
    assert leads.status_code == 200 and "/reports" not in leads.text


def test_only_who_may_see_reports_does(sold: Sold) -> None:
    from core.access.models import Grant

    with sold.installation.session() as session:
        from core.state import forget

        session.query(Grant).filter_by(resource="reports", action="view").delete()
        forget(session)
        session.commit()
    browser = sold.installation.browser("ana@example.com")
    assert browser.get("/reports").status_code == 403
    assert browser.get("/reports/lead-funnel").status_code == 403
    assert 'href="/reports"' not in browser.get("/leads").text


def test_a_report_that_does_not_fit_is_left_out(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from plugins.crm_leads import reports

    monkeypatch.setattr(reports, "REPORTS", (replace(REPORTS[0], figures=("nonsense",)), *REPORTS[1:]))
    cards = installation.browser().get("/reports").text
    assert "lead-funnel" not in cards and "leads-by-segment" in cards
    assert any(notice.plugin == "crm_leads" for notice in installation.house.notices)
