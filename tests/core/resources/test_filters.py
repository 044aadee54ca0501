"""Filters of a list: what they find, what they show, and the way the database goes among very many."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import is_sqlite, look_at_values
from core.formats import reading_for
from core.resources.order import Order
from core.resources.query import ListQuery, count, fetch_page, filtered, matching, read_query
from core.resources.steering import FEW
from core.testing.installation import Installation
from tests.core.resources.conftest import WriteLead

ROWS = FEW + 2000


def names_in(html: str) -> list[str]:
    return re.findall(r'class="row-name" href="[^"]*" title="([^"]*)"', html)


def counted(html: str) -> int:
    found = re.search(r"([\d.]+) prospecto", html)
    return int(found[1].replace(".", "")) if found else 0


@pytest.fixture
def zones(installation: Installation) -> dict[str, int]:
    """Two zones by name."""
    model: Any = installation.house.lists["zones"].model
    with installation.session() as session:
        made = [model(name=name, name_folded=name.lower()) for name in ("Oriente", "Occidente")]
        session.add_all(made)
        from core.state import forget

        forget(session)
        session.commit()
        return {each.name: each.id for each in made}


def test_a_record_is_found_by_its_second_address_too(
    installation: Installation, write_lead: WriteLead, zones: dict[str, int]
) -> None:
    east, west = ({"zone": {"id": id}} for id in (zones["Oriente"], zones["Occidente"]))
    write_lead(name="En los dos", addresses=[{**east, "is_main": True}, {**west, "city": "Mérida"}])
    write_lead(name="Del oriente", addresses=[{**east, "is_main": True}])
    write_lead(name="De ninguna")
    browser = installation.browser()
    for query, wanted in (
        (f"zone={zones['Occidente']}", ["En los dos"]),
        (f"zone={zones['Oriente']}", ["Del oriente", "En los dos"]),
        (f"zone={zones['Oriente']}&zone={zones['Occidente']}", ["Del oriente", "En los dos"]),
        ("zone=~empty", ["De ninguna"]),
        ("city.contains=mérida", ["En los dos"]),
        (f"zone.not={zones['Occidente']}&zone=~any", ["Del oriente"]),
        (f"zone={zones['Occidente']}&status=~open", ["En los dos"]),
    ):
        assert names_in(browser.get(f"/leads?sort=name&{query}").text) == wanted, query
        assert counted(browser.get(f"/leads/summary?{query}").text) == len(wanted), query
        answer = installation.app.test_client().get(f"/api/v1/leads?{query}", headers=installation.token())
        assert len(answer.json["items"]) == len(wanted), query  # type: ignore[index]


def test_a_document_is_found_as_it_is_typed_and_said_to_be_a_leads_or_a_clients(
    installation: Installation, write_lead: WriteLead
) -> None:
    lead = write_lead(name="Librería Sol", document_number="J-30456118-2")
    client = write_lead(resource="clients", name="Taller Luna", document_number="J-30459027-0")
    browser = installation.browser()
    for typed in ("J-3045", "j3045", "3045", "30.45"):
        found = browser.get(f"/leads/find?q={typed}").text
        assert f'href="/leads/{lead}"' in found and f'href="/clients/{client}"' in found, typed
        assert "Prospecto" in found and "Cliente" in found
    assert "<mark>J-3045</mark>6118-2" in browser.get("/leads/find?q=J3045").text
    assert "J-<mark>3045</mark>6118-2" in browser.get("/leads/find?q=3045").text
    assert "30459027" not in browser.get("/leads/find?q=30456").text
    assert browser.get("/leads/find?q=J-3").text.strip() == ""
    none = browser.get("/leads/find?q=J-9999").text
    assert "/leads/new?document_number=J-9999" in none


def test_the_list_is_narrowed_to_what_was_typed(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(name="Librería Sol", document_number="J-30456118-2")
    write_lead(name="Otra", document_number="J-40456118-2")
    browser = installation.browser()
    for typed in ("J-3045", "3045"):
        page = browser.get(f"/leads?document_number.begins={typed}").text
        assert names_in(page) == ["Librería Sol"]
        assert f'value="{typed}"' in page  # the box keeps what it says


def test_which_filters_stand_over_the_list_is_kept_with_the_view(installation: Installation) -> None:
    browser = installation.browser()

    def shown(page: str) -> list[str]:
        return re.findall(r'<summary class="pill">([^<]+)', page)

    usual = shown(browser.get("/leads").text)
    assert (
        usual[:8]
        == [
            *("Estatus", "Segmentación", "Canal", "Nivel de potencialidad"),
            *("Vendedor", "Zona", "Sector", "Ingreso"),
        ]
        or len(usual) >= 8
    )
    assert (
        shown(browser.get("/leads?quick=zone,source").text) == ["Zona", "Fuente"]
        or len(shown(browser.get("/leads?quick=zone,source").text)) == 2
    )
    assert shown(browser.get("/leads?quick=-").text) == []
    assert shown(browser.get("/leads?quick=<script>,zone").text) == ["Zona"]
    kept = browser.post("/leads/views/new", {"name": "Rutas", "query": "quick=zone,sector&zone=~any"})
    again = browser.get(kept.headers.get("Location") or kept.headers["HX-Redirect"]).text
    assert shown(again) == ["Sector"] and "Zona:" in again


def _many(installation: Installation, write_lead: WriteLead) -> None:
    """As many leads as no plan by hand can look at one by one, spread over channels, levels and days."""
    first = write_lead(name="Lead", channel="Web", level="Alto")
    table = installation.house.resources["leads"].model.__table__
    with installation.session() as session:
        digits = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) "
        days = "date(entered_on, '-' || (i % 90) || ' days')" if is_sqlite(session) else "entered_on - i % 90"
        own = {
            "id": "id + i",
            "entered_on": days,
            "channel_id": "1 + i % 3",
            "level_id": "CASE WHEN i % 7 = 0 THEN NULL ELSE 1 + i % 2 END",
            "segment_id": "CASE WHEN i % 4000 = 0 THEN 2 ELSE 1 END",
            "value": "10000 * i",
        }
        columns = [column.name for column in table.columns]
        values = ", ".join(own.get(name, name) for name in columns)
        into = f"INSERT INTO {table.name} ({', '.join(columns)}) "
        copies = f"SELECT {values} FROM {table.name}, n WHERE id = :first"
        statement = f"{into}{digits}{copies}" if is_sqlite(session) else f"{digits}{into}{copies}"
        session.execute(sa.text(statement), {"rows": ROWS, "first": first})
        look_at_values(session, [table.name])
        session.commit()


MIXTURES = (
    "channel=1",
    "channel=1&channel=2",
    "channel=1&level=2",
    "channel=1&channel=3&level=1&segment=1",
    "segment=2",
    "segment=2&channel=1",
    "level=~empty&channel=2",
    "level=~any&segment=2",
    "zone=~empty&level=1&channel=1",
    "value.from=20&value.to=60",
    "value.from=20&value.to=60&channel=1",
    "entered_on.last_days=30&channel=1&level=2",
    "channel=1&channel.not=1",
    "salesperson=~me&channel=2&status=~open",
)


def test_however_the_database_is_led_it_finds_the_same(
    installation: Installation, write_lead: WriteLead
) -> None:
    _many(installation, write_lead)
    leads = installation.house.resources["leads"]
    with installation.session("admin@example.com") as session:
        actor = session.info["actor"]
        reading = reading_for(session, actor)
        for text in MIXTURES:
            query = read_query(leads, {name: values for name, values in _arguments(text).items()})
            order = Order.of(session, leads, "", "")
            plain = filtered(session, leads, query, reading, actor, leads.model.id)
            wanted = list(session.scalars(order.ordered(plain).limit(query.limit)))
            page = fetch_page(session, leads, query, [leads.field("name")], reading, actor)
            assert [row.id for row in page.rows] == wanted, text
            number = session.scalar(sa.select(sa.func.count()).select_from(plain.subquery()))
            assert count(session, leads, query, reading, actor, limit=None) == number, text
            if page.next:
                on = ListQuery(conditions=query.conditions, cursor=page.next)
                more = fetch_page(session, leads, on, [leads.field("name")], reading, actor)
                both = list(session.scalars(order.ordered(plain).limit(2 * query.limit)))
                assert wanted + [row.id for row in more.rows] == both, text


def test_a_mixture_is_read_from_the_index_that_holds_all_filters(
    sqlite_installation: Installation,
) -> None:
    leads = sqlite_installation.house.resources["leads"]
    with sqlite_installation.session("admin@example.com") as session:
        actor = session.info["actor"]
        reading = reading_for(session, actor)
        for text in ("channel=1&channel=2", "level=1&channel=2&zone=3", "status=~open&sector=1&segment=1"):
            query = read_query(leads, _arguments(text))
            order = Order.of(session, leads, "", "")
            ids = order.ordered(matching(session, leads, query, reading, None, order)).limit(51)
            asked = ids.compile(session.connection(), compile_kwargs={"literal_binds": True})
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
            steps = " ".join(row[3] for row in plan)
            assert "COVERING INDEX ix_crm_leads_lead_filters" in steps or "LIST SUBQUERY" in steps, steps


def _arguments(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in text.split("&"):
        name, _equals, value = pair.partition("=")
        found.setdefault(name, []).append(value)
    return found
