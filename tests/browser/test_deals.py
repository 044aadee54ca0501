"""A deal with people and products in a real browser: rows without a main one, people chosen while typing, sums."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


def test_a_deal_with_two_people_and_two_products_by_keyboard(desk: Page, demo: Served) -> None:
    page = desk
    for name in ("Rosa Tovar", "Rubén Tovar"):
        page.goto(f"{demo.url}/clients/new?kind=person&name={name}")
        settle(page)
        page.locator("#name").press("Control+Enter")
        expect(page).to_have_url(re.compile(r"/clients/\d+$"))
    page.goto(f"{demo.url}/deals/new")
    settle(page)
    page.locator("#title").fill("Ten chairs")
    for row, name in enumerate(("Rosa Tovar", "Rubén Tovar")):
        if row:
            page.locator("[data-rows-of=people] [data-row-add]").press("Enter")
        person = page.locator(f"#people-{row}-person")
        person.focus()
        page.keyboard.type(name)
        page.get_by_role("option", name=name).click()
        expect(person).to_have_value(re.compile(rf"{name} #\d+"))
    lines = page.locator("[data-rows-of=lines]")
    expect(lines.locator("input[type=radio]")).to_have_count(0)
    page.locator("#lines-0-name").fill("Chair")
    page.locator("#lines-0-quantity").fill("10")
    page.locator("#lines-0-price").fill("12.50")
    lines.locator("[data-row-add]").press("Enter")
    expect(page.locator("#lines-1-name")).to_be_focused()
    page.keyboard.type("Delivery")
    page.locator("#lines-1-price").fill("30")
    lines.locator("[data-row-add]").press("Enter")
    lines.locator("[data-row-drop]").last.press("Enter")
    assert not axe_violations(page)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    settle(page)
    expect(page.locator(".rows-table tfoot .num")).to_have_text("$155.00")
    expect(page.locator(".child-card .person-line b")).to_have_text([re.compile("Rosa"), "Rubén Tovar"])
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not axe_violations(page)
    page.get_by_role("button", name=re.compile("Repeat")).first.click()
    expect(page.locator(".rows-table tfoot .num")).to_have_text("$155.00")
