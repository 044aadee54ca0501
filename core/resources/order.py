"""The order of a list and the places in it: keyset pages by one attribute and then the id, at any depth alike."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import is_sqlite
from core.resources.declare import Field, Resource
from core.resources.search import search_table
from core.routing import LARGEST_ID


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list: the sort value and id of the row it stands at, and that row's number from 1.

    `back` reads the rows before the place instead of those after it.
    """

    value: Any
    id: int
    position: int
    back: bool = False

    def encode(self) -> str:
        kept = [_plain(self.value), self.id, self.position, self.back]
        return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Raises ValueError where the text is no cursor."""
        try:
            kept = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            value, id, position, back = kept
        except (binascii.Error, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
            raise ValueError("not a cursor") from error
        if not all(type(each) is int and 0 <= each <= LARGEST_ID for each in (id, position)):
            raise ValueError("not a cursor")
        return cls(value, id, position, bool(back))


@dataclass(frozen=True)
class Order:
    """An order by one attribute and then id. NULLs stand where the database's own index has them."""

    attribute: str
    column: Any
    descending: bool
    nullable: bool
    nulls_low: bool
    id: Any
    own: Any
    """The column on the record itself, where `column` may be the search index's; so `own_id`."""
    own_id: Any

    @classmethod
    def of(cls, session: Session, resource: Resource, sort: str, q: str) -> Order:
        """The order that `sort` names (`-value`), else that of a search for `q`, else the resource's own."""
        model = resource.model
        if q and resource.search and not sort:
            # newest first, on SQLite straight from the search index
            id = search_table(resource.name).c.rowid if is_sqlite(session) else model.id
            return cls("id", id, True, nullable=False, nulls_low=True, id=id, own=model.id, own_id=model.id)
        sort = sort or resource.sort
        declared = sort_field(resource, sort)
        attribute = declared.attribute if declared else sort.lstrip("-")
        column = getattr(model, attribute)
        nullable = bool(model.__table__.c[column.property.columns[0].name].nullable)
        folded = getattr(model, f"{attribute}_folded", None)
        if folded is not None:
            attribute, column = f"{attribute}_folded", folded
        low, id = is_sqlite(session), model.id
        return cls(attribute, column, sort.startswith("-"), nullable, low, id, own=column, own_id=id)

    def cursor(self, row: Any, position: int) -> Cursor:
        return Cursor(getattr(row, self.attribute), row.id, position)

    def ordered(self, base: sa.Select[Any]) -> sa.Select[Any]:
        """The records in this order."""
        return base.order_by(*self._terms(self.descending, self.column, self.id))

    def rows_after(
        self,
        session: Session,
        base: sa.Select[Any],
        cursor: Cursor | None,
        limit: int,
        entities: Sequence[Any] = (),
    ) -> list[Any]:
        """The next rows of `base`, which selects ids; with `entities` these of their records.

        The ids are picked first, so that an index alone can answer which they are; only then are the records read.
        """
        descending = self.descending != (cursor is not None and cursor.back)
        direction = sa.desc if descending else sa.asc

        def read(picked: sa.Select[Any]) -> list[Any]:
            if not entities:
                return list(session.execute(picked))
            terms = self._terms(descending, self.own, self.own_id)
            whole = sa.select(*entities).where(self.own_id.in_(picked)).order_by(*terms)
            return list(session.execute(whole, execution_options=picked.get_execution_options()))

        if self.attribute == "id":
            statement = base.order_by(direction(self.column)).limit(limit)
            if cursor is not None:
                statement = statement.where(
                    self.column < cursor.id if descending else self.column > cursor.id
                )
            return read(statement)
        ordered = base.order_by(*self._terms(descending, self.column, self.id))
        nulls_last = self.nulls_low if descending else not self.nulls_low
        if cursor is None:
            return read(ordered.limit(limit))
        value = _typed(cursor.value, self.column)
        beyond_id = self.id < cursor.id if descending else self.id > cursor.id
        if value is None:
            rows = read(ordered.where(self.column.is_(None), beyond_id).limit(limit))
            if not nulls_last and len(rows) < limit:
                rows += read(ordered.where(self.column.isnot(None)).limit(limit - len(rows)))
            return rows
        here, there = (
            sa.tuple_(self.column, self.id),
            sa.tuple_(sa.literal(value, self.column.type), sa.literal(cursor.id)),
        )
        rows = read(ordered.where(here < there if descending else here > there).limit(limit))
        if self.nullable and nulls_last and len(rows) < limit:
            rows += read(ordered.where(self.column.is_(None)).limit(limit - len(rows)))
        return rows

    def _terms(self, descending: bool, column: Any, id: Any) -> tuple[Any, ...]:
        direction = sa.desc if descending else sa.asc
        return (direction(id),) if self.attribute == "id" else (direction(column), direction(id))


def sort_field(resource: Resource, sort: str) -> Field | None:
    """The field that a sort names, if lists can be sorted by it."""
    name = sort.lstrip("-")
    if not name or not resource.has_field(name):
        return None
    declared = resource.field(name)
    return declared if declared.kind.sortable and declared.side is None else None


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(value: Any, column: Any) -> Any:
    """A cursor's value as the column's own type again.

    Raises:
        ValueError: it is not of that type.
    """
    if value is None:
        return None
    python_type = column.type.python_type
    try:
        if isinstance(value, python_type):
            typed = value
        elif python_type in (date, datetime):
            typed = python_type.fromisoformat(value)
        else:
            typed = python_type(value)
    except (TypeError, OverflowError, InvalidOperation) as error:
        raise ValueError("not a cursor") from error
    if not _is_storable(typed, column.type):
        raise ValueError("not a cursor")
    return typed


def _is_storable(value: Any, kept_as: Any) -> bool:
    """Whether a database takes this value for a column of this type; one that came from a column is."""
    if isinstance(value, str):
        return "\0" not in value and value.encode("utf-8", "replace").decode() == value
    if isinstance(value, Decimal):
        return value.is_finite() and value.adjusted() < 13  # more is no amount
    if isinstance(value, int):
        return abs(value) <= (LARGEST_ID if isinstance(kept_as, sa.BigInteger) else 2**31 - 1)
    return not isinstance(value, date) or 1 < value.year < 9999
