"""Records of one kind that may be the same as one of another: leads that are clients already, and nobody converted them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import Model
from core.merging.apart import apart_among, pair_of
from core.merging.candidates import PAGE, SHOWN, Group, Groups, decoded_head, encoded_head
from core.resources.declare import IdentityKey, Resource


def groups_across(
    session: Session, resource: Resource, key: IdentityKey, kin: Resource, *, cursor: str = ""
) -> Groups:
    """A page of values that records of both kinds have, where no row links the two as belonging together.

    The session's person sees all of them; merged they cannot be, so no more than that is needed.

    Raises:
        ValueError: the cursor is none of ours.
    """
    of_kin = next((each for each in kin.identity if each.name == key.name), None)
    if of_kin is None:
        return Groups([], None)
    pairs = _pairs(resource, key, kin, of_kin).subquery()
    number = sa.func.count(pairs.c.id.distinct())
    statement = sa.select(number.label("number"), pairs.c.value).group_by(pairs.c.value)
    if cursor:
        count, last = decoded_head(cursor)
        statement = statement.having(sa.or_(number < count, sa.and_(number == count, pairs.c.value > last)))
    rows = session.execute(statement.order_by(number.desc(), pairs.c.value).limit(PAGE + 1)).all()
    heads = [(row.number, row.value) for row in rows]
    groups = _with_records(session, resource, key, kin, of_kin, heads[:PAGE])
    return Groups(groups, encoded_head(heads[PAGE - 1]) if len(heads) > PAGE else None)


def _pairs(resource: Resource, key: IdentityKey, kin: Resource, of_kin: IdentityKey) -> Any:
    """(value, id, id of the kin) of records of both kinds that share a value and that nothing links."""
    model, other = resource.model, kin.model
    found = []
    for attribute in key.attributes:
        for of_other in of_kin.attributes:
            value = getattr(model, attribute)
            statement = (
                sa.select(value.label("value"), model.id.label("id"), other.id.label("kin_id"))
                .select_from(model)
                .join(other, getattr(other, of_other) == value)
                .where(value.is_not(None))
            )
            for link, one, two in _links(model, other):
                on = sa.and_(getattr(link, one) == model.id, getattr(link, two) == other.id)
                statement = statement.outerjoin(link, on).where(getattr(link, one).is_(None))
            for linked in _links_by_name(resource, kin):
                statement = statement.where(~linked)
            found.append(statement)
    return sa.union(*found) if len(found) > 1 else found[0]


def _links(model: type[Any], other: type[Any]) -> list[tuple[type[Any], str, str]]:
    """Tables that point at both kinds (a conversion), with the two attributes: what they link is known to belong together."""
    found = []
    for mapper in Model.registry.mappers:
        table = mapper.local_table
        if not isinstance(table, sa.Table) or table in (model.__table__, other.__table__):
            continue
        ends = {
            target: mapper.get_property_by_column(key.parent).key
            for target in (model, other)
            for key in table.foreign_keys
            if key.column.table is target.__table__
        }
        if len(ends) == 2:
            found.append((mapper.class_, ends[model], ends[other]))
    return found


def _links_by_name(resource: Resource, kin: Resource) -> list[Any]:
    """The same of tables that tell one of the two by `resource` and `record_id`, and the other by what they hang on.

    What a conversion that holds made of a lead: `undone_at` of what they hang on says that it no longer does.
    """
    found = []
    for mapper in Model.registry.mappers:
        table = mapper.local_table
        if not isinstance(table, sa.Table) or not {"resource", "record_id"} <= set(table.columns.keys()):
            continue
        for key in table.foreign_keys:
            holder = next(
                (each for each in Model.registry.mappers if each.local_table is key.column.table), None
            )
            for one, two in ((resource, kin), (kin, resource)) if holder is not None else ():
                found += _told_by_name(mapper, key, holder, one, two)
    return found


def _told_by_name(mapper: Any, key: Any, holder: Any, one: Resource, two: Resource) -> list[Any]:
    link, held = mapper.class_, holder.class_
    parents = [
        holder.get_property_by_column(each.parent).key
        for each in holder.local_table.foreign_keys
        if each.column.table is one.model.__table__
    ]
    on = getattr(link, mapper.get_property_by_column(key.parent).key) == held.id
    criteria = [link.resource == two.name, link.record_id == two.model.id]
    if "undone_at" in holder.columns:
        criteria.append(held.undone_at.is_(None))
    return [
        sa.select(sa.literal(1))
        .select_from(link)
        .join(held, on)
        .where(getattr(held, parent) == one.model.id, *criteria)
        .exists()
        for parent in parents
    ]


def _with_records(
    session: Session,
    resource: Resource,
    key: IdentityKey,
    kin: Resource,
    of_kin: IdentityKey,
    heads: Sequence[tuple[int, str]],
) -> list[Group]:
    values = [value for _count, value in heads]
    if not values:
        return []
    pairs = _pairs(resource, key, kin, of_kin).subquery()
    rows = session.execute(
        sa.select(pairs.c.value, pairs.c.id, pairs.c.kin_id)
        .where(pairs.c.value.in_(values))
        .order_by(pairs.c.id)
        .limit(PAGE * SHOWN * 5)
    ).all()
    apart = apart_among(
        session, {(resource.name, row.id) for row in rows} | {(kin.name, row.kin_id) for row in rows}
    )
    shown: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for value, id, kin_id in rows:
        if pair_of((resource.name, id), (kin.name, kin_id)) not in apart:
            shown[value].setdefault(id, []).append(kin_id)
    own = _by_id(session, resource, [id for ids in shown.values() for id in ids])
    others = _by_id(session, kin, [id for ids in shown.values() for of_one in ids.values() for id in of_one])
    groups = []
    for count, value in heads:
        kin_ids = dict.fromkeys(id for ids in shown[value].values() for id in ids)
        records = [own[id] for id in list(shown[value])[:SHOWN] if id in own]
        if records:
            groups.append(Group(value, count, records, [(kin, others[id]) for id in kin_ids if id in others]))
    return groups


def _by_id(session: Session, resource: Resource, ids: Sequence[int]) -> Mapping[int, Any]:
    found = session.scalars(sa.select(resource.model).where(resource.model.id.in_(set(ids))))
    return {record.id: record for record in found}
