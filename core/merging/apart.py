"""Pairs of records that look alike and are not the same: somebody said so, for everybody, and may take it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.i18n import _
from core.merging.models import NotDuplicate
from core.resources.context import Refused

Record = tuple[str, int]
"""A record's resource and id."""
Pair = tuple[Record, Record]
MOST = 20


def pair_of(one: Record, other: Record) -> Pair:
    """The two in the order in which they are kept."""
    first, second = sorted((one, other))
    return first, second


def pairs_among(records: Sequence[Record]) -> list[Pair]:
    return [pair_of(one, other) for place, one in enumerate(records) for other in records[place + 1 :]]


def keep_apart(session: Session, records: Sequence[Record], by_id: int | None) -> int:
    """Remember that none of these is another; answers how many pairs are new. The caller commits.

    Raises:
        Refused: there are fewer than two, or too many to be looked over.
    """
    found = list(dict.fromkeys(records))
    if not 2 <= len(found) <= MOST:
        raise Refused(_("Choose from two to %(most)s records.", most=MOST), "number")
    return sum(_keep(session, pair, by_id) is not None for pair in pairs_among(found))


def bring_together(session: Session, records: Sequence[Record]) -> int:
    """Forget that these are not the same; answers how many pairs. The caller commits."""
    rows = _rows(session, pairs_among(list(dict.fromkeys(records))[:MOST]))
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def apart_among(session: Session, records: Iterable[Record]) -> set[Pair]:
    """The pairs among these records that somebody has said are not the same; one query."""
    known = set(records)
    by_resource: dict[str, list[int]] = {}
    for resource, id in known:
        by_resource.setdefault(resource, []).append(id)
    if not known:
        return set()
    first = sa.or_(
        *(
            sa.and_(NotDuplicate.resource == resource, NotDuplicate.record_id.in_(ids))
            for resource, ids in by_resource.items()
        )
    )
    rows = session.execute(
        sa.select(
            NotDuplicate.resource, NotDuplicate.record_id, NotDuplicate.other_resource, NotDuplicate.other_id
        ).where(first)
    )
    pairs: set[Pair] = {((row[0], row[1]), (row[2], row[3])) for row in rows}
    return {pair for pair in pairs if pair[1] in known}


def said_of(session: Session, record: Record) -> Sequence[NotDuplicate]:
    """What was said of this record, the newest first: with whom it is not the same, by whom and when."""
    resource, id = record
    return session.scalars(
        sa.select(NotDuplicate)
        .where(
            sa.or_(
                sa.and_(NotDuplicate.resource == resource, NotDuplicate.record_id == id),
                sa.and_(NotDuplicate.other_resource == resource, NotDuplicate.other_id == id),
            )
        )
        .order_by(NotDuplicate.id.desc())
        .limit(50)
    ).all()


def carry_over(
    session: Session, resource: str, keep_id: int, gone_ids: Sequence[int], by_id: int | None
) -> list[int]:
    """What was said of records that go is true of the one that stays; answers the new rows' ids."""
    made: list[int] = []
    merged = {(resource, id) for id in (keep_id, *gone_ids)}
    for id in gone_ids:
        for row in said_of(session, (resource, id)):
            ends: list[Record] = [(row.resource, row.record_id), (row.other_resource, row.other_id)]
            other = next((end for end in ends if end not in merged), None)
            if other is not None:
                new = _keep(session, pair_of((resource, keep_id), other), row.by_id or by_id)
                made += [new] if new is not None else []
    return made


def _keep(session: Session, pair: Pair, by_id: int | None) -> int | None:
    (resource, record_id), (other_resource, other_id) = pair
    row = NotDuplicate(
        resource=resource, record_id=record_id, other_resource=other_resource, other_id=other_id, by_id=by_id
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # it was said before
        return None
    return row.id


def _rows(session: Session, pairs: Sequence[Pair]) -> Sequence[Any]:
    if not pairs:
        return []
    wanted = [
        sa.and_(
            NotDuplicate.resource == first[0],
            NotDuplicate.record_id == first[1],
            NotDuplicate.other_resource == second[0],
            NotDuplicate.other_id == second[1],
        )
        for first, second in pairs
    ]
    return session.scalars(sa.select(NotDuplicate).where(sa.or_(*wanted))).all()
