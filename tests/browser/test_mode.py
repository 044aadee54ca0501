"""The CRM mode changed at a desk, and taken back by keys alone on a narrow page; an inquiry in each of the two."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from core.resources.context import write_context
from core.resources.write import create
from core.testing.installation import ADMIN, ALL_APPS, Installation, Shape, config_for, make
from tests.browser.conftest import desk_context
from tests.browser.served import open_page, serving, settle, sign_in


def fill(instance: Path) -> None:
    shape = Shape(apps=ALL_APPS, language="en")
    config = config_for(instance, shape)
    make(config, shape)
    installation = Installation(config)
    with installation.session(ADMIN) as session:
        context = write_context(session, installation.house, session.info["actor"], "api")
        for name in ("Panadería Sol", "Ferretería Norte"):
            create(installation.house.resources["leads"], {"name": name}, context)
        session.commit()
    installation.close()


def test_the_mode_is_changed_and_taken_back(browser: Browser, tmp_path: Path) -> None:
    fill(tmp_path / "instance")
    with serving(tmp_path / "instance") as served:
        context = desk_context(browser, "en-US")
        page, faults = open_page(context)
        sign_in(page, served.url, ADMIN)

        # a call comes in: known by its number, it is not doubled
        for said in ("Three doors", "And a window"):
            page.goto(f"{served.url}/inquiries/new")
            settle(page)
            page.fill("#name", "Rosa")
            page.fill("#phone", "0414-555.12.34")
            page.fill("#message", said)
            page.keyboard.press("Control+Enter")
            page.wait_for_url(re.compile(r"/leads/\d+$"))
        expect(page.locator("#timeline")).to_contain_text("And a window")

        # what it would do is shown beside what is asked, and follows it
        page.goto(f"{served.url}/settings/mode")
        page.get_by_role("link", name="Change to “Simple” …").click()
        outcome = page.locator("#mode-preview")
        expect(outcome).to_contain_text("3 open leads are converted.")
        expect(outcome).to_contain_text("New contact1")
        page.get_by_label("Always a contact").check()
        expect(outcome).to_contain_text("New contact3")
        expect(page.get_by_label("Name of the new pipeline")).to_be_hidden()
        page.get_by_label("And a deal in the pipeline").select_option("new")
        page.get_by_label("Name of the new pipeline").fill("From leads")
        page.get_by_label("Contact or company, as each lead is").check()
        expect(outcome).to_contain_text("New contact1")
        settle(page)
        page.get_by_role("button", name="Change the mode").click()
        expect(page.locator(".mode-change")).to_contain_text("3 leads converted", timeout=30_000)
        expect(page.locator(".mode-change")).to_contain_text("Done")
        settle(page)

        # in simple mode leads are history, and an inquiry is a deal
        page.goto(f"{served.url}/leads")
        expect(page.locator("main")).to_contain_text("In simple mode there are no new leads")
        page.goto(f"{served.url}/inquiries/new")
        settle(page)
        page.fill("#name", "Luis")
        page.fill("#email", "luis@example.com")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/deals/\d+$"))

        # taken back on a narrow page, by keys alone
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{served.url}/settings/mode")
        settle(page)
        page.get_by_role("link", name="Take back …").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#mode-preview")).to_contain_text("Leads that come back")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        settle(page)
        page.get_by_role("button", name="Take it back").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".mode-change").first).to_contain_text("3 leads brought back", timeout=30_000)
        expect(page.locator(".mode-change").first).to_contain_text("Takes a change back")
        expect(page.locator(".mode-change").first).to_contain_text("Done")
        settle(page)
        page.goto(f"{served.url}/leads?status=~open")
        expect(page.locator("#rows")).to_contain_text("Ferretería Norte")
        assert not faults.heard
        context.close()
