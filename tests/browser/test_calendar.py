"""A day of tasks in a real browser: the calendar by pointer and by keyboard, one's day by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


def test_tasks_by_pointer_and_by_keyboard(desk: Page, demo: Served) -> None:
    page = desk
    page.goto(f"{demo.url}/calendar?on=2031-05-14")
    settle(page)
    page.locator('[data-day="2031-05-14"] .cal-empty').click()
    expect(page.locator("#dialog #task-due_on")).to_have_value("2031-05-14")
    page.locator("#dialog #task-title").fill("Paint the fence")
    page.locator("#dialog #task-due_time").fill("09:00")
    page.keyboard.press("Control+Enter")
    fence = page.get_by_role("link", name="Paint the fence")
    expect(page.locator('[data-day="2031-05-14"]').get_by_text("Paint the fence")).to_be_visible()

    fence.drag_to(page.locator('[data-day="2031-05-16"]'))
    expect(page.locator('[data-day="2031-05-16"]').get_by_text("Paint the fence")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("was moved")
    fence.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#voice")).to_contain_text("23")
    page.keyboard.press("Escape")
    expect(page.locator('[data-day="2031-05-16"]').get_by_text("Paint the fence")).to_be_visible()

    page.goto(f"{demo.url}/calendar?view=week&on=2031-05-16")
    settle(page)
    expect(fence).to_have_class(re.compile(r"\br-36 s-2\b"))
    fence.focus()
    for key in (" ", "ArrowDown", "ArrowLeft", "Shift+ArrowDown", "Shift+ArrowDown", " "):
        page.keyboard.press(key)
    moved = page.locator('.cal-column[data-day="2031-05-15"] .cal-entry')
    expect(moved).to_have_class(re.compile(r"\br-38 s-4\b"))
    expect(moved).to_be_focused()
    settle(page)
    assert not axe_violations(page)
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.locator(".cal-lists").get_by_text("Paint the fence")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 800})

    page.goto(f"{demo.url}/my-day")
    settle(page)
    today = page.locator(".day-today")
    page.keyboard.press("n")
    expect(page.locator("[name=title]")).to_be_focused()
    for title in ("Zero the scales", "Zip the bags"):
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(today).to_contain_text(title)
        expect(page.locator("[name=title]")).to_have_value("")
    page.locator("[name=title]").blur()
    here = page.locator(".is-here .task-title")
    for _line in range(60):
        page.keyboard.press("j")
        if here.inner_text() == "Zero the scales":
            break
    page.keyboard.press("x")
    expect(today).not_to_contain_text("Zero the scales")
    expect(here).to_have_text("Zip the bags")
    page.keyboard.press("z")
    expect(today).to_contain_text("Zero the scales")
    today.locator(".task-line", has_text="Zero the scales").locator(".task-tomorrow button").click()
    expect(page.locator(".day-week")).to_contain_text("Zero the scales")
    settle(page)
    assert not axe_violations(page)
