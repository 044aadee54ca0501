"""Carrying out what was decided: values back, records gone, and the lead as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core.api import (
    Draft,
    Event,
    Refused,
    Resource,
    WriteContext,
    announce,
    as_system,
    bring_back,
    check_draft,
    delete,
    read_draft,
    title_of,
    utcnow,
    write_drafts,
    write_history,
)
from plugins.crm_leads.conversion.fate import Fate, Held, label_of
from plugins.crm_leads.conversion.holding import ALONE, VERSION
from plugins.crm_leads.conversion.lead_again import give_back, give_back_links, give_back_passages
from plugins.crm_leads.conversion.outcome import kept_outcome
from plugins.crm_leads.models import Result

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Results of other conversions that came to the same record."""

UNDONE = "conversion_undone"


@dataclass(frozen=True)
class ConversionUndone(Event):
    """A conversion was taken back: the lead is what it was before."""

    lead_id: int
    conversion_id: int


@dataclass
class TakingBack:
    """The writing of it, for conversions that may be taken back."""

    context: WriteContext
    fates: Sequence[Fate]
    told: dict[int, dict[str, Any]] = field(default_factory=dict)

    def carry_out(self) -> None:
        context, house = self.context, self.context.house
        bring_back(context.session, [entry for fate in self.fates for entry in fate.conversion.moved])
        for name in dict.fromkeys(each.result.resource for _fate, each in self._held()):
            if name in house.resources:
                self._restore(house.resources[name])
        for place in range(max((len(fate.held) for fate in self.fates), default=0), 0, -1):
            self._remove(place - 1)
        self._give_back_leads()
        self._end()
        self._tell()
        context.session.flush()
        for fate in self.fates:
            by_id, lead_id = fate.conversion.undone_by_id, fate.conversion.lead_id
            announce(context.session, ConversionUndone(utcnow(), by_id, lead_id, fate.conversion.id))

    def _held(self) -> Iterator[tuple[Fate, Held]]:
        return ((fate, each) for fate in self.fates for each in fate.held if each.trace is not None)

    def _restore(self, resource: Resource) -> None:
        """Values into records that were there before, where they still are what the conversion wrote."""
        held = [each for _fate, each in self._held() if each.back and each.result.resource == resource.name]
        versions = [each.record.version for each in held]
        write_drafts([_draft_back(each, resource, self.context) for each in held], self.context)
        for each, version in zip(held, versions, strict=True):
            _let_others_know(self.context, each, version)

    def _remove(self, place: int) -> None:
        """Those made in this place; what was made last goes first, for it points at what was made before it."""
        held = [fate.held[place] for fate in self.fates if len(fate.held) > place]
        held = [each for each in held if each.trace is not None and each.trace.is_removed]
        for name in dict.fromkeys(each.result.resource for each in held):
            resource = self.context.house.resources[name]
            of_it = [each for each in held if each.result.resource == name]
            if not self._delete(resource, of_it):
                for each in of_it if len(of_it) > 1 else ():
                    self._delete(resource, [each])

    def _delete(self, resource: Resource, held: Sequence[Held]) -> bool:
        """Delete their records, all or none; of a single one that somebody keeps, note why it stays."""
        session = self.context.session
        try:
            with as_system(session), session.begin_nested():
                delete(resource, [each.record for each in held], self.context, is_allowed=True)
        except Refused as refused:
            if len(held) == 1 and held[0].trace is not None:
                held[0].trace = replace(held[0].trace, is_removed=False, why=(refused.message,))
            return False
        return True

    def _give_back_leads(self) -> None:
        now = utcnow()
        with as_system(self.context.session):
            for fate in self.fates:
                if fate.lead is not None:
                    self.told[fate.lead.id] = give_back(fate.lead, fate.conversion, self.context)
                    fate.lead.version += 1
                    fate.lead.updated_at = now
        give_back_passages(self.context, self.fates)
        give_back_links(self.context, self.fates)

    def _end(self) -> None:
        now = utcnow()
        by_id = self.context.actor.user_id if self.context.actor else None
        with as_system(self.context.session):
            for fate in self.fates:
                fate.conversion.undone_at, fate.conversion.undone_by_id = now, by_id
                fate.conversion.outcome = kept_outcome(fate.undone)

    def _tell(self) -> None:
        """The histories of the lead and of every record that stays."""
        session, house = self.context.session, self.context.house
        leads = house.resources["leads"]
        entries = [(fate.lead, UNDONE, self.told.get(fate.conversion.lead_id, {})) for fate in self.fates]
        write_history(session, self.context, leads, entries)
        staying: dict[str, list[tuple[Any, str, dict[str, Any]]]] = {}
        for fate, each in self._held():
            if each.trace is not None and not each.trace.is_removed:
                told = {"lead": [_reference(leads, fate.lead), None]}
                staying.setdefault(each.result.resource, []).append((each.record, UNDONE, told))
        for name, of_it in staying.items():
            if name in house.resources:
                write_history(session, self.context, house.resources[name], of_it)


def _draft_back(held: Held, resource: Resource, context: WriteContext) -> Draft:
    """What the record shall hold again; values that can no longer be are left as they are, and told."""
    raw = dict(held.back)
    while True:
        draft = read_draft(resource, raw, context, current=held.record)
        check_draft(draft, context)
        impossible = {problem.field.split(".")[0] for problem in draft.problems} & raw.keys()
        if not impossible or held.trace is None:
            draft.values |= _alone(held, resource, raw, context)
            return draft
        labels = {str(label_of(resource, name)) for name in impossible}
        held.trace = replace(
            held.trace,
            fields=tuple(each for each in held.trace.fields if str(each) not in labels),
            kept=(*held.trace.kept, *sorted(labels)),
        )
        for name in impossible:
            del raw[name]


def _alone(
    held: Held, resource: Resource, raw: Mapping[str, Any], context: WriteContext
) -> Mapping[str, Any]:
    """What the record said in the fields of a main row before it had one, where it has none again."""
    before = held.result.changes.get(ALONE, ({},))[0]
    again = {
        own: before[own]
        for child in resource.children
        if raw.get(child.name) == []
        for own in child.mirrors.values()
        if own in before
    }
    return read_draft(resource, again, context, current=held.record).values


def _let_others_know(context: WriteContext, held: Held, version: int) -> None:
    """A record that an earlier conversion made is untouched again when nobody but this one had touched it."""
    was, became = held.result.changes.get(VERSION, (None, None))
    if was is None or version != became:
        return
    result = held.result
    others = sa.update(Result).where(
        Result.resource == result.resource,
        Result.record_id == result.record_id,
        Result.conversion_id != result.conversion_id,
        Result.version == was,
    )
    context.session.execute(
        others.values(version=held.record.version).execution_options(synchronize_session=False), **UNSCOPED
    )


def _reference(resource: Resource, record: Any) -> dict[str, Any]:
    return {"id": record.id, "name": title_of(resource, record), "resource": resource.name}
