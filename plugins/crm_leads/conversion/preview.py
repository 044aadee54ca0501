"""What a conversion would make, complete, move and leave: worked out by the code that does it, nothing written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.api import (
    Field,
    Problem,
    ReferenceItem,
    Stored,
    Words,
    WriteContext,
    _,
    count_handed_over,
    title_of,
)
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, Suggestion, Target, targets_in
from plugins.crm_leads.conversion.drafting import Difference
from plugins.crm_leads.conversion.homeless import homeless_fields, may_make
from plugins.crm_leads.conversion.plan import Piece, Plan, make_plans, suggestions_for
from plugins.crm_leads.conversion.reading import sources_of
from plugins.crm_leads.conversion.rights import converted_status, require_rights
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Lead


@dataclass(frozen=True)
class Choice:
    """A field asked for of a record that is made: what it would hold, and what is wrong with that.

    `raw` is what was typed where that could not be read.
    """

    field: Field
    value: Any
    raw: Any = None
    required: bool = False
    problem: Words | None = None


@dataclass(frozen=True)
class Part:
    """One target in the dialog: whether it is wanted, new or existing, and what goes with that.

    `barred` says why it cannot be chosen (the person may not create such records). `notes` are sentences on what
    comes besides (“The other contact, Zoraida Ávila, goes to the company too.”).
    """

    target: Target
    wanted: bool
    existing: Suggestion | None
    suggestions: tuple[Suggestion, ...] = ()
    differences: tuple[Difference, ...] = ()
    choices: tuple[Choice, ...] = ()
    notes: tuple[Words, ...] = ()
    barred: Words | None = None


@dataclass(frozen=True)
class Line:
    """A record in the outcome: made (`record_id` None) or completed; `told` is the line below its title."""

    target: Target
    title: str
    told: str = ""
    record_id: int | None = None


@dataclass(frozen=True)
class Moved:
    """So many things of one sort go along (files, tags, interactions)."""

    name: str
    label: Words
    icon: str
    count: int


@dataclass(frozen=True)
class Homeless:
    """A lead's own attribute that no chosen target has.

    `offers` are the targets on which it can be made; none if the person may not change attributes.
    """

    field: Field
    text: str
    offers: tuple[Target, ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """All that a conversion would do. `problems` name target and field (`deal.title`), '' for the whole.

    `words` is the combination (“New contact + existing company + new deal”), `status` the lead's end.
    """

    lead: Lead
    wish: Wish
    parts: tuple[Part, ...]
    made: tuple[Line, ...]
    completed: tuple[Line, ...]
    moved: tuple[Moved, ...]
    attributes: tuple[Homeless, ...]
    status: ReferenceItem | None
    problems: tuple[Problem, ...]
    words: str

    @property
    def is_ready(self) -> bool:
        return not self.problems


def preview(context: WriteContext, lead: Lead, wish: Wish | None = None) -> Preview:
    """What would become of a lead by this wish; without one by what is suggested: nothing is written.

    Raises:
        Refused: the person may not convert this lead, or no status means converted.
    """
    context = replace(context, source="conversion")
    require_rights(context, lead)
    targets = targets_in(context)
    source = sources_of(context, [lead])[0]
    plan = make_plans(context, [(source, wish if wish is not None else Wish())])[0]
    suggestions = suggestions_for(context, plan, targets)
    if wish is None and (wanted := _best(plan, suggestions)) != plan.wish:
        plan = make_plans(context, [(source, wanted)])[0]
    return _shown(context, plan, targets, suggestions)


def _best(plan: Plan, suggestions: Mapping[str, Sequence[Suggestion]]) -> Wish:
    """The short way, into what is surely the same: what the lead is linked with or shares more than a name with."""
    existing = dict(plan.wish.existing)
    for name in plan.wish.targets:
        found = suggestions.get(name, ())
        if name not in existing and found and set(found[0].keys) - {"name"}:
            existing[name] = found[0].record_id
    return replace(plan.wish, existing=existing)


def _shown(
    context: WriteContext,
    plan: Plan,
    targets: Mapping[str, Target],
    suggestions: Mapping[str, Sequence[Suggestion]],
) -> Preview:
    parts = tuple(
        _part(context, plan, target, tuple(suggestions[name]))
        for name, target in sorted(targets.items(), key=_in_dialog)
    )
    chosen = [targets[name] for name in plan.wish.targets if name in targets]
    return Preview(
        lead=plan.source.lead,
        wish=plan.wish,
        parts=parts,
        made=tuple(_line(context, piece) for piece in plan.pieces.values() if piece.stored is None),
        completed=tuple(_line(context, piece) for piece in plan.pieces.values() if piece.stored is not None),
        moved=tuple(_moved(context, plan)),
        attributes=tuple(_homeless(context, plan, chosen)),
        status=converted_status(context),
        problems=tuple(plan.problems),
        words=_words(plan, parts),
    )


def _in_dialog(named: tuple[str, Target]) -> int:
    """The contact first, as people read it, though the company is made before."""
    order = (CONTACT, COMPANY)
    return order.index(named[0]) if named[0] in order else named[1].order


def _part(context: WriteContext, plan: Plan, target: Target, suggestions: tuple[Suggestion, ...]) -> Part:
    piece = plan.pieces.get(target.name)
    existing = None
    if piece is not None and piece.stored is not None:
        existing = next((each for each in suggestions if each.record_id == piece.stored.id), None)
        existing = existing or _as_suggestion(piece.stored, context)
    barred = None
    actor = context.actor
    if actor is not None and not actor.may(target.resource, "create"):
        plural = str(context.house.resources[target.resource].plural).lower()
        barred = _("You may not create %(records)s.", records=plural)
    return Part(
        target,
        target.name in plan.wish.targets,
        existing,
        suggestions,
        piece.differences if piece is not None else (),
        tuple(_choices(context, plan, piece)) if piece is not None else (),
        piece.taken.notes if piece is not None else (),
        barred,
    )


def _choices(context: WriteContext, plan: Plan, piece: Piece) -> Iterator[Choice]:
    """What is asked: of a new record the usual and the needed, of any what was typed or is wrong."""
    name, draft = piece.target.name, piece.draft
    typed = plan.wish.values.get(name, {})
    wrong = {each.field: each.message for each in plan.problems}
    for field in draft.resource.fields:
        problem = wrong.get(f"{name}.{field.name}")
        is_needed = field.required and piece.taken.values.get(field.name) is None
        is_asked = piece.stored is None and (field.name in piece.target.asked or is_needed)
        if field.writable and (is_asked or field.name in typed or problem is not None):
            yield Choice(field, draft.value(field.name), typed.get(field.name), field.required, problem)


def _as_suggestion(stored: Stored, context: WriteContext) -> Suggestion:
    resource = stored.resource
    subtitle = resource.field(resource.subtitle) if resource.subtitle else None
    text = subtitle.kind.text(stored.value(subtitle), context.formats) if subtitle is not None else ""
    return Suggestion(stored.id, title_of(resource, stored.record), text)


def _line(context: WriteContext, piece: Piece) -> Line:
    title = piece.draft.resource.field(piece.draft.resource.title)
    value = piece.draft.value(title.name)
    text = title.kind.text(value, context.formats) if value is not None else ""
    values = {field.name: piece.draft.value(field.name) for field in piece.draft.resource.own_fields}
    return Line(
        piece.target,
        text or str(piece.target.new),
        piece.target.told(values, context),
        piece.stored.id if piece.stored is not None else None,
    )


def _moved(context: WriteContext, plan: Plan) -> Iterator[Moved]:
    for table, declared, count in count_handed_over(context.session, "leads", [plan.source.lead.id]):
        yield Moved(table.name, declared.label, declared.icon, count)
    if plan.source.tags:
        yield Moved("tags", _("Tags"), "tag", len(plan.source.tags))


def _homeless(context: WriteContext, plan: Plan, chosen: Sequence[Target]) -> Iterator[Homeless]:
    offers = tuple(chosen) if may_make(context) else ()
    for field in homeless_fields(context, plan.source, chosen):
        text = field.kind.text(plan.source.values[field.name], context.formats)
        yield Homeless(field, text, offers, tuple(plan.wish.attributes.get(field.name, ())))


def _words(plan: Plan, parts: Sequence[Part]) -> str:
    """“New contact + existing company + new deal”."""
    words = [
        str(part.target.existing if part.target.name in plan.wish.existing else part.target.new)
        for part in parts
        if part.wanted
    ]
    return " + ".join([*words[:1], *(word[:1].lower() + word[1:] for word in words[1:])])
