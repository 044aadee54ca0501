"""Bringing a file in: batch by batch through the one writing pipeline, each batch and its place one transaction."""

from __future__ import annotations

import datetime as dt
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.assignment.telling import tell_of_import
from core.db import look_at_values, utcnow, writing
from core.house import House
from core.imports.before import keep_changes
from core.imports.importer import Importer
from core.imports.models import (
    CHECKED,
    CREATED,
    DUPLICATE,
    ERROR,
    FINISHED,
    RUNNING,
    UPDATED,
    ImportChange,
    ImportRow,
    ImportRun,
)
from core.imports.outcome import Outcome
from core.imports.plan import open_run
from core.imports.sheets import sheets_for
from core.tabular import Cell, Row

BATCH = 500
MANY = 1000
"""After so many rows the database looks anew at how values are spread, on which its plans rest."""
NOTES = 100
"""So many different warnings are kept of one import."""


def run_import(
    session: Session,
    house: House,
    actor: Actor | None,
    run: ImportRun,
    folder: Path,
    *,
    dry: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Bring in what is left of a file; answers its counts. Commits batch by batch and can be cut off anywhere.

    With `dry` every batch is written and rolled back, so that its counts are those of the real run; only the
    import's `checked` counts and its bad rows are kept.

    Raises:
        TableError: the file cannot be read.
    """
    table = open_run(run, folder)
    start = 0 if dry else run.position
    with _calm_memory():
        sheets = sheets_for(run, folder / run.stored, table, house.resources[run.resource])
        importer = Importer(session, house, actor, run, dry=dry, sheets=sheets)
        if start:
            importer.take_up(records_so_far(session, run.id))
        else:
            session.commit()  # SQLite refuses to let a reading transaction write once anybody else has written
            _begin(session, run, dry)
        counts = Counts.of(run.counts) if start else Counts()
        notes = Notes.of(run.notes) if start else Notes()
        done = start
        session.commit()
        for batch in _batches(table.rows(after=start)):
            with writing():
                outcomes = importer.bring_in(batch)
                if dry:
                    session.rollback()
                counts.add(outcomes)
                notes.add(outcomes)
                done = batch[-1].number
                _keep(session, run.id, outcomes, _figures(importer, counts, notes, done, dry), dry)
                if not dry:
                    keep_changes(session, run.id, outcomes)
                session.commit()
            if progress is not None:
                progress(done, max(run.rows_total, table.count_hint, done))
    with writing():
        finished = {"state": CHECKED} if dry else {"state": FINISHED, "finished_at": utcnow()}
        figures = _figures(importer, counts, notes, done, dry)
        _note(session, run.id, figures | finished | {"rows_total": counts.rows})
        if not dry:
            tell_of_import(session, house, actor, run)
        if not dry and counts.rows >= MANY:
            resource = house.resources[run.resource]
            models = [resource.model, *(child.model for child in resource.children)]
            look_at_values(session, [model.__tablename__ for model in models])
        session.commit()
    session.refresh(run)
    return counts.as_json()


@dataclass
class Counts:
    """How many rows became what, as the command prints it."""

    rows: int = 0
    created: Counter[str] = field(default_factory=Counter)
    updated: int = 0
    duplicates: int = 0
    errors: int = 0
    warnings: int = 0

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Counts:
        return cls(**{**kept, "created": Counter(kept.get("created", {}))}) if kept else cls()

    def add(self, outcomes: Sequence[Outcome], sign: int = 1) -> None:
        self.rows += sign * len(outcomes)
        for each in outcomes:
            if each.outcome == CREATED:
                self.created[each.resource or ""] += sign
            self.updated += sign * (each.outcome == UPDATED)
            self.duplicates += sign * (each.outcome == DUPLICATE)
            self.errors += sign * (each.outcome == ERROR)
            self.warnings += sign * bool(each.warnings)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": dict(self.created),
            "updated": self.updated,
            "duplicates": self.duplicates,
            "errors": self.errors,
            "warnings": self.warnings,
        }


@dataclass
class Notes:
    """The warnings of an import: how many rows have each, and the first of them."""

    found: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Sequence[Sequence[Any]]) -> Notes:
        return cls({(name, message): [rows, first] for name, message, rows, first in kept})

    def add(self, outcomes: Sequence[Outcome]) -> None:
        for each in outcomes:
            for name, message in each.warnings:
                key = (name, str(message))
                if key in self.found:
                    self.found[key][0] += 1
                elif len(self.found) < NOTES:
                    self.found[key] = [1, each.row.number]

    def as_json(self) -> list[list[Any]]:
        return [[name, message, rows, first] for (name, message), (rows, first) in self.found.items()]


def row_values(import_id: int, each: Outcome) -> dict[str, Any]:
    """What is kept of a row."""
    return {
        "import_id": import_id,
        "row": each.row.number,
        "outcome": each.outcome,
        "resource": each.resource,
        "record_id": each.record_id,
        "problems": [[name, str(message)] for name, message in each.problems] or None,
        "warnings": [[name, str(message)] for name, message in each.warnings] or None,
        "cells": [_plain(cell) for cell in (*each.row.cells, *each.row.extra)]
        if each.outcome == ERROR
        else None,
    }


def records_so_far(session: Session, run_id: int) -> Iterator[tuple[str, int, int]]:
    """(resource, record id, row) of every record that this import's rows made or met, the first row last."""
    rows = session.execute(
        sa.select(ImportRow.resource, ImportRow.record_id, ImportRow.row)
        .where(ImportRow.import_id == run_id, ImportRow.record_id.is_not(None))
        .order_by(ImportRow.row.desc())
    )
    return ((resource, record_id, row) for resource, record_id, row in rows)


def _begin(session: Session, run: ImportRun, dry: bool) -> None:
    with writing():
        session.execute(sa.delete(ImportRow).where(ImportRow.import_id == run.id))
        session.execute(sa.delete(ImportChange).where(ImportChange.import_id == run.id))
        if not dry:
            _note(session, run.id, {"started_at": utcnow(), "state": RUNNING})
        session.commit()


def _keep(
    session: Session, run_id: int, outcomes: Sequence[Outcome], figures: dict[str, Any], dry: bool
) -> None:
    """Note in the same transaction what became of the rows and how far the import is."""
    _note(session, run_id, figures)
    rows = [row_values(run_id, each) for each in outcomes if not dry or each.outcome == ERROR]
    if rows:
        session.execute(sa.insert(ImportRow), rows)


def _figures(importer: Importer, counts: Counts, notes: Notes, done: int, dry: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "made": {name: list(values) for name, values in importer.made.items()},
        "notes": notes.as_json(),
    }
    if dry:
        return figures | {"checked": counts.as_json()}
    return figures | {"counts": counts.as_json(), "position": done}


def _note(session: Session, run_id: int, values: dict[str, Any]) -> None:
    session.execute(
        sa.update(ImportRun).where(ImportRun.id == run_id).values(values),
        execution_options={"synchronize_session": False},
    )


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


@contextmanager
def _calm_memory() -> Iterator[None]:
    """What is in memory now stays: looking through all of it again and again would cost a tenth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _plain(cell: Cell) -> Any:
    """A cell as JSON keeps it."""
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat(" ") if isinstance(cell, dt.datetime) else cell.isoformat()
    return str(cell) if isinstance(cell, dt.timedelta) else cell
