"""The whole installation in one file, and back: database, uploads, secrets, own plugins and templates."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import core
from core.config import Config
from core.db import dispose_engines, engine_for, utcnow, writing
from core.host.schema.backup import run_postgres_tool, write_copy
from core.settings import save_setting

FORMAT = 1
LAST_BACKUP = "backup.last_at"
"""The setting that says when the last backup was made; for Health."""

FACTS, SQLITE_FILE, POSTGRES_FILE = "prospecto-backup.json", "database.sqlite", "database.dump"
COPIES = {
    ".sqlite": ("SQLite", SQLITE_FILE, b"SQLite format 3\0"),
    ".dump": ("PostgreSQL", POSTGRES_FILE, b"PGDMP"),
}
"""What `core.host.schema.backup.copy_database` leaves: by ending, the kind of database, its name here, how it begins."""
FOLDERS = ("uploads", "plugins", "templates")
SECRETS = "*.key"


class BackupError(Exception):
    """A file that cannot be used as a backup; nothing was changed. The message is for people."""


def write_backup(config: Config, file: Path) -> None:
    """Write a backup while the installation goes on working; readable by its owner only, for it holds the secrets.

    Raises:
        CannotCopy: the database cannot be copied here.
    """
    facts = {
        "format": FORMAT,
        "version": core.__version__,
        "backend": _backend(config),
        "at": utcnow().isoformat(),
    }
    draft = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=config.instance) as work:
            copy = Path(work) / (SQLITE_FILE if config.is_sqlite else POSTGRES_FILE)
            write_copy(config, copy)
            (Path(work) / FACTS).write_text(json.dumps(facts, indent=2))
            with (
                os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream,
                tarfile.open(fileobj=stream, mode="w:gz", compresslevel=5) as archive,
            ):
                archive.add(Path(work) / FACTS, FACTS)
                archive.add(copy, copy.name)
                for path in sorted(config.instance.glob(SECRETS)):
                    archive.add(path, path.name)
                for name in FOLDERS:
                    if (config.instance / name).is_dir():
                        archive.add(config.instance / name, name)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    with writing(), Session(engine_for(config.database_url)) as session:
        save_setting(session, LAST_BACKUP, utcnow())
        session.commit()


def read_backup(config: Config, file: Path) -> dict[str, Any]:
    """Put a backup in the place of the installation, which must not be running; answers the backup's facts.

    A copy that an upgrade made of the database is one too: then only the database is put back, and `version` is ''.
    What stood there is kept beside as `<name>.before-restore`, except for a PostgreSQL database.

    Raises:
        BackupError: the file is no backup, or not one of this kind of database.
        CannotCopy: the database refuses it.
    """
    config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=config.instance) as name:
        work = Path(name)
        facts = _unpack(file, work)
        if facts["backend"] != _backend(config):
            raise BackupError(
                f"This is a backup of a {facts['backend']} database; the installation is on {_backend(config)}."
            )
        _put_database_back(config, work)
        for path in work.glob(SECRETS):
            path.chmod(0o600)
            path.replace(config.instance / path.name)
        for folder in FOLDERS:
            if (work / folder).is_dir():
                _swap(work / folder, config.instance / folder)
    return facts


def _backend(config: Config) -> str:
    return "SQLite" if config.is_sqlite else "PostgreSQL"


def _put_database_back(config: Config, work: Path) -> None:
    if not config.is_sqlite:
        run_postgres_tool(
            config,
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-acl",
            "--single-transaction",
            str(work / POSTGRES_FILE),
        )
        return
    dispose_engines()
    place = Path(sa.make_url(config.database_url).database or "")
    if place.exists():
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        place.replace(place.with_name(f"{place.name}.before-restore"))
    for suffix in ("-wal", "-shm"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    (work / SQLITE_FILE).replace(place)


def _extract(archive: tarfile.TarFile, work: Path) -> None:
    """Unpack plain files and folders; refuses links, devices, and paths that lead out of the folder.

    By hand, because Python 3.11 has the filter of PEP 706 only from 3.11.4 on.
    """
    for member in archive:
        inside = (work / member.name).resolve().is_relative_to(work.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name} does not belong in a backup")
        member.mode = 0o700 if member.isdir() else 0o600
        archive.extract(member, work, set_attrs=False)


def _unpack(file: Path, work: Path) -> dict[str, Any]:
    if file.suffix in COPIES:
        return _take_copy(file, work)
    try:
        with tarfile.open(file, "r:gz") as archive:
            _extract(archive, work)
        facts: dict[str, Any] = json.loads((work / FACTS).read_text())
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BackupError(f"{file} is no backup of Prospecto, or it is damaged ({error}).") from None
    database = work / (SQLITE_FILE if facts.get("backend") == "SQLite" else POSTGRES_FILE)
    if facts.get("format") != FORMAT or not database.is_file():
        raise BackupError(f"{file} is a backup in a form that this version does not know.")
    return facts


def _take_copy(file: Path, work: Path) -> dict[str, Any]:
    backend, name, beginning = COPIES[file.suffix]
    with file.open("rb") as stream:
        if stream.read(len(beginning)) != beginning:
            raise BackupError(f"{file} is no copy of a {backend} database.")
    shutil.copyfile(file, work / name)
    made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return {"backend": backend, "at": made.isoformat(timespec="seconds"), "version": ""}


def _swap(new: Path, place: Path) -> None:
    if place.exists():
        before = place.with_name(f"{place.name}.before-restore")
        shutil.rmtree(before, ignore_errors=True)
        place.rename(before)
    new.rename(place)
