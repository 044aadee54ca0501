"""Bringing a file in: batch by batch through the one writing pipeline, each batch and its place one transaction."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import utcnow, writing
from core.fields.references import Tags
from core.house import House
from core.i18n import Text, _
from core.imports.models import CREATE, CREATED, DUPLICATE, ERROR, FILL, SKIP, UPDATED, ImportRow, ImportRun
from core.imports.plan import RECORD_ID, open_run
from core.references import add_value
from core.resources.context import Draft, Refused, WriteContext, write_context
from core.resources.declare import IdentityKey, Resource
from core.resources.identity import Match, find_matches, keys_of
from core.resources.write import NotValid, PluginError, check_draft, read_draft, title_of, write_drafts
from core.tabular import Row, Table

BATCH = 500


@dataclass
class Outcome:
    """What became of one row."""

    row: Row
    outcome: str = ""
    draft: Draft | None = None
    record_id: int | None = None
    resource: str | None = None
    problems: list[tuple[str, Text]] = field(default_factory=list)

    @property
    def warnings(self) -> list[tuple[str, Text]]:
        return self.draft.warnings if self.draft is not None and self.outcome != ERROR else []


def run_import(
    session: Session, house: House, actor: Actor | None, run: ImportRun, folder: Path, *, dry: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Bring in what is left of a file; answers its counts. Commits batch by batch and can be cut off anywhere.

    With `dry` every batch is written and rolled back, so that its counts are those of the real run; only the
    import's `checked` counts and its bad rows are kept.

    Raises:
        TableError: the file cannot be read.
    """
    table = open_run(run, folder)
    gc.freeze()  # what is here stays here: looking through it again with every batch costs a tenth of the time
    try:
        return _run_batches(session, _Importer(session, house, actor, run, dry), run, table, dry, progress)
    finally:
        gc.unfreeze()


def _run_batches(
    session: Session, importer: _Importer, run: ImportRun, table: Table, dry: bool,
    progress: Callable[[int, int], None] | None,
) -> dict[str, Any]:
    rows = table.rows(after=0 if dry else run.position)
    counts = _Counts.of({} if dry else run.counts)
    done = 0 if dry else run.position
    for batch in _batches(rows):
        with writing():
            outcomes = importer.bring_in(batch)
            if dry:
                session.rollback()
            counts.add(outcomes)
            done = batch[-1].number
            run = importer.keep(outcomes, counts, done)
            session.commit()
        if progress is not None:
            progress(done, max(run.rows_total, table.count_hint))
    with writing():
        importer.finish(counts, done)
        session.commit()
    return counts.as_json()


@dataclass
class _Counts:
    rows: int = 0
    created: Counter[str] = field(default_factory=Counter)
    updated: int = 0
    duplicates: int = 0
    errors: int = 0
    warnings: int = 0

    @classmethod
    def of(cls, kept: dict[str, Any]) -> _Counts:
        return cls(**{**kept, "created": Counter(kept.get("created", {}))}) if kept else cls()

    def add(self, outcomes: Sequence[Outcome]) -> None:
        self.rows += len(outcomes)
        for each in outcomes:
            if each.outcome == CREATED:
                self.created[each.resource or ""] += 1
            self.updated += each.outcome == UPDATED
            self.duplicates += each.outcome == DUPLICATE
            self.errors += each.outcome == ERROR
            self.warnings += bool(each.warnings)

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "created": dict(self.created), "updated": self.updated,
                "duplicates": self.duplicates, "errors": self.errors, "warnings": self.warnings}


class _Importer:
    """One import at work: its mapping, its surroundings, and in a dry run the keys seen so far."""

    def __init__(self, session: Session, house: House, actor: Actor | None, run: ImportRun, dry: bool) -> None:
        self.session, self.house, self.actor, self.dry = session, house, actor, dry
        self.run_id = run.id
        self.resource = house.resources[run.resource]
        self.columns = [(int(column), name) for column, name in run.mapping.items() if name]
        self.constants = dict(run.constants)
        self.on_duplicate = run.on_duplicate
        self.new_values = frozenset(run.new_values)
        self.format = dict(run.format)
        self.made_values = False
        self.seen: dict[tuple[str, str], int] = {}
        self.context = self._context()

    def bring_in(self, rows: Sequence[Row]) -> list[Outcome]:
        """Read, check and write one batch in the session's transaction; the caller commits."""
        outcomes = [Outcome(row) for row in rows]
        if self.dry and self.made_values:
            self.context = self._context()  # those made for the batch before were rolled back with it
        self._read(outcomes)
        if self.context.reading.new_references:
            self._make_values()
            self._read(outcomes)
        self._check(outcomes)
        self._settle_duplicates([each for each in outcomes if not each.outcome])
        self._check([each for each in outcomes if each.draft is not None and not each.draft.is_new])
        self._write([each for each in outcomes if not each.outcome])
        return outcomes

    def keep(self, outcomes: Sequence[Outcome], counts: _Counts, position: int) -> ImportRun:
        """Note in the same transaction what became of the rows and how far the import is."""
        run = self.session.get_one(ImportRun, self.run_id)
        if self.dry:
            run.checked = counts.as_json() | {"position": position}
            outcomes = [each for each in outcomes if each.outcome == ERROR]
            if position <= BATCH:
                self.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == self.run_id))
        else:
            run.counts, run.position = counts.as_json(), position
            if run.started_at is None:
                run.started_at, run.state = utcnow(), "running"
                self.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == self.run_id))
        rows = [self._row(each) for each in outcomes]
        if rows:
            self.session.execute(sa.insert(ImportRow), rows)
        return run

    def finish(self, counts: _Counts, position: int) -> None:
        run = self.session.get_one(ImportRun, self.run_id)
        if self.dry:
            run.checked, run.state = counts.as_json() | {"position": position, "whole": True}, "checked"
        else:
            run.counts, run.state, run.finished_at = counts.as_json(), "done", utcnow()
            run.started_at = run.started_at or run.finished_at
        run.rows_total = counts.rows

    def _context(self) -> WriteContext:
        context = write_context(
            self.session, self.house, self.actor, "import", lenient=True, create_references=self._creatable(),
            decimal=self.format.get("decimal", ","), date_order=self.format.get("date_order", "dmy"),
        )
        return context

    def _creatable(self) -> frozenset[str]:
        allowed = self.actor is None or self.actor.may("settings", "edit")
        return self.new_values if allowed else frozenset()

    def _read(self, outcomes: Sequence[Outcome]) -> None:
        """Drafts of the rows; called again once new reference values exist."""
        for each in outcomes:
            if each.row.problem is not None:
                each.outcome, each.problems = ERROR, [("", each.row.problem.message())]
                continue
            raw = {name: each.row.cells[column] for column, name in self.columns if column < len(each.row.cells)}
            each.draft = self._draft(raw | self.constants_of(raw), each.row.number)

    def constants_of(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Values that every row gets whose file says nothing of them."""
        return {name: value for name, value in self.constants.items() if raw.get(name, "") == ""}

    def _draft(self, raw: dict[str, Any], number: int) -> Draft:
        draft = read_draft(self.resource, raw, self.context, row=number)
        draft.options["id"] = raw.get(RECORD_ID)
        draft.options["given"] = dict(draft.values)
        routed = self.resource.route_import(draft.values) if self.resource.route_import else None
        if routed and routed in self.house.resources:
            target = self.house.resources[routed]
            draft.resource = target
            draft.values = {name: value for name, value in draft.values.items() if target.has_field(name)}
        return draft

    def _check(self, outcomes: Sequence[Outcome]) -> None:
        for each in outcomes:
            if each.outcome or each.draft is None:
                continue
            check_draft(each.draft, self.context)
            if each.draft.problems:
                each.outcome = ERROR
                each.problems = [(problem.field, problem.message) for problem in each.draft.problems]

    def _make_values(self) -> None:
        wanted = self.context.reading.new_references
        for list_name, names in wanted.items():
            for name in names.values():
                add_value(self.session, self.house.lists[list_name], name)
        self.made_values = True
        self.context = self._context()

    def _settle_duplicates(self, outcomes: Sequence[Outcome]) -> None:
        """Find each draft's stored twin, or an earlier row's, and do with it what the import says."""
        keys = [keys_of(self.resource, each.draft.values) if each.draft else [] for each in outcomes]
        matches = find_matches(self.session, self.house, self.resource, keys)
        own = self._by_number(outcomes)
        in_batch: dict[tuple[str, str], int] = {}
        for each, its_keys, match in zip(outcomes, keys, matches, strict=True):
            draft = each.draft
            if draft is None:
                continue
            twin: Match | None = match or self._earlier(its_keys, in_batch)
            record = own.get(each.row.number)
            if record is not None and self.on_duplicate != CREATE:
                self._onto(each, record, self.resource)
            elif twin is not None and self.on_duplicate != CREATE:
                self._duplicate(each, twin)
            if not each.outcome:
                in_batch.update({(key.name, value): each.row.number for key, value in its_keys})

    def _earlier(self, keys: Sequence[tuple[IdentityKey, str]], in_batch: dict[tuple[str, str], int]) -> Match | None:
        for key, value in keys:
            row = in_batch.get((key.name, value)) or self.seen.get((key.name, value))
            if row is not None:
                return Match(self.resource.name, None, key, value, row)
        return None

    def _by_number(self, outcomes: Sequence[Outcome]) -> dict[int, Any]:
        """Rows of our own export find their record by its number, if its name is still the same."""
        numbers = {each.row.number: int(text) for each in outcomes
                   if each.draft is not None and (text := str(each.draft.options["id"] or "")).isdecimal() and len(text) < 18}
        if not numbers:
            return {}
        model, title = self.resource.model, self.resource.title
        found = {record.id: record for record in self.session.scalars(
            sa.select(model).where(model.id.in_(set(numbers.values()))))}
        named = {each.row.number: each.draft.options["given"].get(title)
                 for each in outcomes if each.draft is not None}
        return {row: found[id] for row, id in numbers.items()
                if id in found and title_of(self.resource, found[id]) == named[row]}

    def _duplicate(self, each: Outcome, twin: Match) -> None:
        draft = each.draft
        assert draft is not None
        words = _("The %(key)s is already known.", key=str(twin.key.label))
        if twin.row is not None:
            words = _("Row %(row)s has the same %(key)s.", row=twin.row, key=str(twin.key.label))
        record = None
        if self.on_duplicate != SKIP and twin.record_id is not None:
            model = self.house.resources[twin.resource].model
            record = self.session.scalars(sa.select(model).where(model.id == twin.record_id)).first()
        if record is None:
            each.outcome, each.problems = DUPLICATE, [("", words)]
            each.record_id, each.resource = twin.record_id, twin.resource
            return
        self._onto(each, record, self.house.resources[twin.resource])

    def _onto(self, each: Outcome, record: Any, resource: Resource) -> None:
        """Turn the draft into a change of a stored record: what the file says, or only what is empty there."""
        draft = each.draft
        assert draft is not None
        each.record_id, each.resource = record.id, resource.name
        if self.on_duplicate == SKIP:
            each.outcome, each.problems = DUPLICATE, [("", _("This record is already here."))]
            return
        values = {name: value for name, value in draft.options["given"].items()
                  if value not in (None, "", ()) and resource.has_field(name)}
        if self.on_duplicate == FILL:
            values = {name: value for name, value in values.items()
                      if not isinstance(resource.field(name).kind, Tags)
                      and resource.field(name).kind.load(record, resource.field(name)) in (None, "")}
        draft.resource, draft.values, draft.record_id, draft.current = resource, values, record.id, record

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        """Write what is in order: all at once, or one by one where the batch as a whole is refused."""
        by_target: dict[tuple[str, bool], list[Outcome]] = {}
        for each in outcomes:
            assert each.draft is not None
            by_target.setdefault((each.draft.resource.name, each.draft.is_new), []).append(each)
        for group in by_target.values():
            try:
                with self.session.begin_nested():
                    self._write_group(group)
            except (IntegrityError, PluginError, Refused, NotValid):
                for each in group:
                    self._write_alone(each)

    def _write_alone(self, each: Outcome) -> None:
        try:
            with self.session.begin_nested():
                self._write_group([each])
        except NotValid as error:
            each.outcome = ERROR
            each.problems = [(problem.field, problem.message) for problem in error.draft.problems]
        except Refused as refused:
            each.outcome, each.problems = ERROR, [("", refused.message)]
        except PluginError as error:
            each.outcome, each.problems = ERROR, [("", str(error))]
        except IntegrityError:
            each.outcome, each.problems = ERROR, [("", _("The database does not take this row."))]

    def _write_group(self, group: Sequence[Outcome]) -> None:
        drafts = [each.draft for each in group if each.draft is not None]
        versions = [None if draft.is_new else draft.current.version for draft in drafts]
        records = write_drafts(drafts, self.context)
        for each, draft, record, version in zip(group, drafts, records, versions, strict=True):
            each.resource, each.record_id = draft.resource.name, record.id
            if draft.is_new:
                each.outcome = CREATED
                if self.dry:
                    self.seen.update({(key.name, value): each.row.number
                                      for key, value in keys_of(self.resource, draft.values)})
            else:
                each.outcome = UPDATED if record.version != version else DUPLICATE

    def _row(self, each: Outcome) -> dict[str, Any]:
        return {
            "import_id": self.run_id,
            "row": each.row.number,
            "outcome": each.outcome,
            "resource": each.resource,
            "record_id": each.record_id,
            "problems": [[name, str(message)] for name, message in each.problems] or None,
            "warnings": [[name, str(message)] for name, message in each.warnings] or None,
            "cells": [str(cell) for cell in each.row.cells] if each.outcome == ERROR else None,
        }


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
