"""Without JavaScript: signing in, the list, filters, pages, new, edit and convert are plain links and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.installation import PASSWORD
from tests.browser.conftest import PEOPLE
from tests.browser.served import Served


@pytest.fixture
def plain(browser: Browser, demo: Served) -> Iterator[Page]:
    """A page of a browser without script, signed in."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-US", java_script_enabled=False
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{demo.url}/leads")
    page.fill("#email", PEOPLE["en"])
    page.fill("#password", PASSWORD)
    page.click("form.sign-form button.button-primary")
    expect(page).to_have_url(f"{demo.url}/leads")
    yield page
    context.close()


def test_list_is_searched_filtered_sorted_and_paged(plain: Page) -> None:
    rows = plain.locator("#rows tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.inner_text()
    plain.click("#pager a[href*='cursor=']")
    expect(plain).to_have_url(re.compile("cursor="))
    assert rows.count() >= 10
    assert rows.first.inner_text() != first

    plain.click("#views a.tab >> nth=0")
    plain.fill("#search-here", "orinoco")
    plain.press("#search-here", "Enter")
    expect(rows.first).to_contain_text("Orinoco")
    assert rows.count() < 20

    plain.click(".filters-clear")
    plain.click("#chips details:has([name=segment]) > summary")
    plain.check("#chips details:has([name=segment]) input[type=checkbox] >> nth=1")
    plain.click("#chips details:has([name=segment]) button[type=submit]")
    expect(plain).to_have_url(re.compile("segment="))
    words = plain.locator(".pill-set b").inner_text()
    assert rows.count() > 0
    for row in rows.all_inner_texts():
        assert words in row
    plain.click(".pill-off")
    expect(plain).not_to_have_url(re.compile("segment="))

    plain.click("#rows thead th a >> nth=0")
    expect(plain).to_have_url(re.compile("sort="))
    expect(plain.locator("#rows th[aria-sort]").first).to_contain_text("Name")


def test_a_lead_is_made_changed_and_converted(plain: Page) -> None:
    plain.click("[data-key=n]")
    plain.fill("[name=name]", "  ")
    plain.click("button.button-primary[data-save]")
    expect(plain.locator("[aria-invalid=true]")).to_have_count(1)
    plain.fill("[name=name]", "Sin guion")
    plain.fill("[name=email]", "singuion@example.com")
    plain.click("button.button-primary[data-save]")
    expect(plain).to_have_url(re.compile(r"/leads/\d+$"))
    expect(plain.locator("h1")).to_have_text("Sin guion")

    plain.click("[data-key=e]")
    plain.fill("[name=name]", "Sin guion, C.A.")
    plain.click("button.button-primary[data-save]")
    expect(plain.locator("h1")).to_have_text("Sin guion, C.A.")

    plain.click("#path button >> nth=0")
    expect(plain.locator("#toasts")).to_contain_text("Sin guion, C.A.")

    plain.click("#value-email a.value")
    expect(plain).to_have_url(re.compile(r"/edit#email$"))
    plain.go_back()

    plain.click(".record-acts a[href$='/convert']")
    expect(plain.locator(".outcome")).to_contain_text("Sin guion, C.A.")
    plain.click("main button.button-primary")
    expect(plain).to_have_url(re.compile(r"/(deals|clients)/\d+$"))
    expect(plain.locator("h1")).to_have_text("Sin guion, C.A.")


def test_a_file_is_attached_and_a_record_deleted(plain: Page, demo: Served) -> None:
    plain.goto(f"{demo.url}/leads/new?name=Para+borrar")
    plain.click("button.button-primary[data-save]")
    expect(plain.locator("h1")).to_have_text("Para borrar")
    plain.set_input_files(
        "#files input[type=file]", {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"hola"}
    )
    plain.click("#files form.upload button[type=submit]")
    expect(plain.locator("#files .row-name")).to_have_text("nota")

    plain.click(".record-acts details > summary")
    plain.click(".record-acts a[href$='/delete']")
    plain.click("main button[type=submit]")
    expect(plain).to_have_url(re.compile(r"/leads(\?|$)"))
    expect(plain.locator("#rows")).not_to_contain_text("Para borrar")


def test_an_app_is_switched_off_and_on(plain: Page, demo: Served) -> None:
    """Each demonstration is one company: the app is on again for the other tests."""
    plain.goto(f"{demo.url}/apps")
    plain.click("#do-crm_reports")
    plain.click("#panel-form button.button-primary")
    expect(plain.locator("#rail a[href='/reports']")).to_have_count(0)
    plain.click("#do-crm_reports")
    plain.click("#panel-form button.button-primary")
    expect(plain.locator("#rail a[href='/reports']")).to_be_visible()


def test_rows_and_documents_are_written_without_script(plain: Page, demo: Served) -> None:
    plain.goto(f"{demo.url}/leads/new")
    plain.fill("#name", "Sin guion")
    plain.fill("#addresses-0-city", "Caracas")
    plain.click("[data-rows-of=addresses] button[name=add]")
    expect(plain.locator("#name")).to_have_value("Sin guion")
    plain.fill("#addresses-1-city", "Valencia")
    plain.check("#addresses-1-row input[type=radio]")
    plain.set_input_files(
        "#files input[type=file]", {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"hola"}
    )
    plain.fill("#email", "mal")
    plain.click("button.button-primary[data-save]")
    expect(plain.locator("[data-staged]")).to_have_count(1)
    plain.fill("#email", "bien@example.com")
    plain.press("#email", "Enter")
    expect(plain.locator("h1")).to_have_text("Sin guion")
    expect(plain.locator(".child-card .address b")).to_have_text(["Valencia", "Caracas"])
    expect(plain.locator("#files .row-name")).to_have_text("nota")
    plain.click(".child-card .address a[href*='/rows/addresses/'] >> nth=1")
    plain.fill("#addresses-0-city", "Coro")
    plain.click("button[data-save]")
    expect(plain.locator(".child-card .address b")).to_have_text(["Valencia", "Coro"])
