"""A Prospecto that really runs: `prospecto serve` as a process, and a browser's page that notes what goes wrong in it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from core.testing.installation import ADMIN, PASSWORD

START_SECONDS = 60.0
STOP_SECONDS = 20.0
expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong
LINK = re.compile(r"http://\S+?(/setup/\S+)")


@dataclass(frozen=True)
class Served:
    """An installation at work. `url` has no slash at its end."""

    url: str
    log: Path

    def printed(self, pattern: re.Pattern[str], seconds: float = START_SECONDS) -> re.Match[str]:
        """Wait for what the command prints."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := pattern.search(self.log.read_text()):
                return found
            time.sleep(0.1)
        raise AssertionError(f"not printed: {pattern.pattern}\n{self.log.read_text()[-3000:]}")

    def setup_link(self) -> str:
        """The one-time address of the first start, as printed."""
        return self.url + self.printed(LINK).group(1)


@contextmanager
def serving(instance: Path, database_url: str = "") -> Iterator[Served]:
    """Run `prospecto serve` on this installation until the block ends."""
    port = free_port()
    log = instance.with_name(f"{instance.name}.log")
    instance.mkdir(parents=True, exist_ok=True)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PROSPECTO_")}
    environ |= {"PROSPECTO_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
    if database_url:
        environ["PROSPECTO_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "core.cli", "serve", "--port", str(port), "--workers", "1"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            served = Served(f"http://127.0.0.1:{port}", log)
            wait_for(served, process)
            yield served
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(served: Served, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{served.url}/healthz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"prospecto serve does not answer\n{served.log.read_text()[-3000:]}")


ASKED: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()
"""What each page that is listened to has asked for and not got yet."""

QUIET_STEPS, QUIET_MS = 3, 50
"""A page at which nothing was under way for so many looks in a row has come to rest."""


@dataclass
class Faults:
    """What a page's console says: errors, refused scripts and styles, exceptions that nobody caught."""

    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        asked: set[Request] = set()
        ASKED[page] = asked
        page.on("request", lambda request: asked.add(request))
        page.on("requestfinished", lambda request: asked.discard(request))
        page.on("requestfailed", lambda request: asked.discard(request))
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"exception: {error}"))
        page.on(
            "response",
            lambda answer: (
                self.heard.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )

    def _console(self, message: ConsoleMessage) -> None:
        # That a page answered 404 or 403 is no fault of the page that says so.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.heard.append(f"console: {message.text}")


def open_page(context: BrowserContext) -> tuple[Page, Faults]:
    """A new page, listened to."""
    page, faults = context.new_page(), Faults()
    faults.listen(page)
    page.set_default_timeout(15_000)
    return page, faults


def sign_in(page: Page, url: str, email: str = ADMIN, password: str = PASSWORD) -> None:
    """Sign in by the page's form; ends on the home page."""
    page.goto(f"{url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.press("#password", "Enter")
    expect(page.locator("#main")).to_be_visible()
    expect(page).to_have_url(f"{url}/")


def settle(page: Page) -> None:
    """Wait until the page's script listens, and what comes late (counts, timeline) has come."""
    page.wait_for_load_state()
    if page.locator("script[src*='js/app.js']").count():  # error pages have none
        page.locator("html[data-script=ready]").wait_for(state="attached")
    asked = ASKED[page]
    until, quiet = time.monotonic() + START_SECONDS, 0
    while quiet < QUIET_STEPS:
        page.wait_for_timeout(QUIET_MS)
        quiet = 0 if asked else quiet + 1
        assert time.monotonic() < until, f"still waiting for {[each.url for each in asked]}"
