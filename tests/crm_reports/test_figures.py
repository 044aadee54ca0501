"""Every figure is the number of records in the list that it opens, for each person and each thing asked."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.formats import formats_for, reading_for
from core.resources.query import count, read_query
from plugins.crm_leads.reports import REPORTS
from plugins.crm_reports.ask import Reader, read_ask
from plugins.crm_reports.declare import Report
from plugins.crm_reports.services import Answer, answer, reports_of
from tests.crm_reports.conftest import Sold

ASKED = (
    "",
    "period=365d&compare=last_year",
    "period=365d&by=channel&compare=none",
    "period=year&by=salesperson",
    "period=month&by=segment&salesperson=~empty",
    "from=2020-01-01&to=2199-01-01&by=month&salesperson=~me",
    "period=365d&status=~open&status=~converted&channel=1&channel=~empty",
    "period=quarter&salesperson=~team&segment=2",
)


def ask_for(session: Session, sold: Sold, report: Report, query: str) -> tuple[Reader, Answer]:
    actor = actor_of(session)
    formats = formats_for(session, actor)
    reader = Reader(sold.installation.house, actor, formats, reading_for(session, actor, formats=formats))
    return reader, answer(session, reader, read_ask(report, reader, parse_qs(query)))


def numbers(found: Answer) -> list[tuple[str, int, str]]:
    """What, how many, and the list it opens: from figures, table and pictures."""
    listed = [(figure.name, figure.value, figure.url) for figure in found.figures if figure.kind == "count"]
    for line in (*found.table.lines, found.table.total) if found.table else ():
        if line is not None:
            listed += [
                (f"{line.label}, {heading.name}", cell.value, cell.url)
                for heading, cell in zip(found.table.headings, line.cells, strict=True)  # type: ignore[union-attr]
                if heading.kind == "count" and cell.value is not None
            ]
    for picture in found.pictures:
        for series in picture.series:
            if series.urls:
                listed += [
                    (f"{picture.title}, {series.name}, {category}", value, url)
                    for category, value, url in zip(
                        picture.categories, series.values, series.urls, strict=True
                    )
                ]
    return listed


@pytest.mark.parametrize("email", ["admin@example.com", "ana@example.com", "berta@example.com"])
def test_a_number_is_the_length_of_its_list(sold: Sold, email: str) -> None:
    with sold.installation.session(email) as session:
        leads = sold.installation.house.resources["leads"]
        for query in ASKED:
            checked = 0
            for report in REPORTS:
                reader, found = ask_for(session, sold, report, query)
                for what, value, url in numbers(found):
                    if not url:
                        assert value == 0, f"{report.name}?{query}: {what} opens nothing"
                        continue
                    wanted = read_query(leads, parse_qs(urlsplit(url).query))
                    assert urlsplit(url).path == "/leads"
                    counted = count(session, leads, wanted, reader.reading, reader.actor, limit=None)
                    assert counted == value, (
                        f"{report.name}?{query}: {what} says {value}, {url} has {counted}"
                    )
                    checked += 1
            assert checked > 20 or "salesperson" in query


def test_nobody_is_counted_whom_one_may_not_see(sold: Sold) -> None:
    totals = {}
    for email in ("admin@example.com", "berta@example.com", "ana@example.com"):
        with sold.installation.session(email) as session:
            by_person = next(report for report in REPORTS if report.name == "leads-by-salesperson")
            _reader, found = ask_for(session, sold, by_person, "from=2000-01-01&to=2199-01-01")
            totals[email] = found.figures[0].value
            people = {line.label for line in found.table.lines} if found.table else set()
            assert ("Carlos Ruiz" in people) is (email == "admin@example.com")
    assert totals["admin@example.com"] == 400 > totals["berta@example.com"] > totals["ana@example.com"] > 0


def test_currencies_are_not_added_up(sold: Sold) -> None:
    with sold.installation.session("admin@example.com") as session:
        _reader, found = ask_for(session, sold, REPORTS[0], "from=2000-01-01&to=2199-01-01")
        won = next(figure for figure in found.figures if figure.name == "won")
        assert set(won.value) == {"USD", "EUR"}
        assert " + " in won.text


def test_the_funnel_narrows(sold: Sold) -> None:
    with sold.installation.session("admin@example.com") as session:
        _reader, found = ask_for(session, sold, REPORTS[0], "period=365d")
        funnel = found.pictures[0].series[0].values
        assert list(funnel) == sorted(funnel, reverse=True)
        assert funnel[0] == found.figures[0].value
        assert funnel[-1] == found.figures[1].value
        rate = next(figure for figure in found.figures if figure.name == "rate")
        assert rate.value == pytest.approx(funnel[-1] / funnel[0])
        time = next(figure for figure in found.figures if figure.name == "time")
        assert 1 <= time.value <= 40


def test_the_stack_adds_up(sold: Sold) -> None:
    by_segment = next(report for report in REPORTS if report.name == "leads-by-segment")
    with sold.installation.session("admin@example.com") as session:
        for query in ("period=7d", "period=90d", "period=365d", "from=2000-01-01&to=2199-01-01"):
            _reader, found = ask_for(session, sold, by_segment, query)
            stacked = sum(sum(series.values) for series in found.pictures[0].series)
            assert stacked == (found.figures[0].value if found.figures else 0)


def test_an_empty_period_offers_a_wider_one_that_is_not(sold: Sold) -> None:
    with sold.installation.session("admin@example.com") as session:
        reader, found = ask_for(session, sold, REPORTS[0], "from=2001-01-01&to=2001-12-31")
        assert found.is_empty and found.wider is not None
        assert not answer(session, reader, found.wider).is_empty
        _reader, none = ask_for(session, sold, REPORTS[0], "from=2001-01-01&to=2001-12-31&salesperson=999")
        assert none.wider is not None and not none.ask.filters


def test_who_may_see_no_leads_has_no_reports(sold: Sold) -> None:
    with sold.installation.session("ana@example.com") as session:
        actor = actor_of(session)
        assert actor is not None
        assert [report.name for report in reports_of(sold.installation.house, actor)] == [
            report.name for report in REPORTS
        ]
        from dataclasses import replace

        blind = replace(
            actor, grants={key: scope for key, scope in actor.grants.items() if key != ("leads", "view")}
        )
        assert reports_of(sold.installation.house, blind) == []
