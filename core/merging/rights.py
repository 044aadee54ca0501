"""Who may merge what: it changes one record and deletes the others, so both rights are needed on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.house import House
from core.resources.declare import Resource
from core.resources.rights import may

ACTIONS = ("edit", "delete")


def may_merge(resource: Resource, actor: Actor) -> bool:
    """Whether there may be records that this person can merge."""
    return all(actor.may(resource.name, action) for action in ACTIONS)


def narrowest(resource: Resource, actor: Actor) -> str:
    """The one of the two rights that reaches less: a query within it is within both."""
    return min(ACTIONS, key=lambda action: actor.scope(resource.name, action))


def may_merge_record(resource: Resource, record: Any, actor: Actor, house: House) -> bool:
    return all(may(resource, record, action, actor, house) for action in ACTIONS)


def reached(
    session: Session, resource: Resource, ids: Sequence[int], actor: Actor, house: House
) -> list[Any]:
    """Those of these records that this person sees and may merge, in order of id."""
    wanted = [id for id in set(ids) if 0 < id < 2**63]
    found = session.scalars(
        sa.select(resource.model).where(resource.model.id.in_(wanted)).order_by(resource.model.id),
        execution_options={"scope": narrowest(resource, actor)},
    )
    return [record for record in found if may_merge_record(resource, record, actor, house)]
