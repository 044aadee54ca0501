"""Every main page, wide and narrow, light and dark, in three languages: accessible, silent, and nothing hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle

import pytest
from _pytest.mark import ParameterSet
from playwright.sync_api import Browser, Page

from core.testing.browser import axe_violations
from tests.browser.conftest import PEOPLE, SELLER
from tests.browser.served import Faults, Served, open_page, serving, settle, sign_in
from tests.imports.made import ve_file


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    width: int
    theme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}-{self.language}"


LOOKS = [Look(1280, "light", "es"), Look(360, "dark", "fr"), Look(1280, "dark", "en")]
"""Pages that anybody may meet are seen in all of these."""


def looked_at(pages: Mapping[str, str]) -> list[ParameterSet]:
    """Each page, the themes and languages in turn: all of them are seen often, none of them always."""
    turns = cycle((("light", "es"), ("dark", "fr"), ("dark", "en")))
    return [pytest.param(path, Look(1280, *next(turns)), id=name) for name, path in pages.items()]


PAGES = {
    "home": "/",
    "leads": "/leads",
    "leads filtered": "/leads?q=a&status=~open&view=all",
    "leads none": "/leads?q=zzzzzz",
    "lead": "/leads/3",
    "converted lead": "/leads/4",
    "closed lead": "/leads/12",
    "new lead": "/leads/new",
    "quick lead": "/leads/quick",
    "edit lead": "/leads/3/edit",
    "convert lead": "/leads/1/convert",
    "undo conversion": "/leads/4/convert/undo",
    "delete lead": "/leads/3/delete",
    "share lead": "/leads/3/share",
    "who may do what": "/leads/3/access",
    "new view": "/leads/views/new",
    "board": "/leads/board",
    "duplicates": "/leads/duplicates",
    "duplicates of one": "/leads/3/duplicates",
    "merge": "/leads/merge?id=1&id=3&id=5",
    "clients": "/clients",
    "client": "/clients/1",
    "edit client": "/clients/1/edit",
    "deals": "/deals",
    "deal": "/deals/3",
    "edit deal": "/deals/3/edit",
    "deals board": "/deals/board",
    "forecast": "/deals/forecast",
    "stages": "/settings/lists/stages",
    "pipelines": "/settings/lists/pipelines",
    "mail": "/leads/3/mail",
    "write down": "/interactions/beside/leads/3",
    "a call in the history": "/leads/3?show=interactions&find=a",
    "mail templates": "/mail_templates",
    "mail template": "/mail_templates/4",
    "interactions": "/interactions?record=leads",
    "interaction": "/interactions/3",
    "new interaction": "/interactions/new",
    "tasks": "/tasks",
    "task": "/tasks/1",
    "edit task": "/tasks/1/edit",
    "my day": "/my-day",
    "month": "/calendar?whose=all&done=1",
    "week": "/calendar?view=week&whose=all&done=1",
    "reports": "/reports",
    "funnel": "/reports/lead-funnel",
    "sales funnel": "/reports/sales-funnel?period=365d",
    "salespeople": "/reports/salespeople?period=365d",
    "deal funnel": "/reports/deal-funnel?period=365d&is_repeat=0",
    "activity": "/reports/activity?period=365d&add=outcome",
    "engagement": "/reports/engagement?by=purchases",
    "dashboards": "/dashboards",
    "dashboard": "/dashboards/1",
    "dashboard laid out": "/dashboards/1?arrange=1",
    "dashboard's settings": "/dashboards/1/settings",
    "targets": "/reports/targets",
    "set targets": "/reports/targets/set",
    "report by mail": "/reports/mail/new?dashboard=1",
    "apps": "/apps",
    "app on": "/apps?app=crm_reports&do=disable",
    "health": "/health",
    "settings": "/settings",
    "company": "/settings/sections/company",
    "mode": "/settings/mode",
    "change of mode": "/settings/mode/change",
    "inquiries": "/settings/inquiries",
    "new inquiry": "/inquiries/new",
    "statuses": "/settings/lists/statuses",
    "channels": "/settings/lists/channels",
    "sectors": "/settings/lists/sectors",
    "junk reasons": "/settings/lists/junk_reasons",
    "attributes": "/settings/attributes",
    "tags": "/settings/tags",
    "merge tags": "/settings/tags/1/merge",
    "sms": "/settings/sections/sms",
    "maps": "/settings/sections/maps",
    "assignment": "/settings/assignment",
    "assignment rule": "/settings/assignment/rules/new?resource=leads",
    "assignment log": "/settings/assignment/log",
    "assignment preview": "/settings/assignment/preview?resource=leads",
    "automation": "/settings/automation",
    "automation rule": "/settings/automation/rules/1",
    "automation log": "/settings/automation/log",
    "notifications": "/notifications",
    "what to hear": "/notifications/choices",
    "users": "/settings/users",
    "user": "/settings/users/2",
    "new user": "/settings/users/new",
    "roles": "/settings/roles",
    "role": "/settings/roles/2",
    "teams": "/settings/teams",
    "new team": "/settings/teams/new",
    "profile": "/profile",
    "two steps": "/profile/two-steps",
    "search": "/shell/search?q=a",
    "job": "/jobs/1",
    "import": "/leads/import",
}

ABSENT = {"not found": "/nowhere", "no such lead": "/leads/999999"}

SIGNED_OUT = {
    "sign in": "/sign-in",
    "forgotten": "/forgotten",
    "not found": "/nowhere",
    "wrong link": "/reset/wrong",
}

Opener = Callable[[Look, str | None], tuple[Page, Faults]]


@pytest.fixture(scope="module")
def opened(browser: Browser, demo: Served) -> Iterator[Opener]:
    """A page for each look, kept from test to test."""
    pages: dict[tuple[Look, str | None], tuple[Page, Faults]] = {}

    def opener(look: Look, email: str | None) -> tuple[Page, Faults]:
        if (look, email) not in pages:
            context = browser.new_context(
                viewport={"width": look.width, "height": 800 if look.width > 500 else 640},
                locale=look.language,
                color_scheme=look.theme,
            )
            page, faults = open_page(context)
            if email:
                sign_in(page, demo.url, email)
            pages[look, email] = page, faults
        return pages[look, email]

    yield opener
    for page, _faults in pages.values():
        page.context.close()


@pytest.mark.parametrize(("path", "look"), looked_at(PAGES))
def test_page(opened: Opener, demo: Served, path: str, look: Look) -> None:
    """At a desk, and pushed together to the width of a telephone."""
    page, faults = opened(look, PEOPLE[look.language])
    assert check(page, faults, look, demo.url + path) == 200
    page.set_viewport_size({"width": 360, "height": 640})
    try:
        inspect(page, faults, replace(look, width=360))
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", ABSENT.values(), ids=ABSENT.keys())
def test_page_that_is_not_there(opened: Opener, demo: Served, look: Look, path: str) -> None:
    page, faults = opened(look, PEOPLE[look.language])
    assert check(page, faults, look, demo.url + path) == 404


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_steps_of_an_import(opened: Opener, demo: Served, look: Look) -> None:
    page, faults = opened(look, PEOPLE[look.language])
    page.goto(f"{demo.url}/leads/import")
    settle(page)
    faults.heard.clear()
    page.set_input_files("#file", {"name": "prospectos.csv", "mimeType": "text/csv", "buffer": ve_file()})
    for step, ready in (("columns", "#map"), ("review", ".counts"), ("result", "a.count-card")):
        page.locator(ready).first.wait_for(timeout=30_000)
        inspect(page, faults, look)
        if step != "result":
            page.click("footer button.button-primary")
    assert check(page, faults, look, f"{demo.url}/leads/import") == 200
    assert page.locator(".also a").count()


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "new": ("/leads", lambda page: page.locator("a[href='/leads/quick'] >> visible=true").click()),
    "palette": ("/leads", lambda page: page.keyboard.press("Control+k")),
    "keys": ("/leads", lambda page: page.keyboard.press("?")),
    "found": ("/leads", lambda page: page.locator("#find-here").press_sequentially("J-12345")),
    "chosen": ("/leads", lambda page: page.locator("#rows [data-check]").first.check()),
    "filter": ("/leads", lambda page: page.locator("#chips details:has([name=segment]) > summary").click()),
    "columns": ("/leads", lambda page: page.locator(".views-end summary").last.click()),
    "cell": ("/leads", lambda page: page.locator("#rows td[data-field=segment]").first.click()),
    "value": ("/leads/3", lambda page: page.locator("#value-segment a.value").click()),
    "convert": ("/leads/3", lambda page: page.locator("a[href$='/convert'] >> visible=true").first.click()),
    "moved": ("/leads/3", lambda page: page.locator("#path button").first.click()),
}


@pytest.mark.parametrize("name", STATES)
def test_what_opens_on_a_page(opened: Opener, demo: Served, name: str) -> None:
    state, look = STATES[name], LOOKS[list(STATES).index(name) % 2 * 2]
    page, faults = opened(look, PEOPLE[look.language])
    path, open_it = state
    page.goto(demo.url + path)
    settle(page)
    faults.heard.clear()
    open_it(page)
    page.wait_for_timeout(400)  # what is asked for while one types, and the motion of what opens
    inspect(page, faults, look)


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", SIGNED_OUT.values(), ids=SIGNED_OUT.keys())
def test_page_of_nobody(opened: Opener, demo: Served, look: Look, path: str) -> None:
    page, faults = opened(look, None)
    check(page, faults, look, demo.url + path)


@pytest.mark.parametrize("look", [Look(1280, "light", "es"), Look(360, "dark", "es")], ids=str)
@pytest.mark.parametrize("path", ["/apps", "/settings/users"])
def test_page_that_is_not_for_a_salesperson(opened: Opener, demo: Served, look: Look, path: str) -> None:
    page, faults = opened(look, SELLER)
    answer = check(page, faults, look, demo.url + path)
    assert answer == 403


def test_first_start(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("fresh") / "instance") as served:
        link = served.setup_link()
        for look in LOOKS:
            context = browser.new_context(
                viewport={"width": look.width, "height": 700}, locale=look.language, color_scheme=look.theme
            )
            page, faults = open_page(context)
            check(page, faults, look, link)
            check(page, faults, look, f"{served.url}/setup")
            context.close()


def check(page: Page, faults: Faults, look: Look, address: str) -> int:
    """Open the page; answers its status."""
    faults.heard.clear()
    answer = page.goto(address)
    assert answer is not None
    inspect(page, faults, look)
    return answer.status


def inspect(page: Page, faults: Faults, look: Look) -> None:
    """The page as it stands: language, width, axe, last row, console."""
    settle(page)
    assert page.locator("html").get_attribute("lang") == look.language
    assert page.locator("h1").count() >= 1
    assert_nothing_sticks_out(page)
    violations = axe_violations(page)
    assert not violations, "\n".join(map(str, violations))
    if not page.locator("dialog[open]").count():
        assert_last_row_is_free(page)
    assert not faults.heard


STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && e.getClientRects().length)
    .slice(-4).map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)} > ${width}`);
}"""

COVERED = """() => {
  const rows = [...document.querySelectorAll("#rows tbody tr, .set-row, .people tr")].filter((e) => e.getClientRects().length);
  const last = rows.at(-1);
  if (!last) return "";
  last.scrollIntoView({ block: "end" });
  for (let e = last.parentElement; e; e = e.parentElement) e.scrollTop = e.scrollHeight;
  const box = last.getBoundingClientRect();
  for (const y of [box.top + 2, box.bottom - 2]) {
    const over = document.elementFromPoint(box.left + box.width / 2, y);
    if (!over || !(last.contains(over) || over.contains(last))) return `the last row lies under ${over?.tagName}.${over?.className} at ${y}`;
  }
  return "";
}"""


TABLE_TOO_WIDE = """() => [...document.querySelectorAll("#main > * table.rows, #main > table.rows")]
  .map((e) => e.offsetWidth - document.querySelector("#main").clientWidth).filter((over) => over > 0)"""


def assert_nothing_sticks_out(page: Page) -> None:
    """No page is scrolled sideways, nor is a list within it."""
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(TABLE_TOO_WIDE) == []


def assert_last_row_is_free(page: Page) -> None:
    """Scrolled to its end, a list shows its last row: neither footer nor bar nor button lies over it."""
    assert page.evaluate(COVERED) == ""
