"""Which records of a conversion that is taken back go, which stay and why, and what is restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core.api import (
    Pointer,
    Resource,
    Words,
    WriteContext,
    _,
    may,
    ngettext,
    pointers_at,
    rows_that_move,
    title_of,
)
from plugins.crm_leads.conversion.declare import Target, targets_in
from plugins.crm_leads.conversion.fate import Fate, Held, label_of
from plugins.crm_leads.conversion.holding import ALONE, VERSION, what_they_hold
from plugins.crm_leads.conversion.outcome import Trace, Undone, undone_before
from plugins.crm_leads.models import Conversion, Lead, Result

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""What came of leads that the person may convert; what is out of sight stays, and is not named."""

HIDDEN = "•••"
Key = tuple[str, int]


def decide(context: WriteContext, conversions: Sequence[Conversion]) -> list[Fate]:
    """What taking these conversions back comes to, in order; a handful of queries for all."""
    leads = _leads(context, conversions)
    fates = [_begin(context, each, leads.get(each.lead_id)) for each in conversions]
    waiting = [fate for fate in fates if fate.answered is None]
    if waiting:
        _Deciding(context, waiting).decide()
    return fates


def _leads(context: WriteContext, conversions: Sequence[Conversion]) -> Mapping[int, Lead]:
    """Those of the leads that the person may see."""
    wanted = sa.select(Lead).where(Lead.id.in_([each.lead_id for each in conversions]))
    return {lead.id: lead for lead in context.session.scalars(wanted)}


def _begin(context: WriteContext, conversion: Conversion, lead: Lead | None) -> Fate:
    leads = context.house.resources["leads"]

    def refuse(message: Words, code: str) -> Fate:
        return Fate(conversion, lead, answered=Undone(conversion, refused=message, code=code))

    if lead is None:
        return refuse(_("There is nothing to take back."), "absent")
    if not may(leads, lead, "convert", context.actor, context.house):
        return refuse(_("You may not convert this lead."), "forbidden")
    if conversion.undone_at is not None:
        return Fate(conversion, lead, answered=undone_before(conversion))
    if conversion.before.get("lead", lead.id) != lead.id:
        told = _("This lead was merged with another since; take that back first.")
        return refuse(told, "merged")
    return Fate(conversion, lead)


@dataclass
class _Deciding:
    """The state of one decision: what is known of all records of a batch."""

    context: WriteContext
    fates: Sequence[Fate]
    pointers: dict[Key, list[Pointer]] = field(default_factory=dict)
    added: dict[Key, list[Words]] = field(default_factory=dict)
    seen: set[Key] = field(default_factory=set)
    now: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def decide(self) -> None:
        targets = targets_in(self.context)
        self._read(targets)
        for fate in self.fates:
            going: set[Key] = {("leads", fate.conversion.lead_id)}
            for each in fate.held:
                if each.result.resource not in self.context.house.resources:
                    each.trace = _out_of_sight(each, _("Its app is switched off."))
            for each in fate.held:  # those that were there first: what they point at lets go of it
                if each.record is not None and not each.result.created:
                    self._restore(each, fate)
            for each in reversed(fate.held):  # the last made first: it points at those before it
                if each.record is not None and each.result.created:
                    self._remove(each, fate, going)

    def _read(self, targets: Mapping[str, Target]) -> None:
        ids = [fate.conversion.id for fate in self.fates]
        order = {name: place for place, name in enumerate(targets)}
        by_conversion: dict[int, list[Result]] = {}
        wanted = sa.select(Result).where(Result.conversion_id.in_(ids)).order_by(Result.id)
        for result in self.context.session.scalars(wanted, **UNSCOPED):
            by_conversion.setdefault(result.conversion_id, []).append(result)
        for fate in self.fates:
            results = by_conversion.get(fate.conversion.id, [])
            ordered = sorted(results, key=lambda each: order.get(each.target, len(order)))
            fate.held = [Held(each, targets.get(each.target)) for each in ordered]
        every = [(each, fate) for fate in self.fates for each in fate.held]
        for name in {each.result.resource for each, _fate in every}:
            resource = self.context.house.resources.get(name)
            if resource is not None:
                self._read_records(resource, [pair for pair in every if pair[0].result.resource == name])

    def _read_records(self, resource: Resource, held: Sequence[tuple[Held, Fate]]) -> None:
        session, model = self.context.session, resource.model
        ids = sorted({each.result.record_id for each, _fate in held})
        wanted = sa.select(model).where(model.id.in_(ids))
        records = {record.id: record for record in session.scalars(wanted, **UNSCOPED)}
        self.seen |= {
            (resource.name, id) for id in session.scalars(sa.select(model.id).where(model.id.in_(ids)))
        }
        for each, _fate in held:
            each.record = records.get(each.result.record_id)
        made = sorted({each.result.record_id for each, _fate in held if each.result.created})
        found = pointers_at(session, self.context.house, resource, made)
        self.pointers |= {(resource.name, id): those for id, those in found.items()}
        self._read_additions(resource, held, made)
        changed = [each.record for each, _fate in held if each.record is not None and not each.result.created]
        held_now = what_they_hold(self.context, resource, changed)
        self.now |= {(resource.name, id): values for id, values in held_now.items()}

    def _read_additions(
        self, resource: Resource, held: Sequence[tuple[Held, Fate]], made: Sequence[int]
    ) -> None:
        """What hangs on made records beyond what came along from their leads."""
        session = self.context.session
        came = {
            (entry["table"], row)
            for _each, fate in held
            for entry in fate.conversion.moved
            for row in entry["rows"]
            if not isinstance(row, list)
        }
        for table, declared, rows in rows_that_move(session, resource.name, made):
            for id, those in rows.items():
                if more := sum((table.name, row) not in came for row in those):
                    told = _("%(count)s more under “%(what)s”.", count=more, what=str(declared.label))
                    self.added.setdefault((resource.name, id), []).append(told)
        for id in _of_others(self.context, resource, made):
            told = _("Another lead became this too.")
            self.added.setdefault((resource.name, id), []).append(told)
        for target in {each.target.name: each.target for each, _fate in held if each.target}.values():
            since = {
                each.result.record_id: fate.conversion.at
                for each, fate in held
                if each.result.created and each.result.target == target.name
            }
            for id, told in target.grown(session, since).items() if since else ():
                self.added.setdefault((resource.name, id), []).append(told)

    def _restore(self, held: Held, fate: Fate) -> None:
        """What a record that was there gets back: each value that still is what the conversion wrote."""
        result, resource = held.result, self.context.house.resources[held.result.resource]
        if not self._is_in_sight(held, resource):
            return
        fields: list[Words] = []
        kept: list[Words] = []
        why: list[Words] = []
        if _was_merged(held, fate):
            why.append(_("It was merged with another since."))
        elif result.changes and not may(
            resource, held.record, "edit", self.context.actor, self.context.house
        ):
            why.append(_("You may not change it."))
        now = self.now.get((resource.name, held.record.id), {})
        for name, (before, after) in result.changes.items():
            if name in (VERSION, ALONE):
                continue
            label = label_of(resource, name)
            if label is None:
                continue
            if not why and now.get(name) == after:
                held.back[name] = before
                fields.append(label)
            else:
                kept.append(label)
        held.trace = replace(
            _trace(held, resource), why=tuple(why), fields=tuple(fields), kept=tuple(kept), is_made=False
        )

    def _remove(self, held: Held, fate: Fate, going: set[Key]) -> None:
        """Whether a record that was made goes: nobody has touched it, and nothing else hangs on it or points at it."""
        result, resource = held.result, self.context.house.resources[held.result.resource]
        if not self._is_in_sight(held, resource):
            return
        key = (resource.name, held.record.id)
        why: list[Words] = []
        if _was_merged(held, fate):
            why.append(_("It was merged with another since."))
        elif held.record.version != result.version:
            why.append(_("It was changed since."))
        why += self.added.get(key, [])
        why += self._users(key, fate, going)
        actor = self.context.actor
        if (
            not why
            and actor is not None
            and fate.conversion.by_id != actor.user_id
            and not may(resource, held.record, "delete", actor, self.context.house)
        ):
            why.append(_("You may not delete it."))
        if not why:
            going.add(key)
        held.trace = replace(_trace(held, resource), is_removed=not why, why=tuple(why))

    def _users(self, key: Key, fate: Fate, going: set[Key]) -> list[Words]:
        """Other records that point at this one, counted by what they are."""
        found: Counter[str] = Counter()
        holders: set[Key] = set()
        for pointer in self.pointers.get(key, ()):
            holder = (pointer.resource, pointer.holder_id)
            if holder in going or holder in holders or _lets_go(pointer, fate, self.context):
                continue
            holders.add(holder)
            found[pointer.resource] += 1
        told: list[Words] = []
        for name, count in found.items():
            resource = self.context.house.resources.get(name)
            what = str(resource.plural).lower() if resource else str(_("other records"))
            told.append(
                ngettext(
                    "It is used elsewhere (%(what)s: %(num)s).",
                    "It is used elsewhere (%(what)s: %(num)s).",
                    count,
                    what=what,
                )
            )
        return told

    def _is_in_sight(self, held: Held, resource: Resource) -> bool:
        if (resource.name, held.record.id) in self.seen:
            return True
        held.trace = _out_of_sight(held, _("It is not yours to see."))
        return False


def _trace(held: Held, resource: Resource) -> Trace:
    title = title_of(resource, held.record)
    return Trace(held.result.target, resource.name, held.record.id, title)


def _out_of_sight(held: Held, why: Words) -> Trace:
    result = held.result
    return Trace(result.target, result.resource, result.record_id, HIDDEN, why=(why,), is_made=result.created)


def _was_merged(held: Held, fate: Fate) -> bool:
    made_as = fate.conversion.before.get("records", {})
    return bool(made_as.get(held.result.target, held.record.id) != held.record.id)


def _lets_go(pointer: Pointer, fate: Fate, context: WriteContext) -> bool:
    """Whether a record that was there before gets back what it held where it points now."""
    for each in fate.held:
        if each.record is None or (each.result.resource, each.record.id) != (
            pointer.resource,
            pointer.holder_id,
        ):
            continue
        resource = context.house.resources[pointer.resource]
        own = {field.name for field in resource.fields if field.attribute == pointer.column}
        rows = {child.name for child in resource.children if child.model.__tablename__ == pointer.table}
        if (own | rows) & each.back.keys():
            return True
    return False


def _of_others(context: WriteContext, resource: Resource, ids: Sequence[int]) -> set[int]:
    """Those of these records that other conversions that hold came to as well."""
    wanted = (
        sa.select(Result.record_id, Result.conversion_id)
        .join(Conversion, Conversion.id == Result.conversion_id)
        .where(Result.resource == resource.name, Result.record_id.in_(ids), Conversion.undone_at.is_(None))
    )
    by_record: dict[int, set[int]] = {}
    for record_id, conversion_id in context.session.execute(wanted, **UNSCOPED):
        by_record.setdefault(record_id, set()).add(conversion_id)
    return {id for id, conversions in by_record.items() if len(conversions) > 1}
