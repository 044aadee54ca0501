"""The conversion dialog in Chromium: a lead goes into a known company with a new deal and comes back; by keys alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from core.testing.browser import axe_violations
from core.testing.installation import ALL_APPS, Installation, Shape, config_for
from tests.browser.conftest import PEOPLE
from tests.browser.served import Served, open_page, settle, sign_in

LEAD = {
    "name": "Farmacia Doña Bárbara",
    "title": "Primer pedido, Farmacia Doña Bárbara",
    "document_type": "RIF",
    "document_number": "J-11721484-1",
    "email": "barbara@example.com",
    "value": "900.50",
    "contacts": [{"first_name": "José", "last_name": "Núñez", "email": "jose@example.com"}],
}


@pytest.fixture(scope="module")
def leads(demo: Served) -> tuple[int, int]:
    """Two leads of a client that the company knows, among those of the demonstration."""
    config = config_for(demo.log.with_suffix(""), Shape(apps=ALL_APPS))
    installation = Installation(config)
    known = {"document_type": "RIF", "document_number": "J117214841"}
    post(installation, "clients", name="Droguería Doña Bárbara", **known)
    post(installation, "clients", name="Droguería Centralísima", kind="company")
    made = post(installation, "leads", **LEAD), post(installation, "leads", **LEAD)
    installation.close()
    return made


def post(installation: Installation, path: str, **given: Any) -> int:
    client, headers = installation.app.test_client(), installation.token(PEOPLE["es"])
    answer = client.post(f"/api/v1/{path}", json=given, headers=headers)
    assert answer.status_code == 201, answer.text
    made: Any = answer.json
    return int(made["id"])


def test_a_lead_goes_into_a_known_company_with_a_new_deal_and_comes_back(
    browser: Browser, demo: Served, leads: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-VE")
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["es"])
    page.goto(f"{demo.url}/leads/{leads[0]}")
    settle(page)
    page.click(".record-acts a[href$='/convert']")
    dialog = page.locator("#dialog")
    company, deal, outcome = (dialog.locator(each) for each in ("#part-company", "#part-deal", "#outcome"))
    expect(company.locator(".match").first).to_contain_text("Droguería Doña Bárbara")
    assert not axe_violations(page)

    # the right side follows what is typed, and what is typed outlives every other choice
    page.fill("#deal-new-title", "Pedido de enero")
    expect(outcome).to_contain_text("Pedido de enero")
    dialog.locator("#part-contact .toggle").click()
    expect(outcome).not_to_contain_text("José Núñez")
    expect(page.locator("#target-contact")).to_be_focused()
    deal.locator(".toggle").click()
    expect(page.locator("#deal-new-title")).to_have_count(0)
    deal.locator(".toggle").click()
    expect(page.locator("#deal-new-title")).to_have_value("Pedido de enero")

    # another company is found by its name, then the suggested one is taken again
    company.locator(".match-others summary").click()
    page.locator("#find-company").press_sequentially("Centralí")
    company.locator("[role=option]").first.click()
    expect(outcome).to_contain_text("Droguería Centralísima")
    company.locator(".match-other", has_text="Doña Bárbara").first.locator("input").click()
    expect(outcome).to_contain_text("Droguería Doña Bárbara")
    company.locator("[id$='-email-lead']").check()
    expect(page.locator("#convert-do")).not_to_have_attribute("aria-disabled", "true")
    page.click("#convert-do")

    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    expect(page.locator("h1")).to_have_text("Pedido de enero")
    settle(page)
    page.keyboard.press("z")  # the toast's undo
    expect(page).to_have_url(f"{demo.url}/leads/{leads[0]}")
    expect(page.locator(".record-acts a[href$='/convert']")).to_be_visible()
    context.close()
    assert not faults.heard


def test_by_keys_alone_on_a_narrow_page(browser: Browser, demo: Served, leads: tuple[int, int]) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="es-VE", color_scheme="dark")
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["es"])
    page.goto(f"{demo.url}/leads/{leads[1]}")
    settle(page)
    page.locator("a[href$='/convert'] >> visible=true").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#target-contact")).to_be_focused()
    expect(
        page.locator("#part-deal .convert-fields")
    ).to_be_hidden()  # folded: what it holds is said in a line
    assert not axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    for target in ("contact", "deal", "company"):  # all off is told, and not done
        page.locator(f"#target-{target}").focus()
        page.keyboard.press("Space")
        expect(page.locator(f"#mode-{target}-new")).to_have_count(0)
        expect(page.locator(f"#target-{target}")).to_be_focused()
    expect(page.locator("#convert-do")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog [data-focus]")).to_be_focused()
    for target in ("company", "deal"):
        page.locator(f"#target-{target}").focus()
        page.keyboard.press("Space")
        expect(page.locator(f"#mode-{target}-new")).to_have_count(1)

    page.locator("#mode-company-existing").focus()
    for _step in range(12):  # by Tab to the first field that differs: its radios are walked by the arrows
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''").startswith("take-company"):
            break
    else:
        raise AssertionError("the differences are not reached by Tab")
    chosen = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") != chosen
    settle(page)

    page.locator("#part-deal .convert-fold summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#deal-new-title")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Por teclado")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    expect(page.locator("h1")).to_have_text("Por teclado")

    page.goto(f"{demo.url}/leads/{leads[1]}")
    settle(page)
    page.locator(".record-acts details[data-menu] summary").focus()
    page.keyboard.press("Enter")
    page.locator("a[href$='/convert/undo'] >> visible=true").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog .undo-records").first).to_be_visible()
    assert not axe_violations(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("a[href$='/convert'] >> visible=true").first).to_be_visible()
    context.close()
    assert not faults.heard
