"""Groups of records that may be the same: those that share a key, the largest first, a page at a time.

One key is asked for at a time: that is one pass over its index, also at a million records, and the figures are those of
the moment. Only records that the person sees and may merge count, and pairs that somebody said are not the same do not.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.house import House
from core.merging.apart import apart_among, pairs_among
from core.merging.rights import may_merge_record, narrowest
from core.resources.declare import IdentityKey, Resource
from core.resources.identity import kin_of
from core.routing import LARGEST_ID

PAGE = 20
SHOWN = 10
"""So many records of a group are shown, and merged at once."""
ROUNDS = 25
"""After so many pages of groups that were all said to be none, the rest waits for the next page."""


@dataclass(frozen=True)
class Group:
    """Records with the same value of a key: the first of them, how many there are, and their kin (clients of leads)."""

    value: str
    count: int
    records: Sequence[Any]
    kin: Sequence[tuple[Resource, Any]] = ()


@dataclass(frozen=True)
class Groups:
    """A page of groups; `next` is where the following one begins."""

    groups: Sequence[Group]
    next: str | None


def groups_of(
    session: Session, house: House, resource: Resource, key: IdentityKey, actor: Actor, *, cursor: str = ""
) -> Groups:
    """A page of the candidates by one key.

    Raises:
        ValueError: the cursor is none of ours.
    """
    after = decoded_head(cursor) if cursor else None
    found: list[Group] = []
    for _round in range(ROUNDS):
        heads = _heads(session, resource, key, actor, after)
        groups = _with_records(session, house, resource, key, heads[:PAGE], actor)
        for place, group in enumerate(groups):
            if group is not None:
                found.append(group)
                if len(found) == PAGE:
                    more = place + 1 < len(heads)
                    return Groups(found, encoded_head(heads[place]) if more else None)
        if len(heads) <= PAGE:
            return Groups(found, None)
        after = heads[PAGE - 1]
    return Groups(found, encoded_head(after) if after else None)


def alike(
    session: Session, house: House, resource: Resource, record: Any, actor: Actor
) -> list[tuple[IdentityKey, Resource, Any]]:
    """(key, kind, record) of those this person sees that share a key with a record, and nobody said are not the same."""
    found: dict[tuple[str, int], tuple[IdentityKey, Resource, Any]] = {}
    for key in resource.identity:
        values = {value for name in key.attributes if (value := getattr(record, name))}
        for kin in kin_of(house, resource) if values else ():
            of_kin = next((each for each in kin.identity if each.name == key.name), None)
            if of_kin is None or not actor.may(kin.name, "view"):
                continue
            for other in session.scalars(_holders(kin, of_kin, values)):
                if (kin.name, other.id) != (resource.name, record.id):
                    found.setdefault((kin.name, other.id), (key, kin, other))
    own = (resource.name, record.id)
    apart = {end for pair in apart_among(session, [own, *found]) if own in pair for end in pair}
    return [each for place, each in found.items() if place not in apart]


def _holders(resource: Resource, key: IdentityKey, values: Iterable[str]) -> Any:
    found = sa.select(resource.model).where(_has(resource, key, values))
    return found.order_by(resource.model.id).limit(SHOWN * 2)


def _has(resource: Resource, key: IdentityKey, values: Iterable[str]) -> Any:
    wanted = sorted(values)
    return sa.or_(*(getattr(resource.model, name).in_(wanted) for name in key.attributes))


def _heads(
    session: Session, resource: Resource, key: IdentityKey, actor: Actor, after: tuple[int, str] | None
) -> list[tuple[int, str]]:
    """(how many, value) of the largest groups after this one, one more than a page."""
    model = resource.model
    columns = [getattr(model, name) for name in key.attributes]
    number = sa.func.count()
    if len(columns) == 1:
        value = columns[0]
        statement = sa.select(number.label("number"), value.label("value")).where(value.is_not(None))
    else:
        held = [_held(column, columns[:place]) for place, column in enumerate(columns)]
        value = sa.union_all(*held).subquery().c.value
        statement = sa.select(number.label("number"), value.label("value"))
    statement = statement.group_by(value).having(number > 1)
    if after is not None:
        count, last = after
        statement = statement.having(sa.or_(number < count, sa.and_(number == count, value > last)))
    statement = statement.order_by(number.desc(), value).limit(PAGE + 1)
    rows_found = session.execute(statement, execution_options={"scope": narrowest(resource, actor)})
    return [(row.number, row.value) for row in rows_found]


def _held(column: Any, earlier: Sequence[Any]) -> Any:
    """The values of one of a key's columns; a record with the same number twice counts once."""
    fresh = [sa.or_(each.is_(None), each != column) for each in earlier]
    return sa.select(column.label("value")).where(column.is_not(None), *fresh)


def _with_records(
    session: Session,
    house: House,
    resource: Resource,
    key: IdentityKey,
    heads: Sequence[tuple[int, str]],
    actor: Actor,
) -> list[Group | None]:
    """The groups with their first records; None in the place of one whose records are all said to be different."""
    members = _members(session, resource, key, [value for _count, value in heads], actor, house)
    everybody = [(resource.name, each.id) for records in members.values() for each in records]
    apart = apart_among(session, everybody)
    kin = _kin(session, house, resource, key, [value for _count, value in heads], actor)
    found: list[Group | None] = []
    for count, value in heads:
        records = members[value]
        pairs = pairs_among([(resource.name, each.id) for each in records])
        if len(records) < 2 or (count <= SHOWN and all(pair in apart for pair in pairs)):
            found.append(None)
        else:
            found.append(Group(value, count, records, kin.get(value, [])))
    return found


def _members(
    session: Session, resource: Resource, key: IdentityKey, values: Sequence[str], actor: Actor, house: House
) -> dict[str, list[Any]]:
    """The first records of each group; two queries, however many groups."""
    found: dict[str, list[Any]] = {value: [] for value in values}
    if not values:
        return found
    scope = {"scope": narrowest(resource, actor)}
    firsts = [_firsts(resource, key, value).subquery() for value in values]
    union = sa.union_all(*(sa.select(each.c.value, each.c.id) for each in firsts))
    pairs = session.execute(union, execution_options=scope).all()
    wanted = sa.select(resource.model).where(resource.model.id.in_({id for _value, id in pairs}))
    records = {
        record.id: record
        for record in session.scalars(wanted, execution_options=scope)
        if may_merge_record(resource, record, actor, house)
    }
    for value, id in sorted(pairs, key=lambda pair: pair[1]):
        if id in records:
            found[value].append(records[id])
    return found


def _firsts(resource: Resource, key: IdentityKey, value: str) -> Any:
    model = resource.model
    return (
        sa.select(sa.literal(value, sa.Text).label("value"), model.id.label("id"))
        .where(_has(resource, key, [value]))
        .order_by(model.id)
        .limit(SHOWN)
    )


def _kin(
    session: Session, house: House, resource: Resource, key: IdentityKey, values: Sequence[str], actor: Actor
) -> Mapping[str, list[tuple[Resource, Any]]]:
    """Records of other kinds (clients of leads) with the same values that this person sees; one query a kind."""
    found: dict[str, list[tuple[Resource, Any]]] = defaultdict(list)
    for kin in kin_of(house, resource)[1:]:
        of_kin = next((each for each in kin.identity if each.name == key.name), None)
        if of_kin is None or not values or not actor.may(kin.name, "view"):
            continue
        for record in session.scalars(_holders(kin, of_kin, values).limit(PAGE * 3)):
            for name in of_kin.attributes:
                value = getattr(record, name)
                if value in values and (kin, record) not in found[value]:
                    found[value].append((kin, record))
    return found


def encoded_head(head: tuple[int, str]) -> str:
    """A cursor: the group after which the next page begins."""
    return urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")


def decoded_head(cursor: str) -> tuple[int, str]:
    """What a cursor means. Raises ValueError where it is none of ours."""
    try:
        head = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except RecursionError as error:
        raise ValueError("not a cursor") from error
    if not isinstance(head, list) or [type(each) for each in head] != [int, str]:
        raise ValueError("not a cursor")
    count, value = head
    value.encode()  # a lone surrogate is a ValueError here, and no text of a database
    if not 0 <= count <= LARGEST_ID or "\0" in value:
        raise ValueError("not a cursor")
    return count, value
