"""An import in the browser: bad rows are edited like a sheet, and the whole is taken back after a look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import axe_violations
from tests.browser.served import Served, settle
from tests.imports.made import ve_file


@pytest.fixture
def result(desk: Page, demo: Served) -> Page:
    """The result of an import with bad rows."""
    desk.goto(f"{demo.url}/leads/import")
    file = {"name": "prospectos.csv", "mimeType": "text/csv", "buffer": ve_file()}
    desk.locator("input[type=file]").set_input_files(file)
    desk.wait_for_url("**/columns")
    settle(desk)
    desk.locator("footer .button-primary").click()
    desk.wait_for_url("**/review")
    desk.locator("footer .button-primary").click()
    desk.wait_for_url(re.compile(r"/imports/\d+$"))
    settle(desk)
    return desk


def test_bad_rows_are_edited_by_key_and_the_import_taken_back(result: Page) -> None:
    wrong = result.locator("input[data-mend][aria-invalid]")
    cell = wrong.first
    was = cell.input_value()
    cell.fill("juan.nuevo@example.com")
    expect(result.locator("tr.is-changed")).to_have_count(1)
    expect(result.locator("[data-mend-button]")).to_contain_text("1")
    cell.press("Escape")
    expect(cell).to_have_value(was)
    expect(result.locator("tr.is-changed")).to_have_count(0)
    cell.fill("juan.nuevo@example.com")
    cell.press("Enter")
    expect(cell).not_to_be_focused()
    expect(result.locator("tbody tr").nth(1).locator("input:focus")).to_have_count(1)
    rows = result.locator("tbody tr").count()
    result.keyboard.press("Control+Enter")
    expect(result.locator("tbody tr")).to_have_count(rows - 1)
    settle(result)
    assert not axe_violations(result)

    result.locator(f"a[href$='{result.url.rpartition('/imports')[2]}/undo']").click()
    settle(result)
    assert not axe_violations(result)
    result.locator("footer .button-primary").click()
    result.wait_for_url(re.compile(r"/imports/\d+$"))
    expect(result.locator(".counts strong").first).to_have_text(re.compile(r"[1-9]"))
    assert not axe_violations(result)
