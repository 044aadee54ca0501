"""Rights of single statuses: what a role may in one status of a resource with a path, where it is otherwise than usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import MOVE, Scope
from core.access.models import Role, StageGrant
from core.fields.kind import ReferenceItem
from core.i18n import Text, _l
from core.references import references_of
from core.resources.context import Refused
from core.state import forget

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource

STAGE_ACTIONS: tuple[tuple[str, Text], ...] = (
    ("view", _l("View")),
    ("edit", _l("Edit")),
    (MOVE, _l("Move here")),
)

StageKey = tuple[str, str, int]
"""Resource, action, status."""


@dataclass(frozen=True)
class StageGroup:
    """Statuses that stand together: all of a resource's, or those of one pipeline."""

    label: str
    items: Sequence[ReferenceItem]


def stages_in(session: Session, house: House) -> dict[str, list[StageGroup]]:
    """The statuses of every resource that has some, by the resource's name."""
    references = references_of(session, house)
    found: dict[str, list[StageGroup]] = {}
    for resource in house.resources.values():
        if resource.path is None or resource.status_field is None:
            continue
        groups: dict[int | None, list[ReferenceItem]] = {}
        for item in references.items(resource.path.list):
            groups.setdefault(item.group, []).append(item)
        named = {id: references.group_of(resource.path.list, id) for id in groups}
        found[resource.name] = [
            StageGroup(label.name if (label := named[id]) is not None and len(groups) > 1 else "", items)
            for id, items in groups.items()
        ]
    return found


def stage_grants_of(session: Session, role: Role) -> dict[StageKey, Scope]:
    """What is set for single statuses; what is not there is inherited."""
    rows = session.execute(
        sa.select(StageGrant.resource, StageGrant.action, StageGrant.value_id, StageGrant.scope).where(
            StageGrant.role_id == role.id
        )
    )
    return {(resource, action, value_id): Scope(scope) for resource, action, value_id, scope in rows}


def set_stage_grants(session: Session, role: Role, wanted: Mapping[StageKey, Scope | None]) -> None:
    """Set these rights of single statuses; None has it inherit again. Others stay.

    Raises:
        Refused: the role is an administrator's.
    """
    if role.is_admin and wanted:
        raise Refused(_l("Administrators may do everything; that cannot be narrowed."), "administrator")
    for (resource, action, value_id), scope in wanted.items():
        key = {"role_id": role.id, "resource": resource, "action": action, "value_id": value_id}
        if scope is None:
            session.execute(sa.delete(StageGrant).filter_by(**key))
        else:
            session.merge(StageGrant(**key, scope=int(scope)))
    session.flush()
    forget(session)


def forget_stage(session: Session, resources: Sequence[Resource], list_name: str, value_id: int) -> None:
    """A new status begins with no rights of its own, also where it was given the number of one that was deleted."""
    names = [each.name for each in resources if each.path is not None and each.path.list == list_name]
    if names:
        session.execute(
            sa.delete(StageGrant).where(StageGrant.resource.in_(names), StageGrant.value_id == value_id)
        )
