"""Moving tables: Alembic's plain API over one shared `env.py`, one line of revisions per owner, one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.config import Config
from core.db import engine_for, writing
from core.host.schema.check import own_tables
from core.host.schema.revisions import Owner

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
LOCK_WAIT = "10s"


class BrokenReferences(RuntimeError):
    """After a migration, rows point at rows that are not there."""


@contextmanager
def moving_tables(config: Config, owners: Iterable[str] = ()) -> Iterator[sa.Connection]:
    """A transaction in which tables of these owners may be made, rebuilt and dropped: all of it comes about, or none.

    SQLite: foreign keys are off inside, for a rebuilt parent would delete its cascading children; what points at
    nothing afterwards undoes the whole. PostgreSQL: waits for other people's locks a short while only.

    Raises:
        BrokenReferences: the migration left rows that point at nothing.
    """
    names = tuple(owners)
    engine = engine_for(config.database_url)
    with writing(), engine.connect() as connection:
        if names and config.is_sqlite:
            _switch_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if not config.is_sqlite:
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
                yield connection
                if names and config.is_sqlite:
                    _check_references(connection, names)
        finally:
            if names and config.is_sqlite:
                _switch_foreign_keys(connection, on=True)


def upgrade(connection: sa.Connection, owner: Owner, revision: str = "head") -> None:
    """Run what is pending up to a revision, in the connection's transaction."""
    from alembic import command  # late: a start on a database that fits does without Alembic

    command.upgrade(settings_for(connection, owner), revision)


def downgrade(connection: sa.Connection, owner: Owner, revision: str = "base") -> None:
    """Take back revisions, down to nothing by default, in the connection's transaction."""
    from alembic import command

    command.downgrade(settings_for(connection, owner), revision)


def drop_tables(connection: sa.Connection, owner: str, others: Iterable[str]) -> None:
    """Remove whatever tables an owner still has, its version table among them; its migrations may be gone."""
    names = own_tables(owner, sa.inspect(connection).get_table_names(), others)
    quote = connection.dialect.identifier_preparer.quote
    if names and connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"DROP TABLE {', '.join(map(quote, names))}"))
    elif names:
        for name in names:
            connection.execute(sa.text(f"DROP TABLE {quote(name)}"))
    connection.execute(sa.text(f"DROP TABLE IF EXISTS {quote(f'alembic_version_{owner}')}"))


def settings_for(connection: sa.Connection, owner: Owner) -> AlembicConfig:
    """What Alembic and `env.py` need to know: the connection, the owner and where its revisions lie."""
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    settings.set_main_option("script_location", _escaped(MIGRATIONS))
    settings.set_main_option("version_locations", _escaped(owner.versions))
    settings.set_main_option("path_separator", "newline")
    settings.attributes["connection"] = connection
    settings.attributes["owner"] = owner
    return settings


def _switch_foreign_keys(connection: sa.Connection, on: bool) -> None:
    """On the bare connection, outside any transaction: inside one SQLite ignores it."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_references(connection: sa.Connection, owners: Iterable[str]) -> None:
    tables = sa.inspect(connection).get_table_names()
    moved = {name for owner in owners for name in own_tables(owner, tables)}
    pointing = sa.text(
        "SELECT DISTINCT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
    )
    touched = moved | {
        name for name, target in connection.execute(pointing) if target in moved or target not in tables
    }
    for name in sorted(touched):
        row = connection.exec_driver_sql(f'PRAGMA foreign_key_check("{name}")').first()
        if row is not None:
            raise BrokenReferences(f"row {row[1]} of {row[0]} points at {row[2]}, where there is none")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
