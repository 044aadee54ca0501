"""The card in a real browser: rows, map, documents and unsaved changes, by keyboard, with nothing for axe to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from core.testing.browser import axe_violations
from tests.browser.conftest import PEOPLE
from tests.browser.served import Served, open_page, settle, sign_in

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def test_a_lead_with_two_addresses_a_place_and_a_picture_by_keyboard(
    desk: Page, demo: Served, tmp_path: Path
) -> None:
    page = desk
    page.goto(f"{demo.url}/leads/new")
    settle(page)
    page.locator("#name").focus()
    page.keyboard.type("Card by keyboard")
    page.locator("#addresses-0-city").focus()
    page.keyboard.type("Caracas")
    page.locator("[data-rows-of=addresses] [data-row-add]").press("Enter")
    expect(page.locator("#addresses-1-type")).to_be_focused()
    page.locator("#addresses-1-city").focus()
    page.keyboard.type("Valencia")
    page.locator("#addresses-1-row [name='addresses-main']").press("Space")
    page.locator("#addresses-1-row [data-map]").press("Enter")
    place = page.locator("#map-place")
    expect(place).to_be_focused()
    expect(place.locator(".map-coast").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("[data-map-use]")).to_be_enabled()
    assert not axe_violations(page)
    page.locator("[data-map-use]").press("Enter")
    expect(page.locator("#addresses-1-latitude")).not_to_have_value("")
    expect(page.locator("#addresses-1-latitude")).to_be_focused()
    photo = tmp_path / "front.png"
    photo.write_bytes(PNG)
    page.set_input_files("[data-stage]", photo)
    name = page.locator("[data-staged] input:not([type=hidden])")
    expect(name).to_be_focused()
    name.fill("Front of the shop")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/leads/\d+$"))
    settle(page)
    expect(page.locator(".child-card .address b")).to_have_text(["Valencia", "Caracas"])
    assert not axe_violations(page)
    page.locator("#files a.row-name").press("Enter")
    expect(page.locator("#dialog img.preview")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#files button[aria-label^='Delete']").press("Enter")
    expect(page.locator("#files .lines li")).to_have_count(0)
    settle(page)
    page.keyboard.press("z")
    expect(page.locator("#files .lines li")).to_have_count(1)


def test_rows_are_removed_and_moved_and_the_focus_stays_near(desk: Page, demo: Served) -> None:
    page = desk
    page.goto(f"{demo.url}/leads/new")
    settle(page)
    for number, name in enumerate(("Ana", "Berta", "Carla")):
        if number:
            page.locator("[data-rows-of=contacts] [data-row-add]").press("Enter")
        page.fill(f"#contacts-{number}-first_name", name)
    page.locator("#contacts-2-row [data-row-lift]").press("Enter")
    expect(page.locator("#contacts-2-row [data-row-lift]")).to_be_focused()
    page.locator("#contacts-0-row [data-row-drop]").press("Enter")
    names = page.locator("[data-rows-of=contacts] [data-row-list] input[id$=first_name]")
    expect(names).to_have_count(2)
    assert [each.input_value() for each in names.all()] == ["Carla", "Berta"]
    expect(page.locator("#contacts-2-row input[type=radio]")).to_be_checked()


def test_leaving_what_is_unsaved_is_asked_about_and_what_is_untouched_is_not(
    desk: Page, demo: Served
) -> None:
    page = desk
    asked: list[str] = []

    def hear(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", hear)
    page.goto(f"{demo.url}/leads/3/edit")
    settle(page)
    page.goto(f"{demo.url}/leads/3")
    assert not asked
    page.goto(f"{demo.url}/leads/3/edit")
    settle(page)
    page.locator("#notes").focus()
    page.keyboard.type("unsaved")
    page.locator("#rail a[href='/clients']").click()
    expect(page).to_have_url(f"{demo.url}/clients")
    assert asked == ["beforeunload"]


def test_regions_follow_the_country_and_sectors_their_zone(desk: Page, demo: Served) -> None:
    page = desk
    page.goto(f"{demo.url}/leads/new")
    settle(page)
    page.evaluate("document.querySelector('#addresses-0-country').tomselect.setValue('CO')")
    expect(page.locator("#addresses-0-state-list option[value=Antioquia]")).to_be_attached()
    expect(page.locator("#addresses-0-state-list option[value=Carabobo]")).not_to_be_attached()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_rows_dialog_is_accessible_and_fits(browser: Browser, demo: Served, width: int, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 760}, color_scheme="dark" if theme == "dark" else "light"
    )
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["es"])
    page.goto(f"{demo.url}/leads/3")
    settle(page)
    page.locator(".child-card .box-head a[data-dialog]").first.click()
    expect(page.locator("#dialog [data-map]")).to_be_visible()
    settle(page)
    assert not axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#dialog [data-map]").click()
    expect(page.locator("#map .map-coast").first).to_be_visible()
    assert not axe_violations(page)
    page.keyboard.press("Escape")
    expect(page.locator("#dialog [data-map]")).to_be_focused()
    context.close()
    assert not faults.heard
