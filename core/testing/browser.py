"""A real Chromium for tests: pytest-playwright's `page`, on the browser that the system has, and axe over a page.

Playwright's own download of a browser is not used: what the tests drive is what the machine's packages give.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from core.testing.missing import skip_or_fail

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# A test browser asks nobody on the internet for anything.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
)
IS_LOADED = "() => typeof window.axe?.run === 'function'"
# As text: Playwright takes longer over a report of objects than axe over the page.
FIND = """async ([within, options]) =>
    JSON.stringify((await axe.run(within ?? document, options)).violations)"""
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True)
class AxeViolation:
    """One rule of axe that a page breaks, and where."""

    rule: str
    impact: str
    advice: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}): {self.advice}\n    " + "\n    ".join(self.places)


def axe_violations(
    page: Page, *, ignore: Iterable[str] = (), within: str | None = None
) -> list[AxeViolation]:
    """What axe finds on the page (WCAG 2.2 AA and good practice), below the CSS selector `within` if given.

    A test reads `assert not axe_violations(page)`; the failure then names each rule and element.
    """
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": list(AXE_RULES)},
        "rules": {rule: {"enabled": False} for rule in ignore},
    }
    if not page.evaluate(IS_LOADED):
        page.evaluate(Axe().axe_script)
    found = json.loads(page.evaluate(FIND, [within, options]))
    return [
        AxeViolation(
            rule=violation["id"],
            impact=violation["impact"] or "",
            advice=violation["help"],
            places=tuple(
                f"{' '.join(map(str, node['target']))}  {node['html'][:160]}" for node in violation["nodes"]
            ),
        )
        for violation in found
    ]


def find_chromium() -> Path | None:
    """The browser of this machine: PROSPECTO_CHROMIUM, else the first that its packages install."""
    named = os.environ.get("PROSPECTO_CHROMIUM")
    found = [named, *map(shutil.which, NAMES), *MAC_PLACES]
    return next((Path(place) for place in found if place and os.access(place, os.X_OK)), None)


def launch_arguments() -> list[str]:
    """Chromium's sandbox does not work for root, which is who CI runs as."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, *(["--no-sandbox"] if as_root else [])]


@pytest.fixture(scope="session")
def browser_type_launch_args(pytestconfig: pytest.Config) -> dict[str, Any]:
    """How pytest-playwright starts the browser; skips (or fails) where there is none."""
    executable = find_chromium()
    if executable is None:
        skip_or_fail("Chromium is not installed (nor named by PROSPECTO_CHROMIUM)")
    return {
        "executable_path": str(executable),
        "args": launch_arguments(),
        "headless": not pytestconfig.getoption("--headed"),
        "slow_mo": pytestconfig.getoption("--slowmo"),
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """An office screen; a test of a telephone sets its own size."""
    return {
        "viewport": {"width": 1280, "height": 900},
        "locale": "en-US",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }
