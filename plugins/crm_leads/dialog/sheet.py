"""The conversion dialog as it stands: the preview of what was said, with inputs, and why it cannot be done yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from core.api import Problem, WriteContext, _, inputs_of
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, DEAL, Suggestion, Target, targets_in
from plugins.crm_leads.conversion.preview import Part, Preview, preview
from plugins.crm_leads.conversion.wish import LEAD, Wish
from plugins.crm_leads.dialog.said import EXISTING, NEW, Sent, wish_said, with_offer
from plugins.crm_leads.models import Lead, LeadContact


@dataclass(frozen=True)
class Box:
    """A target's part of the dialog: the service's part, how it stands, and its inputs."""

    part: Part
    mode: str
    form: Any = None
    version: int | None = None
    """Of the existing record, as it was seen."""
    open_ones: tuple[Suggestion, ...] = ()
    """Records of which one is offered while a new one would be made (an open deal)."""
    problem: str = ""

    @property
    def target(self) -> Target:
        return self.part.target

    @property
    def key(self) -> str:
        """What the names of its inputs begin with: those of a new record are not those of an existing one."""
        return f"{self.target.name}-{self.mode}"

    @property
    def asked(self) -> str:
        return ",".join(choice.field.name for choice in self.part.choices)

    @property
    def others(self) -> tuple[Suggestion, ...]:
        """The suggestions besides the one that is chosen."""
        chosen = self.part.existing.record_id if self.part.existing else None
        return tuple(each for each in self.part.suggestions if each.record_id != chosen)

    def take_name(self, field: str) -> str:
        record = self.part.existing.record_id if self.part.existing else 0
        return f"take-{self.target.name}-{record}-{field}"


@dataclass(frozen=True)
class Sheet:
    """The dialog: what would happen, its boxes, what was said before and is not asked now, and why not yet."""

    preview: Preview
    boxes: tuple[Box, ...]
    carried: tuple[tuple[str, str], ...]
    seen: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def wish(self) -> Wish:
        return self.preview.wish

    @property
    def settled(self) -> Wish:
        """The wish with what was looked at, so that nothing is done if that changes in between."""
        versions = {box.target.name: box.version for box in self.boxes if box.version is not None}
        return replace(self.wish, versions={LEAD: self.preview.lead.version, **versions})

    @property
    def is_ready(self) -> bool:
        return not self.reasons

    def is_stale(self, seen: Sequence[str]) -> bool:
        """Whether somebody changed the lead, or a record it would go into, since the dialog was looked at."""
        return not {*self.seen} <= {*seen}


def first_sheet(context: WriteContext, lead: Lead) -> Sheet:
    """The dialog as it opens, with what is suggested.

    Raises:
        Refused: the person may not convert this lead, or no status means converted.
    """
    shown = preview(context, lead)
    if wanted := _besides(context, lead, shown):
        wish = replace(shown.wish, targets=(*shown.wish.targets, *wanted))
        known = {
            part.target.name: part.suggestions[0].record_id
            for part in shown.parts
            if part.target.name in wanted and part.target.name != DEAL and _is_surely_known(part)
        }
        shown = preview(context, lead, replace(wish, existing={**wish.existing, **known}))
    return _sheet(context, shown, {}, MultiDict())


def _besides(context: WriteContext, lead: Lead, shown: Preview) -> list[str]:
    """What is switched on besides the short way: a deal, and the contact person of a company."""
    people = context.session.scalar(
        sa.select(sa.func.count(LeadContact.id)).where(LeadContact.lead_id == lead.id)
    )
    usual = {DEAL, CONTACT} if people and lead.kind == COMPANY else {DEAL}
    return [
        part.target.name
        for part in shown.parts
        if part.target.name in usual and not part.wanted and not part.barred
    ]


def _is_surely_known(part: Part) -> bool:
    """Whether a record shares more with the lead than a name."""
    return bool(part.suggestions) and bool(set(part.suggestions[0].keys) - {"name"})


def sheet_of(context: WriteContext, lead: Lead, sent: Sent) -> Sheet:
    """The dialog by what was sent of it; nothing that was typed is lost.

    Raises:
        Refused: as above.
    """
    targets = targets_in(context)
    sent = with_offer(sent, list(targets))
    wanted = [name for name in targets if name in sent.getlist("target")]
    modes = {name: sent.get(f"mode-{name}") or _first_mode(name) for name in targets}
    lost: dict[str, str] = {}
    wish = wish_said(context, sent, wanted or list(targets), modes, lost)
    shown = preview(context, lead, wish)
    for name in wanted:  # one after the other: which deals are offered depends on the company
        part = next((each for each in shown.parts if each.target.name == name), None)
        if modes[name] != EXISTING or name in wish.existing or name in lost or part is None:
            continue
        said = bool(sent.get(f"mode-{name}"))
        if part.suggestions if said else _is_surely_known(part):
            wish = replace(wish, existing={**wish.existing, name: part.suggestions[0].record_id})
            shown = preview(context, lead, wish)
        elif not said and not part.barred:
            modes[name] = NEW
    return _sheet(context, shown if wanted else _nothing(shown), modes, sent, lost)


def _first_mode(name: str) -> str:
    """Who is switched on goes into a known record if there is one; a deal is a new one unless somebody says otherwise."""
    return NEW if name == DEAL else EXISTING


def _nothing(shown: Preview) -> Preview:
    """The same with all switches off: what would be made is nothing."""
    return replace(
        shown,
        wish=Wish(),
        parts=tuple(replace(each, wanted=False) for each in shown.parts),
        made=(),
        completed=(),
        moved=(),
        attributes=(),
        problems=(Problem("", _("Choose at least one."), "nothing_chosen"),),
        words="",
    )


def _sheet(
    context: WriteContext,
    shown: Preview,
    modes: Mapping[str, str],
    sent: Sent,
    lost: Mapping[str, str] | None = None,
) -> Sheet:
    boxes = tuple(_box(context, each, modes, shown, lost or {}) for each in shown.parts)
    lost_ones = {box.target.name for box in boxes if box.part.wanted and box.form is None}
    made = tuple(line for line in shown.made if line.target.name not in lost_ones)
    shown = replace(shown, made=made)
    seen = [f"lead:{shown.lead.version}"]
    seen += [f"{box.target.name}:{_id(box)}:{box.version}" for box in boxes if box.version is not None]
    return Sheet(shown, boxes, _carried(boxes, shown, sent), tuple(seen), _reasons(boxes, shown))


def _box(
    context: WriteContext, part: Part, modes: Mapping[str, str], shown: Preview, lost: Mapping[str, str]
) -> Box:
    name = part.target.name
    mode = EXISTING if part.existing else modes.get(name, EXISTING if part.barred else NEW)
    if not part.wanted:
        return Box(part, mode)
    if mode == EXISTING and part.existing is None:
        told = lost.get(name) or _told(shown, name, part) or str(_("Choose which one."))
        return Box(replace(part, choices=(), differences=(), notes=()), mode, problem=told)
    form = inputs_of(
        part.target.resource,
        {choice.field.name: choice.value for choice in part.choices},
        prefix=f"{name}-{mode}",
        said={
            choice.field.name: choice.raw
            for choice in part.choices
            if choice.problem and isinstance(choice.raw, str)
        },
        problems={choice.field.name: choice.problem for choice in part.choices if choice.problem},
    )
    for choice in part.choices:
        form[choice.field.name].flags.required = choice.required
        form[choice.field.name].description = ""  # the right side says what comes of it
    return Box(
        part,
        mode,
        form,
        _version(context, part),
        part.suggestions if mode == NEW and name == DEAL else (),
        str(part.barred) if part.barred and mode == NEW else _told(shown, name, part),
    )


def _told(shown: Preview, name: str, part: Part) -> str:
    """What is wrong with this target beyond what stands beside its inputs."""
    beside = {f"{name}.{choice.field.name}" for choice in part.choices}
    return " ".join(
        str(each.message)
        for each in shown.problems
        if name in each.field.split(".")[:2] and each.field not in beside
    )


def _reasons(boxes: Sequence[Box], shown: Preview) -> tuple[str, ...]:
    """Why it cannot be done yet, each a sentence that names its target."""
    found = [str(each.message) for each in shown.problems if each.field in ("", "targets")]
    for box in boxes:
        if not box.part.wanted:
            continue
        told = [(None, box.problem)] if box.problem else []
        told += [(each.field.label, str(each.problem)) for each in box.part.choices if each.problem]
        for label, problem in told:
            about = f"{box.target.label}, {label}" if label else str(box.target.label)
            found.append(f"{about}: {problem}")
    return tuple(dict.fromkeys(found)) or tuple(str(each.message) for each in shown.problems)


def _carried(boxes: Sequence[Box], shown: Preview, sent: Sent) -> tuple[tuple[str, str], ...]:
    """What was said of targets and modes that are not on the page now: it is sent along, for who turns back to them."""
    drawn: set[str] = set()
    for box in boxes:
        if box.part.wanted:
            drawn |= {f"mode-{box.target.name}", f"asked-{box.key}"}
            drawn |= {f"{box.key}-{choice.field.name}" for choice in box.part.choices}
            drawn |= {box.take_name(each.field.name) for each in box.part.differences}
            drawn |= {f"existing-{box.target.name}"} if box.mode == EXISTING else set()
    drawn |= {f"attribute-{each.field.name}" for each in shown.attributes}
    starts = tuple(
        f"{start}{box.target.name}-" for box in boxes for start in ("", "take-", "asked-")
    ) + tuple(f"{start}-{box.target.name}" for box in boxes for start in ("mode", "existing"))
    return tuple(
        (key, value)
        for key, values in sent.lists()
        if key not in drawn and key.startswith((*starts, "attribute-"))
        for value in values
    )


def _version(context: WriteContext, part: Part) -> int | None:
    if part.existing is None:
        return None
    model = context.house.resources[part.target.resource].model
    return context.session.scalar(sa.select(model.version).where(model.id == part.existing.record_id))


def _id(box: Box) -> int:
    return box.part.existing.record_id if box.part.existing else 0
