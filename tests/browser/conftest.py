"""A served installation with the records of the demonstration, one for all tests that do not start from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from core.demo import create_demo
from core.jobs.service import enqueue
from core.testing.installation import ALL_APPS, Installation, Shape, config_for, make
from tests.browser.served import Faults, Served, open_page, serving, sign_in

PEOPLE = {"es": "elena@example.com", "fr": "fanny@example.com", "en": "edgar@example.com"}
"""An administrator for each language."""

SELLER = "sara@example.com"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Venezuelan company in Spanish with 60 leads and 40 deals, served."""
    instance = tmp_path_factory.mktemp("served") / "instance"
    fill(instance)
    with serving(instance) as served:
        yield served


def fill(instance: Path) -> None:
    shape = Shape(apps=ALL_APPS)
    config = config_for(instance, shape)
    make(config, shape)
    installation = Installation(config)
    for language, email in PEOPLE.items():
        installation.user(email, ["administrator"], language=language)
    installation.user(SELLER, ["salesperson"], name="Sara Sánchez")
    with installation.session() as session:
        create_demo(session, installation.house, "es")
        enqueue(session, "core.sweep", actor=None, title="Barrer")
        session.commit()
    lay_out(installation)
    installation.close()


def lay_out(installation: Installation) -> None:
    """A dashboard that everybody may lay out, and a target for the company."""
    desk = installation.browser(PEOPLE["en"])
    desk.post("/dashboards/new", {"name": "Ventas", "begin": "starters"})
    desk.post("/dashboards/1/settings", {"name": "Ventas", "shared": "all", "others": "y"})
    first = date.today().replace(day=1).isoformat()
    desk.post("/reports/targets/set?goal=lead-funnel.leads", {f"v:company:{first}": "40"})


@pytest.fixture
def desk(browser: Browser, demo: Served) -> Iterator[Page]:
    """A page at a desk, signed in as the English administrator; the test fails if its console shows errors."""
    context = desk_context(browser, "en-US")
    page, faults = open_page(context)
    sign_in(page, demo.url, PEOPLE["en"])
    yield page
    context.close()
    assert not faults.heard


def desk_context(browser: Browser, locale: str = "es-VE") -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 800}, locale=locale)


__all__ = ["PEOPLE", "SELLER", "Faults", "desk_context"]
