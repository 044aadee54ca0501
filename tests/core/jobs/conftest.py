"""An installation with the plugin `probe`, whose jobs leave traces that can be counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from core.config import Config, load_config
from core.db import dispose_engines, engine_for, writing
from core.jobs import JobRow

PLUGINS = Path(__file__).parent / "plugins"
EFFECTS = (
    "CREATE TABLE probe_effect (job_id INTEGER, number INTEGER, pid INTEGER, PRIMARY KEY (job_id, number))"
)


@dataclass
class Place:
    """One installation: its configuration, its environment for processes, and the processes started in it."""

    config: Config
    environ: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with writing(), Session(engine_for(self.config.database_url), expire_on_commit=False) as session:
            yield session
            session.commit()

    def app(self) -> Flask:
        from core.host.assembly import assemble

        return assemble(self.config)

    def enqueue(self, type_name: str, **payload: object) -> int:
        from core.jobs import enqueue

        with self.session() as session:
            return enqueue(session, type_name, payload, actor=None, title=type_name).id

    def row(self, job_id: int) -> JobRow:
        with Session(engine_for(self.config.database_url), expire_on_commit=False) as session:
            return session.get_one(JobRow, job_id)

    def effects(self, job_id: int) -> list[tuple[int, int]]:
        with Session(engine_for(self.config.database_url)) as session:
            found = session.execute(
                sa.text("SELECT number, pid FROM probe_effect WHERE job_id = :id ORDER BY number"),
                {"id": job_id},
            )
            return [(number, pid) for number, pid in found]

    def start_worker(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "worker"], env=os.environ | self.environ
        )
        self.processes.append(process)
        return process

    def wait(self, what: Callable[[], bool], seconds: float = 120) -> None:
        give_up = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < give_up, "it did not happen in time"
            time.sleep(0.05)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A set-up installation on each database, with `probe` enabled."""
    from core.host import lifecycle

    environ = {
        "PROSPECTO_INSTANCE": str(tmp_path / "instance"),
        "PROSPECTO_DATABASE_URL": database_url,
        "PROSPECTO_PLUGINS": str(PLUGINS),
        "PROBE_FOLDER": str(tmp_path),
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    config = load_config(environ)
    config.instance.mkdir()
    lifecycle.upgrade_all(config)
    lifecycle.enable(config, "probe", by=None)
    with engine_for(config.database_url).begin() as connection:
        connection.execute(sa.text(EFFECTS))
    here = Place(config, environ)
    yield here
    for process in here.processes:
        process.kill()
        process.wait()
    dispose_engines()
