"""Conversion of the leads chosen in a list: what shall become of them, who gets it, the work, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.api import (
    Actor,
    BulkAction,
    Job,
    JobType,
    Refused,
    Scope,
    WriteContext,
    _,
    _l,
    db,
    enqueue,
    ngettext,
    references_of,
)
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, DEAL, Target, targets_in
from plugins.crm_leads.conversion.many import Tally, convert_in_steps, undo_in_steps
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Conversion, Lead

CONVERT_JOB, UNDO_JOB = "crm_leads.convert-many", "crm_leads.undo-many"

OWN_KIND = "kind"
"""Stands for the contact or the company that each lead is itself."""

KEYS = ("document", "email", "phone")
"""What a lead and a known client have in common for the lead to go into it."""

CONVERT_MANY = BulkAction(
    "convert", _l("Convert…"), "user-check", "crm_leads_bulk.ask_how", permission="convert"
)


@dataclass(frozen=True)
class Order:
    """What shall become of many leads.

    `targets` are names of targets, or `OWN_KIND`; with `match` known clients are completed instead of doubled;
    `people` get what is made in turn, without them it keeps the lead's salesperson.
    """

    targets: tuple[str, ...]
    pipeline: int | None = None
    match: bool = True
    people: tuple[int, ...] = ()

    def wish_for(self, lead: Lead) -> Wish:
        own = CONTACT if lead.kind == "person" else COMPANY
        targets = tuple(dict.fromkeys(own if name == OWN_KIND else name for name in self.targets))
        values = {DEAL: {"pipeline": {"id": self.pipeline}}} if self.pipeline and DEAL in targets else {}
        return Wish(targets=targets, values=values, match=KEYS if self.match else ())

    def as_json(self) -> dict[str, Any]:
        return {
            "targets": list(self.targets),
            "pipeline": self.pipeline,
            "match": self.match,
            "people": list(self.people),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Order:
        return cls(tuple(told["targets"]), told["pipeline"], told["match"], tuple(told["people"]))


def check_order(order: Order, context: WriteContext) -> None:
    """Whether this can be asked for at all.

    Raises:
        Refused: nothing is to be made, a target or a pipeline is not known, somebody cannot be given records.
    """
    known = {OWN_KIND, *targets_in(context)}
    if not order.targets:
        raise Refused(_("Choose at least one."), "targets")
    for name in order.targets:
        if name not in known:
            raise Refused(_("There is no target “%(name)s”.", name=name), "targets")
    pipelines = context.formats.references
    if order.pipeline is not None and pipelines.get("pipelines", order.pipeline) is None:
        raise Refused(_("This pipeline does not exist."), "pipeline")
    allowed = {id for id, _name in people_for(context.actor)}
    if not set(order.people) <= allowed:
        raise Refused(_("You may not give records to one of these people."), "people")


def people_for(actor: Actor | None) -> list[tuple[int, str]]:
    """Who can be given what is made: (id, name) of the active people that the asker may assign to."""
    people = [item for item in references_of(db.session()).items("users") if item.active]
    if actor is not None:
        scope = min(actor.scope("leads", "convert"), actor.scope("clients", "assign"))
        own = scope if scope > Scope.NONE else Scope.OWN
        people = [item for item in people if actor.reaches(own, item.id)]
    return [(item.id, item.name) for item in people]


def targets_for(context: WriteContext) -> list[Target]:
    """The targets there are, of those that the asker may make at all."""
    actor = context.actor
    known = targets_in(context).values()
    return [each for each in known if actor is None or actor.may(each.resource, "create")]


def begin(context: WriteContext, ids: Sequence[int], order: Order) -> int:
    """Have these leads converted by a job; answers its id. The caller commits.

    Raises:
        Refused: see `check_order`.
    """
    check_order(order, context)
    title = ngettext("Convert %(num)d lead", "Convert %(num)d leads", len(ids))
    job = enqueue(context.session, CONVERT_JOB, actor=context.actor, title=title)
    job.payload = {"ids": list(ids), "order": order.as_json(), "batch": f"job:{job.id}"}
    return job.id


def begin_undo(context: WriteContext, batch: str) -> int:
    """Have what a run converted taken back by a job; answers its id. The caller commits.

    Raises:
        Refused: there is nothing of it to take back that the person may see.
    """
    number = held(context, batch)
    if not number:
        raise Refused(_("There is nothing to take back."), "absent")
    title = ngettext("Take %(num)d conversion back", "Take %(num)d conversions back", number)
    return enqueue(context.session, UNDO_JOB, {"batch": batch}, actor=context.actor, title=title).id


def held(context: WriteContext, batch: str) -> int:
    """How many conversions of a run still hold, of the leads the person sees."""
    wanted = sa.select(sa.func.count(Conversion.id)).where(
        Conversion.batch == batch, Conversion.undone_at.is_(None)
    )
    return context.session.scalar(wanted) or 0


def run_convert_job(job: Job) -> None:
    """Convert step by step; stopped or killed, what is done stays and can be taken back."""
    order, batch, tally = Order.from_json(job.payload["order"]), job.payload["batch"], Tally()
    try:
        convert_in_steps(job, job.payload["ids"], order.wish_for, tally, batch=batch, people=order.people)
    finally:
        text = ngettext("%(num)d lead was converted.", "%(num)d leads were converted.", tally.done)
        _tell(job, tally, text)
        if tally.done or tally.skipped:
            job.result["links"] = [(f"/leads/conversions/{batch}/undo", str(_("Undo…")))]


def run_undo_job(job: Job) -> None:
    """Take the conversions of a run back, the last first."""
    tally = Tally()
    try:
        undo_in_steps(job, job.payload["batch"], tally)
    finally:
        _tell(job, tally, ngettext("%(num)d was taken back.", "%(num)d were taken back.", tally.done))


def _tell(job: Job, tally: Tally, text: str) -> None:
    job.result.update(
        text=text,
        figures={
            str(_("Done")): tally.done,
            str(_("Skipped")): tally.skipped,
            str(_("Failed")): tally.failures,
        },
        failed=[(f"/leads/{id}", title, why) for id, title, why in tally.failed],
    )


JOBS = (
    JobType(CONVERT_JOB, _l("Convert many leads"), run_convert_job),
    JobType(UNDO_JOB, _l("Take conversions back"), run_undo_job),
)
