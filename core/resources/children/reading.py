"""From input to the rows a record shall have: read, made whole from what is stored, checked, and mirrored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.fields.kind import UNCHANGED, Invalid
from core.i18n import _
from core.resources.children.rows import children_of_records, is_empty
from core.resources.context import ChildRow, Draft, WriteContext
from core.resources.declare import Child


def read_children(draft: Draft, raw: Mapping[str, Any], context: WriteContext) -> None:
    """Put the rows that the input brings into the draft: `raw[<child>]` is a list of objects, in order.

    What cannot be read becomes a problem of `<child>.<place>.<field>`.
    """
    for child in draft.resource.children:
        given = raw.get(child.name)
        if given is None:
            continue
        if not isinstance(given, (list, tuple)) or not all(isinstance(each, Mapping) for each in given):
            draft.problem(child.name, _("This is not a value of this field’s type."), "invalid_type")
            continue
        draft.children[child.name] = [
            _read_row(child, each, place, draft, context) for place, each in enumerate(given)
        ]


def settle_children(draft: Draft, context: WriteContext) -> None:
    """Decide on the rows the record will have and note what is wrong with them.

    The main row's values become the record's own. Where the rows say what is stored already, the record's own fields
    decide. May be called again.
    """
    for child in draft.resource.children:
        if child.name in draft.children:
            _settle(child, draft, context)
        if child.name not in draft.children:
            _check_mirror(child, draft, context)


def _read_row(
    child: Child, given: Mapping[str, Any], place: int, draft: Draft, context: WriteContext
) -> ChildRow:
    row = ChildRow(place=place)
    reading = context.reading
    at = f"{child.name}.{place}"
    known = len(reading.warnings)
    for field in child.fields:
        if field.name in given:
            try:
                value = field.kind.parse(given[field.name], field, reading)
                if value is not UNCHANGED:
                    row.values[field.name] = value
            except Invalid as error:
                draft.problem(f"{at}.{field.name}", error.message, error.code)
    reading.warnings[known:] = [(f"{at}.{name}", words) for name, words in reading.warnings[known:]]
    row.is_main = child.has_main and given.get("is_main") in (True, 1, "1", "true", "on")
    if given.get("id") not in (None, ""):
        row.id = _whole_number(given["id"])
        if row.id is None:
            draft.problem(f"{at}.id", _("There is no such row on this record."), "unknown_row")
    return row


def _settle(child: Child, draft: Draft, context: WriteContext) -> None:
    stored = _stored(child, draft, context)
    by_id = {row.id: row for row in stored}
    wanted = draft.children[child.name]
    _check_rows(child, draft, by_id)
    rows = [_whole(child, row, by_id.get(row.id), context) for row in wanted]
    rows = [row for row in rows if row.id in by_id or row.id is None]
    rows = [row for row in rows if not is_empty(child, row.values, context)]
    rows = _main_first(rows, by_id) if child.has_main else rows
    if _plain(rows) == _plain(stored):
        del draft.children[child.name]
        return
    draft.children[child.name] = rows
    for row in rows:
        before = by_id.get(row.id)
        if before is None or before.values != row.values:
            for name, message, code in _wrong(child, row.values, context):
                draft.problem(f"{child.name}.{row.place}.{name}", message, code)
    _mirror(child, rows, draft)


def _check_rows(child: Child, draft: Draft, by_id: Mapping[int | None, ChildRow]) -> None:
    seen: set[int] = set()
    mains = 0
    rows = draft.children[child.name]
    if len(rows) > child.most:
        draft.problem(child.name, _("At most %(max)s of these.", max=child.most), "too_many")
    for row in rows:
        mains += row.is_main
        if row.is_main and mains > 1:
            draft.problem(
                f"{child.name}.{row.place}.is_main", _("Only one can be the main one."), "several_mains"
            )
        if row.id is not None and (row.id not in by_id or row.id in seen):
            words = _("There is no such row on this record.")
            if row.id in seen:
                words = _("This row is here twice.")
            draft.problem(f"{child.name}.{row.place}.id", words, "unknown_row")
        if row.id is not None:
            seen.add(row.id)


def _whole(child: Child, row: ChildRow, before: ChildRow | None, context: WriteContext) -> ChildRow:
    """The row with what it does not name: of a stored one what is stored, of a new one what every new one has."""
    values = {name: value for name, value in row.values.items() if child.has_field(name)}
    if before is not None:
        values = {**before.values, **values}
    else:
        values = {field.name: values.get(field.name) for field in child.fields}
        if not is_empty(child, values, context):
            for field in child.fields:
                if field.default is not None and values[field.name] is None:
                    values[field.name] = field.default(context)
    return ChildRow(values, row.id, row.is_main, row.place)


def _main_first(rows: Sequence[ChildRow], by_id: Mapping[int | None, ChildRow]) -> list[ChildRow]:
    """The rows with exactly one main one, which is the first: the one said to be, else the one that was."""
    main = next((row for row in rows if row.is_main), None) or next(
        (row for row in rows if row.id in by_id and by_id[row.id].is_main), None
    )
    ordered = sorted(rows, key=lambda row: row is not main)
    return [ChildRow(row.values, row.id, place == 0, row.place) for place, row in enumerate(ordered)]


def _mirror(child: Child, rows: Sequence[ChildRow], draft: Draft) -> None:
    """The main row's values become the record's own; what was said otherwise in the same breath is a problem."""
    main = rows[0].values if rows else {}
    for name, own in child.mirrors.items():
        value = main.get(name)
        if own in draft.values and draft.values[own] != value and draft.values[own] != _before(draft, own):
            draft.problem(
                own,
                _("The main one under “%(rows)s” says something else.", rows=child.plural),
                "contradiction",
            )
        draft.values[own] = value


def _check_mirror(child: Child, draft: Draft, context: WriteContext) -> None:
    """Check the record's own fields as the main row they will be."""
    if not child.checks:
        return
    given = [own for own in child.mirrors.values() if own in draft.values]
    if not given or (
        draft.current is not None and all(draft.values[own] == _before(draft, own) for own in given)
    ):
        return
    values = {name: draft.value(own) for name, own in child.mirrors.items()}
    for name, message, code in _wrong(child, values, context):
        draft.problem(child.mirrors.get(name, name), message, code)


def _wrong(child: Child, values: Mapping[str, Any], context: WriteContext) -> list[tuple[str, Any, str]]:
    return [found for check in child.checks for found in check(values, context)]


def _before(draft: Draft, name: str) -> Any:
    """What a field of the record holds now."""
    if draft.current is None:
        return None
    field = draft.resource.field(name)
    return field.kind.load(draft.current, field)


def _stored(child: Child, draft: Draft, context: WriteContext) -> list[ChildRow]:
    if draft.is_new:
        return []
    if child.name not in draft.stored_children:
        id = draft.current.id
        found = children_of_records(context.session, draft.resource, [draft.current])
        draft.stored_children = {name: rows.get(id, []) for name, rows in found.items()}
    return draft.stored_children[child.name]


def _plain(rows: Sequence[ChildRow]) -> list[tuple[int | None, bool, dict[str, Any]]]:
    return [(row.id, row.is_main, row.values) for row in rows]


def _whole_number(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    text = str(raw).strip()
    return int(text) if text.isdecimal() and len(text) < 19 else None
