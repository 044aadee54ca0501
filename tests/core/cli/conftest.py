"""The command, run in this process on an installation of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.config import Config, load_config
from core.db import dispose_engines

PLUGINS = Path(__file__).parents[1] / "jobs" / "plugins"
PASSWORD = "quiet-River-2041"

ANSWERS = {
    "--email": "ana@example.com",
    "--password": PASSWORD,
    "--company": "Almacenes Caroní",
    "--country": "VE",
    "--currency": "USD",
    "--language": "es",
    "--timezone": "America/Caracas",
    "--mode": "simple",
    "--apps": "probe",
}


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs `prospecto …` on one installation."""

    environ: dict[str, str]

    @property
    def config(self) -> Config:
        return load_config(self.environ)

    def __call__(self, *arguments: str, **environ: str) -> Answer:
        from core.cli import main

        result = CliRunner(env={**self.environ, **environ}).invoke(main, arguments)
        dispose_engines()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def init(self, *more: str, **changed: str) -> Answer:
        answers = ANSWERS | {f"--{name}": value for name, value in changed.items()}
        return self("init", *(part for pair in answers.items() for part in pair), *more)


@pytest.fixture
def shell(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """An installation that is not set up, on each database."""
    environ = {
        "PROSPECTO_INSTANCE": str(tmp_path / "instance"),
        "PROSPECTO_DATABASE_URL": database_url,
        "PROSPECTO_PLUGINS": str(PLUGINS),
    }
    for name in [each for each in os.environ if each.startswith("PROSPECTO_")]:
        monkeypatch.delenv(name)
    yield Shell(environ)
    dispose_engines()


@pytest.fixture
def installed(shell: Shell) -> Shell:
    """The same, set up."""
    answer = shell.init()
    assert answer.code == 0, answer.err
    return shell
