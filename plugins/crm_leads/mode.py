"""What leads do for the CRM mode: in simple mode they are history; a change converts the open ones, or brings them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import SIMPLE, Draft, Problem, Words, WriteContext, _, _l, settings_of
from plugins.crm_clients.mode.declare import Classic, Foresight, Step, TargetChoice, Trouble, Way
from plugins.crm_clients.mode.rule import MODE
from plugins.crm_leads.bulk import OWN_KIND, Order
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, DEAL, targets_in
from plugins.crm_leads.conversion.outcome import Outcome, Undone
from plugins.crm_leads.conversion.service import convert
from plugins.crm_leads.conversion.undo import plan_undo, undo
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.meanings import meaning_in
from plugins.crm_leads.models import OPEN, Conversion, Lead, Status

LOOKED_AT = 500
"""So many leads are tried out for a preview; the others are like them."""
TOLD = 20


def history_only(session: Session) -> Words | None:
    """Why no new leads can be made in simple mode, and what to do instead."""
    if settings_of(session)[MODE] != SIMPLE:
        return None
    return _(
        "In simple mode there are no new leads; those there are stay as history. What comes in is a new inquiry "
        "(for programs: POST /api/v1/inquiries), which becomes a client and a deal."
    )


def check_reopening(draft: Draft, context: WriteContext) -> None:
    """In simple mode no lead is taken up again."""
    if draft.is_new or "status" not in draft.values or history_only(context.session) is None:
        return
    before, after = (
        meaning_in(context.formats, id) for id in (draft.current.status_id, draft.values["status"])
    )
    if after == OPEN and before != OPEN:
        told = _("In simple mode leads are history and are not opened again; make a deal of its client.")
        draft.problem("status", told, "history")


def choices(context: WriteContext) -> Sequence[TargetChoice]:
    """What open leads may become: a person, a company or both, and a deal where there are deals."""
    known = targets_in(context)
    deal = (DEAL,) if DEAL in known else ()
    return (
        TargetChoice(OWN_KIND, _l("Contact or company, as each lead is"), (OWN_KIND, *deal)),
        TargetChoice("contact", _l("Always a contact"), (CONTACT, *deal)),
        TargetChoice("company", _l("Always a company"), (COMPANY, *deal)),
        TargetChoice("both", _l("Contact and company, where the lead names both"), (CONTACT, COMPANY, *deal)),
    )


def open_leads(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Lead).where(_is_open())) or 0


def converted(session: Session, batch: str) -> int:
    held = (Conversion.batch == batch, Conversion.undone_at.is_(None))
    return session.scalar(sa.select(sa.func.count()).select_from(Conversion).where(*held)) or 0


def foresee(context: WriteContext, way: Way) -> Foresight:
    """Try it out on the first open leads and take that back: what is foreseen is what would be done."""
    session = context.session
    total = open_leads(session)
    every = session.scalar(sa.select(sa.func.count()).select_from(Lead)) or 0
    trial = session.begin_nested()
    try:
        step, outcomes = _convert_next(context, way, "mode:trial", 0, LOOKED_AT)
        made = Counter(
            (result.target, result.created)
            for outcome in outcomes
            if outcome.conversion is not None
            for result in outcome.conversion.results
        )
    finally:
        trial.rollback()
    known = targets_in(context)
    counts: list[tuple[Words, int]] = []
    for target in known.values():
        if target.name in (CONTACT, COMPANY, DEAL):
            counts += [
                (label, count)
                for label, count in (
                    (target.new, made[target.name, True]),
                    (target.existing, made[target.name, False]),
                )
                if count
            ]
    looked_at = min(total, LOOKED_AT)
    return Foresight(total, looked_at, counts, every - total, step.troubles[:TOLD], len(step.troubles))


def forward(context: WriteContext, way: Way, batch: str, after: int, limit: int) -> Step:
    """Convert the next open leads; whoever cannot be converted stays an open lead and is told."""
    return _convert_next(context, way, batch, after, limit)[0]


def foresee_back(context: WriteContext, batch: str) -> Foresight:
    total = converted(context.session, batch)
    plans = plan_undo(context, _held(context.session, batch, None, LOOKED_AT))
    removed = sum(len(plan.removed) for plan in plans if plan.ok)
    staying = [trouble for plan in plans for trouble in _staying(plan)]
    refused = [_refused(plan) for plan in plans if not plan.ok]
    counts: list[tuple[Words, int]] = [
        (_l("Leads that come back"), sum(plan.ok for plan in plans)),
        (_l("Records made of them that are removed"), removed),
        (_l("Records that stay"), len(staying)),
    ]
    troubles = [*refused, *staying]
    return Foresight(total, len(plans), counts, 0, troubles[:TOLD], len(refused))


def back(context: WriteContext, batch: str, before: int | None, limit: int) -> Step:
    """Take back the next conversions of a batch, the last first."""
    held = _held(context.session, batch, before, limit)
    if not held:
        return Step(None)
    last = held[-1].id
    undone = undo(context, held)
    return Step(
        last,
        sum(each.ok for each in undone),
        [_refused(each) for each in undone if not each.ok],
        [trouble for each in undone for trouble in _staying(each)],
    )


def _convert_next(
    context: WriteContext, way: Way, batch: str, after: int, limit: int
) -> tuple[Step, list[Outcome]]:
    wanted = sa.select(Lead).where(Lead.id > after, _is_open()).order_by(Lead.id).limit(limit)
    leads = context.session.scalars(wanted).all()
    if not leads:
        return Step(None), []
    pairs = [(lead, _wish(lead, way)) for lead in leads]
    outcomes = convert(context, pairs, batch=batch)
    troubles = [_trouble(context, each) for each in outcomes if not each.ok]
    done = sum(each.is_new for each in outcomes)
    return Step(leads[-1].id, done, troubles), outcomes


def _wish(lead: Lead, way: Way) -> Wish:
    """The way for this lead: of contact and company the one that it does not name is left out."""
    targets = way.targets
    if {CONTACT, COMPANY} <= set(targets):
        if lead.kind == "person":
            lacking = "" if lead.legal_name else COMPANY
        else:
            lacking = "" if lead.contact_first_name or lead.contact_last_name else CONTACT
        targets = tuple(name for name in targets if name != lacking)
    return replace(Order(targets, way.pipeline).wish_for(lead), along=way.along)


def _is_open() -> sa.ColumnElement[bool]:
    return Lead.status_id.in_(sa.select(Status.id).where(Status.meaning == OPEN))


def _held(session: Session, batch: str, before: int | None, limit: int) -> Sequence[Conversion]:
    wanted = sa.select(Conversion).where(Conversion.batch == batch, Conversion.undone_at.is_(None))
    if before is not None:
        wanted = wanted.where(Conversion.id < before)
    return session.scalars(wanted.order_by(Conversion.id.desc()).limit(limit)).all()


def _trouble(context: WriteContext, outcome: Outcome) -> Trouble:
    reasons = dict.fromkeys(_reason(context, each) for each in outcome.problems)
    return Trouble(outcome.lead.id, outcome.lead.name, " ".join(reasons))


def _reason(context: WriteContext, problem: Problem) -> str:
    """“Tax number: This is needed.”; of what is wrong with the whole only the sentence."""
    name, _dot, field = problem.field.partition(".")
    target = targets_in(context).get(name)
    resource = context.house.resources.get(target.resource) if target is not None else None
    if resource is None or not resource.has_field(field):
        return str(problem.message)
    return str(_("%(name)s: %(text)s", name=resource.field(field).label, text=problem.message))


def _refused(undone: Undone) -> Trouble:
    lead = undone.conversion.lead
    return Trouble(lead.id, lead.name, str(undone.refused or ""))


def _staying(undone: Undone) -> list[Trouble]:
    """What a conversion had made and an undo leaves; records that were there before stay as a matter of course."""
    return [
        Trouble(each.record_id, each.title, " ".join(map(str, each.why)))
        for each in undone.staying
        if each.why
    ]


CLASSIC_MODE = Classic(
    choices=choices,
    foresee=foresee,
    forward=forward,
    foresee_back=foresee_back,
    back=back,
    open_leads=open_leads,
    done=converted,
)
