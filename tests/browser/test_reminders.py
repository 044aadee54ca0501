"""A reminder stands over whatever page is open, and one's calendar is taken along by a link."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from core.db import utcnow
from core.testing.browser import axe_violations
from core.testing.installation import ALL_APPS, Installation, Shape, config_for
from plugins.crm_interactions.models import Reminder
from tests.browser.conftest import PEOPLE
from tests.browser.served import Served, settle


def test_a_reminder_over_the_open_page_and_a_calendar_elsewhere(desk: Page, demo: Served) -> None:
    remind(demo, "Call the workshop")
    desk.goto(f"{demo.url}/clients")
    settle(desk)
    card = desk.locator(".told-card", has_text="Call the workshop")
    expect(card).to_be_visible()
    expect(desk.locator("#count-notifications")).to_have_text(re.compile(r"1"))
    assert not axe_violations(desk)
    card.get_by_role("button", name="In 10 minutes").click()
    expect(card).to_have_count(0)
    expect(desk.locator("#toasts")).to_contain_text("10")
    expect(desk.locator("#count-notifications")).to_have_text("")
    # the list keeps it, and can leave it for later
    desk.goto(f"{demo.url}/notifications")
    settle(desk)
    desk.get_by_role("button", name="Mark as not read").first.click()
    settle(desk)
    expect(desk.locator(".told.is-unread")).to_contain_text("Call the workshop")
    desk.get_by_role("button", name="Done", exact=True).first.click()
    settle(desk)
    expect(desk.locator(".told.is-unread")).to_have_count(0)

    desk.goto(f"{demo.url}/profile")
    settle(desk)
    desk.get_by_role("button", name="Make a link").click()
    settle(desk)
    assert not axe_violations(desk)
    address = desk.get_by_label("Calendar link").last.input_value()
    desk.get_by_role("button", name="Copy").click()
    expect(desk.get_by_role("button", name="Copied")).to_be_visible()
    assert "✓ Call the workshop" in desk.request.get(address).text()


def remind(demo: Served, title: str) -> None:
    """A task of the person at the desk whose moment comes now; the server's own worker tells of it."""
    instance = demo.log.with_name("instance")
    installation = Installation(config_for(instance, Shape(apps=ALL_APPS)))
    client, key = installation.app.test_client(), installation.token(PEOPLE["en"])
    due = {"due_on": "2036-03-15", "due_time": "09:00", "remind": ["0"]}
    id = client.post("/api/v1/tasks", json={"title": title, **due}, headers=key).json["id"]
    with installation.session() as session:
        now = sa.update(Reminder).where(Reminder.task_id == id)
        session.execute(now.values(at=utcnow() - timedelta(seconds=1)))
        session.commit()
    until = time.monotonic() + 30
    while not client.get("/api/v1/notifications?unread=true", headers=key).json["items"]:
        assert time.monotonic() < until, "nobody told of it"
        time.sleep(0.2)
    installation.close()
