"""The keys: lists and records are worked without a mouse, and dialogs hold the focus and give it back."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.served import Served, settle

RECORD = re.compile(r"/leads/\d+(\?|$)")
SERIAL = count(1)


@pytest.fixture
def leads(desk: Page, demo: Served) -> Page:
    """The list of leads, nothing in focus."""
    return at_list(desk, demo)


def test_rows_are_walked_chosen_opened_and_edited(leads: Page) -> None:
    rows = leads.locator("#rows tbody tr")
    first, second = rows.nth(0), rows.nth(1)
    leads.keyboard.press("j")
    expect(first).to_have_class(re.compile("is-here"))
    expect(first.locator("a").first).to_be_focused()
    leads.keyboard.press("ArrowDown")
    expect(second).to_have_class(re.compile("is-here"))
    leads.keyboard.press("ArrowUp")
    leads.keyboard.press("j")
    leads.keyboard.press("k")
    expect(first).to_have_class(re.compile("is-here"))
    expect(rows.locator("xpath=self::*[contains(@class, 'is-here')]")).to_have_count(1)

    leads.keyboard.press("x")
    expect(first.locator("[data-check]")).to_be_checked()
    expect(leads.locator("[data-bulk-number]")).to_have_text("1")
    leads.keyboard.press("x")
    expect(first.locator("[data-check]")).not_to_be_checked()

    address = first.get_attribute("data-href") or ""
    leads.keyboard.press("Enter")
    expect(leads).to_have_url(re.compile(re.escape(address.split("?")[0])))
    settle(leads)
    leads.keyboard.press("e")
    expect(leads).to_have_url(re.compile(r"/leads/\d+/edit"))
    leads.go_back()
    leads.go_back()
    settle(leads)
    leads.keyboard.press("j")
    leads.keyboard.press("e")
    expect(leads).to_have_url(re.compile(r"/leads/\d+/edit"))


def test_a_dialog_holds_the_focus_and_gives_it_back(leads: Page) -> None:
    opener = leads.locator("[data-key=n]")
    opener.focus()
    leads.keyboard.press("Enter")
    dialog = leads.locator("#dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[name=name]")).to_be_focused()
    for _step in range(25):
        leads.keyboard.press("Tab")
        # Leaving the last one may put it on the browser itself, never on the page behind.
        assert leads.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    leads.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_dialog_asks_before_it_forgets_what_was_typed(leads: Page) -> None:
    questions: list[str] = []
    leads.on("dialog", lambda question: (questions.append(question.message), question.dismiss()))
    leads.keyboard.press("n")
    dialog = leads.locator("#dialog")
    expect(dialog.locator("[name=name]")).to_be_focused()
    leads.keyboard.type("Half a name")
    leads.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    assert len(questions) == 1
    expect(dialog.locator("[name=name]")).to_have_value("Half a name")


def test_search_list_of_keys_and_palette(leads: Page) -> None:
    leads.keyboard.press("/")
    expect(leads.locator("#search-here")).to_be_focused()
    leads.keyboard.type("orinoco")
    expect(leads.locator("#rows tbody tr").first).to_contain_text("Orinoco")
    expect(leads.locator("#rows tbody tr", has_not_text="Orinoco")).to_have_count(0)
    expect(leads).to_have_url(re.compile("q=orinoco"))
    # While typing, keys are letters.
    leads.keyboard.type("njk?")
    expect(leads.locator("#dialog")).to_be_hidden()

    at_list(leads, None)
    leads.keyboard.press("?")
    expect(leads.locator("#keys")).to_be_visible()
    leads.keyboard.press("Escape")
    expect(leads.locator("#keys")).to_be_hidden()

    leads.keyboard.press("Control+k")
    palette = leads.locator("#palette")
    expect(palette.locator("input")).to_be_focused()
    expect(palette.locator("[role=option]").first).to_be_visible()
    leads.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    leads.keyboard.press("Control+k")
    leads.keyboard.type("clients")
    leads.keyboard.press("Enter")  # at once, before the answer is there
    expect(leads).to_have_url(re.compile("/clients$"))


def test_a_lead_is_made_moved_undone_edited_and_converted(leads: Page) -> None:
    name = f"Teclado {next(SERIAL)}"
    leads.keyboard.press("n")
    expect(leads.locator("#dialog [name=name]")).to_be_focused()
    leads.keyboard.type(name)
    leads.keyboard.press("Control+Enter")
    expect(leads).to_have_url(RECORD)
    expect(leads.locator("h1")).to_have_text(name)

    before = now(leads).inner_text()
    leads.locator("#path button").first.focus()
    leads.keyboard.press("Enter")
    expect(now(leads)).not_to_have_text(before)
    expect(leads.locator("#toasts [data-undo]")).to_be_visible()
    settle(leads)
    leads.keyboard.press("z")
    expect(now(leads)).to_have_text(before)

    settle(leads)
    leads.keyboard.press("e")
    expect(leads.locator("form[data-record-form] [name=name]")).to_be_visible()
    settle(leads)
    leads.locator("form[data-record-form] [name=name]").focus()
    leads.keyboard.press("End")
    leads.keyboard.type(" C.A.")
    leads.keyboard.press("Control+Enter")
    expect(leads.locator("h1")).to_have_text(f"{name} C.A.")
    settle(leads)
    leads.locator(".record-acts [href$='/convert']").focus()
    leads.keyboard.press("Enter")
    dialog = leads.locator("#dialog")
    expect(dialog.locator("form")).to_be_visible()
    leads.keyboard.press("Control+Enter")
    expect(leads).to_have_url(re.compile(r"/deals/\d+$"))
    expect(leads.locator("h1")).to_have_text(f"{name} C.A.")


def test_a_value_is_changed_where_it_stands_or_left_as_it_was(leads: Page) -> None:
    leads.keyboard.press("j")
    leads.keyboard.press("Enter")
    expect(leads).to_have_url(RECORD)
    settle(leads)
    value = leads.locator("#value-name")
    shown = value.inner_text()
    value.locator("a.value").focus()
    breathe(leads)
    leads.keyboard.press("Enter")
    expect(value.locator("input[name=name]")).to_be_focused()
    breathe(leads)
    leads.keyboard.type("?")
    leads.keyboard.press("Escape")
    expect(value.locator("a.value")).to_have_text(shown)
    expect(value.locator("a.value")).to_be_focused()
    breathe(leads)
    leads.keyboard.press("Enter")
    expect(value.locator("input[name=name]")).to_be_focused()
    breathe(leads)
    leads.keyboard.press("End")
    leads.keyboard.type(" bis")
    leads.keyboard.press("Enter")
    expect(value.locator("a.value")).to_have_text(f"{shown} bis")


def breathe(page: Page) -> None:
    """As long as a person takes between two keys: htmx makes what it has just put in work a moment later."""
    page.wait_for_timeout(300)


def at_list(page: Page, demo: Served | None) -> Page:
    page.goto(f"{demo.url}/leads" if demo else page.url.partition("/leads")[0] + "/leads")
    settle(page)
    return page


def now(page: Page) -> Locator:
    """The status where the lead stands."""
    return page.locator("#path [aria-current=step]")
