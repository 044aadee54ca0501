"""A dashboard laid out by mouse and by keys, its tiles coming one by one, and put on paper."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.served import Served, settle


def titles(page: Page) -> list[str]:
    return page.locator(".dashboard .pane h2").all_inner_texts()


def pane(page: Page, title: str) -> Locator:
    return page.locator(".pane", has=page.get_by_role("heading", name=title, exact=True))


def open_dashboard(page: Page, url: str, tiles: int) -> None:
    page.goto(url)
    settle(page)
    expect(page.locator(".dashboard .pane h2")).to_have_count(tiles)


def test_a_dashboard_is_laid_out_by_hand_and_by_keys_and_printed(desk: Page, demo: Served) -> None:
    desk.goto(f"{demo.url}/dashboards")
    settle(desk)
    desk.keyboard.press("n")
    desk.get_by_label("Name", exact=True).fill("My morning")
    desk.get_by_role("button", name="Create").click()
    expect(desk).to_have_url(re.compile(r"/dashboards/\d+\?arrange=1$"))
    settle(desk)
    found = titles(desk)
    count = len(found)
    assert count > 6 and found[:2] == ["Leads", "Converted"]
    arranging = desk.url

    # by keys: lifted, two places on, put down; then a column more and a row more
    grip = pane(desk, "Leads").locator("[data-grip]")
    grip.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Space"):
        desk.keyboard.press(key)
    settle(desk)
    assert titles(desk)[:3] == [found[1], found[2], "Leads"]
    handle = pane(desk, "Leads").locator("[data-resize]")
    handle.focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowDown")
    settle(desk)
    expect(pane(desk, "Leads")).to_have_class(re.compile(r"pane-w4.*pane-h2|pane-h2.*pane-w4"))

    # by mouse: the same back to the front, and wider by its corner
    target = pane(desk, "Converted").bounding_box()
    assert target is not None
    pane(desk, "Leads").locator("[data-grip]").hover()
    desk.mouse.down()
    for x in (target["width"] + 40, target["width"] / 2, 30, 12, 8):  # as a hand comes nearer
        desk.mouse.move(target["x"] + x, target["y"] + 40, steps=6)
        desk.wait_for_timeout(150)
    desk.mouse.up()
    settle(desk)
    expect(desk.locator(".dashboard .pane h2").first).to_have_text("Leads")
    corner = pane(desk, "Leads").locator("[data-resize]").bounding_box()
    assert corner is not None
    desk.mouse.move(corner["x"] + 12, corner["y"] + 12)
    desk.mouse.down()
    desk.mouse.move(corner["x"] + 12 + 170, corner["y"] + 12, steps=6)
    desk.mouse.up()
    settle(desk)

    open_dashboard(desk, arranging, count)
    assert titles(desk)[0] == "Leads" and "pane-w6" in str(pane(desk, "Leads").get_attribute("class"))

    # away and back again
    pane(desk, "Leads").locator("summary").click()
    pane(desk, "Leads").get_by_role("button", name="Remove").click()
    expect(desk.locator(".dashboard .pane h2")).to_have_count(count - 1)
    desk.locator("#toasts [data-undo]").click()
    expect(desk.locator(".dashboard .pane h2")).to_have_count(count)

    open_dashboard(desk, arranging.partition("?")[0] + "?period=365d", count)
    expect(desk.locator(".pane .chart svg").first).to_be_visible()
    paper = desk.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    assert 1 <= len(re.findall(rb"/Type /Page\b", paper)) <= 4
    assert re.search(rb"/MediaBox \[0 0 59[456][.\d]* 84[12]", paper)
    for heading in (b"(My morning)", b"(Conversion rate)", b"(Lead funnel: Funnel)"):
        assert heading in paper
    desk.emulate_media(media="print")
    for shown in ("Almacenes Caroní", "Last 365 days", "Edgar"):
        expect(desk.locator(".print-head")).to_contain_text(shown)
    expect(desk.locator(".print-head")).to_be_visible()
    for left_out in (".rail", ".top", ".bottom"):
        expect(desk.locator(left_out).first).to_be_hidden()
    desk.emulate_media(media="screen")
