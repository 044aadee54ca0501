"""How long leads are worth working on: expiring and expired ones are filtered, told, and given more time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.settings import save_setting
from core.testing.installation import Installation
from plugins.crm_leads.validity import expiring_leads


class Shelf:
    """An installation with leads that expire so many days from today."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.person = installation.browser()
        self.api = installation.app.test_client()
        self.headers = installation.token()
        self.today = datetime.now(ZoneInfo("America/Caracas")).date()
        self.person.get("/leads")

    def make(self, name: str, left: int, **body: Any) -> int:
        """A lead with `left` days of validity left, that came in ten days ago."""
        entered = (self.today - timedelta(days=10)).isoformat()
        body |= {"name": name, "entered_on": entered, "validity_days": left + 10}
        answer = self.api.post("/api/v1/leads", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])

    def named(self, query: str) -> list[str]:
        found = self.api.get(f"/api/v1/leads?{query}&sort=name", headers=self.headers)
        assert found.status_code == 200, found.text
        return [each["name"] for each in found.json["items"]]

    def expiry(self, id: int) -> date:
        lead = self.api.get(f"/api/v1/leads/{id}", headers=self.headers).json
        return date.fromisoformat(lead["entered_on"]) + timedelta(days=lead["validity_days"])


@pytest.fixture
def shelf(installation: Installation) -> Shelf:
    return Shelf(installation)


def test_leads_that_expire_soon_and_that_have_are_found(shelf: Shelf) -> None:
    for name, left in (("ayer", -1), ("hoy", 0), ("pronto", 3), ("luego", 4)):
        shelf.make(name, left)
    shelf.make("descartado", -5, status="Descalificado", junk_reason="Duplicado")
    assert shelf.named("expires=soon") == ["hoy", "pronto"]
    assert shelf.named("expires=expired") == ["ayer"]
    assert shelf.named("expires=soon&expires=expired") == ["ayer", "hoy", "pronto"]
    page = shelf.person.get("/leads").text
    assert "expires=soon" in page and "expires=expired" in page  # the views that come with leads
    with shelf.installation.session() as session:
        told = [name for _id, name, _owner, _day in expiring_leads(session, shelf.today)]
    assert told == ["ayer", "hoy", "pronto"]


def test_only_open_leads_are_marked(shelf: Shelf) -> None:
    late = shelf.make("tarde", -2)
    gone = shelf.make("descartado", -2, status="Descalificado", junk_reason="Duplicado")
    assert 'class="due' in shelf.person.get(f"/leads/{late}").text
    assert 'class="due' not in shelf.person.get(f"/leads/{gone}").text
    assert "row-due" in shelf.person.get("/leads?status=~open").text
    assert "row-due" not in shelf.person.get("/leads?status=~junk").text


@pytest.mark.parametrize("door", ["page", "bulk", "api"])
def test_a_lead_is_extended_in_one_click_and_that_is_undone(shelf: Shelf, door: str) -> None:
    id = shelf.make("tarde", -2)
    before = shelf.expiry(id)
    if door == "page":
        assert f"/leads/{id}/do/extend" in shelf.person.get(f"/leads/{id}").text
        page = shelf.person.post(f"/leads/{id}/do/extend", follow_redirects=True).text
    elif door == "bulk":
        page = shelf.person.post(
            "/leads/bulk", data={"action": "press:extend", "id": id}, follow_redirects=True
        ).text
    else:
        answer = shelf.api.post(f"/api/v1/leads/{id}/extend", headers=shelf.headers)
        assert answer.status_code == 200, answer.text
        page = ""
    assert shelf.expiry(id) == shelf.today + timedelta(days=30)
    assert shelf.named("expires=expired") == []
    if page:
        shelf.person.post(page.split('data-undo="')[1].split('"')[0])
        assert shelf.expiry(id) == before


def test_by_the_api_one_says_how_many_days(shelf: Shelf) -> None:
    id = shelf.make("tarde", -2)
    address = f"/api/v1/leads/{id}/extend"
    answer = shelf.api.post(address, json={"days": 7}, headers=shelf.headers)
    assert answer.status_code == 200 and shelf.expiry(id) == shelf.today + timedelta(days=7)
    for bad in (0, -1, 100_000, "muchos", True):
        refused = shelf.api.post(address, json={"days": bad}, headers=shelf.headers)
        assert refused.status_code in (409, 422), (bad, refused.text)
    assert shelf.expiry(id) == shelf.today + timedelta(days=7)


def test_the_company_says_how_long_new_leads_are_valid(shelf: Shelf) -> None:
    with shelf.installation.session() as session:
        save_setting(session, "leads.validity_days", 15)
        session.commit()
    made = shelf.api.post("/api/v1/leads", json={"name": "Nuevo"}, headers=shelf.headers).json
    assert made["validity_days"] == 15
    shelf.api.post(f"/api/v1/leads/{made['id']}/extend", json={}, headers=shelf.headers)
    assert shelf.expiry(made["id"]) == shelf.today + timedelta(days=15)
    assert "leads" in shelf.person.get("/settings/sections/leads").text
