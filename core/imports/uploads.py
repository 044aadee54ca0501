"""The files of imports: kept under names of our own in the instance folder, opened, and in time removed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.config import Config
from core.db import utcnow
from core.formats import reading_for
from core.house import House
from core.imports.models import RUNNING, SKIP, ImportRun
from core.imports.plan import Plan, creatable_lists, format_of, plan_for
from core.resources.closing import require_open
from core.resources.declare import Resource
from core.tabular import CsvFormat, Table, ValueFormat, open_table

KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Opened:
    """A file that is a table, and what we would make of it."""

    table: Table
    plan: Plan


def folder_of(config: Config) -> Path:
    """Where the files of imports lie."""
    folder = config.instance / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def new_place(config: Config) -> Path:
    """A path for a file that comes in; its name says nothing of the name it had."""
    return folder_of(config) / secrets.token_hex(16)


def keep_copy(config: Config, source: Path) -> Path:
    """Our own copy of a file, so that an import is not disturbed by what becomes of the original."""
    place = new_place(config)
    with source.open("rb") as came, place.open("xb") as ours:
        os.chmod(place, 0o600)
        shutil.copyfileobj(came, ours, 1024**2)
    return place


def understand(
    session: Session,
    actor: Actor | None,
    resource: Resource,
    path: Path,
    filename: str,
    *,
    wanted: Mapping[str, Any] | None = None,
) -> Opened:
    """Open a file and say what we would make of it; `wanted` are encoding, separator, sheet, decimal, date_order.

    Raises:
        TableError: it is no table, or not under these wishes.
    """
    wishes = {name: value for name, value in (wanted or {}).items() if value}
    table = open_table(
        path,
        filename=filename,
        encoding=wishes.get("encoding"),
        separator=wishes.get("separator"),
        sheet=wishes.get("sheet"),
    )
    plan = plan_for(session, resource, table, _usual_values(session, actor))
    values = ValueFormat(
        wishes.get("date_order", plan.values.date_order), wishes.get("decimal", plan.values.decimal)
    )
    return Opened(table, Plan(plan.mapping, plan.constants, values))


def new_run(
    session: Session,
    house: House,
    actor: Actor | None,
    resource: Resource,
    path: Path,
    filename: str,
    opened: Opened,
    *,
    on_duplicate: str = SKIP,
) -> ImportRun:
    """The import of a file that was understood, flushed; the caller commits.

    Raises:
        Refused: no new records of this kind can be made now.
    """
    require_open(session, resource)
    run = ImportRun(
        resource=resource.name,
        filename=filename[-255:],
        stored=path.name,
        user_id=actor.user_id if actor else None,
        format=format_of(opened.table, opened.plan.values),
        headers=list(opened.table.headers),
        mapping={str(column): name for column, name in opened.plan.mapping.items()},
        constants=dict(opened.plan.constants),
        on_duplicate=on_duplicate,
        new_values=creatable_lists(house, resource),
        rows_total=opened.table.count_hint,
    )
    session.add(run)
    session.flush()
    return run


def file_type(run: ImportRun) -> Literal["csv", "xlsx"]:
    """What sort of file it was."""
    return "csv" if "encoding" in run.format else "xlsx"


def separator_of(run: ImportRun) -> str:
    return str(run.format.get("separator") or ",")


def remove_old(session: Session, config: Config) -> int:
    """Remove the files of imports that nobody will need any more, and imports that never began; answers how many."""
    old = utcnow() - KEPT
    folder = folder_of(config)
    runs = session.scalars(
        sa.select(ImportRun).where(
            ImportRun.created_at < old, ImportRun.stored != "", ImportRun.state != RUNNING
        )
    ).all()
    for run in runs:
        (folder / run.stored).unlink(missing_ok=True)
        run.stored = ""
        if run.started_at is None:
            session.delete(run)
    known = set(session.scalars(sa.select(ImportRun.stored)))
    for path in folder.iterdir():
        if path.name not in known and path.stat().st_mtime < old.timestamp():
            path.unlink(missing_ok=True)
    return len(runs)


def _usual_values(session: Session, actor: Actor | None) -> ValueFormat:
    reading = reading_for(session, actor)
    return ValueFormat(reading.date_order, reading.decimal)


def is_csv(table: Table) -> bool:
    return isinstance(table.format, CsvFormat)
