"""Reads a statement: which scoped tables it mentions, and whether each stands where a loader criterion reaches it.

SQLAlchemy puts a criterion on the entities a SELECT names in its columns, FROM and JOINs. It does not on a class that is
mentioned in a WHERE only (an implicit FROM, `exists().where(...)`, `relationship.any()`), on plain tables and on text.
Those are refused here, so that a forgotten scope is an error in the test of that code and never a leak.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql import elements, selectable, visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.util import extract_first_column_annotation

from core.access.scope.errors import Unscoped
from core.access.scope.policy import Tables

Source = Any
"""What a SELECT reads from: a Table for a mapped class, an AliasedInsp for `aliased(...)` of one."""

_BESIDES_FROM = ("_from_obj", "_correlate", "_correlate_except", "_with_options")


def survey(statement: Any, tables: Tables, *, is_orm: bool) -> set[sa.Table]:
    """The scoped tables this statement mentions, each within reach of a criterion.

    Raises:
        Unscoped: one of them is not.
    """
    reader = _Reader(tables, is_orm)
    reader.read(statement, frozenset())
    return reader.mentioned


class _Reader:
    def __init__(self, tables: Tables, is_orm: bool) -> None:
        self.tables = tables
        self.is_orm = is_orm
        self.mentioned: set[sa.Table] = set()
        self._entered: set[int] = set()

    def read(self, element: Any, around: frozenset[Source]) -> None:
        """Read an element that stands within SELECTs from the sources `around`."""
        if isinstance(element, selectable.Select):
            self._read_select(element, around)
        elif isinstance(element, UpdateBase):
            self._read_change(element, around)
        elif isinstance(element, elements.ColumnClause):
            self._read_column(element, around)
        elif isinstance(element, elements.TextClause):
            self._read_text(element.text)
        elif isinstance(element, sa.Table) or "parententity" in element._annotations:
            self._require(self._source(element), around)
        elif isinstance(element, selectable.AliasedReturnsRows):
            self._enter(element, around)
        else:
            for child in element.get_children():
                self.read(child, around)

    def _read_select(self, select: selectable.Select[Any], around: frozenset[Source]) -> None:
        named = frozenset(self._named_by(select))
        here = around | named
        if not named and not select._from_obj and around:
            here = self._correlated(select, around)
        for child in visitors.HasTraverseInternals.get_children(select, omit_attrs=_BESIDES_FROM):
            self.read(child, here)
        for source in select._from_obj:
            self.read(source, here)

    def _read_change(self, change: UpdateBase, around: frozenset[Source]) -> None:
        target = self._source(change.table)
        here = around | {target} if self.is_orm and not change.is_insert else around
        for child in change.get_children():
            self.read(child, here)
        self._require(target, here)

    def _read_column(self, column: elements.ColumnClause[Any], around: frozenset[Source]) -> None:
        if column.is_literal:
            self._read_text(column.name)
        source = self._source(column)
        if source is not None:
            self._require(source, around)
        elif column.table is not None:
            self._enter(column.table, around)

    def _enter(self, source: Any, around: frozenset[Source]) -> None:
        """Read what an alias, a subquery or a common table is made of, once."""
        if id(source) in self._entered or not isinstance(source, selectable.AliasedReturnsRows):
            return
        self._entered.add(id(source))
        # in a FROM nothing around it can be seen, unless it is lateral
        self.read(source.element, around if isinstance(source, selectable.Lateral) else frozenset())

    def _read_text(self, text: str) -> None:
        if _pattern(tuple(self.tables.names)).search(text):
            raise Unscoped(f"text names a scoped table: {text[:200]}")

    def _require(self, source: Source, around: Collection[Source]) -> None:
        if isinstance(source, AliasedInsp) and _table_of(source.selectable) is None:
            self._enter(source.selectable, frozenset())  # an alias of a subquery
        table = _table_of(source)
        if table is None or table not in self.tables:
            return
        if not self.is_orm or source not in around:
            raise Unscoped(
                f"{table.name} is read where no scope can be put on it: select from its mapped class, join it,"
                " or use `column.in_(select(...))`"
            )
        self.mentioned.add(table)

    def _source(self, element: Any) -> Source:
        """The class or alias an element belongs to; for what is no part of a mapped class, its table."""
        entity = element._annotations.get("parententity")
        if entity is not None:
            return entity if isinstance(entity, AliasedInsp) else entity.local_table
        if isinstance(element, elements.ColumnClause):
            element = element.table
            if element is None:
                return None
        while isinstance(element, selectable.AliasedReturnsRows) and not isinstance(
            element, selectable.Subquery
        ):
            inner = element.element
            if isinstance(inner, sa.Table):
                return element  # the alias of a plain table: no criterion reaches it
            element = inner
        # an annotated Table of the ORM is equal to, and hashes like, the Table itself
        return element if isinstance(element, sa.Table) else None

    def _named_by(self, select: selectable.Select[Any]) -> Iterable[Source]:
        """The classes on which SQLAlchemy puts criteria in this SELECT."""
        for part in (select, *select._memoized_select_entities):
            for column in part._raw_columns:
                entity = column._annotations.get("parententity") or extract_first_column_annotation(
                    column, "parententity"
                )
                if entity is not None:
                    yield entity if isinstance(entity, AliasedInsp) else entity.local_table
            for target, onclause, left, _flags in part._setup_joins:
                for each in (target, onclause, left):
                    yield from _joined(each)
        for source in select._from_obj:
            if "parententity" in source._annotations:
                yield self._source(source)

    def _correlated(self, select: selectable.Select[Any], around: frozenset[Source]) -> frozenset[Source]:
        """What this SELECT without a FROM of its own may take from around it.

        SQLAlchemy correlates a source only when another one is left; else it would read the whole table here.
        """
        others = [each for each in select.get_final_froms() if self._source(each) not in around]
        return around if others or select._correlate else frozenset()


def _joined(part: Any) -> Iterable[Source]:
    """The class a part of a join stands for: a class, an alias, or a relationship's target."""
    if part is None:
        return
    annotations = getattr(part, "_annotations", {})
    entity = annotations.get("parententity") if not hasattr(part, "property") else None
    if entity is None and hasattr(part, "property") and hasattr(part.property, "mapper"):
        entity = part._of_type or part.property.entity
    if entity is not None:
        yield entity if isinstance(entity, AliasedInsp) else entity.local_table


def _table_of(source: Source) -> sa.Table | None:
    if isinstance(source, AliasedInsp):
        return source.mapper.local_table  # type: ignore[return-value]
    if isinstance(source, selectable.AliasedReturnsRows):
        return source.element if isinstance(source.element, sa.Table) else None
    return source if isinstance(source, sa.Table) else None


@lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w]){'(' + '|'.join(map(re.escape, names)) + ')' if names else '(?!)'}(?![\w])", re.IGNORECASE
    )
