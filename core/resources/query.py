"""The list of a resource as a query: search, filters, order and keyset pages, the same for page, API and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import is_sqlite
from core.fields import Reading, RecordBeside, RecordRef, Tags
from core.records.tags import tags_of
from core.resources import side
from core.resources.context import Problem
from core.resources.criteria import (
    Condition,
    Meaning,
    Unreadable,
    has_further,
    meaning_of,
    read_conditions,
)
from core.resources.declare import Field, Resource
from core.resources.order import Cursor, Order, sort_field
from core.resources.search import search_criteria, search_table
from core.resources.steering import steered

PAGE_SIZES = (25, 50, 100, 200)
COUNT_LIMIT = 10_000
MOST_IDS = 1000


@dataclass(frozen=True)
class ListQuery:
    """What somebody asks of a list; made from a URL's arguments and turned into them again."""

    q: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    columns: tuple[str, ...] = ()
    limit: int = 50
    cursor: str = ""
    ids: tuple[int, ...] = ()
    """Only these records, chosen by hand or by a figure that leads to them."""
    quick: tuple[str, ...] = ()
    """The filters that stand over the list though they are not set; the resource's own where none is named."""

    def value_of(self, field: str, operator: str = "is") -> str:
        """What a filter is set to, where it has one value; '' where it is not set."""
        return next(
            (each.values[0] for each in self.conditions if (each.field, each.operator) == (field, operator)),
            "",
        )

    def arguments(self) -> list[tuple[str, str]]:
        """The URL arguments that mean this query, without the cursor."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("id", str(id)) for id in self.ids]
        pairs += [(each.key, value) for each in self.conditions for value in each.values]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("columns", ",".join(self.columns))] if self.columns else []
        pairs += [("limit", str(self.limit))] if self.limit != 50 else []
        pairs += [("quick", ",".join(self.quick))] if self.quick else []
        return pairs


@dataclass
class Page:
    """Rows of one page (with the attributes of the model that were asked for), and where the next and previous begin."""

    rows: Sequence[Any]
    first: int
    next: str | None
    previous: str | None
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    sides: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, row: Any, declared: Field) -> Any:
        """The value of a field on a row, wherever it is kept."""
        if isinstance(declared.kind, Tags):
            return self.tags.get(row.id, ())
        if declared.side is not None:
            return self.sides.get(declared.name, {}).get(row.id)
        return declared.kind.load(row, declared)


def read_query(resource: Resource, args: Mapping[str, Sequence[str]], *, most: int = 200) -> ListQuery:
    """The query in a URL's arguments (name → all its values); what makes no sense is left out."""

    def first(name: str) -> str:
        values = args.get(name) or [""]
        return values[0].replace("\0", "").strip()

    limit = first("limit")
    columns = tuple(name for name in first("columns").split(",") if name)
    return ListQuery(
        q=first("q")[:200],
        conditions=read_conditions(resource, args),
        sort=first("sort") if sort_field(resource, first("sort")) is not None else "",
        columns=columns,
        limit=min(max(int(limit), 1), most) if limit.isdecimal() and len(limit) < 6 else 50,
        cursor=first("cursor"),
        quick=tuple(dict.fromkeys(name for name in first("quick")[:1000].split(",") if name)),
        ids=tuple(int(id) for id in args.get("id", ())[:MOST_IDS] if id.isdecimal() and len(id) < 19),
    )


def filtered(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    *entities: Any,
    problems: list[Problem] | None = None,
) -> sa.Select[Any]:
    """`SELECT entities` of the records the query means, unordered; a filter that cannot be read is noted and left out.

    A filter that cannot be read finds nothing where no list for problems is given.
    """
    statement = sa.select(*entities) if entities else sa.select(resource.model)
    statement = _searched(session, resource, query, statement)
    for each in _meanings(session, resource, query, reading, actor, problems):
        statement = statement.where(each.criterion if isinstance(each, Meaning) else each)
    return statement


def matching(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    order: Order,
    *,
    problems: list[Problem] | None = None,
) -> sa.Select[Any]:
    """`SELECT id` of the records the query means, put for reading the first of them in this order; itself unordered."""
    statement = _searched(session, resource, query, sa.select(resource.model.id))
    found = _meanings(session, resource, query, reading, actor, problems)
    known = [each for each in found if isinstance(each, Meaning)]
    statement = statement.where(*(each for each in found if not isinstance(each, Meaning)))
    return statement.where(*steered(session, resource, known, order.attribute, actor)) if known else statement


def _searched(
    session: Session, resource: Resource, query: ListQuery, statement: sa.Select[Any]
) -> sa.Select[Any]:
    if query.q and resource.search:
        table = search_table(resource.name)
        criteria, any_words = search_criteria(resource, query.q, is_sqlite(session))
        if any_words:
            statement = statement.join(table, table.c.rowid == resource.model.id).where(*criteria)
    return statement.where(resource.model.id.in_(query.ids)) if query.ids else statement


def _meanings(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    problems: list[Problem] | None,
) -> list[Meaning | Any]:
    """What each filter means; one that cannot be read is noted, or means that nothing is found."""
    found: list[Meaning | Any] = []
    for condition in query.conditions:
        try:
            found.append(meaning_of(resource, condition, reading, actor, session))
        except Unreadable as error:
            if problems is None:
                found.append(sa.false())
            else:
                problems.append(error.problem)
    return found


def fetch_page(
    session: Session,
    resource: Resource,
    query: ListQuery,
    fields: Sequence[Field],
    reading: Reading,
    actor: Actor | None,
    *,
    extra: Sequence[str] = (),
    right: str = "view",
) -> Page:
    """One page of the list with what these fields (and `extra` attributes of the model) need.

    `right` is what the person must be allowed to do with a record for it to be there: view it, or export it.

    Raises:
        ValueError: the query's cursor is none of ours.
    """
    problems: list[Problem] = []
    names = dict.fromkeys(["id", *extra])
    for each in fields:
        if each.side is None:
            names.update(dict.fromkeys(each.kind.attributes(each)))
    order = Order.of(session, resource, query.sort, query.q)
    if order.attribute != "id":
        names[order.attribute] = None
    entities = [getattr(resource.model, name) for name in names]
    base = matching(session, resource, query, reading, actor, order, problems=problems)
    if right != "view":
        base = base.execution_options(scope=right)
    cursor = Cursor.decode(query.cursor) if query.cursor else None
    rows = order.rows_after(session, base, cursor, query.limit + 1, entities)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    back = cursor is not None and cursor.back
    if back:
        rows.reverse()
    first = _first_position(cursor, len(rows))
    page = Page(rows, first, None, None, problems=problems)
    if rows:
        has_next, has_previous = (True, more) if back else (more, first > 1)
        last_position = first + len(rows) - 1
        page.next = order.cursor(rows[-1], last_position).encode() if has_next else None
        page.previous = replace(order.cursor(rows[0], first), back=True).encode() if has_previous else None
    ids = [row.id for row in rows]
    if any(isinstance(each.kind, Tags) for each in fields):
        page.tags = tags_of(session, resource.name, ids)
    if any(each.side is not None for each in fields):
        page.sides = side.load(session, resource, ids, fields)
    _know_records(page, fields, reading)
    return page


def _know_records(page: Page, fields: Sequence[Field], reading: Reading) -> None:
    """The names of the records that this page's point to, one query for each such field."""
    for each in fields:
        if isinstance(each.kind, (RecordRef, RecordBeside)):
            wanted: dict[str, list[int]] = {}
            for row in page.rows:
                if place := each.kind.points_to(page.value(row, each)):
                    wanted.setdefault(place[0], []).append(place[1])
            for name, ids in wanted.items():
                reading.formats.references.know_records(name, ids)


def count(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    *,
    limit: int | None = COUNT_LIMIT,
) -> int:
    """How many records the query means; counts no further than `limit` + 1."""
    base = counted(session, resource, query, reading, actor, limit)
    return session.execute(sa.select(sa.func.count()).select_from(base.subquery())).scalar_one()


def counted(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    limit: int | None,
) -> sa.Select[Any]:
    """`SELECT id` of the records the query means, no more than `limit` + 1, put for counting them."""
    if len(query.conditions) < 2 and not query.q and not has_further(resource, query.conditions):
        base = filtered(session, resource, query, reading, actor, resource.model.id)  # by its own index
        return base if limit is None else base.limit(limit + 1)
    order = Order.of(session, resource, query.sort, query.q)
    base = matching(session, resource, query, reading, actor, order)
    if limit is None:
        return base
    # in the list's order the wide index serves a count as it serves a page
    in_order = not query.q or is_sqlite(session)  # whose index of words tells them newest first
    return (order.ordered(base) if in_order else base).limit(limit + 1)


def neighbours(
    session: Session, resource: Resource, query: ListQuery, record: Any, reading: Reading, actor: Actor | None
) -> tuple[int | None, int | None]:
    """The ids of the records before and after this one in the list the query means."""
    order = Order.of(session, resource, query.sort, query.q)
    base = matching(session, resource, query, reading, actor, order)
    at = Cursor(getattr(record, order.attribute), record.id, 1)
    after = order.rows_after(session, base, at, 1)
    before = order.rows_after(session, base, replace(at, back=True), 1)
    return (before[0].id if before else None), (after[0].id if after else None)


def _first_position(cursor: Cursor | None, found: int) -> int:
    if cursor is None:
        return 1
    return max(cursor.position - found, 1) if cursor.back else cursor.position + 1
