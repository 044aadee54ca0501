"""What a conversion will write, worked out and checked before anything is: for many leads with a handful of queries.

The preview shows it, the service writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core.api import (
    Draft,
    Problem,
    Resource,
    Stored,
    WriteContext,
    _,
    check_draft,
    find_many,
    may,
)
from plugins.crm_leads.conversion.declare import Asking, Source, Suggestion, Taken, Target, targets_in
from plugins.crm_leads.conversion.drafting import Difference, draft_into, draft_new
from plugins.crm_leads.conversion.homeless import with_attributes, wrong_attributes
from plugins.crm_leads.conversion.short import short_wish
from plugins.crm_leads.conversion.wish import LEAD, Wish


@dataclass
class Piece:
    """One record of a conversion: what it takes, the draft that holds it, and the stored record it goes into."""

    target: Target
    taken: Taken
    draft: Draft
    stored: Stored | None = None
    differences: tuple[Difference, ...] = ()


@dataclass
class Plan:
    """What is to become of one lead; `wish` has its targets and existing records settled."""

    source: Source
    wish: Wish
    pieces: dict[str, Piece] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, name: str, message: Any, code: str) -> None:
        self.problems.append(Problem(name, message, code))


def make_plans(
    context: WriteContext, pairs: Sequence[tuple[Source, Wish]], *, hold: bool = False
) -> list[Plan]:
    """The plans of these leads, in order, each with what stands against it.

    With `hold` whoever else would change an existing record waits until this transaction ends.
    """
    targets = targets_in(context)
    plans = [Plan(source, short_wish(source, wish, targets, context)) for source, wish in pairs]
    for plan in plans:
        _check_wish(plan, targets, context)
    _match(plans, targets, context)
    stored = _existing(plans, targets, context, hold)
    resources = with_attributes(context, [plan.wish for plan in plans if not plan.problems], targets)
    for plan in plans:
        if not plan.problems:
            _draft_pieces(plan, targets, resources, stored, context)
    return plans


def suggestions_for(
    context: WriteContext, plan: Plan, targets: Mapping[str, Target]
) -> Mapping[str, Sequence[Suggestion]]:
    """For each target the records that this lead may go into, whether the target is chosen or not."""
    chosen = frozenset(plan.wish.targets)
    existing: dict[str, int] = dict(plan.wish.existing)
    found: dict[str, Sequence[Suggestion]] = {}
    for name, target in targets.items():
        taken = target.take(plan.source, chosen | {name}, context)
        found[name] = target.suggest([Asking(plan.source, taken, existing)], context)[0]
    return found


def _check_wish(plan: Plan, targets: Mapping[str, Target], context: WriteContext) -> None:
    wish, lead = plan.wish, plan.source.lead
    for name in wish.targets:
        if name not in targets:
            plan.problem(
                "targets", _("“%(name)s” is nothing a lead can become.", name=name), "unknown_target"
            )
    if not wish.targets:
        plan.problem("targets", _("Choose at least one thing that becomes of the lead."), "required")
    strange = next((name for name in (*wish.existing, *wish.values) if name not in wish.targets), None)
    if strange is not None:
        plan.problem("targets", _("“%(name)s” is not among what is chosen.", name=strange), "not_chosen")
    for name, message, code in wrong_attributes(context, wish, targets):
        plan.problem(f"attributes.{name}", message, code)
    if wish.versions.get(LEAD, lead.version) != lead.version:
        _changed_meanwhile(plan, LEAD)


def _match(plans: Sequence[Plan], targets: Mapping[str, Target], context: WriteContext) -> None:
    """Settle into which records those go that are to go into whatever has something in common."""
    for name, target in targets.items():
        asking = [
            plan
            for plan in plans
            if plan.wish.match and name in plan.wish.targets and name not in plan.wish.existing
        ]
        if not asking:
            continue
        askings = [_asking(plan, target, context) for plan in asking]
        for plan, found in zip(asking, target.suggest(askings, context), strict=True):
            best = next((each for each in found if set(each.keys) & set(plan.wish.match)), None)
            if best is not None:
                existing = {**plan.wish.existing, name: best.record_id}
                plan.wish = replace(plan.wish, existing=existing)


def _asking(plan: Plan, target: Target, context: WriteContext) -> Asking:
    taken = target.take(plan.source, frozenset(plan.wish.targets), context)
    return Asking(plan.source, taken, plan.wish.existing)


def _existing(
    plans: Sequence[Plan], targets: Mapping[str, Target], context: WriteContext, hold: bool
) -> Mapping[tuple[str, int], Stored]:
    """The existing records that were chosen, of those the person may see; another's is as absent as a missing one."""
    wanted: dict[str, set[int]] = {}
    for plan in plans:
        for name, id in plan.wish.existing.items():
            if name in targets:
                wanted.setdefault(targets[name].resource, set()).add(id)
    found: dict[tuple[str, int], Stored] = {}
    for name, ids in sorted(wanted.items()):
        resource = context.house.resources[name]
        if hold:
            _take_hold(context, resource, ids)
        for stored in find_many(context.session, resource, sorted(ids), children=True):
            found[name, stored.id] = stored
    return found


def _take_hold(context: WriteContext, resource: Resource, ids: set[int]) -> None:
    known = [id for id in ids if 0 < id < 2**63]
    wanted = sa.select(resource.model).where(resource.model.id.in_(known)).order_by(resource.model.id)
    context.session.scalars(wanted.with_for_update(), execution_options={"populate_existing": True}).all()


def _draft_pieces(
    plan: Plan,
    targets: Mapping[str, Target],
    resources: Mapping[str, Resource],
    stored: Mapping[tuple[str, int], Stored],
    context: WriteContext,
) -> None:
    chosen = frozenset(plan.wish.targets)
    for name, target in targets.items():
        if name not in chosen:
            continue
        resource = resources[target.resource]
        taken = _with_own(target.take(plan.source, chosen, context), plan, target)
        found = None
        if name in plan.wish.existing:
            found = stored.get((target.resource, plan.wish.existing[name]))
            if not _is_right(plan, target, found, context):
                continue
        raw = plan.wish.values.get(name, {})
        for unknown in [each for each in raw if not resource.has_field(each)]:
            plan.problem(f"{name}.{unknown}", _("There is no such field."), "unknown_field")
        for unknown in [each for each in plan.wish.take.get(name, {}) if not resource.has_field(each)]:
            plan.problem(f"take.{name}.{unknown}", _("There is no such field."), "unknown_field")
        if found is None:
            piece = Piece(target, taken, draft_new(resource, plan.source, taken, raw, context))
        else:
            take = plan.wish.take.get(name, {})
            draft, differences = draft_into(
                resource, plan.source, taken, raw, found, take, target.ties, context
            )
            piece = Piece(target, taken, draft, found, differences)
        plan.pieces[name] = piece
        link(piece, plan, plan.wish.existing, context)
        _check(plan, piece, context)


def link(piece: Piece, plan: Plan, made: Mapping[str, int], context: WriteContext) -> None:
    """Let a record refer to those of other targets, where nobody said otherwise."""
    others = {name: id for name, id in made.items() if name != piece.target.name}
    typed = plan.wish.values.get(piece.target.name, {})
    for name, value in piece.target.link(plan.source, others, context).items():
        if name in typed or (piece.stored and piece.stored.value(piece.draft.resource.field(name))):
            continue
        piece.draft.values[name] = value


def _with_own(taken: Taken, plan: Plan, target: Target) -> Taken:
    """With the attributes of the lead that were wished onto this target, which had no place for them."""
    names = [name for name, places in plan.wish.attributes.items() if target.name in places]
    own = {name: plan.source.values[name] for name in names if name in plan.source.values}
    return replace(taken, values={**taken.values, **own}) if own else taken


def _is_right(plan: Plan, target: Target, found: Stored | None, context: WriteContext) -> bool:
    name = target.name
    if found is None:
        plan.problem(f"existing.{name}", _("There is no such record."), "unknown_record")
        return False
    if not target.fits(found.record):
        plan.problem(f"existing.{name}", _("This record cannot be chosen here."), "wrong_kind")
        return False
    if plan.wish.versions.get(name, found.record.version) != found.record.version:
        _changed_meanwhile(plan, name)
    if not may(found.resource, found.record, "edit", context.actor, context.house):
        title = found.record.__dict__.get(found.resource.field(found.resource.title).attribute, "")
        plan.problem(f"existing.{name}", _("You may not change “%(record)s”.", record=title), "forbidden")
        return False
    return True


def _changed_meanwhile(plan: Plan, name: str) -> None:
    told = _("Somebody has changed this meanwhile; look at it again.")
    plan.problem(f"versions.{name}", told, "changed_meanwhile")


def _check(plan: Plan, piece: Piece, context: WriteContext) -> None:
    """Every rule of the record; a reference to one that is still to be made lacks nothing."""
    check_draft(piece.draft, context)
    to_come = set(plan.wish.targets) - plan.wish.existing.keys() - {piece.target.name}
    linked = piece.target.linked if to_come else ()
    name = piece.target.name
    for each in piece.draft.problems:
        if each.field not in linked:
            at = f"{name}.{each.field}" if each.field else name
            plan.problems.append(replace(each, field=at))
    piece.draft.problems = [each for each in piece.draft.problems if each.field not in linked]
