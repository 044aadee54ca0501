"""Further rows of a record (a second address, a third contact person) from the columns of its row, or from other sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.imports.outcome import Outcome
from core.imports.targets import split_name
from core.resources.children import ChildRow, children_of, read_children, united
from core.resources.context import Draft, WriteContext
from core.resources.declare import Child, Resource

Raw = dict[str, list[dict[str, Any]]]
"""{child's name: raw rows}, the first of them standing for the record's own fields."""

FURTHER = "further"


def raw_rows(raw: Mapping[str, Any], sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> Raw:
    """The further rows that the cells of a row and the sheets beside it bring, empty ones left out."""
    found: Raw = {}
    numbered: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in raw.items():
        place = split_name(name)
        if place is not None:
            numbered.setdefault(place[0], {}).setdefault(place[1], {})[place[2]] = value
    for child, rows in numbered.items():
        last = max((number for number, row in rows.items() if _says_something(row)), default=1)
        first = min(rows)  # of rows without a main one the first is a further one too
        if last >= first and _says_something(rows.get(last, {})):
            found[child] = [{}, *(rows.get(number, {}) for number in range(min(first, 2), last + 1))]
    for child, listed in sheets.items():
        said = [dict(row) for row in listed if _says_something(row)]
        if said:
            found.setdefault(child, [{}]).extend(said)
    return found


def read_further(draft: Draft, rows: Raw, context: WriteContext) -> None:
    """Read them into the draft, as a new record would have them."""
    if not rows:
        return
    numbers = {name: [row.pop("id", None) for row in listed] for name, listed in rows.items()}
    read_children(draft, rows, context)
    for name, found in draft.children.items():
        for row, number in zip(found, numbers[name], strict=True):
            row.id = number
    draft.options[FURTHER] = draft.children
    draft.children = {}
    put_on_new(draft)


def put_on_new(draft: Draft) -> None:
    """The rows of a new record: first what its own fields say, then the further ones."""
    for child, rows in _further(draft):
        said = [_without_id(row) for row in rows if row.values]
        if child.has_main:
            own = {name: draft.values.get(own) for name, own in child.mirrors.items()}
            said.insert(0, ChildRow(own, None, True, 0))
        draft.children[child.name] = said


def put_on_stored(session: Session, outcomes: Sequence[Outcome], *, fill: bool) -> None:
    """The rows of records that are here already: those there are, with what the file says of them, and new ones.

    None is removed. With `fill` the values here win.
    """
    by_resource: dict[str, list[Draft]] = {}
    for each in outcomes:
        if each.draft is not None and not each.draft.is_new and each.draft.options.get(FURTHER):
            by_resource.setdefault(each.draft.resource.name, []).append(each.draft)
    for drafts in by_resource.values():
        resource = drafts[0].resource
        stored = children_of(session, resource, [draft.current.id for draft in drafts])
        for draft in drafts:
            draft.stored_children = {name: rows.get(draft.current.id, []) for name, rows in stored.items()}
            for child, rows in _further(draft):
                draft.children[child.name] = _joined(child, draft, rows, fill)


def _joined(child: Child, draft: Draft, rows: Sequence[ChildRow], fill: bool) -> list[ChildRow]:
    stored = draft.stored_children[child.name]
    joined = [ChildRow(dict(row.values), row.id, row.is_main, row.place) for row in stored]
    own = {name: draft.values[field] for name, field in child.mirrors.items() if field in draft.values}
    if joined:
        joined[0].values.update(own)
    elif any(value is not None for value in own.values()):
        joined.append(ChildRow(own, None, True))
    by_id = {row.id: row for row in joined if row.id is not None}
    new: list[ChildRow] = []
    for row in rows:
        said = {name: value for name, value in row.values.items() if value not in (None, "", ())}
        known = by_id.get(row.id) if row.id is not None else None
        place = row.place if child.has_main else row.place - 1
        if known is None and row.id is None and row.place > 0 and place < len(stored):
            known = joined[place]
        if known is None or known.is_main:
            if said:
                new.append(ChildRow(said, None, False, row.place))
            continue
        known.place = row.place
        known.values.update(
            {name: value for name, value in said.items() if not fill or known.values.get(name) in (None, "")}
        )
    for row in new:
        if len(united(child, joined, [row])) > len(joined):  # it says something that no other row says
            joined.append(row)
    return joined


def _further(draft: Draft) -> list[tuple[Child, Sequence[ChildRow]]]:
    resource: Resource = draft.resource
    found: Mapping[str, Sequence[ChildRow]] = draft.options.get(FURTHER, {})
    return [(child, found[child.name][1:]) for child in resource.children if child.name in found]


def _without_id(row: ChildRow) -> ChildRow:
    return ChildRow(row.values, None, False, row.place)


def _says_something(row: Mapping[str, Any]) -> bool:
    return any(
        value not in (None, "") and not (isinstance(value, str) and value.isspace())
        for name, value in row.items()
        if name not in ("id", "is_main")
    )
