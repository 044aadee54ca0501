"""Pipelines with a mouse: one is made, its stages are set, its board is chosen, and a deal goes through it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.served import Served, settle
from tests.browser.test_board import count, drag, lane


def test_a_pipeline_of_its_own(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/settings/lists/pipelines")
    settle(desk)
    desk.fill("#add-value", "Wholesale")
    desk.keyboard.press("Enter")
    expect(desk.locator("input.value-name[value=Wholesale]")).to_be_visible()
    desk.locator("tr", has=desk.locator("input[value=Wholesale]")).locator("a", has_text="6").click()
    settle(desk)
    expect(desk.locator(".group[aria-current]")).to_have_text("Wholesale")
    first = desk.locator("tr[data-id]").first
    first.locator("[name=probability]").fill("15")
    with desk.expect_response(re.compile(r"/settings/lists/stages/\d+\?in=")):
        desk.keyboard.press("Enter")
    settle(desk)
    expect(desk.locator("tr[data-id]").first.locator("[name=probability]")).to_have_value("15")
    second = desk.locator("tr[data-id]").nth(1).get_attribute("data-id")
    desk.locator("tr[data-id] [data-grip]").nth(1).focus()
    with desk.expect_response(re.compile(r"/settings/lists/stages/order\?in=")):
        for key in ("Space", "ArrowUp", "Space"):
            desk.keyboard.press(key)
    desk.reload()
    settle(desk)
    assert desk.locator("tr[data-id]").first.get_attribute("data-id") == second

    desk.goto(f"{demo.url}/deals/board")
    settle(desk)
    shipped = desk.locator("[data-lane]").first.get_attribute("data-lane")
    desk.locator(".group", has_text="Wholesale").click()
    settle(desk)
    expect(desk.locator(".group[aria-current]")).to_have_text("Wholesale")
    assert lane(desk, 0).get_attribute("data-lane") == second != shipped
    expect(desk.locator(".board-card")).to_have_count(0)

    lane(desk, 0).locator("a[href*='/deals/new']").click()
    settle(desk)
    expect(desk.locator("#stage option:checked")).to_have_text(re.compile("^[^›]+$"))  # of this pipeline only
    pipelines = desk.locator("#pipeline option").all_inner_texts()
    assert "Wholesale" in pipelines
    desk.fill("#title", "Sillas al mayor")
    desk.locator("#value").fill("1000")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("h1, h2").filter(has_text="Sillas al mayor").first).to_be_visible()

    desk.goto(f"{demo.url}/deals/board")
    settle(desk)
    desk.locator(".group", has_text="Wholesale").click()
    settle(desk)
    expect(lane(desk, 0).locator(".board-card")).to_have_count(1)
    drag(desk, lane(desk, 0).locator(".board-card").first, lane(desk, 1))
    expect(lane(desk, 1).locator(".board-card")).to_have_count(1)
    expect(desk.locator("#toasts [data-undo]")).to_be_visible()
    expect(lane(desk, 1).locator(".lane-weight")).to_contain_text("15%")
    settle(desk)
    assert count(desk, 1) == 1
    desk.locator(".seg a", has_text="Forecast").click()
    settle(desk)
    row = desk.locator(".forecast tr", has_text="Without a date")
    row.locator("td").nth(2).locator("a").click()
    settle(desk)
    expect(desk.locator("#rows a", has_text="Sillas al mayor").first).to_be_visible()
    assert "pipeline=" in desk.url and "expected_close=~empty" in desk.url
