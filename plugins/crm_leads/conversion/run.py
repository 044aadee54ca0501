"""The writing of conversions whose plans are in order: records, what goes along, the leads' end, and the histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.api import (
    Event,
    WriteContext,
    Written,
    announce,
    as_system,
    tell_written,
    title_of,
    utcnow,
    write_drafts,
    write_history,
)
from plugins.crm_leads.conversion.closing import close, keep_way_back, open_passages, state_of, take_along
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, Target, targets_in
from plugins.crm_leads.conversion.holding import what_they_hold
from plugins.crm_leads.conversion.homeless import make_places
from plugins.crm_leads.conversion.outcome import Outcome
from plugins.crm_leads.conversion.plan import Piece, Plan, link
from plugins.crm_leads.conversion.reading import conversions_of
from plugins.crm_leads.models import Conversion, Lead, Result

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""The conversions of leads that the person may convert."""

Before = Mapping[int, Mapping[str, Any]]
"""{lead's id: what it was}, of leads that have been changed on the way here."""


@dataclass(frozen=True)
class LeadConverted(Event):
    """A lead became a client, a deal, or several of these; `records` says which, by target."""

    lead_id: int
    client_id: int | None
    conversion_id: int = 0
    records: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Run:
    """The writing of plans that are in order."""

    context: WriteContext
    plans: Sequence[Plan]
    batch: str | None
    before: Before
    made: dict[int, dict[str, Any]] = field(default_factory=dict)
    was: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    holds: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    """What the existing records held before, and hold now, by resource and id."""

    def carry_out(self) -> dict[int, Outcome]:
        context, targets = self.context, targets_in(self.context)
        leads = [plan.source.lead for plan in self.plans]
        make_places(context, [plan.wish for plan in self.plans], targets)
        conversions = self._begin(leads)
        self.made = {lead.id: {} for lead in leads}
        for name in targets:
            self._write(name)
        staying = {plan.source.lead.id for plan in self.plans if not plan.wish.along}
        along = take_along(context, self.made, targets, staying)
        told = close(context, leads)
        with as_system(
            context.session
        ):  # whoever converts may, whatever else they may in the lead's end status
            for lead in leads:
                keep_way_back(conversions[lead.id], self.made[lead.id], *along[lead.id])
        self._keep_results(conversions, targets)
        self._tell(told, targets)
        context.session.flush()
        self._announce(conversions)
        return {
            lead.id: Outcome(
                lead,
                conversions[lead.id],
                True,
                {name: record.id for name, record in self.made[lead.id].items()},
            )
            for lead in leads
        }

    def _begin(self, leads: Sequence[Lead]) -> dict[int, Conversion]:
        """The rows of which the database allows one a lead; whoever comes second is stopped here."""
        context = self.context
        passages = open_passages(context, leads)
        by_id = context.actor.user_id if context.actor else None
        now = utcnow()
        rows = []
        for lead in leads:
            state = {**state_of(lead), **self.before.get(lead.id, {})}
            rows.append(
                {
                    "lead_id": lead.id,
                    "at": now,
                    "by_id": by_id,
                    "from_status_id": state["status_id"],
                    "batch": self.batch,
                    "before": {**state, "lead": lead.id, "passage": passages.get(lead.id)},
                    "moved": [],
                    "outcome": {},
                }
            )
        context.session.execute(sa.insert(Conversion), rows, **UNSCOPED)
        return conversions_of(context, [lead.id for lead in leads])

    def _write(self, name: str) -> None:
        """Store the records of one target; those before it are there to be referred to."""
        context = self.context
        pieces = [(plan, plan.pieces[name]) for plan in self.plans if name in plan.pieces]
        if not pieces:
            return
        for plan, piece in pieces:
            lead_id = plan.source.lead.id
            known = {each: record.id for each, record in self.made[lead_id].items()}
            link(piece, plan, {**plan.wish.existing, **known}, context)
        self.was |= self._held(pieces)
        records = write_drafts([piece.draft for _plan, piece in pieces], context)
        context.session.flush()
        self.holds |= self._held(pieces)
        for (plan, _piece), record in zip(pieces, records, strict=True):
            self.made[plan.source.lead.id][name] = record

    def _held(self, pieces: Sequence[tuple[Plan, Piece]]) -> dict[tuple[str, int], dict[str, Any]]:
        """What the existing records among these hold now."""
        existing = [piece for _plan, piece in pieces if piece.stored is not None]
        if not existing:
            return {}
        resource = existing[0].draft.resource
        held = what_they_hold(self.context, resource, [piece.draft.current for piece in existing])
        return {(resource.name, id): values for id, values in held.items()}

    def _keep_results(self, conversions: Mapping[int, Conversion], targets: Mapping[str, Target]) -> None:
        context = self.context
        context.session.flush()
        rows = []
        for plan in self.plans:
            lead_id = plan.source.lead.id
            for name, piece in plan.pieces.items():
                record = self.made[lead_id][name]
                rows.append(
                    {
                        "conversion_id": conversions[lead_id].id,
                        "target": name,
                        "resource": targets[name].resource,
                        "record_id": record.id,
                        "created": piece.stored is None,
                        "version": record.version,
                        "changes": self._changes(piece),
                    }
                )
        context.session.execute(sa.insert(Result), rows, **UNSCOPED)
        for conversion in conversions.values():
            context.session.expire(conversion, ["results"])

    def _changes(self, piece: Piece) -> dict[str, Any]:
        """What was written into an existing record: field → [before, after]."""
        if piece.stored is None:
            return {}
        before, after = (held[piece.target.resource, piece.stored.id] for held in (self.was, self.holds))
        return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}

    def _tell(self, told: Mapping[int, list[Any]], targets: Mapping[str, Target]) -> None:
        """The histories: of the lead what it became, of each record the lead it came of."""
        context, resources = self.context, self.context.house.resources
        of_leads: list[tuple[Any, str, dict[str, Any]]] = []
        of_records: dict[str, list[tuple[Any, str, dict[str, Any]]]] = {}
        for plan in self.plans:
            lead = plan.source.lead
            became: dict[str, Any] = {}
            for name, record in self.made[lead.id].items():
                place = targets[name].resource
                became[name] = [None, _reference(resources[place], record)]
                entry = (record, "from_lead", {"lead": [None, _reference(resources["leads"], lead)]})
                of_records.setdefault(place, []).append(entry)
            if lead.id in told:
                of_leads.append((lead, "changed", {"status": told[lead.id]}))
            of_leads.append((lead, "converted", became))
        write_history(context.session, context, resources["leads"], of_leads)
        ended = [
            Written(plan.source.lead, changes={"status": told[plan.source.lead.id]})
            for plan in self.plans
            if plan.source.lead.id in told
        ]
        tell_written(resources["leads"], ended, context)
        for place, entries in of_records.items():
            write_history(context.session, context, resources[place], entries)

    def _announce(self, conversions: Mapping[int, Conversion]) -> None:
        for lead_id, records in self.made.items():
            ids = {name: record.id for name, record in records.items()}
            conversion = conversions[lead_id]
            client_id = ids.get(COMPANY, ids.get(CONTACT))
            announce(
                self.context.session,
                LeadConverted(conversion.at, conversion.by_id, lead_id, client_id, conversion.id, ids),
            )


def _reference(resource: Any, record: Any) -> dict[str, Any]:
    return {"id": record.id, "name": title_of(resource, record), "resource": resource.name}
