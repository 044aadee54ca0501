"""The timeline by keys alone, and on a narrow page: a call is written down, changed, deleted and brought back."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from core.testing.browser import axe_violations
from tests.browser.conftest import PEOPLE
from tests.browser.served import Served, open_page, settle, sign_in


def test_a_call_is_written_down_and_taken_back_without_a_mouse(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads/9")
    settle(desk)
    composer, story = desk.locator("#composer"), desk.locator("#timeline")
    composer.locator("input[name=kind]:checked").focus()
    desk.keyboard.press("ArrowRight")
    expect(composer.locator("[name=minutes]")).not_to_be_visible()
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Tab")
    while composer.locator("textarea:focus").count() == 0:
        desk.keyboard.press("Tab")
    desk.keyboard.type("Asked about prices, @ed")
    expect(composer.locator(".names-list [aria-selected=true]")).to_contain_text("edgar", ignore_case=True)
    assert not axe_violations(desk)
    desk.keyboard.press("Enter")
    desk.keyboard.type("sends them")
    desk.reload()
    settle(desk)
    expect(composer.locator("textarea")).to_have_value(re.compile(r"^Asked about prices, @\S.* sends them$"))

    composer.locator("[name=outcome]").focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Tab")
    desk.keyboard.type("x")
    desk.keyboard.press("Control+Enter")
    expect(composer.locator("[name=minutes]")).to_be_focused()
    expect(composer.locator("[role=alert]")).to_be_visible()
    settle(desk)
    desk.keyboard.press("Backspace")
    desk.keyboard.type("7")
    composer.locator("#composer-add-next > summary").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Send the price list")
    desk.keyboard.press("Control+Enter")
    entry = story.locator(".story-told", has_text="Asked about prices").first
    expect(entry).to_contain_text("7 min")
    expect(entry).to_contain_text("Send the price list")
    expect(entry.locator(".said-name")).to_have_count(1)
    expect(composer.locator("textarea")).to_be_focused()
    expect(composer.locator("textarea")).to_have_value("")
    settle(desk)

    def press_in_menu(label: str) -> None:
        entry.locator(".said-acts summary").focus()
        desk.keyboard.press("Enter")
        item = entry.locator(".said-acts .menu-item", has_text=label)
        expect(item).to_be_visible()
        for _ in range(6):
            desk.keyboard.press("ArrowDown")
            if item.evaluate("each => each === document.activeElement"):
                break
        desk.keyboard.press("Enter")

    press_in_menu("Edit")
    form = story.locator("[data-composer] textarea")
    form.focus()
    desk.keyboard.press("End")
    desk.keyboard.type(" today")
    assert not axe_violations(desk)
    desk.keyboard.press("Control+Enter")
    expect(entry).to_contain_text("sends them today")
    expect(entry).to_be_focused()
    settle(desk)
    press_in_menu("Delete")
    expect(entry).to_have_count(0)
    settle(desk)
    desk.keyboard.press("z")
    expect(entry).to_contain_text("sends them today")
    settle(desk)
    desk.locator(".story-head .menu-anchor > summary").focus()
    desk.keyboard.press("Enter")
    desk.locator(".story-head .menu-item", has_text="Changes").focus()
    desk.keyboard.press("Enter")
    expect(story.locator(".story-told")).to_have_count(0)
    expect(desk).to_have_url(re.compile(r"show=changes"))


def test_a_narrow_page_asks_what_was_said_after_a_call(browser: Browser, demo: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-US")
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["en"])
    page.goto(f"{demo.url}/leads/11")
    settle(page)
    page.route("tel:*", lambda route: route.abort())
    page.locator("#composer").wait_for(state="hidden")
    page.locator(".quick-acts a[href^='tel:']").evaluate(
        "link => link.addEventListener('click', (e) => e.preventDefault())"
    )
    page.locator(".quick-acts a[href^='tel:']").click()
    composer = page.locator("#composer")
    expect(composer.locator("textarea")).to_be_focused()
    expect(composer.locator("input[data-meaning=call]")).to_be_checked()
    expect(page.locator(".record-tabs [aria-current]")).to_have_text("Activity")
    page.keyboard.type("Nobody there")
    composer.locator("#composer-save").click()
    expect(page.locator("#timeline .story-told").first).to_contain_text("Nobody there")
    settle(page)
    assert not axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".record-tabs .tab", has_text="Pending").click()
    expect(composer).not_to_be_visible()
    expect(page.locator(".story-pending")).to_be_visible()
    context.close()
    assert not faults.heard
