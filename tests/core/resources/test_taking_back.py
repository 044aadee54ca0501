"""What one press takes back after a value or a status was changed on a record's page, and what the page shows at once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from core.host.faults import PluginError
from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, WriteLead
from tests.core.resources.test_record import HTMX, status_id, undo_address


def change_value(browser: Any, id: int, name: str, value: object) -> str:
    """Change a value where it stands; answers the address that takes it back."""
    answer = browser.post(f"/leads/{id}/field/{name}", {name: value}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.headers["HX-Trigger"])
    assert "record-changed" in told
    return str(told["toast"]["undo_url"])


def shown(browser: Any, id: int, name: str) -> str:
    """How the value stands on the page, whichever second its forms' tokens are signed in."""
    text = browser.get(f"/leads/{id}/field/{name}?show=1", headers=HTMX).text
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text)


def value_of(installation: Installation, id: int, attribute: str) -> object:
    with installation.session() as session:
        return getattr(session.get(installation.house.resources["leads"].model, id), attribute)


@pytest.mark.parametrize(
    "name, first, second",
    [
        ("city", "Caracas", "Mérida"),
        ("email", "una@example.com", "otra@example.com"),
        ("email", "", "otra@example.com"),
        ("phone_1", "0414-555.12.34", "0212 555 00 11"),
        ("value", "1234.50", "7"),
        ("validity_days", "30", ""),
        ("entered_on", "2026-02-03", "2026-03-04"),
        ("tags", "VIP, Norte", "Sur"),
        ("notes", "Una línea\nOtra", "Nada"),
    ],
)
def test_a_value_changed_where_it_stands_comes_back(
    installation: Installation, write_lead: WriteLead, name: str, first: str, second: str
) -> None:
    id = write_lead(**{name: first})
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    as_it_was = shown(browser, id, name)
    undo = change_value(browser, id, name, second)
    assert shown(browser, id, name) != as_it_was
    assert browser.post(undo, headers=HTMX).status_code == 200
    assert shown(browser, id, name) == as_it_was
    assert "Deshecho." in browser.get(f"/leads/{id}").text
    assert browser.get(f"/leads/{id}/timeline").text.count("<time ") == 3


def test_what_the_number_brought_with_it_goes_with_it(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    undo = change_value(browser, id, "document_number", "V-12345678")
    assert value_of(installation, id, "document_type_id") is not None
    browser.post(undo, headers=HTMX)
    assert value_of(installation, id, "document_number") is None
    assert value_of(installation, id, "document_type_id") is None


def test_a_later_change_of_the_same_value_by_another_stays_and_is_told(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas")
    installation.user(ANA, ["administrator"], name="Ana Lista")
    browser, other = installation.browser(), installation.browser(ANA)
    for each in (browser, other):
        each.get(f"/leads/{id}")
    undo = change_value(browser, id, "city", "Mérida")
    change_value(other, id, "city", "Coro")
    browser.post(undo, headers=HTMX)
    page = browser.get(f"/leads/{id}").text
    assert "snack-bad" in page and "No se deshizo" in page
    assert value_of(installation, id, "city") == "Coro"


def test_a_later_change_of_another_value_hinders_nothing(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas", email="una@example.com")
    installation.user(ANA, ["administrator"], name="Ana Lista")
    browser, other = installation.browser(), installation.browser(ANA)
    for each in (browser, other):
        each.get(f"/leads/{id}")
    undo = change_value(browser, id, "city", "Mérida")
    change_value(other, id, "email", "otra@example.com")
    browser.post(undo, headers=HTMX)
    assert value_of(installation, id, "city") == "Caracas"
    assert value_of(installation, id, "email") == "otra@example.com"


def test_nothing_is_offered_where_nothing_changed_or_a_dialog_asks_first(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    assert change_value(browser, id, "city", "Caracas") == ""
    answer = browser.post(f"/leads/{id}/field/condition", {"condition": "client"}, headers=HTMX)
    assert f"/leads/{id}/convert" in answer.headers["HX-Trigger"]
    assert value_of(installation, id, "converted_at") is None


def test_a_changed_value_brings_the_head_and_what_follows_from_it(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    path = f"/leads/{id}/field/name"
    page = browser.post(path, {"name": "Botica <Nueva>"}, headers=HTMX).text
    assert 'id="record-head" hx-swap-oob="true"' in page and "<h1>Botica &lt;Nueva&gt;</h1>" in page
    assert "<title>Botica &lt;Nueva&gt; · " in page
    second = status_id(installation, 1)
    page = browser.post(
        f"/leads/{id}/field/status",
        {"status": second},
        headers={**HTMX, "HX-Current-URL": f"http://localhost/leads/{id}?from=q%3Dbotica%26sort%3Dname"},
    ).text
    assert 'aria-current="step"><span>En Gestión' in page
    assert f'action="/leads/{id}/move?from=q%3Dbotica%26sort%3Dname"' in page
    assert "record-changed from:body" in browser.get(f"/leads/{id}").text


def test_a_move_on_the_path_goes_back_to_the_page_with_its_list(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    answer = browser.post(f"/leads/{id}/move?from=q%3Dbotica", {"status": status_id(installation, 1)})
    assert answer.location == f"/leads/{id}?from=q%3Dbotica"
    page = browser.get(answer.location).text
    browser.post(undo_address(page), headers=HTMX)
    story = browser.get(f"/leads/{id}/timeline").text
    assert "<del>En Gestión</del> → <b>Nuevo</b>" in story


def test_an_app_that_fails_meanwhile_hinders_the_way_back_in_words(
    installation: Installation, write_lead: WriteLead
) -> None:
    def broken(*_given: object) -> None:
        raise PluginError("rutas", "validate_record", RuntimeError("out of order"))

    id, browser = write_lead(city="Caracas"), installation.browser()
    undo = change_value(browser, id, "city", "Mérida")
    resources = installation.house.resources
    leads = resources["leads"]
    resources["leads"] = replace(leads, checks=(*leads.checks, broken))
    try:
        answer = browser.post(undo, headers=HTMX)
    finally:
        resources["leads"] = leads
    assert answer.status_code == 200 and "rutas" in answer.text
    assert value_of(installation, id, "city") == "Mérida"
