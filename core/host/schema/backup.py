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


def copy_database(config: Config, reason: str) -> Path | None:
    """Copy the database to `backups/<moment>-<reason>`, keeping the newest five of that reason.

    None where there is nothing to copy, or (PostgreSQL) nothing to copy it with; the log says so.
    """
    folder = config.instance / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = sa.make_url(config.database_url)
    ending = "sqlite" if config.is_sqlite else "dump"
    target = folder / f"{utcnow():%Y%m%d-%H%M%S}-{reason}.{ending}"
    done = _copy_sqlite(url, target) if config.is_sqlite else _dump_postgresql(url, target)
    if not done:
        return None
    target.chmod(0o600)
    for old in sorted(folder.glob(f"*-{reason}.{ending}"))[:-KEPT]:
        old.unlink()
    return target


def last_copy(config: Config) -> Path | None:
    """The newest file among the backups, whatever made it."""
    files = [each for each in (config.instance / "backups").glob("*") if each.is_file()]
    return max(files, key=lambda each: each.stat().st_mtime, default=None)


def _copy_sqlite(url: sa.URL, target: Path) -> bool:
    if not url.database or not Path(url.database).exists():
        return False
    with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return True


def _dump_postgresql(url: sa.URL, target: Path) -> bool:
    program = shutil.which("pg_dump")
    if program is None:
        log.warning("no copy of the database was made: pg_dump is not on the PATH")
        return False
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    command = [program, "--format=custom", f"--file={target}", f"--dbname={plain}"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        log.warning("no copy of the database was made: %s", result.stderr.strip())
        target.unlink(missing_ok=True)
    return result.returncode == 0
