"""A person's right as a criterion of SQL: their own and their team's records, less or more in single statuses, what is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.util import ClauseAdapter

from core.access.actor import Actor, Scope
from core.access.reach import shared_records

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource


def criterion_for(actor: Actor, house: House, resource: Resource, action: str) -> Any:
    """What a query of this resource gets of the person's rights; None where they reach every record."""
    if actor.user_id is None:
        return sa.false()
    if resource.beside is not None:
        parts = [_reached_beside(actor, house, resource, action)]
    else:
        reach = reach_for(actor, resource, action)
        parts = [] if reach.covers(resource) else [_reached(actor, resource, reach, action)]
    parts += [value for _plugin, value in narrowed_by_plugins(actor, house, resource)]
    return sa.and_(*parts) if parts else None


def narrowed_by_plugins(actor: Actor, house: House, resource: Resource) -> list[tuple[str, Any]]:
    """What plugins add to every query of this resource by this person: (plugin, criterion)."""
    if not house.hooks.has("filter_query"):
        return []
    return list(house.hooks.strict("filter_query", resource=resource, actor=actor))


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


def _reached(actor: Actor, resource: Resource, reach: Reach, action: str) -> Any:
    """What the person's own right reaches, or is shared to them."""
    if actor.has_shares(resource.name, action):
        shared = resource.model.id.in_(shared_records(actor, resource, action))
        return shared if reach.is_nothing else sa.or_(_within(actor, resource, reach), shared)
    return sa.false() if reach.is_nothing else _within(actor, resource, reach)


def _reached_beside(actor: Actor, house: House, resource: Resource, action: str) -> Any:
    """What lies beside records that the person sees, and of it what the right to `action` reaches by owner."""
    usual = {each: actor.scope(resource.name, each) for each in ("view", action)}
    if Scope.NONE in usual.values():
        return sa.false()
    model = resource.model
    open_ones, ways = [], []
    known = [each for each in house.resources.values() if each.timeline]
    for each in known:
        criterion = criterion_for(actor, house, each, "view")
        if criterion is None:
            open_ones.append(each.name)
        elif not isinstance(criterion, sa.False_):
            other = _other_name(each.model.__table__)
            rows = sa.select(other.c.id).where(ClauseAdapter(other).traverse(criterion))
            ways.append(sa.and_(model.resource == each.name, model.record_id.in_(rows)))
    if open_ones or not ways:
        ways.append(model.resource.in_(open_ones))
    if resource.beside is not None and resource.beside.optional:
        there = sa.or_(model.resource.is_(None), model.resource.in_([each.name for each in known]))
        ways.append(sa.and_(_of_owner(actor, resource, usual["view"]), there))
        ways.append(sa.and_(model.created_by_id == actor.user_id, there))
    seen = sa.or_(*ways)
    if action == "view" or not resource.is_scoped(action):
        return seen
    return sa.and_(seen, _of_owner(actor, resource, usual[action]))


@lru_cache(maxsize=64)
def _other_name(table: sa.Table) -> Any:
    """The table under another name, so that nothing in the statement around it is taken for it."""
    return table.alias()


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
