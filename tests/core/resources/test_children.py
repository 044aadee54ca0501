"""Rows that are written with their record: read, settled, mirrored, told, found, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from core.records.models import History
from core.resources.children import ChildRow, children_of, united
from core.resources.context import Draft, write_context
from core.resources.search import rebuild
from core.resources.write import check_draft, create, write_drafts
from core.testing.installation import ADMIN, Installation
from tests.core.resources.conftest import ANA, BETO, WriteLead
from tests.core.resources.test_taking_back import HTMX, change_value


class Leads:
    """A program that writes leads."""

    def __init__(self, installation: Installation, email: str = ADMIN) -> None:
        self.client = installation.app.test_client()
        self.headers = dict(installation.token(email))

    def __call__(self, method: str, path: str = "", body: Any = None) -> Any:
        return self.client.open(f"/api/v1/leads{path}", method=method, json=body, headers=self.headers)

    def make(self, **body: Any) -> dict[str, Any]:
        answer = self("POST", "", {"name": "Farmacia Doña Bárbara", **body})
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def change(self, id: int, **body: Any) -> dict[str, Any]:
        answer = self("PATCH", f"/{id}", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def problems(self, id: int | None = None, **body: Any) -> dict[str, str]:
        """{field: code} of what is wrong with it."""
        answer = self("PATCH", f"/{id}", body) if id else self("POST", "", {"name": "Uno", **body})
        assert answer.status_code == 422, answer.text
        return {name: found[0]["code"] for name, found in answer.json["error"]["fields"].items()}


@pytest.fixture
def leads(installation: Installation) -> Leads:
    return Leads(installation)


def cities(lead: dict[str, Any]) -> list[tuple[Any, bool]]:
    return [(row["city"], row["is_main"]) for row in lead["addresses"]]


TWO = [{"city": "Mérida", "parish": "El Llano"}, {"city": "Coro", "is_main": True}]


def test_the_main_row_stands_in_the_record_itself(leads: Leads) -> None:
    lead = leads.make(addresses=TWO, contacts=[{"first_name": "Ana", "email": "ana@x.com"}])
    assert cities(lead) == [("Coro", True), ("Mérida", False)]
    assert (lead["city"], lead["parish"]) == ("Coro", None)
    assert (lead["contact_first_name"], lead["contact_email"]) == ("Ana", "ana@x.com")
    assert [row["country"] for row in lead["addresses"]] == ["VE", "VE"]
    assert leads("GET", f"/{lead['id']}").json == lead == leads("GET").json["items"][0]


def test_the_records_own_fields_make_the_main_row(leads: Leads) -> None:
    lead = leads.make(city="Caracas", contact_phone_1="0414-5551234")
    assert cities(lead) == [("Caracas", True)]
    assert lead["contacts"][0]["phone_1"] == "0414-5551234"
    changed = leads.change(lead["id"], city="Maracay", parish="Centro")
    assert changed["addresses"][0] == {**lead["addresses"][0], "city": "Maracay", "parish": "Centro"}
    emptied = leads.change(lead["id"], city=None, parish=None, contact_phone_1="")
    assert emptied["addresses"] == [] and emptied["contacts"] == []


def test_what_every_record_has_of_itself_makes_no_row(leads: Leads) -> None:
    lead = leads.make()
    assert lead["country"] == "VE" and lead["addresses"] == []
    assert leads.make(addresses=[{}, {"country": "VE"}, {"city": ""}])["addresses"] == []
    assert cities(leads.make(addresses=[{"country": "ES", "city": None}])) == [(None, True)]


def test_a_row_is_changed_by_its_id_and_what_is_not_named_goes(leads: Leads) -> None:
    lead = leads.make(addresses=TWO)
    coro, merida = lead["addresses"]
    changed = leads.change(
        lead["id"],
        addresses=[{"id": merida["id"], "is_main": True, "postal_code": "5101"}, {"city": "Falcón"}],
    )
    first, second = changed["addresses"]
    assert first == {**merida, "is_main": True, "postal_code": "5101"}
    assert second["city"] == "Falcón" and second["id"] != coro["id"] and not second["is_main"]
    assert (changed["city"], changed["parish"], changed["postal_code"]) == ("Mérida", "El Llano", "5101")
    assert changed["version"] == 2


def test_when_the_last_row_goes_the_record_is_cleared(leads: Leads) -> None:
    lead = leads.make(addresses=[{"city": "Coro", "latitude": "11.4", "longitude": -69.67}])
    assert (lead["latitude"], lead["longitude"]) == ("11.4", "-69.67")
    changed = leads.change(lead["id"], addresses=[])
    assert changed["addresses"] == []
    assert {changed[name] for name in ("city", "country", "latitude", "longitude")} == {None}


def test_the_first_row_is_the_main_one_where_nobody_says(leads: Leads) -> None:
    lead = leads.make(addresses=[{"city": "Coro"}, {"city": "Mérida"}])
    assert cities(lead) == [("Coro", True), ("Mérida", False)]
    turned = leads.change(lead["id"], addresses=[{"id": row["id"]} for row in reversed(lead["addresses"])])
    assert turned["addresses"] == lead["addresses"] and turned["version"] == 1


def test_what_was_read_can_be_written_back(leads: Leads) -> None:
    lead = leads.make(addresses=TWO, contacts=[{"first_name": "Ana"}])
    body = {
        name: value
        for name, value in lead.items()
        if name not in ("id", "created_at", "updated_at", "version")
    }
    assert leads.change(lead["id"], **body) == lead
    assert leads.change(lead["id"], **{**body, "city": "Punto Fijo"})["addresses"][0]["city"] == "Punto Fijo"
    body["addresses"][0]["city"] = "Adícora"
    assert leads.change(lead["id"], **{**body, "city": "Punto Fijo"})["city"] == "Adícora"


def test_what_is_wrong_is_told_of_the_row(leads: Leads) -> None:
    assert leads.problems(
        addresses=[
            {"city": "Coro", "latitude": 91, "longitude": 0},
            {"city": "x" * 101, "zone": "ninguna"},
        ],
        contacts=[{"email": "nada"}],
    ) == {
        "addresses.0.latitude": "out_of_range",
        "addresses.1.city": "too_long",
        "addresses.1.zone": "unknown_value",
        "contacts.0.email": "not_an_email",
    }
    assert leads.problems(addresses=[{"is_main": True, "city": "A"}, {"is_main": True, "city": "B"}]) == {
        "addresses.1.is_main": "several_mains"
    }
    assert leads.problems(addresses=[{"city": "A", "ciudad": "A"}, "B", {"city": ["A"]}]) == {
        "addresses.0.ciudad": "unknown_field",
        "addresses.1": "invalid_type",
        "addresses.2.city": "invalid_type",
    }
    assert leads.problems(addresses={"city": "A"}) == {"addresses": "invalid_type"}
    assert leads.problems(city="Coro", addresses=[{"city": "Mérida"}]) == {"city": "contradiction"}
    assert leads.problems(addresses=[{"city": str(number)} for number in range(101)]) == {
        "addresses": "too_many"
    }


def test_the_rows_of_another_record_are_out_of_reach(leads: Leads) -> None:
    other = leads.make(addresses=[{"city": "Coro"}])["addresses"][0]
    lead = leads.make(addresses=[{"city": "Mérida"}])
    own = lead["addresses"][0]
    assert leads.problems(lead["id"], addresses=[{"id": other["id"], "city": "Mía"}]) == {
        "addresses.0.id": "unknown_row"
    }
    assert leads.problems(addresses=[{"id": other["id"], "city": "Mía"}]) == {"addresses.0.id": "unknown_row"}
    assert leads.problems(lead["id"], addresses=[{"id": own["id"]}, {"id": own["id"]}]) == {
        "addresses.1.id": "unknown_row"
    }
    assert leads("GET", f"/{lead['id']}").json["addresses"] == [own]


def test_another_persons_rows_are_seen_and_changed_by_nobody_else(
    installation: Installation, two_sellers: None
) -> None:
    ana, beto = Leads(installation, ANA), Leads(installation, BETO)
    lead = ana.make(addresses=[{"city": "Coro"}])
    assert beto("GET", f"/{lead['id']}").status_code == 404
    assert beto("PATCH", f"/{lead['id']}", {"addresses": []}).status_code == 404
    assert beto("GET").json["items"] == []
    assert cities(ana("GET", f"/{lead['id']}").json) == [("Coro", True)]


def test_history_tells_rows_by_their_titles(installation: Installation, leads: Leads) -> None:
    lead = leads.make(addresses=TWO)
    coro, merida = lead["addresses"]
    leads.change(lead["id"], addresses=[{"id": coro["id"]}, {"id": merida["id"], "parish": "Milla"}])
    story = installation.browser().get(f"/leads/{lead['id']}/timeline").text
    assert "Mérida (Parroquia: El Llano)" in story and "Mérida (Parroquia: Milla)" in story
    leads.change(lead["id"], addresses=[{"id": coro["id"]}])
    with installation.session() as session:
        told = session.scalars(sa.select(History.changes).order_by(History.id.desc())).first()
    assert told is not None and list(told) == ["addresses"]
    assert [[row["title"] for row in rows] for rows in told["addresses"]] == [["Mérida"], []]


def test_a_value_changed_where_it_stands_moves_the_row_and_back(
    installation: Installation, leads: Leads, write_lead: WriteLead
) -> None:
    id = write_lead(addresses=TWO)
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    undo = change_value(browser, id, "city", "Tucacas")
    assert cities(leads("GET", f"/{id}").json) == [("Tucacas", True), ("Mérida", False)]
    browser.post(undo, headers=HTMX)
    assert cities(leads("GET", f"/{id}").json) == [("Coro", True), ("Mérida", False)]


def test_a_deleted_record_comes_back_with_its_rows(installation: Installation, leads: Leads) -> None:
    lead = leads.make(addresses=TWO, contacts=[{"first_name": "Ana"}])
    browser = installation.browser()
    browser.get("/leads")
    answer = browser.post(
        "/leads/bulk", {"action": "delete", "id": str(lead["id"]), "sure": "y"}, headers=HTMX
    )
    with installation.session() as session:
        undo = session.execute(sa.text("SELECT max(id) FROM core_undo")).scalar()
        assert session.execute(sa.text("SELECT count(*) FROM crm_leads_address")).scalar() == 0, answer.text
    browser.post(f"/undo/{undo}", headers=HTMX)
    back = leads("GET", f"/{lead['id']}").json
    assert back["addresses"] == lead["addresses"] and back["contacts"] == lead["contacts"]
    assert [each["id"] for each in leads("GET", "?q=llano").json["items"]] == [lead["id"]]


def test_further_rows_are_found_by_their_text(installation: Installation, leads: Leads) -> None:
    lead = leads.make(
        addresses=[{"city": "Coro"}, {"city": "Mérida", "parish": "El Llano"}],
        contacts=[
            {"first_name": "Ana"},
            {"last_name": "Ñáñez", "email": "segunda@example.com", "phone_1": "0414 555 98 76"},
        ],
    )

    def found(text: str) -> bool:
        return [each["id"] for each in leads("GET", f"?q={text}").json["items"]] == [lead["id"]]

    words = ("merida", "llano", "nanez", "segunda@example", "4145559876", "coro")
    assert all(map(found, words))
    with installation.session() as session:
        rebuild(session, installation.house.resources["leads"])
        session.commit()
    assert all(map(found, words))
    leads.change(lead["id"], addresses=[{"city": "Coro"}], contacts=[])
    assert not found("llano") and not found("nanez") and found("coro")


@contextmanager
def asking(session: Any) -> Iterator[list[str]]:
    """The statements a session sends."""
    sent: list[str] = []
    engine = session.get_bind()

    def note(connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_many_records_are_written_with_few_statements(installation: Installation) -> None:
    def statements(count: int) -> int:
        with installation.session(ADMIN) as session:
            context = write_context(session, installation.house, session.info["actor"], "import")
            resource = installation.house.resources["leads"]
            with asking(session) as sent:
                drafts = [Draft(resource, {"name": f"L{number}", "city": "Coro"}) for number in range(count)]
                for draft in drafts:
                    draft.children["contacts"] = [
                        ChildRow({"first_name": "Ana"}),
                        ChildRow({"first_name": "Beto"}),
                    ]
                    check_draft(draft, context)
                records = write_drafts(drafts, context)
                changes = [
                    Draft(resource, {"city": "Mérida"}, record_id=record.id, current=record)
                    for record in records
                ]
                for draft in changes:
                    check_draft(draft, context)
                write_drafts(changes, context)
            rows = children_of(session, resource, [record.id for record in records])
            assert all(rows["addresses"][record.id][0].values["city"] == "Mérida" for record in records)
            assert all(len(rows["contacts"][record.id]) == 2 for record in records)
            session.rollback()
            return len(sent)

    statements(2)
    assert statements(40) <= statements(4) + 4


def test_rows_are_united_without_doubles(installation: Installation) -> None:
    with installation.session() as session:
        resource = installation.house.resources["leads"]
        context = write_context(session, installation.house, None)
        record = create(
            resource, {"name": "A", "contacts": [{"first_name": "Ana", "last_name": "Pérez"}]}, context
        )
        (ana,) = children_of(session, resource, [record.id])["contacts"][record.id]
        child = resource.child("contacts")
        assert child is not None
        same = ChildRow({"first_name": "ANA", "last_name": "perez"})
        more = ChildRow({"first_name": "Ana", "last_name": "Pérez", "description": "Compras"})
        other = ChildRow({"first_name": "Beto"})
        assert [row.id for row in united(child, [ana], [same, more, other])] == [ana.id, None, None]
        completed = united(child, [ana], [same, more, other], fill=True)
        assert [(row.id, row.values.get("description")) for row in completed] == [
            (ana.id, "Compras"),
            (None, None),
        ]
        assert ana.values["description"] is None


def test_of_two_first_rows_written_at_once_one_is_the_main_one(
    installation: Installation, leads: Leads
) -> None:
    def change(program: Leads, path: str, body: dict[str, Any]) -> Any:
        return program("PATCH", path, body)

    for attempt in range(6):
        id = leads.make(name=f"L{attempt}")["id"]
        bodies = [{"addresses": [{"city": "Coro"}]}, {"city": "Mérida"}, {"parish": "Milla"}]
        programs = [Leads(installation) for _body in bodies]
        with ThreadPoolExecutor(len(bodies)) as pool:
            answers = list(pool.map(change, programs, [f"/{id}"] * len(bodies), bodies))
        assert {answer.status_code for answer in answers} <= {200, 409}
        lead = leads("GET", f"/{id}").json
        assert [row["is_main"] for row in lead["addresses"]] == [True]
        assert lead["addresses"][0]["city"] == lead["city"]
        assert lead["addresses"][0]["parish"] == lead["parish"]
