"""How many records a list has and what they are worth, in one reading of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields import Reading
from core.resources.declare import Resource
from core.resources.query import COUNT_LIMIT, ListQuery, counted


def count_and_sum(
    session: Session,
    resource: Resource,
    query: ListQuery,
    reading: Reading,
    actor: Actor | None,
    amount: Any,
    currency: Any,
    *,
    limit: int | None = COUNT_LIMIT,
) -> tuple[int, dict[str | None, Any]]:
    """How many records the query means, up to `limit` + 1, and their amounts by currency; the list is read once."""
    ids = counted(session, resource, query, reading, actor, limit)
    sums = (
        sa.select(currency, sa.func.count(), sa.func.sum(amount))
        .where(resource.model.id.in_(ids))
        .group_by(currency)
    )
    rows = session.execute(sums).all()
    return sum(number for _code, number, _sum in rows), {
        code: total for code, _number, total in rows if total is not None
    }
