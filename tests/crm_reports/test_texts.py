"""Reports by a text: the largest have a row each, and others and empty ones are counted as their lists hold them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kept import forget_kept
from core.resources.query import count, read_query
from core.testing.installation import Installation
from plugins.crm_leads.models import Lead
from plugins.crm_leads.reports import REPORTS
from plugins.crm_reports.checking import check_report
from plugins.crm_reports.declare import ByValue, Chart, Report
from plugins.crm_reports.largest import MOST_TEXTS
from plugins.crm_reports.services import Answer
from plugins.crm_reports.table import Line
from tests.crm_reports.conftest import Sold, add_leads
from tests.crm_reports.test_budget import statements
from tests.crm_reports.test_figures import ask_for, numbers

BY_CITY = next(report for report in REPORTS if report.name == "leads-by-city")
ALWAYS = "from=2000-01-01&to=2199-01-01"
SILENT = {"~empty", "Mérida  Centro", "Others"}
"""What no list has words for, and the others as long as one of them is left out."""

PEOPLE = ("admin@example.com", "berta@example.com", "ana@example.com")


def by(field: str) -> Report:
    """The report by another field, with the picture over time as well."""
    charts = (
        Chart("bars", field, field, measures=("leads",)),
        Chart("over_time", field, field, measures=("converted",)),
    )
    return replace(BY_CITY, cuts=(ByValue(field, field),), charts=charts)


def lines_of(found: Answer) -> tuple[Line, ...]:
    assert found.table is not None
    return found.table.lines


def check_numbers(session: Session, sold: Sold, report: Report, query: str) -> int:
    """How many numbers were followed to their lists."""
    leads = sold.installation.house.resources["leads"]
    reader, found = ask_for(session, sold, report, query)
    followed = 0
    for what, value, url in numbers(found):
        if url:
            counted = count(
                session,
                leads,
                read_query(leads, parse_qs(urlsplit(url).query)),
                reader.reading,
                reader.actor,
                limit=None,
            )
            assert counted == value, f"{query}: {what} says {value}, {url} has {counted}"
            followed += 1
        else:
            assert value == 0 or not SILENT.isdisjoint(what.split(", ")), f"{query}: {what} opens nothing"
    return followed


@pytest.mark.parametrize("email", PEOPLE)
def test_the_largest_cities_then_others_then_none(sold: Sold, email: str) -> None:
    with sold.installation.session(email) as session:
        expected = Counter(session.scalars(sa.select(Lead.city)))
        _reader, found = ask_for(session, sold, BY_CITY, f"{ALWAYS}&compare=none")
        lines = lines_of(found)
        counted = {line.key: line.cells[0].value for line in lines}
        empty = expected.pop(None)
        assert [line.key for line in lines[-2:]] == ["others", "empty"]
        assert counted["empty"] == empty
        assert [line.cells[0].value for line in lines[:-2]] == sorted(expected.values(), reverse=True)[
            :MOST_TEXTS
        ]
        assert sum(counted.values()) == expected.total() + empty == found.figures[0].value
        for line in lines[:-2]:
            assert line.cells[0].value == expected[line.label]
        assert {"=empty", "=others"} & set(counted)


@pytest.mark.parametrize("email", PEOPLE)
@pytest.mark.parametrize("field", ["city", "name", "kind", "country", "state"])
def test_a_number_is_the_length_of_its_list(sold: Sold, email: str, field: str) -> None:
    with sold.installation.session() as session:
        for lead in session.scalars(sa.select(Lead)):
            lead.kind, lead.state = ("company", "person")[lead.id % 2], lead.city and lead.city[:3].strip()
            lead.country = ("VE", "FR", None, "CO")[lead.id % 4]
        session.commit()
    with sold.installation.session(email) as session:
        check_report(by(field), sold.installation.house)
        for query in (
            ALWAYS,
            "period=365d&compare=last_year",
            "period=year&salesperson=~me",
            "period=365d&status=~open&channel=~empty",
        ):
            assert check_numbers(session, sold, by(field), query) > 3 or "~me" in query


def test_spellings_of_a_name_are_one_row(sold: Sold) -> None:
    with sold.installation.session() as session:
        add_leads(session, [sold.ana], sold.today, 3)
        session.execute(sa.update(Lead).where(Lead.name == "Empresa 1").values(name="EMPRESA 1"))
        for lead in session.scalars(
            sa.select(Lead).where(Lead.name.in_(["Empresa 0", "EMPRESA 1"])).order_by(Lead.id.desc()).limit(1)
        ):
            lead.name = "Émpresa  1".replace("  ", " ")
        session.commit()
    with sold.installation.session("admin@example.com") as session:
        assert check_numbers(session, sold, by("name"), ALWAYS) > 20
        _reader, found = ask_for(session, sold, by("name"), ALWAYS)
        assert next(line for line in lines_of(found) if line.label.endswith("MPRESA 1")).cells[0].value == 2


def test_what_a_list_cannot_say_opens_nothing(sold: Sold) -> None:
    with sold.installation.session() as session:
        session.execute(sa.update(Lead).where(Lead.city == "Caracas").values(city="~empty"))
        session.execute(sa.update(Lead).where(Lead.city == "Mérida").values(city="Mérida  Centro"))
        session.commit()
    with sold.installation.session("admin@example.com") as session:
        _reader, found = ask_for(session, sold, BY_CITY, ALWAYS)
        lines = {line.label: line for line in lines_of(found)}
        for label in SILENT:
            assert lines[label].cells[0].value and not lines[label].cells[0].url
        assert check_numbers(session, sold, BY_CITY, ALWAYS) > 20


def test_cities_cost_one_statement(sold: Sold) -> None:
    with sold.installation.session("berta@example.com") as session:
        ask_for(session, sold, BY_CITY, ALWAYS)
        forget_kept()
        with statements(session.get_bind()) as seen:  # type: ignore[arg-type]
            ask_for(session, sold, BY_CITY, ALWAYS)
        assert len([each for each in seen if "crm_leads_lead" in each]) == 1


def test_page_workbook_and_api_agree(sold: Sold) -> None:
    browser = sold.installation.browser("berta@example.com")
    page = browser.get(f"/reports/leads-by-city?{ALWAYS}").text
    assert (
        "Others" in page
        and "city.main_not=" in page
        and "city.main=~empty" in page
        and "city.main=Caracas" in page
    )
    book = openpyxl.load_workbook(BytesIO(browser.get(f"/reports/leads-by-city.xlsx?{ALWAYS}").data))
    written = {row[0]: row[1] for row in book["Table"].iter_rows(min_row=2, values_only=True)}
    headers = sold.installation.token("berta@example.com", read_only=True)
    rows = browser.client.get(f"/api/v1/reports/leads-by-city?{ALWAYS}", headers=headers).get_json()["rows"]
    assert {row["label"]: row["values"]["leads"] for row in rows}.items() <= written.items()
    others = next(row for row in rows if row["key"] == "others")["lists"]["leads"]
    shown = browser.get(others)
    assert shown.status_code == 200 and "not " in shown.text


@pytest.mark.parametrize(
    "field", ["document_number", "notes", "condition", "tags", "email", "value", "nothing"]
)
def test_what_no_list_finds_again_is_refused(installation: Installation, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check_report(by(field), installation.house)
