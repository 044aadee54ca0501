"""A PostgreSQL of the tests' own: one cluster for a whole run, a fresh database for whoever asks.

The cluster lives in a temporary folder, listens on a unix socket only, and runs without root's rights. Its keeper
(`postgres_keeper`) is a process of its own which stops it once no test process is left, however they ended.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from psycopg import sql

from core.testing.missing import skip_or_fail
from core.testing.postgres_keeper import ADMIN, USERS_LOCK, find_binaries

BACKENDS = ("sqlite", "postgresql")
START_SECONDS = 60.0


@dataclass(frozen=True)
class PostgresServer:
    """The running cluster of this test run.

    The next copy of the template asked for last is made ahead, and databases are dropped, beside the tests: both are
    mostly waiting.
    """

    sockets: Path
    shared: Path
    beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "databases"))
    ahead: dict[str, Future[str]] = field(default_factory=dict)
    way: str = ""
    """How a template is copied, where that is not left to the server."""

    def url(self, database: str) -> str:
        """The address that SQLAlchemy and PROSPECTO_DATABASE_URL take."""
        return f"postgresql+psycopg://{ADMIN}@/{database}?host={self.sockets}"

    def create_database(self, template: str = "template1") -> str:
        """A new database, a copy of `template`: its name. The first of a template takes some tens of milliseconds."""
        ready = self.ahead.pop(template, None)
        name = ready.result() if ready else self._copy(template)
        while self.ahead:
            _other, unused = self.ahead.popitem()
            self.beside.submit(self._drop_copy, unused)
        self.ahead[template] = self.beside.submit(self._copy, template)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database soon, whoever is still connected to it."""
        self.beside.submit(self._drop, name)

    def close(self) -> None:
        """Wait for what is still done beside the tests; the databases left go with the cluster."""
        self.beside.shutdown()

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The database `name`, filled by `fill(url)` by the first test process that asks; for `create_database`.

        `fill` must leave no connection open: PostgreSQL copies only a database that nobody uses.
        """
        done = self.shared / f"template-{name}"
        with exclusive(self.shared / f"template-{name}.lock"):
            if not done.exists():
                self._drop(name)
                self._administer("CREATE DATABASE {}", name)
                fill(self.url(name))
                done.touch()
        return name

    def _copy(self, template: str) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._administer(f"CREATE DATABASE {{}} TEMPLATE {{}}{self.way}", name, template)
        return name

    def _drop(self, name: str) -> None:
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _drop_copy(self, copy: Future[str]) -> None:
        self._drop(copy.result())

    def _administer(self, statement: str, *names: str) -> None:
        conninfo = f"host={self.sockets} user={ADMIN} dbname=postgres"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PostgresServer]:
    """The cluster of this run, shared by all its processes; skips (or fails) where there are no binaries."""
    if find_binaries() is None:
        skip_or_fail("PostgreSQL is not installed (no initdb on the PATH or in /usr/lib/postgresql)")
    shared = shared_folder(tmp_path_factory, request.config) / "postgres"
    shared.mkdir(exist_ok=True)
    with exclusive(shared / "start.lock"):
        # Held until this process ends: while anybody holds it the keeper keeps the server up. Where a keeper is just
        # stopping a server, this waits for it.
        in_use = hold_shared(shared / USERS_LOCK)
        server = running(shared) or start(shared)
    try:
        yield server
    finally:
        server.close()
        in_use.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database, gone after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=[BACKENDS[0], pytest.param(BACKENDS[1], marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: a test that uses this runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


def shared_folder(factory: pytest.TempPathFactory, config: pytest.Config) -> Path:
    """A folder that all processes of this run see: pytest-xdist gives each worker a folder below the run's."""
    base = factory.getbasetemp()
    return base.parent if hasattr(config, "workerinput") else base


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """One process of the run at a time; a process that dies lets go by itself."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hold_shared(path: Path) -> IO[str]:
    lock = path.open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def running(shared: Path) -> PostgresServer | None:
    """The server that another process of the run has started."""
    ready = shared / "ready.json"
    if not ready.exists():
        return None
    facts: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return PostgresServer(Path(facts["sockets"]), shared, way=facts["way"])


def start(shared: Path) -> PostgresServer:
    """Start the keeper, in a session of its own so that Ctrl-C does not reach it, and wait for its word."""
    for leftover in shared.glob("template-*"):
        leftover.unlink()
    log = shared / "keeper.log"
    with log.open("w") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "core.testing.postgres_keeper", str(shared)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and keeper.poll() is None:
        if server := running(shared):
            keeper.returncode = 0  # it outlives this process by a moment, and nobody waits for it
            return server
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
