"""The one engine of the process, its sessions and the column types every table uses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session

MONEY_SCALE = 4

_writing: ContextVar[bool] = ContextVar("prospecto_writing", default=False)
_engines: dict[sa.URL, Engine] = {}
_engines_lock = Lock()


class Base(DeclarativeBase):
    """Base of all models. Constraint names are fixed so that migrations can name what they change."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, except that every app of the process shares one engine per database URL."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return engine_for(options["url"])


db = Database(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base  # the same class to a type checker, which cannot follow an attribute of `db`
else:
    Model = db.Model


def engine_for(url: str | sa.URL) -> Engine:
    """The process's engine for this database URL, however it is written; made at first use, never twice."""
    key = sa.make_url(url)
    with _engines_lock:
        if key not in _engines:
            _engines[key] = _create_engine(key)
        return _engines[key]


def dispose_engine(url: str | sa.URL) -> None:
    """Close every connection to one database and forget its engine."""
    with _engines_lock:
        engine = _engines.pop(sa.make_url(url), None)
    if engine is not None:
        engine.dispose()


def dispose_engines() -> None:
    """Close every connection; for the child after a fork, and for tests that drop their database."""
    with _engines_lock:
        for engine in _engines.values():
            engine.dispose()
        _engines.clear()


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take SQLite's write lock at once instead of failing half-way for it."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def begin_writing() -> None:
    """Like `writing()`, for the rest of the current context (a request that changes data)."""
    _writing.set(True)


def begin_reading() -> None:
    """Transactions of the current context only read (a request that looks)."""
    _writing.set(False)


def utcnow() -> datetime:
    return datetime.now(UTC)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. UTC in the database; aware, in UTC, in Python. A naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(sa.types.TypeDecorator[Decimal]):
    """An amount as Decimal; kept as a whole number of ten-thousandths, so sums are exact on every database."""

    impl = sa.BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(MONEY_SCALE).to_integral_value())

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-MONEY_SCALE).quantize(Decimal("0.01"))


OUTLIVES = {"info": {"outlives_record": True}}
"""Last in the `__table_args__` of a model with `resource` and `record_id`: its rows stay when that record goes."""


@dataclass(frozen=True)
class HandedOver:
    """That rows of a table with `resource` and `record_id` go along when their record becomes another (a lead a client).

    In the `__table_args__` of the model: `{"info": {"handed_over": HandedOver(_l("Files"), "paperclip")}}`. They are
    the new record's from then on; of `copied` ones both records have their own.
    """

    label: Any
    icon: str
    copied: bool = False


def look_at_values(session: Session, tables: Iterable[str]) -> None:
    """Have PostgreSQL see anew how the values of these tables are spread; after a great many rows came at once.

    SQLite keeps averages only, with which its plans are worse than without: it would jump from status to status
    through an index rather than read a period from the one that holds it.
    """
    if is_sqlite(session):
        return
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    for table in tables:
        connection.exec_driver_sql(f"ANALYZE {quote(table)}")


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def insert_for(session: Session) -> Any:
    """The `insert` of this session's database, which knows what to do about a row that is there already."""
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert

        return insert
    from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql

    return insert_into_postgresql


def _create_engine(parsed: sa.URL) -> Engine:
    from core.written import watch  # which maps a table of its own

    if parsed.get_backend_name() != "sqlite":
        engine = sa.create_engine(parsed, pool_size=5, max_overflow=15, pool_pre_ping=True)
    else:
        engine = sa.create_engine(
            parsed, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=5, max_overflow=20
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    watch(engine)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that reads are transactions too
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=30000",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32768",
        "mmap_size=134217728",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
