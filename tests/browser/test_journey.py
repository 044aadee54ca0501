"""One lead's journey: from an empty folder through first start, import, work and conversion to the report's workbook."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.installation import ADMIN, PASSWORD
from tests.browser.conftest import desk_context
from tests.browser.prospects import CLIENTS, DUPLICATES, ERRORS, LEADS, Prospect, one_to_work, prospects_file
from tests.browser.served import Served, open_page, serving, settle

STEPS_BETWEEN = 8
"""Tabs from one field to the next at the most: what lies between is a button or two."""


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path):
    """A fresh installation on each database: nobody has set it up."""
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with serving(tmp_path / "instance", database) as running:
        yield running


def test_a_lead_from_the_first_start_to_the_report(browser: Browser, served: Served, tmp_path: Path) -> None:
    file = prospects_file(tmp_path)
    lead = one_to_work(file)
    context = desk_context(browser)
    page, faults = open_page(context)
    first_start(page, served)
    sign_out_and_in(page, served)
    switch_reports_on(page, served)
    import_the_file(page, served, file)
    find_by_search_and_document(page, served, lead)
    work_on_it(page, tmp_path)
    convert(page, lead)
    read_the_funnel(page, served, tmp_path)
    sign_out(page)
    context.close()
    assert not faults.heard


def first_start(page: Page, served: Served) -> None:
    """The setup page in Spanish, from top to bottom by Tab."""
    page.goto(served.setup_link())
    settle(page)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1")).to_contain_text("dos minutos")
    expect(page.locator("#company")).to_be_focused()
    page.keyboard.type("Almacenes Caroní")
    tab_to(page, "#country")
    page.keyboard.type("Venezuela")
    expect(page.locator("#country")).to_have_value("VE")
    tab_to(page, "#currency")
    expect(page.locator("#currency")).to_have_value("USD")
    tab_to(page, "#zone")
    expect(page.locator("#zone")).to_have_value("America/Caracas")
    tab_to(page, "[name=mode][value=classic]")
    expect(page.locator("[name=apps][value=crm_leads]")).to_be_disabled()
    reports = page.locator("[name=apps][value=crm_reports]")
    tab_to(page, "[name=apps][value=crm_reports]")
    if reports.is_checked():
        page.keyboard.press("Space")
    expect(reports).not_to_be_checked()
    tab_to(page, "#name")
    page.keyboard.type("Ada Admin")
    tab_to(page, "#email")
    page.keyboard.type(ADMIN)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    expect(page.locator("#strength")).not_to_be_empty()  # judged before it is sent
    tab_to(page, "button.button-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/(apps)?$"), timeout=30_000)
    expect(page.locator("#rail")).to_contain_text("Prospectos")
    expect(page.locator("#rail")).not_to_contain_text("Reportes")


def sign_out_and_in(page: Page, served: Served) -> None:
    """The link opens once; the new account signs in."""
    sign_out(page)
    page.goto(served.setup_link())
    expect(page.locator("#company")).to_have_count(0)
    page.goto(f"{served.url}/sign-in")
    page.fill("#email", ADMIN)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page).to_have_url(f"{served.url}/")
    expect(page.locator("#rail")).to_contain_text("Almacenes Caroní")


def sign_out(page: Page) -> None:
    settle(page)
    page.locator(".rail-user summary").click()
    page.locator(".rail-user form[action$='/sign-out'] button").click()
    expect(page).to_have_url(re.compile("/sign-in"))


def switch_reports_on(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/apps")
    settle(page)
    page.locator("#do-crm_reports").click()
    expect(page.locator("#panel-form")).to_be_visible()
    expect(page.locator("#rail a[href='/reports']")).to_have_count(0)
    page.locator("#panel-form button.button-primary").click()
    expect(page.locator("#do-crm_reports")).to_have_attribute("aria-checked", "true", timeout=20_000)
    expect(page.locator("#rail a[href='/reports']")).to_be_visible()


def import_the_file(page: Page, served: Served, file: Path) -> None:
    """Nothing is mapped by hand; the check says what the import then does."""
    page.goto(f"{served.url}/leads")
    settle(page)
    page.locator("a[href='/leads/import']").first.click()
    page.locator("#file").wait_for()
    settle(page)
    page.set_input_files("#file", file)
    expect(page).to_have_url(re.compile("/columns"))
    settle(page)
    page.locator("footer button.button-primary").click()
    expect(page).to_have_url(re.compile("/review"), timeout=30_000)
    assert figures(page) == [LEADS + CLIENTS, 0, len(DUPLICATES), len(ERRORS)]
    page.locator("footer button.button-primary").click()
    expect(page.locator("a.count-card")).to_have_count(4, timeout=60_000)
    assert figures(page) == [LEADS + CLIENTS, 0, len(DUPLICATES), len(ERRORS)]
    expect(page.locator(".sheet tbody tr")).to_have_count(len(ERRORS))
    page.locator("a.count-card").nth(2).click()
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator(".sheet tbody tr")).to_have_count(len(DUPLICATES))


def figures(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".count-card strong").all_inner_texts()]


def find_by_search_and_document(page: Page, served: Served, lead: Prospect) -> None:
    page.goto(f"{served.url}/leads?view=all")
    settle(page)
    expect(page.locator("#list-total")).to_contain_text(str(LEADS))
    page.locator("#search-here").press_sequentially(lead.name.lower().replace("á", "a"))
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.locator("#rows tbody tr")).to_contain_text(lead.name)

    page.goto(f"{served.url}/leads?view=all")
    settle(page)
    page.locator("#find-here").press_sequentially(lead.number.replace("-", "")[:-1])
    expect(page.locator(".combo-list [role=option]").first).to_contain_text(lead.name)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("document_number"))
    page.locator("#rows tbody tr a", has_text=lead.name).click()
    expect(page.locator("h1")).to_have_text(lead.name)


def work_on_it(page: Page, folder: Path) -> None:
    """A value in its place, the path, a tag, a file."""
    settle(page)
    value = page.locator("#value-channel")
    value.locator("a.value").click()
    value.locator("select").select_option(label="Feria")
    value.locator("button[type=submit]").click()
    expect(value.locator("a.value")).to_have_text("Feria")

    page.locator("#path button", has_text="Procesado").click()
    expect(page.locator("#path [aria-current=step]")).to_contain_text("Procesado")
    expect(page.locator("#toasts [data-undo]")).to_be_visible()

    settle(page)
    page.locator(".record-facts a[href$='/edit#tags']").click()
    expect(page).to_have_url(re.compile("/edit#tags$"))
    settle(page)  # Ctrl Enter is a key of the script
    page.locator("form[data-record-form] #tags").fill("Visita en noviembre")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".record-facts .chip").first).to_have_text("Visita en noviembre")
    settle(page)

    file = folder / "RIF vigente.pdf"
    file.write_bytes(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    page.set_input_files("#files input[type=file]", file)
    expect(page.locator("#files .row-name")).to_contain_text("RIF vigente")
    with page.expect_download() as download:
        page.locator("#files a.icon-button[download]").click()
    assert download.value.path().read_bytes() == file.read_bytes()
    expect(page.locator("#timeline")).to_contain_text("Feria")


def convert(page: Page, lead: Prospect) -> None:
    settle(page)
    page.locator(".record-acts a[href$='/convert']").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("form")).to_be_visible()
    expect(dialog).to_contain_text(lead.name)
    dialog.locator("button.button-primary").click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    page.locator("main a[href^='/clients/']", has_text=lead.name).first.click()
    expect(page).to_have_url(re.compile(r"/clients/\d+$"))
    expect(page.locator("h1")).to_have_text(lead.name)
    expect(page.locator("#files")).to_contain_text("RIF vigente")
    expect(page.locator("#value-tags")).to_contain_text("Visita en noviembre")


def read_the_funnel(page: Page, served: Served, folder: Path) -> None:
    """A number of the report opens the list of as many leads; the workbook says the same."""
    page.goto(f"{served.url}/reports/lead-funnel?from=2020-01-01&to=2030-12-31")
    settle(page)
    link = page.locator(".figures dd a").first
    number = int(link.inner_text().replace(".", ""))
    assert number > 0
    chart = page.locator("[data-chart] svg").first
    expect(chart).to_be_visible()
    with page.expect_download() as download:
        page.locator("a[href*='lead-funnel.xlsx']").click()
    target = folder / "funnel.xlsx"
    download.value.save_as(target)
    book = openpyxl.load_workbook(target)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert number in cells
    assert any(sheet._charts for sheet in book)

    link.click()
    expect(page).to_have_url(re.compile("/leads"))
    settle(page)
    expect(page.locator("#list-total")).to_contain_text(str(number))


def tab_to(page: Page, selector: str) -> None:
    """Go on by Tab alone until this has the focus."""
    wanted = page.locator(selector)
    for _step in range(STEPS_BETWEEN):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused(timeout=100)
