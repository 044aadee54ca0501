"""A rule is built from the keyboard, tried out, switched on, and seen at work."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.served import Served, settle


def test_a_rule_built_from_the_keyboard_is_seen_at_work(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/settings/automation/rules/new?resource=leads")
    settle(desk)
    keys = desk.keyboard
    desk.locator("#rule-name").focus()
    keys.type("Corporate names")
    desk.locator("#rule-trigger").focus()
    keys.type("A field")
    settle(desk)
    desk.locator("#rule-on-field").select_option("legal_name")
    settle(desk)
    expect(desk.locator(".automation-sentence")).to_contain_text("changes")
    for kind in ("Add a tag", "Tell people"):
        desk.locator("#rule-more").focus()
        keys.type(kind)
        keys.press("Tab")
        expect(desk.locator("#rule-add")).to_be_focused()
        keys.press("Enter")
        settle(desk)
    expect(desk.locator("#rule-add")).to_be_focused()  # drawn anew, and one is still there
    desk.locator("#rule-up-1").focus()
    keys.press("Enter")
    settle(desk)
    desk.locator("#rule-do-0-text").fill("{name} has another legal name")
    desk.locator("label", has_text="Whoever it belongs to").click()
    desk.locator("#rule-do-1-tags").focus()
    keys.type("corporate")
    keys.press("Enter")  # saves
    settle(desk)
    row = desk.locator("tr[data-id]", has_text="Corporate names")
    expect(row).to_contain_text("add the tag corporate")
    row.get_by_role("switch").focus()
    keys.press(" ")
    settle(desk)
    desk.goto(f"{demo.url}/leads/3/edit")
    settle(desk)
    desk.locator("[name=legal_name]").fill("Comercial Andina, C.A.")
    keys.press("Control+Enter")
    settle(desk)
    desk.goto(f"{demo.url}/settings/automation")
    row.get_by_role("link", name="Corporate names").click()
    settle(desk)
    desk.get_by_role("button", name="Try it out").click()
    settle(desk)
    expect(desk.locator("#setting-title")).to_contain_text("tried out")
    expect(desk.locator(".setting-head p")).to_contain_text("1 record")
    for _look in range(40):  # a worker does it by and by
        desk.goto(f"{demo.url}/settings/automation/log")
        if desk.get_by_text("tagged corporate").count():
            break
        desk.wait_for_timeout(250)
    expect(desk.get_by_text("tagged corporate")).to_be_visible()
    desk.goto(f"{demo.url}/leads/3")
    settle(desk)
    expect(desk.get_by_text("Rule “Corporate names”").first).to_be_visible()
