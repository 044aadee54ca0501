"""Which rows of which tables a person reaches for an action, as loader criteria made once per actor and house."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app, has_app_context
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.util import ClauseAdapter

from core.access.actor import Actor
from core.access.scope.criteria import criterion_for
from core.access.scope.errors import Unscoped
from core.db import Model
from core.house import EXTENSION

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource


@dataclass(frozen=True)
class Child:
    """A table that hangs on a scoped one by a foreign key with ON DELETE CASCADE: its rows follow their parent."""

    mapper: Mapper[Any]
    column: sa.Column[Any]
    parent: Mapper[Any]


@dataclass(frozen=True)
class Tables:
    """The scoped tables of a house."""

    resources: Mapping[sa.Table, Resource]
    children: Mapping[sa.Table, tuple[Child, ...]]

    def __contains__(self, table: object) -> bool:
        return table in self.resources or table in self.children

    @cached_property
    def joined(self) -> Mapping[sa.Table, tuple[sa.Table, ...]]:
        """What a statement over each table loads along by its relationships' own setting."""
        return {
            table: _loaded_along(table, self, ("joined", False))
            for table in (*self.resources, *self.children)
        }

    @cached_property
    def reachable(self) -> Mapping[sa.Table, tuple[sa.Table, ...]]:
        """What options of a statement over each table could load along."""
        return {table: _loaded_along(table, self) for table in (*self.resources, *self.children)}

    @property
    def names(self) -> Iterator[str]:
        return (table.name for table in (*self.resources, *self.children))


class ScopeCriterion(LoaderCriteriaOption):
    """`with_loader_criteria`, also right where an `aliased()` class is joined.

    SQLAlchemy puts a criterion that is no lambda on such a join as it is, about the class; here it is about the alias.
    """

    __slots__ = ()
    _traverse_internals = (
        LoaderCriteriaOption._traverse_internals
    )  # what tells two apart in the statement cache

    def _resolve_where_criteria(self, ext_info: Any) -> sa.ColumnElement[bool]:
        criterion = super()._resolve_where_criteria(ext_info)
        if ext_info.is_aliased_class:
            criterion = ClauseAdapter(ext_info.selectable).traverse(criterion)
        return criterion


@dataclass(frozen=True)
class Policy:
    """What one actor reaches for one action: a criterion per table that is not wholly open, and the option it makes.

    A statement over a table may load others along: `joined` by its relationships' own setting, `reachable` by options of
    the statement. Other ways of loading are statements of their own.
    """

    tables: Tables
    criteria: Mapping[sa.Table, Any]
    options: Mapping[sa.Table, Any]
    joined: Mapping[sa.Table, tuple[sa.Table, ...]]
    reachable: Mapping[sa.Table, tuple[sa.Table, ...]]

    def options_for(self, mentioned: Iterable[sa.Table], statement: Any) -> list[Any]:
        """The options a statement over these tables needs and does not carry yet."""
        carried = statement._with_options
        along = self.reachable if carried else self.joined
        wanted = {each: None for table in mentioned for each in along.get(table, (table,))}
        found = (self.options[table] for table in wanted if table in self.options)
        return [option for option in found if option not in carried]


def house_of(session: Session) -> House:
    """The house whose declarations hold for this session.

    Raises:
        Unscoped: nobody said which, so nothing may be read in a person's name.
    """
    house: House | None = session.info.get("house")
    if house is None and has_app_context():
        house = current_app.extensions.get(EXTENSION)
    if house is None:
        raise Unscoped("this session works for a person but has no house to say what they reach")
    return house


def policy_for(actor: Actor, house: House, action: str) -> Policy | None:
    """What the actor reaches for this action; None when that is everything.

    Kept on the actor, which lives until anything about users or roles changes. A `filter_query` hook that raises lets
    the query fail: nothing is kept, nothing is read.
    """
    kept_for, policies = actor.kept.get("policies", (None, {}))
    if kept_for is not house:
        policies = {}
        actor.kept["policies"] = (house, policies)
    if action not in policies:
        policies[action] = _make_policy(actor, house, action)
    return policies[action]


def tables_of(house: House) -> Tables:
    """The scoped tables of this house, found once."""
    kept: Tables | None = house.__dict__.get("_scoped_tables")
    if kept is None:
        resources = {resource.model.__table__: resource for resource in house.resources.values()}
        kept = house.__dict__["_scoped_tables"] = Tables(resources, _children_of(resources))
    return kept


def _make_policy(actor: Actor, house: House, action: str) -> Policy | None:
    tables = tables_of(house)
    criteria: dict[sa.Table, Any] = {}
    for table, resource in tables.resources.items():
        criterion = criterion_for(actor, house, resource, action)
        if criterion is not None:
            criteria[table] = criterion
    for table, links in tables.children.items():
        followed = [
            _as_parent(link, criteria[link.parent.local_table])
            for link in links
            if link.parent.local_table in criteria
        ]
        if followed:
            criteria[table] = sa.and_(*followed)
    if not criteria:
        return None
    options = {
        table: ScopeCriterion(_mapper_of(table), criterion, include_aliases=True)
        for table, criterion in criteria.items()
    }
    return Policy(tables, criteria, options, tables.joined, tables.reachable)


def _as_parent(link: Child, criterion: Any) -> Any:
    """The child's row counts when its parent is reached.

    The parent stands there under a name of its own, so that nothing in the statement around it is taken for it.
    """
    parent = _alias_for(link)
    key = parent.c[link.parent.primary_key[0].name]
    child = getattr(link.mapper.class_, link.mapper.get_property_by_column(link.column).key)
    rows: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(parent)
    return (
        rows.where(key == child, ClauseAdapter(parent).traverse(criterion)).correlate_except(parent).exists()
    )


@lru_cache(maxsize=256)
def _alias_for(link: Child) -> Any:
    """The parent's table under another name, made once: with all its columns that costs milliseconds."""
    return link.parent.local_table.alias()


def _children_of(resources: Mapping[sa.Table, Resource]) -> dict[sa.Table, tuple[Child, ...]]:
    children: dict[sa.Table, tuple[Child, ...]] = {}
    parents: set[sa.Table] = set(resources)
    while parents:  # children of children too, parents first
        hanging: dict[sa.Table, list[Child]] = {}
        for mapper in Model.registry.mappers:
            table = mapper.local_table
            if not isinstance(table, sa.Table) or table in resources or table in children:
                continue
            for key in table.foreign_keys:
                if (key.ondelete or "").upper() == "CASCADE" and key.column.table in parents:
                    child = Child(mapper, key.parent, _mapper_of(key.column.table))
                    hanging.setdefault(table, []).append(child)
        children |= {table: tuple(links) for table, links in hanging.items()}
        parents = set(hanging)
    return children


def _loaded_along(
    table: sa.Table, tables: Tables, ways: Collection[Any] | None = None
) -> tuple[sa.Table, ...]:
    """The scoped tables among this one and all that relationships (loaded in one of these ways) lead to from it."""
    seen: dict[sa.Table, None] = {}
    waiting = [table]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen[current] = None
        for relationship in _mapper_of(current).relationships:
            target = relationship.mapper.local_table
            if (
                isinstance(target, sa.Table)
                and target in tables
                and (ways is None or relationship.lazy in ways)
            ):
                waiting.append(target)
    return tuple(seen)


def _mapper_of(table: sa.Table) -> Mapper[Any]:
    return next(mapper for mapper in Model.registry.mappers if mapper.local_table is table)
