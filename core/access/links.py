"""What the holder of a secret link may do, who is nobody here: the link alone says what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access.actor import actor_of, work_for
from core.access.service import digest
from core.house import House
from core.resources.context import WriteContext, write_context

Answer = TypeVar("Answer")

LONGEST = 200


def by_link(
    session: Session,
    house: House,
    columns: Sequence[InstrumentedAttribute[Any]],
    token: str,
    do: Callable[[WriteContext, Any], Answer],
) -> Answer | None:
    """Find the row that keeps this link's digest in one of these columns and do something with it; the caller commits.

    `do(context, row)` works in the system's name, for whoever holds the link has no rights of their own; so it must
    touch nothing but what the row belongs to. None where the link is unknown: then nothing is done.
    """
    before = actor_of(session)
    kept = digest(token[:LONGEST])
    work_for(session, None)
    try:
        for column in columns:
            row = session.scalars(sa.select(column.class_).where(column == kept)).first()
            if row is not None:
                return do(write_context(session, house, None, "link"), row)
        return None
    finally:
        work_for(session, before)
