"""One lifecycle operation at a time, over all processes and machines: a row in the database and who holds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core.config import Config
from core.db import engine_for, utcnow, writing
from core.host.state import LifecycleLock, has_tables
from core.i18n import _
from core.jobs.whereabouts import is_gone, own_name
from core.resources.context import Refused

BEAT_SECONDS = 5.0
STALE_AFTER = timedelta(seconds=60)
"""A holder on another machine that has not been heard of for so long is taken for dead."""


class Lock:
    """A held lock: `phase` says, to whoever looks, how far the operation is."""

    def __init__(self, config: Config, holder: str) -> None:
        self._config = config
        self._holder = holder
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
    """Whether the holder is dead: looked for on its own machine, elsewhere judged by its silence."""
    gone = is_gone(holder)
    return utcnow() - heartbeat_at > STALE_AFTER if gone is None else gone


def _take(config: Config, operation: str, plugin: str) -> str:
    holder = own_name()
    release_stale(config)
    row = {"id": 1, "holder": holder, "operation": operation, "plugin": plugin, "phase": ""}
    try:
        with writing(), engine_for(config.database_url).begin() as connection:
            connection.execute(
                sa.insert(LifecycleLock).values(started_at=utcnow(), heartbeat_at=utcnow(), **row)
            )
    except IntegrityError:
        raise Refused(_("Another app is being switched just now. Try again in a moment."), "busy") from None
    return holder
