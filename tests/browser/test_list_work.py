"""Work in the list and beside it: cells that are changed where they stand, the star, favourites, the bell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PEOPLE, desk_context
from tests.browser.served import Served, open_page, settle, sign_in


@pytest.fixture
def desk(browser: Browser, demo: Served) -> Iterator[Page]:
    """A desk on which a refused value may be told with a status of its own."""
    context = desk_context(browser, "en-US")
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["en"])
    yield page
    context.close()
    assert not faults.heard


def cell(page: Page, row: int, field: str) -> Locator:
    return page.locator("#rows tbody tr").nth(row).locator(f"td[data-field={field}]")


def opened(page: Page, row: int, field: str) -> Locator:
    """The cell's input once it has the focus."""
    cell_input = cell(page, row, field).locator("#cell-input")
    expect(cell_input).to_be_focused()
    return cell_input


def test_enter_saves_and_goes_down_tab_goes_right_and_esc_leaves(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads?sort=name")
    settle(desk)
    cell(desk, 0, "value").click()
    opened(desk, 0, "value").fill("1,234.50")
    desk.keyboard.press("Enter")
    expect(cell(desk, 0, "value")).to_contain_text("1,234.50")
    opened(desk, 1, "value").fill("77")
    desk.keyboard.press("Escape")
    expect(cell(desk, 1, "value")).not_to_contain_text("77")

    cell(desk, 1, "segment").click()
    opened(desk, 1, "segment")
    desk.keyboard.press("Tab")
    opened(desk, 1, "channel")
    desk.keyboard.press("Shift+Tab")
    opened(desk, 1, "segment")
    desk.keyboard.press("Escape")
    expect(desk.locator("#cell-input")).to_have_count(0)


def test_a_wrong_value_stays_with_its_reason(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads?sort=name")
    settle(desk)
    before = cell(desk, 0, "value").inner_text()
    cell(desk, 0, "value").click()
    opened(desk, 0, "value").fill("a lot")
    desk.keyboard.press("Enter")
    expect(desk.locator("#cell-error")).to_be_visible()
    expect(desk.locator("#cell-input")).to_have_value("a lot")
    expect(desk.locator("#cell-input")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(cell(desk, 0, "value")).to_contain_text(before)


def test_keys_alone_reach_a_cell_and_undo_takes_it_back(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads?sort=name&columns=city,value")
    settle(desk)
    before = cell(desk, 0, "city").inner_text()
    desk.keyboard.press("j")
    desk.keyboard.press("F2")
    opened(desk, 0, "city").fill("Carora")
    desk.keyboard.press("Enter")
    expect(cell(desk, 0, "city")).to_have_text("Carora")
    opened(desk, 1, "city")
    desk.keyboard.press("Escape")
    expect(desk.locator("#cell-input")).to_have_count(0)
    settle(desk)
    desk.keyboard.press("z")
    expect(cell(desk, 0, "city")).to_have_text(before)


def test_the_star_and_the_place_in_the_list(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads?sort=name")
    settle(desk)
    desk.locator("#rows tbody tr a.row-name").nth(1).click()
    settle(desk)
    expect(desk.locator("#beside")).to_contain_text(re.compile(r"2 of \d+"))
    desk.keyboard.press("Control+ArrowDown")
    expect(desk.locator("#beside")).to_contain_text(re.compile(r"3 of \d+"))
    settle(desk)
    star = desk.locator("#star button")
    expect(star).to_have_attribute("aria-pressed", "false")
    desk.keyboard.press("f")
    expect(star).to_have_attribute("aria-pressed", "true")
    settle(desk)
    desk.keyboard.press("f")
    expect(star).to_have_attribute("aria-pressed", "false")


def test_favourites_come_into_the_navigation_and_leave_it(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/leads/3")
    settle(desk)
    title = desk.locator(".record-title h1").inner_text()
    desk.locator(".record-acts details summary").last.click()
    desk.get_by_role("button", name="Keep in favourites").click()
    kept = desk.locator("#favourites .rail-kept")
    expect(kept).to_contain_text(title)
    kept.first.hover()
    kept.first.get_by_role("button", name=re.compile("^Remove ")).click()
    settle(desk)
    expect(desk.locator("#favourites .rail-kept")).to_have_count(0)
