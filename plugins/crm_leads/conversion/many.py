"""Many leads converted, and the conversions of a run taken back: in steps, each a transaction of its own, safe to begin again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from core.api import Job, WriteContext, db, take_turns, write_context, writing
from plugins.crm_leads.conversion.outcome import Outcome, Undone
from plugins.crm_leads.conversion.service import convert
from plugins.crm_leads.conversion.undo import undo
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Conversion, Lead, Result

STEP = 200
Asked = Callable[[Lead], Wish]

TOLD = 50
"""So many of those that could not be done are named; the others are counted."""


@dataclass
class Tally:
    """How far a run has come: done, done before, failed, and of the failed the first: (lead's id, name, why)."""

    done: int = 0
    skipped: int = 0
    failures: int = 0
    failed: list[tuple[int, str, str]] = field(default_factory=list)

    def fail(self, lead: Lead, why: str) -> None:
        self.failures += 1
        if len(self.failed) < TOLD:
            self.failed.append((lead.id, lead.name, why))


@dataclass
class Round:
    """The people who get what is made, in turn: whoever has had least so far comes next."""

    people: Sequence[int]
    had: Counter[int] = field(default_factory=Counter)

    def next(self) -> int:
        chosen = min(self.people, key=lambda id: (self.had[id], self.people.index(id)))
        self.had[chosen] += 1
        return chosen

    def give_back(self, user_id: int) -> None:
        self.had[user_id] -= 1


def convert_in_steps(
    job: Job,
    ids: Sequence[int],
    wish_for: Asked,
    tally: Tally,
    *,
    batch: str,
    people: Sequence[int] = (),
) -> None:
    """Convert these leads, each by its wish, in the name of the job's person; `people` get what is made in turn; who is
    away is passed over.

    A lead that cannot be converted stays as it is and hinders no other. Begun again, it goes on where it was cut off:
    what was converted stays converted, and who has had how many is counted from that.
    """
    session = db.session()
    there = _there(job, people)
    turns = Round(there, _had(job, batch, there)) if there else None
    job.progress(0, len(ids))
    for start in range(0, len(ids), STEP):
        with writing():
            context = write_context(session, job.house, job.actor, "page")
            _convert_step(context, ids[start : start + STEP], wish_for, batch, turns, tally)
            session.commit()
        session.expunge_all()
        job.progress(min(start + STEP, len(ids)))


def undo_in_steps(job: Job, batch: str, tally: Tally) -> None:
    """Take back what holds of the conversions of a run, the last first; what cannot be taken back is told."""
    session = db.session()
    wanted = sa.select(Conversion.id).where(Conversion.batch == batch, Conversion.undone_at.is_(None))
    ids = list(session.scalars(wanted.order_by(Conversion.id.desc())))
    session.commit()
    job.progress(0, len(ids))
    for start in range(0, len(ids), STEP):
        step = ids[start : start + STEP]
        with writing():
            context = write_context(session, job.house, job.actor, "page")
            held = session.scalars(
                sa.select(Conversion).where(Conversion.id.in_(step)).order_by(Conversion.id.desc())
            ).all()
            for undone in undo(context, held):
                _note_undone(undone, tally)
            session.commit()
        session.expunge_all()
        job.progress(min(start + STEP, len(ids)))


def _convert_step(
    context: WriteContext,
    ids: Sequence[int],
    wish_for: Asked,
    batch: str,
    turns: Round | None,
    tally: Tally,
) -> None:
    leads = context.session.scalars(sa.select(Lead).where(Lead.id.in_(ids)).order_by(Lead.id)).all()
    tally.skipped += len(ids) - len(leads)
    waiting = [lead for lead in leads if lead.converted_at is None]
    tally.skipped += len(leads) - len(waiting)
    given = [turns.next() if turns else None for _lead in waiting]
    pairs = [(lead, _owned(wish_for(lead), owner)) for lead, owner in zip(waiting, given, strict=True)]
    for outcome, owner in zip(convert(context, pairs, batch=batch), given, strict=True):
        _note_converted(outcome, tally)
        if turns is not None and owner is not None and not outcome.is_new:
            turns.give_back(owner)


def _owned(wish: Wish, owner: int | None) -> Wish:
    """The wish, with a salesperson for all that is made anew."""
    if owner is None:
        return wish
    fresh = [name for name in wish.targets if name not in wish.existing]
    values = {name: {**wish.values.get(name, {}), "salesperson": {"id": owner}} for name in fresh}
    return replace(wish, values={**wish.values, **values})


def _there(job: Job, people: Sequence[int]) -> list[int]:
    """Who of these can be given records now, by the same attendance as in assignment: for who is away, a substitute."""
    if not people:
        return []
    return list(dict.fromkeys(take_turns(db.session(), job.house.resources["clients"], people, len(people))))


def _had(job: Job, batch: str, people: Sequence[int]) -> Counter[int]:
    """How many of a run that was cut off each person has got already."""
    had: Counter[int] = Counter()
    session = db.session()
    for resource in ("deals", "clients"):  # what is there of a conversion: the deal, else its client
        declared = job.house.resources.get(resource)
        if declared is None or declared.owner is None:
            continue
        owner = getattr(declared.model, declared.owner)
        made = (
            sa.select(owner, sa.func.count(sa.distinct(Result.conversion_id)))
            .join(Result, sa.and_(Result.record_id == declared.model.id, Result.resource == resource))
            .join(Conversion, Conversion.id == Result.conversion_id)
            .where(
                Conversion.batch == batch, Conversion.undone_at.is_(None), Result.created, owner.in_(people)
            )
            .group_by(owner)
        )
        had.update(dict(session.execute(made).tuples().all()))
        if had:
            break
    session.commit()
    return had


def _note_converted(outcome: Outcome, tally: Tally) -> None:
    if outcome.problems or outcome.conversion is None:
        tally.fail(outcome.lead, " ".join(str(each.message) for each in outcome.problems))
    elif outcome.is_new:
        tally.done += 1
    else:
        tally.skipped += 1


def _note_undone(undone: Undone, tally: Tally) -> None:
    if undone.refused is not None:
        tally.fail(undone.conversion.lead, str(undone.refused))
    elif undone.is_done:
        tally.done += 1
    else:
        tally.skipped += 1
