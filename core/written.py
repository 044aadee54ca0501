"""Which tables every transaction wrote: a row for each, told in that very transaction, so that what was read is known to hold.

The engine sees each statement, whichever way it is sent; nobody waits for anybody, for rows are only added.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Id, Model

CHATTER = frozenset(
    {
        "alembic_version",
        "core_attempt",
        "core_idempotency",
        "core_import_row",
        "core_job",
        "core_lease",
        "core_lifecycle_lock",
        "core_notification",
        "core_outbox",
        "core_process",
        "core_table_change",
    }
)
"""Tables that are written all the time and that no figure reads: nothing kept may read them."""

STAMP_BITS = 40
"""Of a change's stamp; sums of very many of them still are whole numbers to every database."""

MOST_CHANGES = 200
"""Of one table; more are folded into one now and then."""

_PLACE = "prospecto_written"
_WRITE = re.compile(
    r"\b(?P<verb>INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?"
    r"|MERGE\s+INTO|COPY|(?:ALTER|DROP)\s+TABLE(?:\s+IF\s+EXISTS)?)\s+(?:ONLY\s+)?"
    r'"?(?P<first>\w+)"?(?:\."?(?P<second>\w+)"?)?',
    re.IGNORECASE,
)
_REMOVING = ("DELETE", "TRUNCATE", "REPLACE", "INSERT OR REPLACE", "UPDATE OR REPLACE")
_engines: WeakSet[Engine] = WeakSet()
"""Engines whose database is known to have the table."""


class TableChange(Model):
    """That a transaction wrote a table. `stamp` is drawn by lot: no two states of a table have the same sum of them."""

    __tablename__ = "core_table_change"
    __table_args__ = (sa.Index("ix_core_table_change_name", "name", "id", "stamp"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    stamp: Mapped[int] = mapped_column(sa.BigInteger)


Token = tuple[tuple[Any, ...], ...]
"""How some tables stand; another one after every committed write to one of them."""


def token_of(session: Session, tables: Collection[str]) -> Token | None:
    """How these tables stand, as this transaction sees them; None where nobody watches one of them, or it wrote itself.

    Take it before reading: whatever is read then is at least as new as the token.
    """
    if CHATTER.intersection(tables) or session.new or session.dirty or session.deleted:
        return None
    connection = session.connection()
    if connection.info.get(_PLACE) or not _has_table(connection):
        return None
    change = TableChange
    found = connection.execute(
        sa.select(change.name, sa.func.count(), sa.func.max(change.id), sa.func.sum(change.stamp))
        .where(change.name.in_(sorted(tables)))
        .group_by(change.name)
        .order_by(change.name)
    )
    return tuple((name, int(count), int(last), int(sum_)) for name, count, last, sum_ in found)


def fold_changes(session: Session, most: int = MOST_CHANGES) -> int:
    """Put one row in the place of the many of each table that has more; its token is a new one. Answers how many went."""
    change = TableChange
    many = sa.select(change.name, sa.func.max(change.id)).group_by(change.name).having(sa.func.count() > most)
    gone = 0
    for name, last in session.execute(many).all():
        removed = session.execute(
            sa.delete(change).where(change.name == name, change.id <= last),
            execution_options={"synchronize_session": False},
        )
        gone += removed.rowcount  # type: ignore[attr-defined]
        session.add(TableChange(name=name, stamp=_stamp()))
    session.flush()
    return gone


def watch(engine: Engine) -> None:
    """Have every connection of the engine tell what it writes."""
    event.listen(engine, "begin", _forget)
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _tell)
    event.listen(engine, "rollback", _forget)


def tables_in(statement: str) -> set[str]:
    """The tables that a statement writes, and those whose rows go or change along with what it removes."""
    if statement.lstrip()[:6].upper() == "SELECT":
        return set()
    found: set[str] = set()
    for match in _WRITE.finditer(statement):
        name = match["second"] or match["first"]
        found.add(name)
        if " ".join(match["verb"].upper().split()).startswith(_REMOVING):
            found |= _following(name, len(Base.metadata.tables))
    return found


def _note(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    written = tables_in(statement)
    if "core_table_change" in written and "DROP" in statement.upper():
        _engines.discard(connection.engine)
    if names := written - CHATTER:
        connection.info.setdefault(_PLACE, set()).update(names)


def _tell(connection: Connection) -> None:
    """Add a row for each table that was written, as the last thing of the transaction; past all listeners."""
    names = connection.info.pop(_PLACE, None)
    if not names or not _has_table(connection):
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(
            f"INSERT INTO core_table_change (name, stamp) VALUES ({mark}, {mark})",
            [(name[:64], _stamp()) for name in sorted(names)],
        )
    finally:
        cursor.close()


def _forget(connection: Connection) -> None:
    connection.info.pop(_PLACE, None)


def _has_table(connection: Connection) -> bool:
    """Whether changes can be told here yet; a database that is being made has no table for them."""
    if connection.engine in _engines:
        return True
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'core_table_change'")
        else:
            cursor.execute("SELECT 1 WHERE to_regclass('core_table_change') IS NOT NULL")
        known = cursor.fetchone() is not None
    finally:
        cursor.close()
    if known:
        _engines.add(connection.engine)
    return known


@lru_cache(maxsize=512)
def _following(name: str, known: int) -> frozenset[str]:
    """The tables whose rows the database removes or changes when rows of this one go; `known` tells when to look anew."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        gone = waiting.pop()
        for table in Base.metadata.tables.values():
            for rule in _rules(table, gone):
                if table.name in found:
                    continue
                found.add(table.name)
                if rule == "CASCADE":
                    waiting.append(table.name)
    return frozenset(found)


def _rules(table: sa.Table, target: str) -> Iterable[str]:
    for key in table.foreign_keys:
        rule = (key.ondelete or "").upper()
        if rule and key.target_fullname.split(".")[0] == target:
            yield rule


def _stamp() -> int:
    return secrets.randbits(STAMP_BITS)
