"""A copy of the database in the instance folder, made before its tables are moved."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from core.config import Config
from core.db import utcnow

log = logging.getLogger("prospecto")

KEPT = 5


class CannotCopy(Exception):
    """The database cannot be copied, or brought back, on this machine; the message is for people."""


def copy_database(config: Config, reason: str) -> Path | None:
    """Copy the database to `backups/<moment>-<reason>`, keeping the newest five of that reason.

    None where there is nothing to copy, or (PostgreSQL) nothing to copy it with; the log says so.
    """
    folder = config.instance / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = "sqlite" if config.is_sqlite else "dump"
    target = folder / f"{utcnow():%Y%m%d-%H%M%S}-{reason}.{ending}"
    try:
        write_copy(config, target)
    except CannotCopy as error:
        log.warning("no copy of the database was made: %s", error)
        return None
    target.chmod(0o600)
    for old in sorted(folder.glob(f"*-{reason}.{ending}"))[:-KEPT]:
        old.unlink()
    return target


def last_copy(config: Config) -> Path | None:
    """The newest file among the backups, whatever made it."""
    files = [each for each in (config.instance / "backups").glob("*") if each.is_file()]
    return max(files, key=lambda each: each.stat().st_mtime, default=None)


def write_copy(config: Config, target: Path) -> None:
    """Write the database as it is at this moment into a file: an SQLite database, or a dump in pg_dump's own format.

    Raises:
        CannotCopy: there is nothing to copy, or nothing to copy it with.
    """
    url = sa.make_url(config.database_url)
    if not config.is_sqlite:
        run_postgres_tool(config, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}")
        return
    if not url.database or not Path(url.database).exists():
        raise CannotCopy(f"there is no database {url.database}")
    with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def run_postgres_tool(config: Config, tool: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore on the configured database; its password goes by the environment, not by `ps`.

    Raises:
        CannotCopy: it is not on this machine, or it failed.
    """
    program = shutil.which(tool)
    if program is None:
        raise CannotCopy(
            f"{tool} is not on this machine; install PostgreSQL's client programs (postgresql-client)"
        )
    url = sa.make_url(config.database_url)
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environ = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [program, f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise CannotCopy(f"{tool}: {lines[-1] if lines else f'ended with {done.returncode}'}")
