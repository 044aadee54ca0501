"""Cards beside a record: the people of a company, and who shares a document, an e-mail or a phone. Never another's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.testing.installation import Installation

VERA = "vera@example.com"
SHARED = {"document_type": "RIF", "document_number": "J-11721484-1", "email": "ventas@example.com"}


@pytest.fixture
def headers(installation: Installation) -> Mapping[str, str]:
    return installation.token()


def new(installation: Installation, headers: Mapping[str, str], resource: str, name: str, **also: Any) -> int:
    body = {"name": name, **also}
    answer = installation.app.test_client().post(f"/api/v1/{resource}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def panel(page: str, name: str) -> str:
    """The markup of one card; '' where it is not there."""
    _before, found, rest = page.partition(f'id="panel-{name}"')
    return rest.partition("</section>")[0] if found else ""


def test_a_companys_people_stand_on_its_page(installation: Installation, headers: Mapping[str, str]) -> None:
    company = new(installation, headers, "clients", "Ferretería Ávila")
    for number in range(10):
        new(installation, headers, "clients", f"Persona {number}", kind="person", belongs_to=company)
    browser = installation.browser()
    people = panel(browser.get(f"/clients/{company}").text, "people")
    assert people.count("Persona ") == 8
    assert f"belongs_to={company}" in people
    assert "Persona 9" in browser.get(f"/clients?belongs_to={company}").text
    form = browser.get(f"/clients/new?kind=person&belongs_to={company}").text
    assert f"Ferretería Ávila #{company}" in form
    person = new(installation, headers, "clients", "Sola", kind="person")
    assert not panel(browser.get(f"/clients/{person}").text, "people")


def test_another_s_people_are_not_named(installation: Installation, headers: Mapping[str, str]) -> None:
    installation.user(VERA)
    company = new(installation, headers, "clients", "De Vera", salesperson=VERA)
    new(installation, headers, "clients", "Ajena", kind="person", belongs_to=company)
    new(installation, headers, "clients", "Propia", kind="person", belongs_to=company, salesperson=VERA)
    people = panel(installation.browser(VERA).get(f"/clients/{company}").text, "people")
    assert "Propia" in people
    assert "Ajena" not in people


def test_a_lead_shows_who_shares_something(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new(installation, headers, "leads", "Uno", phone_1="0414-5551234", **SHARED)
    new(installation, headers, "leads", "Gemelo", **SHARED)
    new(installation, headers, "clients", "Cliente", phone_2="+58 414 555 1234")
    new(installation, headers, "clients", "UNO, C.A.")
    new(installation, headers, "clients", "Extraño", email="nada@example.com")
    related = panel(installation.browser().get(f"/leads/{lead}").text, "related")
    assert related.index("Gemelo") < related.index("Cliente"), "who shares more comes first"
    assert "UNO, C.A." in related
    assert "Extraño" not in related
    assert f"/leads/{lead}" not in related


def test_a_salesperson_sees_none_but_their_own(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    installation.user(VERA)
    lead = new(installation, headers, "leads", "De Vera", salesperson=VERA, **SHARED)
    new(installation, headers, "leads", "Ajeno", **SHARED)
    new(installation, headers, "clients", "Cliente ajeno", **SHARED)
    vera = installation.browser(VERA)
    page = vera.get(f"/leads/{lead}").text
    assert "jeno" not in page
    assert not panel(page, "related")
    new(installation, headers, "clients", "Cliente propio", salesperson=VERA, email="ventas@example.com")
    related = panel(vera.get(f"/leads/{lead}").text, "related")
    assert "Cliente propio" in related
    assert "jeno" not in related


def test_a_client_shows_its_leads_once(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new(installation, headers, "leads", "Uno", **SHARED)
    api = installation.app.test_client()
    client = api.post(f"/api/v1/leads/{lead}/convert", headers=headers).json["client"]["id"]
    new(installation, headers, "leads", "Otro", email="ventas@example.com")
    new(installation, headers, "clients", "Sucursal", email="ventas@example.com")
    browser = installation.browser()
    page = browser.get(f"/clients/{client}").text
    assert "Uno" in panel(page, "came_from")
    assert "Otro" in panel(page, "leads_like")
    assert f"/leads/{lead}" not in panel(page, "leads_like")
    assert "Sucursal" in panel(page, "same_clients")
    assert f"/clients/{client}" not in panel(browser.get(f"/leads/{lead}").text, "related")
