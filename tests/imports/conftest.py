"""Walking the pages of an import as a person does, and running the command as a process."""

from __future__ import annotations

import html
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli import main
from core.testing.installation import ADMIN, Browser, Installation


@dataclass
class Wizard:
    """One import in the browser, from the file to the result."""

    browser: Browser
    at: str = ""
    page: str = ""

    def upload(self, resource: str, content: bytes, filename: str = "prospectos.csv") -> Any:
        self.browser.get(f"/{resource}/import")
        answer = self.browser.post(
            f"/{resource}/import",
            {"file": (io.BytesIO(content), filename)},
            content_type="multipart/form-data",
        )
        if answer.status_code == 302:
            self.at = answer.headers["Location"].removesuffix("/columns")
            self.page = self.browser.get(f"{self.at}/columns").text
        return answer

    def form(self) -> dict[str, Any]:
        """What the page of columns would send as it stands."""
        fields: dict[str, Any] = {}
        for tag in re.findall(r"<input[^>]*>", self.page):
            said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if said.get("type") == "hidden" or "checked" in tag:
                fields.setdefault(said["name"], []).append(html.unescape(said.get("value", "")))
        for name, options in re.findall(
            r'<select class="input" name="(column-\d+)".*?>(.*?)</select>', self.page, re.S
        ):
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            fields[name] = chosen[1] if chosen else ""
        return fields

    def check(self, **changes: Any) -> Any:
        """Send the columns; answers the page that follows."""
        answer = self.browser.post(f"{self.at}/columns", {**self.form(), **changes})
        return self.browser.get(answer.headers["Location"]) if answer.status_code == 302 else answer

    def run(self) -> Any:
        self.browser.post(f"{self.at}/run")
        return self.browser.get(self.at)

    def figures(self, page: str) -> list[int]:
        """New, completed, skipped, with errors."""
        return [int(number) for number in re.findall(r"<strong>(\d+)</strong>", page)]


@pytest.fixture
def wizard(installation: Installation) -> Wizard:
    return Wizard(installation.browser())


Command = Callable[..., Any]


@pytest.fixture
def command() -> Command:
    """`prospecto` in an installation, run in this process: answers its JSON, or how it ended where it fails or speaks."""

    def run(place: Installation, *arguments: str | Path) -> Any:
        words = [str(each) for each in arguments]
        done = CliRunner(env=environ(place)).invoke(main, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code == 0 and "--json" in words:
            return json.loads(done.stdout)
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def command_line() -> Command:
    """The same as a process of its own, as an operator types it."""

    def run(place: Installation, *arguments: str | Path) -> Any:
        words = [sys.executable, "-m", "core.cli", *map(str, arguments)]
        return subprocess.run(words, env=environ(place), text=True, capture_output=True, timeout=120)

    return run


def environ(place: Installation) -> dict[str, str]:
    return os.environ | {
        "PROSPECTO_INSTANCE": str(place.config.instance),
        "PROSPECTO_DATABASE_URL": place.config.database_url,
    }


def counts_of(said: dict[str, Any]) -> dict[str, Any]:
    """The counts without warnings and without what was not created."""
    kept = {name: said[name] for name in ("rows", "updated", "duplicates", "errors")}
    return kept | {"created": {name: count for name, count in said["created"].items() if count}}


__all__ = ["ADMIN"]
