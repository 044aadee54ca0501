"""What a record hands over to the one that it becomes: rows of tables that say so, and the way back.

A table with `resource` and `record_id` declares it with `handed_over` in its `__table_args__`: its rows move (a file is
of one record) or are copied (who follows the old record follows the new one too).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.scope.policy import house_of
from core.db import HandedOver
from core.records.belongings import belongings, of_records
from core.records.touching import keep as keep_touched
from core.settings import decoded, encoded

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Who may let a record become another may let what hangs on it go along, whoever wrote it."""
BATCH = 500
PLACE = ("resource", "record_id")

Record = tuple[str, int]
"""A resource's name and a record's id."""

Entry = dict[str, Any]
"""What one record handed over of one table: `table`, `from`, `to`, and the rows by id, or what tells copies apart."""


def handed_over_tables(session: Session) -> Iterator[tuple[sa.Table, HandedOver]]:
    """The tables whose rows go along."""
    for table in belongings(session):
        declared = table.info.get("handed_over")
        if isinstance(declared, HandedOver):
            yield table, declared


def count_handed_over(
    session: Session, resource: str, ids: Sequence[int]
) -> list[tuple[sa.Table, HandedOver, int]]:
    """How many rows of each table these records would hand over; tables with none are left out."""
    found = []
    for table, declared in handed_over_tables(session):
        number = sa.select(sa.func.count()).select_from(table).where(of_records(table, resource, ids))
        count = session.execute(number, **UNSCOPED).scalar_one()
        if count:
            found.append((table, declared, count))
    return found


def rows_that_move(
    session: Session, resource: str, ids: Sequence[int]
) -> list[tuple[sa.Table, HandedOver, dict[int, list[int]]]]:
    """What hangs on these records and would move, by table: {record's id: its rows' ids}."""
    found = []
    for table, declared in handed_over_tables(session):
        rows: dict[int, list[int]] = defaultdict(list)
        for start in range(0, len(ids) if not declared.copied else 0, BATCH):
            wanted = sa.select(table.c.record_id, table.c.id)
            part = of_records(table, resource, ids[start : start + BATCH])
            for record_id, id in session.execute(wanted.where(part), **UNSCOPED):
                rows[record_id].append(id)
        if rows:
            found.append((table, declared, dict(rows)))
    return found


def hand_over(session: Session, resource: str, ways: Mapping[int, Record]) -> dict[int, list[Entry]]:
    """Let what hangs on these records go along, {record's id: what it becomes}; answers what each needs to take it back.

    The caller commits.
    """
    entries: dict[int, list[Entry]] = defaultdict(list)
    ids = sorted(ways)
    for table, declared in handed_over_tables(session):
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            found = session.execute(sa.select(table).where(of_records(table, resource, part)), **UNSCOPED)
            rows: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
            for row in found.mappings():
                rows[row["record_id"]].append(dict(row))
            give = _copy if declared.copied else _move
            for id, kept in give(session, table, {id: ways[id] for id in rows}, rows).items():
                entries[id].append(
                    {"table": table.name, "from": [resource, id], "to": list(ways[id]), "rows": kept}
                )
    keep_touched(session, house_of(session), ways.values(), first_stays=True)
    return dict(entries)


def bring_back(session: Session, entries: Sequence[Entry]) -> dict[str, int]:
    """Give back what was handed over where it still hangs on what it went to, or on what that was merged into.

    Copies are removed. Answers how many rows of each table came back. The caller commits.
    """
    by_table: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_table[entry["table"]].append(entry)
    back: dict[str, int] = {}
    for table, declared in handed_over_tables(session):
        found = by_table.get(table.name, [])
        if declared.copied:
            _remove_copies(session, table, found)
        elif found and (number := _move_back(session, table, found)):
            back[table.name] = number
    places = [(place[0], place[1]) for entry in entries for place in (entry["from"], entry["to"])]
    keep_touched(session, house_of(session), places)
    return back


def own_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """What tells the rows of one record apart."""
    return [each for each in table.primary_key.columns if each.name not in PLACE]


def _move(
    session: Session, table: sa.Table, ways: Mapping[int, Record], rows: Mapping[int, Sequence[Any]]
) -> dict[int, list[Any]]:
    moves = [
        {"row": row["id"], "to_resource": ways[id][0], "to_id": ways[id][1]}
        for id in ways
        for row in rows[id]
    ]
    if moves:
        session.execute(_to_place(table), moves, **UNSCOPED)
        session.expire_all()
    return {id: [row["id"] for row in rows[id]] for id in ways}


def _copy(
    session: Session, table: sa.Table, ways: Mapping[int, Record], rows: Mapping[int, Sequence[Any]]
) -> dict[int, list[Any]]:
    own = [column.name for column in own_columns(table) if column.name != "id"]
    there = _keys_at(session, table, own, list(ways.values()))
    copies: list[dict[str, Any]] = []
    kept: dict[int, list[Any]] = {}
    for id, (resource, record_id) in ways.items():
        for row in rows[id]:
            key = tuple(row[name] for name in own)
            if (resource, record_id, key) in there:
                continue
            there.add((resource, record_id, key))
            place = {"resource": resource, "record_id": record_id}
            copies.append({name: value for name, value in row.items() if name != "id"} | place)
            kept.setdefault(id, []).append([encoded(each) for each in key])
    if copies:
        session.execute(sa.insert(table), copies, **UNSCOPED)
    return kept


def _keys_at(
    session: Session, table: sa.Table, own: Sequence[str], places: Sequence[Record]
) -> set[tuple[str, int, tuple[Any, ...]]]:
    found: set[tuple[str, int, tuple[Any, ...]]] = set()
    for resource in {each for each, _id in places}:
        ids = [id for each, id in places if each == resource]
        wanted = sa.select(table.c.record_id, *(table.c[name] for name in own))
        for record_id, *key in session.execute(wanted.where(of_records(table, resource, ids)), **UNSCOPED):
            found.add((resource, record_id, tuple(key)))
    return found


def _move_back(session: Session, table: sa.Table, entries: Sequence[Entry]) -> int:
    wanted = {
        row: {"row": row, "to_resource": entry["from"][0], "to_id": entry["from"][1], "at": entry["to"][0]}
        for entry in entries
        for row in entry["rows"]
    }
    ids = sorted(wanted)
    moves = []
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        rows = session.execute(
            sa.select(table.c.id, table.c.resource).where(table.c.id.in_(part)), **UNSCOPED
        )
        moves += [wanted[id] for id, resource in rows if resource == wanted[id]["at"]]
    if moves:
        told = ("row", "to_resource", "to_id")
        session.execute(_to_place(table), [{name: each[name] for name in told} for each in moves], **UNSCOPED)
        session.expire_all()
    return len(moves)


def _remove_copies(session: Session, table: sa.Table, entries: Sequence[Entry]) -> None:
    own = [column for column in own_columns(table) if column.name != "id"]
    gone = [
        {"at_resource": entry["to"][0], "at_id": entry["to"][1]}
        | {f"own_{column.name}": decoded(value) for column, value in zip(own, key, strict=True)}
        for entry in entries
        for key in entry["rows"]
    ]
    if gone:
        of_it = [table.c.resource == sa.bindparam("at_resource"), table.c.record_id == sa.bindparam("at_id")]
        of_it += [column == sa.bindparam(f"own_{column.name}") for column in own]
        session.connection().execute(sa.delete(table).where(*of_it), gone)


def _to_place(table: sa.Table) -> Any:
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row"))
        .values(resource=sa.bindparam("to_resource"), record_id=sa.bindparam("to_id"))
    )
