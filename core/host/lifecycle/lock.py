"""One lifecycle operation at a time, over all processes and machines: a row in the database and who holds it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core.config import Config
from core.db import engine_for, utcnow, writing
from core.host.state import LifecycleLock, has_tables
from core.i18n import _
from core.resources.context import Refused

BEAT_SECONDS = 5.0
STALE_AFTER = timedelta(seconds=60)
"""A holder on another machine that has not been heard of for so long is taken for dead."""


@dataclass(frozen=True)
class Holder:
    """A process: its machine (with boot and process space), its number there, when it began, and a chance word."""

    machine: str
    process: int
    began: str
    token: str

    def __str__(self) -> str:
        return f"{self.machine} {self.process} {self.began} {self.token}"

    @classmethod
    def parse(cls, text: str) -> Holder:
        machine, process, began, token = text.split(" ")
        return cls(machine, int(process), began, token)

    @property
    def is_here(self) -> bool:
        return self.machine == machine_name()

    @property
    def is_alive(self) -> bool:
        """Only for a holder of this machine: whether that very process still runs."""
        return process_began(self.process) == self.began


class Lock:
    """A held lock: `phase` says, to whoever looks, how far the operation is."""

    def __init__(self, config: Config, holder: Holder) -> None:
        self._config = config
        self._holder = str(holder)
        self._done = threading.Event()
        self._beat = threading.Thread(target=self._keep_beating, name="lifecycle-lock", daemon=True)
        self._beat.start()

    def phase(self, name: str) -> None:
        """Note where the operation is; outside its transaction, so that others can read it."""
        self._write(phase=name)

    def release(self) -> None:
        self._done.set()
        self._beat.join()
        with writing(), engine_for(self._config.database_url).begin() as connection:
            connection.execute(sa.delete(LifecycleLock).where(LifecycleLock.holder == self._holder))

    def _keep_beating(self) -> None:
        while not self._done.wait(BEAT_SECONDS):
            if (
                not self._config.is_sqlite
            ):  # one machine has SQLite's file: there the process itself is looked for
                with suppress(OperationalError):
                    self._write()

    def _write(self, **values: str) -> None:
        change = sa.update(LifecycleLock).where(LifecycleLock.holder == self._holder)
        with writing(), engine_for(self._config.database_url).begin() as connection:
            connection.execute(change.values(heartbeat_at=utcnow(), **values))


@contextmanager
def holding(config: Config, operation: str, plugin: str) -> Iterator[Lock]:
    """Hold the lock around one operation.

    Raises:
        Refused: somebody else holds it and lives.
    """
    lock = Lock(config, _take(config, operation, plugin))
    try:
        yield lock
    finally:
        lock.release()


def under_way(session: Session) -> LifecycleLock | None:
    """The operation that is running, or was left behind."""
    return session.get(LifecycleLock, 1)


def release_stale(config: Config) -> tuple[str, str] | None:
    """Take the lock from a holder that is dead; operation and plugin it left, None where there was none."""
    with writing(), engine_for(config.database_url).begin() as connection:
        if not has_tables(connection):
            return None
        row = connection.execute(sa.select(LifecycleLock)).one_or_none()
        if row is None or not is_stale(row.holder, row.heartbeat_at):
            return None
        connection.execute(sa.delete(LifecycleLock).where(LifecycleLock.holder == row.holder))
        return row.operation, row.plugin


def is_stale(holder: str, heartbeat_at: datetime) -> bool:
    known = Holder.parse(holder)
    return not known.is_alive if known.is_here else utcnow() - heartbeat_at > STALE_AFTER


@lru_cache(maxsize=1)
def machine_name() -> str:
    """Host name, its boot, and the space its process numbers are counted in (containers share the first two)."""
    parts = [socket.gethostname().replace(" ", "-")]
    for read in (
        lambda: Path("/proc/sys/kernel/random/boot_id").read_text(),
        lambda: os.readlink("/proc/self/ns/pid"),
    ):
        with suppress(OSError):
            parts.append(read().strip())
    return "/".join(parts)


def process_began(process: int) -> str:
    """When a process of this machine began, in a form to compare; empty when there is none."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return _without_proc(process)
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else rest[18]


def _without_proc(process: int) -> str:
    """Where there is no /proc a process is known by its number alone."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(process, 0)
    except OSError:
        return ""
    return "alive"


def _take(config: Config, operation: str, plugin: str) -> Holder:
    holder = Holder(machine_name(), os.getpid(), process_began(os.getpid()), secrets.token_hex(4))
    release_stale(config)
    row = {"id": 1, "holder": str(holder), "operation": operation, "plugin": plugin, "phase": ""}
    try:
        with writing(), engine_for(config.database_url).begin() as connection:
            connection.execute(
                sa.insert(LifecycleLock).values(started_at=utcnow(), heartbeat_at=utcnow(), **row)
            )
    except IntegrityError:
        raise Refused(_("Another app is being switched just now. Try again in a moment."), "busy") from None
    return holder
