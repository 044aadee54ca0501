"""The validation marks in a browser: pressed and answered by keys alone, told to who hears the page."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


def code_for(instance: Path, address: str) -> str:
    """The code in the mail to this address, which an installation without a server keeps as a file."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in (instance / "mail").glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == address and (found := re.search(r"\b(\d{6})\b", mail.get_content())):
                return found[1]
        time.sleep(0.3)
    raise AssertionError(f"no mail to {address}")


def test_a_red_mark_is_pressed_and_its_code_typed_without_a_mouse(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/clients/3")
    settle(desk)
    place = desk.locator("#mark-email")
    place.locator(".mark-button").focus()
    desk.keyboard.press("Enter")
    code = place.locator("input[name=code]")
    expect(code).to_be_focused()
    assert not axe_violations(desk)
    right = code_for(demo.log.with_suffix(""), desk.locator("#value-email a.value").inner_text().strip())
    desk.keyboard.type("12")
    desk.keyboard.press("Enter")
    expect(place.locator("[role=alert]")).to_be_visible()
    expect(place.locator("input[name=code]")).to_be_focused()
    desk.goto(f"{demo.url}/clients/3")
    settle(desk)
    expect(place.locator("input[name=code]")).not_to_be_focused()
    place.locator("input[name=code]").fill(right)
    desk.keyboard.press("Enter")
    expect(place.locator(".valid")).to_be_focused()
    desk.goto(f"{demo.url}/clients/3")
    settle(desk)
    expect(place.locator(".valid")).to_be_visible()
    assert not axe_violations(desk)


def test_a_company_is_chosen_by_keys_and_listed_on_its_page(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/clients/new?kind=person")
    settle(desk)
    desk.locator("#name").fill("Zoraida de Prueba")
    desk.locator("#belongs_to").focus()
    desk.keyboard.type("ferr")
    options = desk.locator("#belongs_to ~ .combo-list [role=option]")
    expect(options.first).to_be_visible()
    assert not axe_violations(desk)
    desk.keyboard.press("Enter")
    expect(desk.locator("#belongs_to")).to_have_value(re.compile(r"^Ferr.* #\d+$"))
    desk.keyboard.press("Control+Enter")
    expect(desk).to_have_url(re.compile(r"/clients/\d+$"))
    settle(desk)
    desk.locator("#value-belongs_to .value-act").click()
    expect(desk.locator("#panel-people")).to_contain_text("Zoraida de Prueba")
    assert not axe_violations(desk)
