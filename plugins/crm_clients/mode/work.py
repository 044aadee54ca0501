"""The job of a change of mode: a step and a commit at a time, so that it can be stopped, killed, and begun again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.api import SIMPLE, Job, JobType, Refused, WriteContext, _, _l, db, ngettext, write_context, writing
from plugins.crm_clients.mode.declare import Classic, Step, Way
from plugins.crm_clients.mode.models import DONE, ModeChange
from plugins.crm_clients.mode.rule import classic_of
from plugins.crm_clients.mode.service import CHANGE_JOB, finish

STEP = 100
TOLD = 200
"""So many of those that could not be done are named; the others are counted."""


def run_change(job: Job) -> None:
    """Convert the open leads, or bring back those that were converted; what is done already is not done again."""
    session = db.session()
    classic = classic_of(job.house)
    change = _change(job)
    if classic is None:
        raise Refused(_("Classic mode needs the app Leads: switch it on under Apps first."), "no_leads")
    with writing():
        change.failed, change.failures = [], 0
        session.commit()
    if change.to_mode == SIMPLE:
        _forward(job, classic)
    elif change.source_id is not None:
        _back(job, classic)
    with writing():
        change = _change(job)
        finish(change, DONE)
        session.commit()
    job.result.update(
        text=ngettext("%(num)d lead done.", "%(num)d leads done.", change.done),
        figures={str(_("Done")): change.done, str(_("Failed")): change.failures},
        links=[("/settings/mode", str(_("CRM mode")))],
    )


def _forward(job: Job, classic: Classic) -> None:
    """From the first open lead to the last; whoever came in while it worked is met too."""
    change = _change(job)
    way, batch, after = Way.from_json(change.wish), change.batch, 0

    def step(context: WriteContext) -> Step:
        return classic.forward(context, way, batch, after, STEP)

    while True:
        last = _do(job, step, lambda: classic.done(db.session(), batch))
        if last is None:
            return
        after = last


def _back(job: Job, classic: Classic) -> None:
    change = _change(job)
    source = db.session().get_one(ModeChange, change.source_id)
    batch, before = source.batch, None
    total = change.total

    def step(context: WriteContext) -> Step:
        return classic.back(context, batch, before, STEP)

    while True:
        last = _do(job, step, lambda: max(total - classic.done(db.session(), batch), 0))
        if last is None:
            return
        before = last


def _do(job: Job, step: Callable[[WriteContext], Step], count: Callable[[], int]) -> int | None:
    """One step in one transaction; answers how far it came, None at the end."""
    session = db.session()
    with writing():
        context = write_context(session, job.house, job.actor, "job", decimal=".", date_order="ymd")
        did = step(context)
        change = _change(job)
        _note(change, did)
        change.done = count()
        session.commit()
    job.progress(change.done, change.total)
    session.expunge_all()
    return did.last


def _note(change: ModeChange, did: Step) -> None:
    told: list[dict[str, Any]] = [each.as_json() for each in did.troubles]
    told += [{**each.as_json(), "stays": True} for each in did.staying]
    if told:
        change.failed = [*change.failed, *told][:TOLD]
        change.failures += len(did.troubles)


def _change(job: Job) -> ModeChange:
    return db.session().get_one(ModeChange, job.payload["change"])


JOB = JobType(CHANGE_JOB, _l("Change of the CRM mode"), run_change)
