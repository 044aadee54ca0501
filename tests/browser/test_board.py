"""The board with mouse, keys and a narrow page: cards are dragged, lifted, moved by a menu, and put back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle


@pytest.fixture
def board(desk: Page, demo: Served) -> Page:
    desk.goto(f"{demo.url}/leads/board")
    settle(desk)
    expect(desk.locator("[data-lane] .count").first).not_to_be_empty()
    return desk


def lane(page: Page, number: int) -> Locator:
    return page.locator("[data-lane]").nth(number)


def count(page: Page, number: int) -> int:
    return int(lane(page, number).locator(".count").first.inner_text())


def drag(page: Page, card: Locator, to: Locator) -> None:
    """With a real mouse, in steps, as a hand does."""
    card.hover()
    page.mouse.down()
    box = to.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 120, steps=8)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 130, steps=3)
    page.mouse.up()


def test_a_card_is_dragged_and_both_heads_follow(board: Page) -> None:
    before = count(board, 0), count(board, 2)
    card = lane(board, 0).locator(".board-card").first
    id = card.get_attribute("data-id")
    drag(board, card, lane(board, 2))
    expect(lane(board, 2).locator(f"#card-{id}")).to_be_visible()
    expect(lane(board, 0).locator(".count").first).to_have_text(str(before[0] - 1))
    expect(lane(board, 2).locator(".count").first).to_have_text(str(before[1] + 1))
    expect(board.locator("#toasts [data-undo]")).to_be_visible()
    board.keyboard.press("z")
    expect(lane(board, 0).locator(f"#card-{id}")).to_be_visible()
    settle(board)
    assert (count(board, 0), count(board, 2)) == before


def test_a_card_dropped_on_an_end_asks_and_goes_back_meanwhile(board: Page) -> None:
    card = lane(board, 0).locator(".board-card").nth(1)
    id = card.get_attribute("data-id")
    drag(board, card, board.locator("[data-lane].is-folded").nth(1))
    dialog = board.locator("#dialog")
    expect(dialog.locator("[name=junk_reason]")).to_be_visible()
    expect(lane(board, 0).locator(f"#card-{id}")).to_be_visible()
    dialog.locator("[name=junk_reason]").select_option(index=1)
    dialog.locator(".button-primary").click()
    expect(board.locator("#toasts [data-undo]")).to_be_visible()
    expect(board).to_have_url(re.compile("/leads/board$"))
    expect(board.locator(f"#card-{id}")).to_have_count(0)


def test_a_card_is_lifted_moved_and_dropped_by_keys(board: Page) -> None:
    card = lane(board, 0).locator(".board-card").first
    id, name = card.get_attribute("data-id"), card.locator(".card-name")
    name.focus()
    board.keyboard.press("ArrowDown")
    expect(lane(board, 0).locator(".board-card").nth(1).locator(".card-name")).to_be_focused()
    board.keyboard.press("ArrowUp")
    board.keyboard.press("Space")
    expect(board.locator("#voice")).to_contain_text("lifted")
    board.keyboard.press("ArrowRight")
    expect(lane(board, 1).locator(f"#card-{id}")).to_be_visible()
    board.keyboard.press("Escape")
    expect(lane(board, 0).locator(f"#card-{id}")).to_be_visible()
    expect(name).to_be_focused()
    board.keyboard.press("Space")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Space")
    expect(board.locator("#toasts [data-undo]")).to_be_visible()
    expect(lane(board, 1).locator(f"#card-{id} .card-name")).to_be_focused()
    board.reload()
    expect(lane(board, 1).locator(f"#card-{id}")).to_be_visible()


def test_lanes_are_opened_filtered_and_left_for_a_record(board: Page) -> None:
    folded = board.locator("[data-lane].is-folded").first
    id = folded.get_attribute("data-lane")
    folded.locator(".lane-open").click()
    expect(board.locator(f"#lane-{id}.is-folded")).to_have_count(0)
    expect(board.locator(f"#lane-{id} .board-card").first).to_be_visible()
    board.locator("#search-here").fill("Farmacia")
    expect(board).to_have_url(re.compile("q=Farmacia"))
    first = board.locator(".board-card .card-name").first
    expect(first).to_contain_text("Farmacia")
    first.click()
    expect(board).to_have_url(re.compile(r"/leads/\d+"))
    board.locator(".crumbs a").first.click()
    expect(board).to_have_url(re.compile(r"/leads/board\?q=Farmacia"))


def test_axe_has_nothing_to_say_of_board_and_dialogs(board: Page) -> None:
    assert not axe_violations(board)
    lane(board, 0).locator(".board-card").first.hover()
    lane(board, 0).locator(".card-move").first.click()
    expect(board.locator("#dialog .move-choices")).to_be_visible()
    assert not axe_violations(board)
    board.locator("#dialog .move-choices a").last.click()
    expect(board.locator("#dialog [name=junk_reason]")).to_be_visible()
    assert not axe_violations(board)


@pytest.mark.parametrize("door", ["path", "value", "cell"])
def test_wherever_the_status_is_chosen_the_reason_is_asked(desk: Page, demo: Served, door: str) -> None:
    desk.goto(f"{demo.url}/leads?status=~open")
    settle(desk)
    row = desk.locator("#rows tbody tr").nth({"path": 3, "value": 4, "cell": 5}[door])
    name = row.locator(".row-name").inner_text()
    if door == "cell":
        row.locator("td", has=desk.locator(".state")).first.click()
        row.locator("select[name=status]").select_option(label="Descalificado")
        desk.keyboard.press("Enter")
    else:
        row.locator(".row-name").click()
        settle(desk)
    if door == "path":
        desk.locator(".path-ends").get_by_text("Descalificado").click()
    elif door == "value":
        desk.locator("#value-status .value").click()
        desk.locator("[data-value-form] select[name=status]").select_option(label="Descalificado")
        desk.locator("[data-value-form] button[type=submit]").first.click()
    dialog = desk.locator("#dialog")
    dialog.locator("[name=junk_reason]").select_option(label="Duplicado")
    dialog.locator(".button-primary").click()
    expect(desk.locator("#toasts [data-undo]")).to_be_visible()
    expect(desk.locator("#toasts")).to_contain_text(name)


def test_on_a_narrow_page_one_lane_is_seen_and_a_menu_moves_the_card(board: Page) -> None:
    board.set_viewport_size({"width": 360, "height": 740})
    assert board.evaluate("document.documentElement.scrollWidth <= 360")
    card = lane(board, 0).locator(".board-card").first
    id = card.get_attribute("data-id")
    card.locator(".card-move").click()
    board.locator("#dialog .move-choices button").first.click()
    expect(board.locator("#toasts [data-undo]")).to_be_visible()
    expect(lane(board, 1).locator(f"#card-{id}")).to_have_count(1)
