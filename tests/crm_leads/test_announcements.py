"""Leads that run out are told of: once, in the morning, to whoever works on them or follows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.testing.installation import Installation
from plugins.crm_leads.announcements import tell_of_expiry

SARA, TOM = "sara@example.com", "tom@example.com"
MORNING = datetime.now(UTC).replace(hour=14, minute=0)  # 10:00 in Caracas
NIGHT = MORNING.replace(hour=6)


@pytest.fixture
def company(installation: Installation) -> Installation:
    installation.user(SARA, ["salesperson"], name="Sara")
    installation.user(TOM, ["manager"], name="Tom")
    return installation


def lead(company: Installation, name: str, days: int, email: str = SARA) -> int:
    """A lead of this person that runs out in so many days."""
    entered = datetime.now(ZoneInfo("America/Caracas")).date() - timedelta(days=30)
    body = {"name": name, "entered_on": entered.isoformat(), "validity_days": 30 + days}
    answer = company.app.test_client().post("/api/v1/leads", json=body, headers=company.token(email))
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def tell(company: Installation, now: datetime = MORNING) -> int:
    with company.session() as session:
        told = tell_of_expiry(session, now)
        session.commit()
    return told


def kinds(company: Installation, email: str) -> list[str]:
    answer = company.app.test_client().get("/api/v1/notifications", headers=company.token(email))
    return sorted(each["kind"] for each in answer.json["items"])


def test_each_is_told_once_and_not_at_night(company: Installation) -> None:
    lead(company, "Soon", 2)
    lead(company, "Later", 20)
    assert tell(company, NIGHT) == 0
    assert [tell(company), tell(company)] == [1, 0]
    assert kinds(company, SARA) == ["lead_expiring"]
    assert kinds(company, TOM) == []


def test_of_many_there_is_one_line(company: Installation) -> None:
    for number in range(8):
        lead(company, f"Lead {number}", 1)
    assert tell(company) == 1
    assert kinds(company, SARA) == ["leads_expiring"]


def test_closed_leads_are_silent_and_followers_hear(company: Installation) -> None:
    id, closed = lead(company, "Soon", 2), lead(company, "Closed", 2)
    client = company.app.test_client()
    client.post(f"/api/v1/leads/{id}/follow", headers=company.token())
    lists = client.get("/api/v1/lists/statuses", headers=company.token()).json["items"]
    junk = next(each["id"] for each in lists if each["meaning"] == "junk")
    reasons = client.get("/api/v1/lists/junk_reasons", headers=company.token()).json["items"]
    answer = client.patch(
        f"/api/v1/leads/{closed}",
        json={"status": junk, "junk_reason": reasons[0]["id"]},
        headers=company.token(),
    )
    assert answer.status_code == 200, answer.json
    assert tell(company) == 2
    assert kinds(company, "admin@example.com") == ["lead_expiring"]


def test_a_lead_that_was_extended_is_told_of_again(company: Installation) -> None:
    id = lead(company, "Soon", 1)
    assert tell(company) == 1
    answer = company.app.test_client().patch(
        f"/api/v1/leads/{id}", json={"validity_days": 33}, headers=company.token(SARA)
    )
    assert answer.status_code == 200
    assert tell(company) == 1


def test_a_follower_hears_nothing_of_a_lead_out_of_sight(company: Installation) -> None:
    company.user("ulla@example.com", ["salesperson"])
    id = lead(company, "Secret", 2)
    client = company.app.test_client()
    client.post(f"/api/v1/leads/{id}/follow", headers=company.token(SARA))
    answer = client.patch(
        f"/api/v1/leads/{id}", json={"salesperson": "ulla@example.com"}, headers=company.token()
    )
    assert answer.status_code == 200, answer.json
    assert tell(company) == 1
    assert kinds(company, SARA) == []
    assert "lead_expiring" in kinds(company, "ulla@example.com")
