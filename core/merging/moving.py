"""Rows that point at one record are made to point at another, whatever table of whatever app they are in; and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.attributes.models import AttributeValue
from core.db import Base
from core.host.state import standing_tables
from core.merging.plan import MergePlan
from core.records.belongings import belongings
from core.records.models import History, RecordTag
from core.resources.children import children_of, united
from core.resources.declare import Child, SideTable
from core.settings import decoded, encoded

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Who merges may do so with the records themselves; what hangs on them goes along, whoever wrote it."""
BATCH = 500
_HISTORY = cast(sa.Table, History.__table__)
_CHOSEN = (cast(sa.Table, RecordTag.__table__), cast(sa.Table, AttributeValue.__table__))
"""What these keep are values of fields, and decided on as such."""


@dataclass(frozen=True)
class Link:
    """A column by which rows of a table belong to a record; `kind` says which column must name its resource."""

    table: sa.Table
    column: str
    kind: str = ""

    @property
    def key(self) -> list[sa.Column[Any]]:
        """What tells the rows of one record apart."""
        own = {self.column, self.kind}
        return [each for each in self.table.primary_key.columns if each.name not in own]

    def rows_of(self, resource: str, ids: Sequence[int]) -> Any:
        found = self.table.c[self.column].in_(ids)
        return sa.and_(found, self.table.c[self.kind] == resource) if self.kind else found

    @property
    def is_unique(self) -> bool:
        """Whether the table may refuse a second row of a record."""
        unique = [
            self.table.primary_key,
            *(each for each in self.table.constraints if isinstance(each, sa.UniqueConstraint)),
        ]
        unique += [each for each in self.table.indexes if each.unique]  # type: ignore[misc]
        return any(self.column in each.columns for each in unique)


def links_to(session: Session, plan: MergePlan) -> Iterator[Link]:
    """Every way in which rows that are to move belong to a record of the plan's resource."""
    own = plan.resource.model.__table__
    beside = {each.side.model.__table__ for each in plan.resource.fields if isinstance(each.side, SideTable)}
    for table in standing_tables(session):
        if table in plan.staying or table in beside:
            continue
        for key in table.foreign_keys:
            if key.column.table is own and (key.constraint is None or len(key.constraint.columns) == 1):
                yield Link(table, key.parent.name)
    for table in (*belongings(session), _HISTORY):
        if table not in _CHOSEN and table not in plan.staying:
            yield Link(table, "record_id", "resource")


def move(session: Session, plan: MergePlan) -> list[dict[str, Any]]:
    """Let everything that belongs to the records that go belong to the one that stays; answers how to take it back.

    A row that the table does not take a second time (who follows both, follows one) stays and goes with its record.
    """
    moves: list[dict[str, Any]] = []
    for link in links_to(session, plan):
        child = _child_of(plan, link)
        for id in plan.gone_ids:
            rows = _rows(session, link, plan, id, child)
            if rows:
                moved = _move_rows(session, link, plan, id, rows)
                if moved:
                    moves.append(
                        {
                            "table": link.table.name,
                            "column": link.column,
                            "kind": link.kind,
                            "from": id,
                            "rows": moved,
                        }
                    )
        if child is not None:
            _line_up(session, child, plan, moves)
    return moves


def take_back(session: Session, moves: Sequence[Mapping[str, Any]], keep_id: int, resource: str) -> int:
    """Let what was moved belong to its records again where it still belongs to the one that stayed; answers what does not."""
    missing = 0
    for each in moves:
        table = Base.metadata.tables.get(each["table"])
        if table is None or table not in standing_tables(session):
            missing += len(each["rows"])
            continue
        link = Link(table, each["column"], each["kind"])
        values: dict[str, Any] = {link.column: each["from"]}
        here = link.rows_of(resource, [keep_id])
        for start in range(0, len(each["rows"]), BATCH):
            rows = each["rows"][start : start + BATCH]
            missing += len(rows) - _take_rows(session, link, rows, here, values)
        for key, before in each.get("before", ()):
            session.execute(
                sa.update(table)
                .where(_is(link, [key]), link.rows_of(resource, [each["from"]]))
                .values(before),
                **UNSCOPED,
            )
    return missing


def counts(session: Session, plan: MergePlan) -> dict[sa.Table, int]:
    """How many rows of each table would come along."""
    found: dict[sa.Table, int] = {}
    for link in links_to(session, plan):
        child = _child_of(plan, link)
        if child is not None:
            number = sum(len(_further(session, child, plan, id)) for id in plan.gone_ids)
        else:
            rows = sa.select(sa.func.count()).select_from(link.table)
            here = link.rows_of(plan.resource.name, plan.gone_ids)
            number = session.execute(rows.where(here), **UNSCOPED).scalar_one()
        if number:
            found[link.table] = found.get(link.table, 0) + number
    return found


def _child_of(plan: MergePlan, link: Link) -> Child | None:
    """The child whose rows belong to their record by this link."""
    of_it = (each for each in plan.resource.children if each.model.__table__ is link.table)
    return next((each for each in of_it if each.parent == link.column), None)


def _rows(session: Session, link: Link, plan: MergePlan, id: int, child: Child | None) -> list[list[Any]]:
    """The keys of the rows of one record that are to move."""
    criteria = [link.rows_of(plan.resource.name, [id])]
    if (
        link.table is plan.resource.model.__table__
    ):  # of records that point at each other none comes to point at itself
        criteria.append(link.table.c.id.not_in([each.id for each in plan.records]))
    if child is not None:
        criteria.append(link.table.c.id.in_(_further(session, child, plan, id)))
    rows = session.execute(sa.select(*_selected(link)).where(*criteria).order_by(*link.key), **UNSCOPED)
    return [[encoded(value) for value in row] for row in rows]


def _selected(link: Link) -> list[Any]:
    return list(link.key) or [sa.literal_column("1")]


def _further(session: Session, child: Child, plan: MergePlan, id: int) -> list[int]:
    """Those rows of a child that say what none of the record that stays says."""
    stored = children_of(session, plan.resource, [plan.keep.id, id])[child.name]
    known, found = stored.get(plan.keep.id, []), []
    for row in stored.get(id, []):
        more = united(child, known, [row])
        if len(more) > len(known) and row.id is not None:
            known = more
            found.append(row.id)
    return found


def _line_up(session: Session, child: Child, plan: MergePlan, moves: list[dict[str, Any]]) -> None:
    """Rows of a child that have come stand behind those that were there; the main row is decided on afterwards."""
    names = ("is_main", "position") if child.has_main else ("position",)
    other = {"is_main": False} if child.has_main else {}
    table = child.model.__table__
    own = table.c[child.parent] == plan.keep.id
    last = session.execute(sa.select(sa.func.max(table.c.position)).where(own), **UNSCOPED).scalar_one() or 0
    for each in moves:
        if each["table"] != table.name:
            continue
        each["before"] = []
        for key in each["rows"]:
            here = table.c.id == key[0]
            wanted = sa.select(*(table.c[name] for name in names)).where(here)
            row = session.execute(wanted, **UNSCOPED).one()
            each["before"].append([key, dict(row._mapping)])
            last += 1
            session.execute(sa.update(table).where(here).values(position=last, **other), **UNSCOPED)


def _move_rows(
    session: Session, link: Link, plan: MergePlan, id: int, rows: list[list[Any]]
) -> list[list[Any]]:
    here, values = link.rows_of(plan.resource.name, [id]), {link.column: plan.keep.id}
    if not link.is_unique:
        for start in range(0, len(rows), BATCH):
            session.execute(
                sa.update(link.table).where(here, _is(link, rows[start : start + BATCH])).values(values),
                **UNSCOPED,
            )
        return rows
    return [row for row in rows if _move_one(session, link, row, here, values)]


def _take_rows(
    session: Session, link: Link, rows: Sequence[list[Any]], here: Any, values: dict[str, Any]
) -> int:
    if link.is_unique:
        return sum(_move_one(session, link, row, here, values) for row in rows)
    done = session.execute(sa.update(link.table).where(here, _is(link, rows)).values(values), **UNSCOPED)
    return int(done.rowcount)  # type: ignore[attr-defined]


def _move_one(session: Session, link: Link, row: list[Any], here: Any, values: dict[str, Any]) -> bool:
    try:
        with session.begin_nested():
            done = session.execute(
                sa.update(link.table).where(here, _is(link, [row])).values(values), **UNSCOPED
            )
    except IntegrityError:
        return False
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _is(link: Link, rows: Sequence[Sequence[Any]]) -> Any:
    """The criterion of these rows among those of one record."""
    key = link.key
    if not key:
        return sa.true()
    if len(key) == 1:
        return key[0].in_([decoded(row[0]) for row in rows])
    return sa.or_(
        *(
            sa.and_(*(column == decoded(value) for column, value in zip(key, row, strict=True)))
            for row in rows
        )
    )
