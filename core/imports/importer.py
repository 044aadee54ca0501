"""One import at work on a batch of rows: read, check, settle duplicates, write. What it does is undone by a rollback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.host.dispatch import PluginError
from core.house import House
from core.i18n import Text, _
from core.imports.before import values_before
from core.imports.further import Raw, put_on_stored, raw_rows, read_further
from core.imports.models import CREATE, CREATED, DUPLICATE, ERROR, FILL, SKIP, UPDATED, ImportRun
from core.imports.outcome import Outcome
from core.imports.plan import RECORD_ID
from core.imports.settling import (
    is_empty_on,
    one_at_a_time,
    refuse_lost_letters,
    rows_by_key,
    skip,
    told,
    whole_number,
)
from core.imports.sheets import Sheets
from core.imports.targets import split_name
from core.references import add_value
from core.resources.context import Draft, Refused, WriteContext, write_context
from core.resources.declare import IdentityKey, Resource
from core.resources.identity import Match, find_matches, keys_of
from core.resources.rights import title_of
from core.resources.write import NotValid, check_draft, read_draft, write_drafts
from core.tabular import Row

Keys = list[tuple[IdentityKey, str]]


class Importer:
    """An import's mapping and surroundings; `dry` keeps the keys of rows whose records do not stay."""

    def __init__(
        self,
        session: Session,
        house: House,
        actor: Actor | None,
        run: ImportRun,
        *,
        dry: bool = False,
        sheets: Sheets | None = None,
    ) -> None:
        self.session, self.house, self.actor, self.dry = session, house, actor, dry
        self.resource = house.resources[run.resource]
        self.columns = [(int(column), name) for column, name in run.mapping.items() if name]
        self.constants = dict(run.constants)
        self.sheets = sheets or Sheets()
        self._has_further = bool(self.sheets) or any(split_name(name) for _column, name in self.columns)
        self.on_duplicate = run.on_duplicate
        self.keys = frozenset(run.keys) if run.keys is not None else None
        self.new_values = frozenset(run.new_values)
        self.format = dict(run.format)
        self.made: dict[str, dict[str, None]] = {}
        self._seen: dict[tuple[str, str], int] = {}
        """Dry run: the keys of records that do not stay, with their rows."""
        self._taken: dict[tuple[str, int], int] = {}
        """The records that rows of this file made or were found to be; a second row does not touch them again."""
        self._made_in_batch = False
        self._context = self._new_context()

    def take_up(self, records: Iterable[tuple[str, int, int]]) -> None:
        """Go on where an import was cut off: (resource, record id, row) of what its rows became."""
        self._taken = {(resource, record_id): row for resource, record_id, row in records}

    def bring_in(self, rows: Sequence[Row]) -> list[Outcome]:
        """Read, check and write rows in the session's transaction; the caller commits, or in a dry run rolls back."""
        outcomes = [Outcome(row) for row in rows]
        if self.dry and self._made_in_batch:
            self._context = self._new_context()  # those made for the batch before were rolled back with it
            self._made_in_batch = False
        self._read(outcomes)
        if self._context.reading.new_references:
            self._make_values()
            self._read(outcomes)
        self._check(outcomes)
        self._settle_duplicates([each for each in outcomes if each.is_open])
        if self._has_further:
            put_on_stored(self.session, outcomes, fill=self.on_duplicate == FILL)
        self._check([each for each in outcomes if each.draft is not None and not each.draft.is_new])
        self._write([each for each in outcomes if each.is_open])
        return outcomes

    def _new_context(self) -> WriteContext:
        return write_context(
            self.session,
            self.house,
            self.actor,
            "import",
            lenient=True,
            create_references=self._creatable(),
            decimal=self.format.get("decimal", ","),
            date_order=self.format.get("date_order", "dmy"),
        )

    def _creatable(self) -> frozenset[str]:
        allowed = self.actor is None or self.actor.may("settings", "edit")
        return self.new_values if allowed else frozenset()

    # -- reading and checking ------------------------------------------------------------------------------------

    def _read(self, outcomes: Sequence[Outcome]) -> None:
        """Drafts of the rows; called again once new reference values exist."""
        columns, constants = self.columns, self.constants
        for each in outcomes:
            if each.row.problem is not None:
                each.outcome, each.problems = ERROR, [("", each.row.problem.message())]
                continue
            cells = each.row.cells
            raw = {name: cells[column] for column, name in columns if column < len(cells)}
            if constants:
                raw |= {name: value for name, value in constants.items() if raw.get(name, "") == ""}
            each.draft = self._draft(raw, each.row.number)

    def _draft(self, raw: Mapping[str, Any], number: int) -> Draft:
        rows: Raw = {}
        if self._has_further:
            main, listed = self.sheets.rows_of(raw.get(RECORD_ID))
            raw = {**main, **raw}
            rows = raw_rows(raw, listed)
        draft = read_draft(self.resource, raw, self._context, row=number)
        refuse_lost_letters(draft)
        draft.options["id"] = raw.get(RECORD_ID)
        draft.options["given"] = dict(draft.values)
        routed = self.resource.route_import(draft.values) if self.resource.route_import else None
        if routed and routed in self.house.resources:
            target = self.house.resources[routed]
            draft.resource = target
            draft.values = {name: value for name, value in draft.values.items() if target.has_field(name)}
        read_further(draft, rows, self._context)
        return draft

    def _check(self, outcomes: Sequence[Outcome]) -> None:
        for each in outcomes:
            if each.draft is None or not each.is_open:
                continue
            try:
                check_draft(each.draft, self._context)
            except PluginError as error:
                each.draft.problem("", str(error))
            if each.draft.problems:
                each.outcome = ERROR
                each.problems = told(each.draft)

    def _make_values(self) -> None:
        for list_name, names in self._context.reading.new_references.items():
            for name in names.values():
                add_value(self.session, self.house.lists[list_name], name)
                self.made.setdefault(list_name, {})[name] = None
        self._made_in_batch = True
        self._context = self._new_context()

    # -- duplicates ----------------------------------------------------------------------------------------------

    def _settle_duplicates(self, outcomes: Sequence[Outcome]) -> None:
        """Find each draft's stored twin, or an earlier row's, and do with it what the import says."""
        if self.on_duplicate == CREATE:
            return
        one_at_a_time(self.session)
        keys = [self._keys_of(each.draft) if each.draft else [] for each in outcomes]
        matches = find_matches(self.session, self.house, self.resource, keys)
        own = self._by_number(outcomes)
        in_batch: dict[tuple[str, str], int] = {}
        for each, its_keys, match in zip(outcomes, keys, matches, strict=True):
            record = own.get(each.row.number)
            twin = match or self._earlier(its_keys, in_batch)
            if record is not None:
                self._onto(each, record, self.resource, _("This record is already here."))
            elif twin is not None:
                self._duplicate(each, twin)
            if each.is_open and each.draft is not None and each.draft.is_new:
                in_batch.update(rows_by_key(its_keys, each.row.number))

    def _keys_of(self, draft: Draft) -> Keys:
        """What a row is recognised by: what was chosen, else all that is sure."""
        if self.keys is None:
            return keys_of(self.resource, draft.values)
        found = keys_of(self.resource, draft.values, hints=True)
        return [(key, value) for key, value in found if key.name in self.keys]

    def _earlier(self, keys: Keys, in_batch: Mapping[tuple[str, str], int]) -> Match | None:
        for key, value in keys:
            row = in_batch.get((key.name, value)) or self._seen.get((key.name, value))
            if row is not None:
                return Match(self.resource.name, None, key, value, row)
        return None

    def _by_number(self, outcomes: Sequence[Outcome]) -> dict[int, Any]:
        """Rows of our own export find their record by its number, if its name is still the same.

        Where the number was chosen as the key, and alone, the name may be another: it may be what is to change.
        """
        if self.keys is not None and RECORD_ID not in self.keys:
            return {}
        any_name = self.keys == frozenset({RECORD_ID})
        drafts = {each.row.number: each.draft for each in outcomes if each.draft is not None}
        numbers = {
            row: number
            for row, draft in drafts.items()
            if (number := whole_number(draft.options["id"])) is not None
        }
        if not numbers:
            return {}
        model, title = self.resource.model, self.resource.title
        found = {
            record.id: record
            for record in self.session.scalars(sa.select(model).where(model.id.in_(set(numbers.values()))))
        }
        return {
            row: found[id]
            for row, id in numbers.items()
            if id in found
            and (any_name or title_of(self.resource, found[id]) == drafts[row].options["given"].get(title))
        }

    def _duplicate(self, each: Outcome, twin: Match) -> None:
        label = str(twin.key.label)
        row = twin.row or self._taken.get((twin.resource, twin.record_id or 0))
        if row is not None:
            skip(
                each,
                _("Row %(row)s has the same %(key)s.", row=row, key=label),
                twin.resource,
                twin.record_id,
            )
            return
        words = _("The %(key)s is already known.", key=label)
        record, resource = None, self.house.resources[twin.resource]
        if self.on_duplicate != SKIP:
            record = self.session.scalars(
                sa.select(resource.model).where(resource.model.id == twin.record_id)
            ).first()
        if record is None:  # to be skipped, or out of this person's sight
            skip(each, words, twin.resource, twin.record_id)
        else:
            self._onto(each, record, resource, words)

    def _onto(self, each: Outcome, record: Any, resource: Resource, words: Text) -> None:
        """Turn the draft into a change of a stored record: what the file says, or only what is empty there."""
        draft = each.draft
        assert draft is not None
        row = self._taken.setdefault((resource.name, record.id), each.row.number)
        if row != each.row.number:
            words = _("Row %(row)s is the same record.", row=row)
        if row != each.row.number or self.on_duplicate == SKIP:
            skip(each, words, resource.name, record.id)
            return
        values = {
            name: value
            for name, value in draft.options["given"].items()
            if value not in (None, "", ()) and resource.has_field(name)
        }
        if self.on_duplicate == FILL:
            values = {name: value for name, value in values.items() if is_empty_on(record, resource, name)}
        draft.resource, draft.values, draft.record_id, draft.current = resource, values, record.id, record
        draft.children = {}

    # -- writing -------------------------------------------------------------------------------------------------

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
            each.problems = told(error.draft)
        except Refused as refused:
            each.outcome, each.problems = ERROR, [("", refused.message)]
        except PluginError as error:
            each.outcome, each.problems = ERROR, [("", str(error))]
        except IntegrityError:
            each.outcome, each.problems = ERROR, [("", _("The database does not take this row."))]

    def _write_group(self, group: Sequence[Outcome]) -> None:
        drafts = [each.draft for each in group if each.draft is not None]
        versions = [None if draft.is_new else draft.current.version for draft in drafts]
        before = values_before(self.session, drafts, self._context)
        records = write_drafts(drafts, self._context)
        for each, draft, record, version in zip(group, drafts, records, versions, strict=True):
            each.resource, each.record_id = draft.resource.name, record.id
            if not draft.is_new:
                each.outcome = UPDATED if record.version != version else DUPLICATE
                each.before, each.version = before[record.id], record.version
                continue
            each.outcome = CREATED
            if self.dry:
                self._seen.update(rows_by_key(self._keys_of(draft), each.row.number))
            else:
                self._taken[draft.resource.name, record.id] = each.row.number
