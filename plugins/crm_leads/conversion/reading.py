"""Leads as a conversion reads them: all of a batch with a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.api import Stored, WriteContext, children_of_records, stored_of
from plugins.crm_leads.conversion.declare import Source
from plugins.crm_leads.models import Conversion, Lead, Result

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whoever may convert a lead is told of its conversion; of what came of it only the ids, to be looked for in sight."""


def sources_of(context: WriteContext, leads: Sequence[Lead]) -> list[Source]:
    """The leads, in order, with their values, attributes, rows and tags."""
    resource = context.house.resources["leads"]
    rows = children_of_records(context.session, resource, leads)
    return [
        Source(
            stored.record,
            values_of(stored),
            {name: by_lead.get(stored.id, []) for name, by_lead in rows.items()},
            stored.tags,
        )
        for stored in stored_of(context.session, resource, leads)
    ]


def values_of(stored: Stored) -> dict[str, Any]:
    """What a record holds, by field name; fields that hold nothing are left out."""
    found = {each.name: stored.value(each) for each in stored.resource.fields}
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def take_hold(context: WriteContext, leads: Sequence[Lead]) -> set[int]:
    """Whoever converts or changes one of these now waits, and then finds what became of it; answers those still there."""
    wanted = sa.select(Lead).where(Lead.id.in_([lead.id for lead in leads])).order_by(Lead.id)
    found = context.session.scalars(
        wanted.with_for_update(), execution_options={"unscoped": True, "populate_existing": True}
    )
    return {lead.id for lead in found}


def conversions_of(context: WriteContext, lead_ids: Sequence[int]) -> dict[int, Conversion]:
    """The conversions that hold, by lead."""
    wanted = sa.select(Conversion).where(Conversion.lead_id.in_(lead_ids), Conversion.undone_at.is_(None))
    return {each.lead_id: each for each in context.session.scalars(wanted, **UNSCOPED)}


def records_of(context: WriteContext, conversion_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """{conversion's id: {target: record's id}} of the records that are still there, whoever's they are."""
    found: dict[int, dict[str, int]] = {}
    wanted = sa.select(Result.conversion_id, Result.target, Result.resource, Result.record_id)
    rows = context.session.execute(
        wanted.where(Result.conversion_id.in_(conversion_ids)).order_by(Result.id), **UNSCOPED
    ).all()
    there = _still_there(context, rows)
    for conversion_id, target, resource, record_id in rows:
        if record_id in there.get(resource, ()):
            found.setdefault(conversion_id, {})[target] = record_id
    return found


def _still_there(context: WriteContext, rows: Sequence[Any]) -> Mapping[str, set[int]]:
    there: dict[str, set[int]] = {}
    for name in {row.resource for row in rows}:
        resource = context.house.resources.get(name)
        if resource is None:  # its app is off: its records wait for it
            there[name] = {row.record_id for row in rows if row.resource == name}
            continue
        ids = [row.record_id for row in rows if row.resource == name]
        wanted = sa.select(resource.model.id).where(resource.model.id.in_(ids))
        there[name] = set(context.session.scalars(wanted, **UNSCOPED))
    return there
