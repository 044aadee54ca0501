"""Trying rules out: of the last records, who would have got which; nothing is given and no turn moves on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.dealing import Dealt, deal_out
from core.assignment.filters import newest
from core.assignment.people import is_open
from core.assignment.rules import KeptRule
from core.resources.declare import Resource

LAST = 100


@dataclass(frozen=True)
class Trial:
    """What rules would have done: of `ids`, the oldest first, those that fit a rule, and how many each person got."""

    ids: Sequence[int]
    dealt: Sequence[Dealt]
    shares: Sequence[tuple[int | None, int]]

    @property
    def left(self) -> int:
        """How many fit no rule."""
        return len(self.ids) - len(self.dealt)


def try_out(session: Session, resource: Resource, rules: Sequence[KeptRule], *, last: int = LAST) -> Trial:
    """Deal the last records out by these rules, as if they came in now, one after the other."""
    ids = newest(session, resource, last)
    dealt = deal_out(session, resource, rules, ids, holders=_holders(session, resource, ids), dry=True)
    return Trial(ids, dealt, Counter(each.user_id for each in dealt).most_common())


def _holders(session: Session, resource: Resource, ids: Sequence[int]) -> dict[int, int]:
    """Whose open records these are now: they would count among nobody's."""
    model = resource.model
    owner = getattr(model, resource.owner or "")
    rows = session.execute(
        sa.select(model.id, owner).where(model.id.in_(ids), owner.is_not(None), is_open(session, resource))
    )
    return dict(rows.tuples().all())
