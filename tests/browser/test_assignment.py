"""A rule is made and ordered from the keyboard, and chosen leads are given out in turn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.served import Served, settle


def test_a_rule_from_the_keyboard_and_leads_in_turn(desk: Page, demo: Served) -> None:
    for name in ("First rule", "Second rule"):
        desk.goto(f"{demo.url}/settings/assignment/rules/new?resource=leads")
        settle(desk)
        desk.get_by_label("Name", exact=True).fill(name)
        desk.get_by_text("City", exact=True).click()
        desk.locator("input[name='city.contains']").fill("Nowhere at all")
        seats = desk.locator(".seats tbody tr")
        for person in ("Edgar", "Fanny"):
            seats.filter(has_text=person).get_by_role("checkbox").check()
        seats.filter(has_text="Fanny").locator("[data-grip]").focus()
        for _step in range(seats.count()):  # to the top
            desk.keyboard.press(" ")
            desk.keyboard.press("ArrowUp")
            desk.keyboard.press(" ")
        desk.get_by_role("button", name="Save").click()
        settle(desk)
    rows = desk.locator("tr[data-id]")
    expect(rows.nth(0)).to_contain_text("First rule")
    expect(rows.nth(0)).to_contain_text("Fanny, Edgar")
    rows.nth(1).locator("[data-grip]").focus()
    desk.keyboard.press(" ")
    desk.keyboard.press("ArrowUp")
    with desk.expect_response(re.compile("/settings/assignment/order")):
        desk.keyboard.press(" ")
    desk.reload()
    settle(desk)
    expect(rows.nth(0)).to_contain_text("Second rule")
    desk.goto(f"{demo.url}/leads")
    settle(desk)
    for number in range(4):
        desk.locator("tbody tr input[type=checkbox]").nth(number).check()
    desk.get_by_role("button", name=re.compile("^Assign")).click()
    settle(desk)
    desk.get_by_label("In turn among several people").check()
    desk.get_by_role("group", name="Among whom").get_by_label("Fanny").check()
    desk.get_by_role("group", name="Among whom").get_by_label("Edgar").check()
    desk.get_by_role("button", name="Apply").click()
    settle(desk)
    desk.get_by_role("button", name="Undo").click()
    settle(desk)
