"""New records that nobody was named for go to whom the rules say, and every change of owner is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from core.access.scope.writes import hand_over
from core.assignment.dealing import NOBODY, Dealt, deal_out
from core.assignment.log import Given, write_log
from core.assignment.people import open_values
from core.assignment.rules import API, HAND, active_rules, door_of, owner_field
from core.assignment.words import BY_HAND, GIVEN
from core.resources.context import Draft, WriteContext
from core.resources.declare import Resource


def give_out(
    resource: Resource, fresh: Sequence[tuple[Draft, Any]], context: WriteContext
) -> dict[int, Mapping[str, Any]]:
    """Give new, stored records to whom the rules say; answers what history tells of each: {record id: …}.

    Only those for whom nobody was named: their owner is empty, or whoever brought them by default. Where no rule fits, or
    nobody can take it, that stays. Costs nothing where there are no rules.
    """
    field = owner_field(resource)
    if field is None:
        return {}
    waiting: dict[str, list[tuple[Draft, Any]]] = {}
    named: list[Any] = []
    for draft, record in fresh:
        door = door_of(draft, context)
        if draft.values.get(field.name) is None or field.name in draft.defaulted:
            waiting.setdefault(door, []).append((draft, record))
        elif door in (API, HAND):
            named.append(record)
    _log_named(resource, named, context)
    told: dict[int, Mapping[str, Any]] = {}
    for door, pairs in waiting.items():
        rules = active_rules(context.session, resource.name, door) if door else []
        if rules:
            records = {record.id: record for _draft, record in pairs}
            holders = _holders(resource, records, context)
            dealt = deal_out(context.session, resource, rules, list(records), holders=holders)
            _store(resource, dealt, records, context)
            owners = {each.record_id: each.user_id for each in dealt if each.user_id is not None}
            for draft, record in pairs:
                if record.id in owners:
                    draft.values[field.name] = owners[record.id]
            told |= {each.record_id: {GIVEN: each.reason} for each in dealt}
    return told


def taken(told: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """The records, of those `give_out` tells of, that somebody got."""
    return {id for id, each in told.items() if each[GIVEN]["how"] != NOBODY}


def log_by_hand(
    resource: Resource,
    changed: Sequence[tuple[Any, Mapping[str, Any], Mapping[str, Any]]],
    context: WriteContext,
) -> None:
    """Write down who gave which record to whom: (record, what changed of its fields, the reason if it is not simply by hand)."""
    field = owner_field(resource)
    if field is None:
        return
    write_log(
        context,
        resource.name,
        [
            Given(
                record.id, getattr(record, field.attribute), reason or {"how": BY_HAND}, reason.get("rule_id")
            )
            for record, told, reason in changed
            if field.name in told
        ],
    )


def _log_named(resource: Resource, records: Sequence[Any], context: WriteContext) -> None:
    """Write down the new records that somebody gave to another at once."""
    me = context.actor.user_id if context.actor else None
    owners = [(record.id, getattr(record, resource.owner or "")) for record in records]
    write_log(
        context,
        resource.name,
        [Given(id, owner, {"how": BY_HAND}) for id, owner in owners if owner not in (None, me)],
    )


def _holders(resource: Resource, records: Mapping[int, Any], context: WriteContext) -> dict[int, int]:
    """The new records that count among the open ones of whoever brought them."""
    path = resource.path
    attribute = resource.field(path.field).attribute if path else ""
    worked_on = set(open_values(context.session, resource))
    return {
        id: owner
        for id, record in records.items()
        if (owner := getattr(record, resource.owner or "")) is not None
        and (not attribute or getattr(record, attribute) in worked_on)
    }


def _store(
    resource: Resource, dealt: Sequence[Dealt], records: Mapping[int, Any], context: WriteContext
) -> None:
    """Put the owners on the records: in one statement, past the rights of whoever brought them."""
    session, table = context.session, resource.model.__table__
    owner = table.c[resource.owner or ""]
    rows = [{"_id": each.record_id, "_owner": each.user_id} for each in dealt if each.user_id is not None]
    if rows:
        session.connection().execute(
            sa.update(table).where(table.c.id == sa.bindparam("_id")).values({owner: sa.bindparam("_owner")}),
            rows,
        )
    for each in dealt:
        if each.user_id is not None:
            set_committed_value(records[each.record_id], owner.key, each.user_id)
            hand_over(session, records[each.record_id])
    write_log(
        context,
        resource.name,
        [Given(each.record_id, each.user_id, each.reason, each.rule.id) for each in dealt],
    )
