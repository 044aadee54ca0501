"""Duplicates found, looked over and merged in a real browser, by keyboard, and taken back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


def test_duplicates_are_merged_by_keyboard_and_parted_again(desk: Page, demo: Served) -> None:
    page = desk
    for name, email in (("Merge me, C.A.", "one@merge.example"), ("MERGE ME", "two@merge.example")):
        page.goto(f"{demo.url}/leads/new")
        settle(page)
        page.locator("#name").fill(name)
        page.locator("#email").fill(email)
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(r"/leads/\d+$"))
    second = int(page.url.rsplit("/", 1)[1])
    page.goto(f"{demo.url}/leads/{second}/duplicates")
    settle(page)
    assert not axe_violations(page)
    page.locator("button:has-text('Fusionar'), button:has-text('Merge')").press("Enter")
    expect(page).to_have_url(re.compile(r"/leads/merge\?"))
    settle(page)
    assert not axe_violations(page)
    page.locator("input[form=choose-keep]:not(:checked)").press(
        "Space"
    )  # the other one stays: the page says it anew
    expect(page).to_have_url(re.compile(r"keep=\d+"))
    settle(page)
    page.locator("input[name=from-email]:not(:checked)").press("Space")
    kept = int(page.locator("input[name=keep][type=hidden]").input_value())
    page.locator(".merge-acts .button-primary").press("Enter")
    expect(page).to_have_url(re.compile(rf"/leads/{kept}$"))
    settle(page)
    gone = page.goto(f"{demo.url}/leads/{second if kept != second else second - 1}")
    assert gone is not None
    assert page.url.endswith(f"/leads/{kept}")
    settle(page)
    page.locator("#timeline form button").first.press("Enter")
    settle(page)
    page.goto(f"{demo.url}/leads/{second}")
    expect(page.locator("h1").first).to_have_text("MERGE ME")
