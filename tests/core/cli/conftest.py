"""The command, run in this process on an installation of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any

import pytest
from click.testing import CliRunner

from core.config import Config, load_config
from core.db import dispose_engines
from core.testing.postgres import exclusive, shared_folder

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
def installed(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Shell]:
    """The same, set up: a copy of one that was set up once in this run."""
    made = shared_folder(tmp_path_factory, request.config) / "cli"
    made.mkdir(exist_ok=True)
    if shell.config.is_sqlite:
        with exclusive(made / "lock"):
            if not (made / "done").exists():
                _set_up(shell, made / "sqlite", f"sqlite:///{made / 'test.db'}")
                (made / "done").touch()
        copytree(made / "sqlite", shell.config.instance)
        copyfile(made / "test.db", shell.config.instance.parent / "test.db")
        yield shell
        return
    server = request.getfixturevalue("postgres_server")
    template = server.template("cli", lambda url: _set_up(shell, made / "postgresql", url))
    copytree(made / "postgresql", shell.config.instance)
    database = server.create_database(template)
    yield Shell({**shell.environ, "PROSPECTO_DATABASE_URL": server.url(database)})
    dispose_engines()
    server.drop_database(database)


def _set_up(shell: Shell, instance: Path, database_url: str) -> None:
    place = {"PROSPECTO_INSTANCE": str(instance), "PROSPECTO_DATABASE_URL": database_url}
    answer = Shell(shell.environ | place).init()
    assert answer.code == 0, answer.err
