"""Sharing a record and asking who may do what with it, in its dialogs; rights of single statuses on a role's page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


def test_a_lead_is_shared_and_explained_in_dialogs(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads/3")
    settle(desk)
    dialog = desk.locator("#dialog")
    desk.locator(".record-acts summary").click()
    desk.locator(".menu-item", has_text="Share").click()
    expect(dialog.locator(".ts-control")).to_be_visible()
    dialog.locator(".ts-control").click()
    expect(dialog.locator(".ts-dropdown .option").nth(1)).to_be_visible()
    dialog.locator(".ts-control input").press_sequentially("Sara")
    expect(dialog.locator(".ts-dropdown .active")).to_contain_text("Sara")
    desk.keyboard.press("Enter")
    expect(dialog.locator(".ts-control .item")).to_contain_text("Sara")
    dialog.locator("[name=may]").select_option("edit")
    dialog.locator(".share-new .button-primary").click()
    expect(dialog.locator(".share-list li")).to_contain_text("Sara Sánchez")
    expect(dialog.locator(".share-list small")).to_contain_text("may edit it")
    expect(desk.locator("#timeline")).to_contain_text("Shared, to edit")
    assert not axe_violations(desk)
    dialog.locator(".share-list .button").click()
    expect(dialog.locator(".share-list")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()

    desk.locator(".record-acts summary").click()
    desk.locator(".menu-item", has_text="Who may do what").click()
    dialog.locator("[name=user]").select_option(label="Sara Sánchez")
    dialog.locator(".share-new .button-primary").click()
    expect(dialog.locator(".why")).to_contain_text("The role “Salesperson” reaches own records.")
    assert not axe_violations(desk)


def test_a_role_is_set_in_single_statuses(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/settings/roles")
    settle(desk)
    desk.locator(".setting a", has_text="Auditor").first.click()
    expect(desk).to_have_url(re.compile(r"/settings/roles/\d+$"))
    rights = desk.locator("details.stage-rights").first
    rights.locator("summary").focus()
    desk.keyboard.press("Enter")
    chosen = rights.locator("select").first
    expect(chosen).to_be_visible()
    chosen.select_option(label="None")
    desk.locator(".form-acts .button-primary").click()
    settle(desk)
    expect(desk.locator("details.stage-rights[open] select.is-own")).to_have_count(1)
    assert not axe_violations(desk)
    for width in (1280, 360):
        desk.set_viewport_size({"width": width, "height": 800})
        over = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, width
    desk.locator("details.stage-rights[open] select.is-own").select_option("")
    desk.locator(".form-acts .button-primary").click()
    settle(desk)
    expect(desk.locator("select.is-own")).to_have_count(0)
