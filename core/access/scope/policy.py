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

from core.access.actor import Actor, Scope
from core.access.reach import shared_records
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


@dataclass(frozen=True)
class Reach:
    """How far a person's right reaches: everywhere, and the statuses in which it is otherwise."""

    usual: Scope
    stages: Mapping[int, Scope]

    def covers(self, resource: Resource) -> bool:
        """Whether it is every record there is."""
        least = Scope.ALL if resource.owner else Scope.OWN
        return self.usual >= least and not self.stages

    @property
    def is_nothing(self) -> bool:
        return self.usual is Scope.NONE and not any(self.stages.values())


def reach_for(actor: Actor, resource: Resource, action: str) -> Reach:
    """The narrower of seeing and doing, in each status: nobody changes or exports what they may not see."""
    name, rights = resource.name, {"view", action}
    usual = min(actor.scope(name, each) for each in rights)
    statuses = {id for each in rights for id in actor.exceptions(name, each)}
    stages = {id: min(actor.scope_in(name, each, id) for each in rights) for id in statuses}
    return Reach(usual, {id: scope for id, scope in stages.items() if scope is not usual})


def _make_policy(actor: Actor, house: House, action: str) -> Policy | None:
    tables = tables_of(house)
    criteria: dict[sa.Table, Any] = {}
    for table, resource in tables.resources.items():
        criterion = _criterion(actor, house, resource, action)
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


def _criterion(actor: Actor, house: House, resource: Resource, action: str) -> Any:
    if actor.user_id is None:
        return sa.false()
    reach = reach_for(actor, resource, action)
    parts = [] if reach.covers(resource) else [_reached(actor, resource, reach, action)]
    parts += [value for _plugin, value in narrowed_by_plugins(actor, house, resource)]
    return sa.and_(*parts) if parts else None


def narrowed_by_plugins(actor: Actor, house: House, resource: Resource) -> list[tuple[str, Any]]:
    """What plugins add to every query of this resource by this person: (plugin, criterion)."""
    if not house.hooks.has("filter_query"):
        return []
    return list(house.hooks.strict("filter_query", resource=resource, actor=actor))


def _reached(actor: Actor, resource: Resource, reach: Reach, action: str) -> Any:
    """What the person's own right reaches, or is shared to them."""
    if actor.has_shares(resource.name, action):
        shared = resource.model.id.in_(shared_records(actor, resource, action))
        return shared if reach.is_nothing else sa.or_(_within(actor, resource, reach), shared)
    return sa.false() if reach.is_nothing else _within(actor, resource, reach)


def _within(actor: Actor, resource: Resource, reach: Reach) -> Any:
    """The right as a criterion: what it reaches everywhere, less some statuses, and what it reaches in single ones."""
    field = resource.status_field
    if field is None or not reach.stages:
        return _of_owner(actor, resource, reach.usual)
    status = getattr(resource.model, field.attribute)
    ways = []
    if reach.usual > Scope.NONE:
        less = sorted(id for id, scope in reach.stages.items() if scope < reach.usual)
        others = [sa.or_(status.is_(None), status.not_in(less))] if less else []
        ways.append(sa.and_(_of_owner(actor, resource, reach.usual), *others))
    for scope in sorted({*reach.stages.values()} - {Scope.NONE}):
        statuses = sorted(id for id, own in reach.stages.items() if own is scope)
        ways.append(sa.and_(status.in_(statuses), _of_owner(actor, resource, scope)))
    return sa.or_(*ways)


def _of_owner(actor: Actor, resource: Resource, scope: Scope) -> Any:
    if scope is Scope.NONE:
        return sa.false()
    if scope is Scope.ALL or resource.owner is None:
        return sa.true()
    owner = getattr(resource.model, resource.owner)
    return owner == actor.user_id if scope is Scope.OWN else owner.in_(sorted(actor.team_ids))


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
