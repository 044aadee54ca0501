"""What roles are given, read from the database, and what a person with several of them may therefore do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import MOVE, Scope
from core.access.models import Grant, Share, StageGrant

Grants = Mapping[tuple[str, str], Scope]
Stages = Mapping[tuple[str, str], Mapping[int, Scope]]


@dataclass(frozen=True)
class Granted:
    """What one role is given: its grants, and what of them is otherwise in single statuses."""

    role_id: int
    grants: dict[tuple[str, str], Scope] = field(default_factory=dict)
    stages: dict[tuple[str, str], dict[int, Scope]] = field(default_factory=dict)

    def scope(self, resource: str, action: str, status_id: int | None = None) -> Scope:
        """How far this role reaches; what is set for a status beats what it would inherit, a denial too."""
        own = self.stages.get((resource, action), {}).get(status_id) if status_id is not None else None
        if own is not None:
            return own
        return self.grants.get((resource, "edit" if action == MOVE else action), Scope.NONE)


def granted_to(session: Session, role_ids: Iterable[int]) -> list[Granted]:
    """What each of these roles is given."""
    found = {id: Granted(id) for id in role_ids}
    grants = sa.select(Grant.role_id, Grant.resource, Grant.action, Grant.scope)
    for role_id, resource, action, scope in session.execute(grants.where(Grant.role_id.in_(found))):
        found[role_id].grants[resource, action] = Scope(scope)
    stages = sa.select(
        StageGrant.role_id, StageGrant.resource, StageGrant.action, StageGrant.value_id, StageGrant.scope
    )
    for role_id, resource, action, value_id, scope in session.execute(
        stages.where(StageGrant.role_id.in_(found))
    ):
        found[role_id].stages.setdefault((resource, action), {})[value_id] = Scope(scope)
    return list(found.values())


def widest(roles: Sequence[Granted]) -> tuple[Grants, Stages]:
    """What a person with all these roles may: of several the widest wins, in each status too."""
    grants = {
        key: max(each.scope(*key) for each in roles) for key in {key for each in roles for key in each.grants}
    }
    stages: dict[tuple[str, str], dict[int, Scope]] = {}
    for resource, action in {key for each in roles for key in each.stages}:
        usual = max(each.scope(resource, action) for each in roles)
        statuses = {id for each in roles for id in each.stages.get((resource, action), ())}
        found = {id: max(each.scope(resource, action, id) for each in roles) for id in statuses}
        if other := {id: scope for id, scope in found.items() if scope is not usual}:
            stages[resource, action] = other
    return grants, stages


def shares_of(session: Session, user_id: int, team_ids: Iterable[int]) -> Mapping[str, bool]:
    """The resources of which records are shared to this person, and whether any of them may be edited."""
    rows = sa.select(Share.resource, Share.may_edit).where(shared_to(user_id, team_ids)).distinct()
    found: dict[str, bool] = {}
    for resource, may_edit in session.execute(rows):
        found[resource] = found.get(resource, False) or may_edit
    return found


def shared_to(user_id: int | None, team_ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """The criterion of what is shared to this person or to one of these teams."""
    teams = sorted(team_ids)
    return sa.or_(Share.user_id == user_id, Share.team_id.in_(teams)) if teams else Share.user_id == user_id
