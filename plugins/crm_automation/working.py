"""Working off what happened: each rule tries each of its happenings once, in however many workers, over any crash."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import House, Job, _, db, forget, look_again, notify, settings_of, use_language, utcnow, writing
from plugins.crm_automation.models import DONE, FAILED, SKIPPED, STOPPED, Happening, Rule, Run
from plugins.crm_automation.performing import Outcome, OwnerGone, fits, is_broken, perform
from plugins.crm_automation.queueing import HAND, Chain
from plugins.crm_automation.rules import KeptRule, people_in_charge, rule_by_id
from plugins.crm_automation.telling import STOPPED_KIND

BATCH = 100
MOST_DEPTH = 5
"""So many rules may cause one another, one after the other."""
MOST_AN_HOUR = 20
"""A rule that has worked on one record so often within an hour goes round in circles."""
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""How long after each failure a run is tried again; after the last it has failed for good."""


def work_off(session: Session, house: House, progress: Callable[[int], None]) -> int:
    """Try all rules that have something to try; commits after each. Answers how many were tried.

    Raises:
        OperationalError: the database did not answer; what is not settled is tried again by whoever looks next.
    """
    count = 0
    while True:
        before = count
        for id in _waiting(session):
            count += _settle(session, house, id)
            progress(count)
        for id in _to_repeat(session):
            count += _repeat(session, house, id)
            progress(count)
        if count == before:
            return count


def run(job: Job) -> None:
    """The worker's job."""
    work_off(db.session(), job.house, lambda count: job.progress(count))


def _waiting(session: Session) -> list[int]:
    wanted = sa.select(Happening.id).where(Happening.done_at.is_(None)).order_by(Happening.id).limit(BATCH)
    found = list(session.scalars(wanted))
    session.rollback()
    return found


def _to_repeat(session: Session) -> list[int]:
    wanted = sa.select(Run.id).where(Run.again_at <= utcnow()).order_by(Run.again_at).limit(BATCH)
    found = list(session.scalars(wanted))
    session.rollback()
    return found


def _settle(session: Session, house: House, id: int) -> int:
    """Try the rules of one happening, each in a transaction of its own; none that another worker is at."""
    count = 0
    with writing():
        while True:
            look_again(session)
            held = session.get(Happening, id, with_for_update={"skip_locked": True}, populate_existing=True)
            if held is None or held.done_at is not None:
                session.rollback()
                session.expunge_all()
                return count
            if held.rules:
                rule = rule_by_id(session, held.rules[0])
                held.rules = held.rules[1:]
                is_on = rule is not None and (rule.active or held.source == HAND)
                if rule is not None and is_on and rule.resource in house.resources:
                    _try(session, house, rule, held)
                count += 1
            if not held.rules:
                held.done_at = utcnow()
            session.commit()
            session.expunge_all()


def _try(session: Session, house: House, rule: KeptRule, held: Happening) -> None:
    """One rule on one record, with its line in the log; a record that does not fit needs none."""
    began = time.monotonic()
    resource = house.resources[rule.resource]
    if not is_broken(resource, rule) and not fits(session, resource, rule, held.record_id):
        return
    outcome = _outcome(session, house, rule, held)
    row = Run(
        rule_id=rule.id,
        rule_name=rule.name,
        happening_id=held.id,
        resource=held.resource,
        record_id=held.record_id,
        chain=held.chain,
        depth=held.depth,
    )
    session.add(row)
    _note(row, outcome, began)
    session.flush()


def _outcome(session: Session, house: House, rule: KeptRule, held: Happening) -> Outcome:
    resource = house.resources[rule.resource]
    with use_language(settings_of(session)["company.language"]):
        if is_broken(resource, rule):
            reason = _("Its filter asks for what there is no more.")
            _stop(session, rule, reason)
            return Outcome(STOPPED, reason=reason)
        if held.depth > MOST_DEPTH:
            return Outcome(
                STOPPED,
                reason=_(
                    "More than %(max)s rules caused one another; this one was not begun.", max=MOST_DEPTH
                ),
            )
        if held.depth and _has_run(session, rule, held):
            return Outcome(
                STOPPED, reason=_("It has worked on this record already because of the same event.")
            )
        if _runs_of_the_hour(session, rule, held) >= MOST_AN_HOUR:
            reason = _(
                "It worked on one record %(max)s times within an hour, and was switched off.",
                max=MOST_AN_HOUR,
            )
            _stop(session, rule, reason)
            return Outcome(STOPPED, reason=reason)
        return _performed(session, house, rule, held.record_id, Chain(held.chain, held.depth))


def _performed(session: Session, house: House, rule: KeptRule, record_id: int, chain: Chain) -> Outcome:
    try:
        return perform(session, house, rule, record_id, chain)
    except OwnerGone:
        reason = _("Nobody stands behind it any more: its owner may no longer sign in. It was switched off.")
        _stop(session, rule, reason)
        return Outcome(SKIPPED, reason=reason)


def _note(row: Run, outcome: Outcome, began: float) -> None:
    row.result, row.told, row.reason = outcome.result, [dict(each) for each in outcome.told], outcome.reason
    row.milliseconds = int((time.monotonic() - began) * 1000)
    row.at = now = utcnow()
    attempts = row.attempts or 1
    row.again_at = now + WAITS[attempts - 1] if outcome.again and attempts <= len(WAITS) else None


def _repeat(session: Session, house: House, id: int) -> int:
    """Try a run again that failed."""
    with writing():
        look_again(session)
        began = time.monotonic()
        row = session.get(Run, id, with_for_update={"skip_locked": True}, populate_existing=True)
        if row is None or row.again_at is None or row.again_at > utcnow():
            session.rollback()
            session.expunge_all()
            return 0
        rule = rule_by_id(session, row.rule_id) if row.rule_id is not None else None
        if rule is None or rule.resource not in house.resources or (row.attempts and not rule.active):
            row.again_at = None
        else:
            row.attempts += 1
            outcome = _performed(session, house, rule, row.record_id, Chain(row.chain, row.depth))
            _note(row, outcome, began)
        session.commit()
        session.expunge_all()
        return 1


def _has_run(session: Session, rule: KeptRule, held: Happening) -> bool:
    """Whether the rule has worked on this record in the same chain."""
    same = sa.select(Run.id).where(
        Run.chain == held.chain,
        Run.rule_id == rule.id,
        Run.resource == held.resource,
        Run.record_id == held.record_id,
    )
    return session.scalar(same.limit(1)) is not None


def _runs_of_the_hour(session: Session, rule: KeptRule, held: Happening) -> int:
    lately = sa.select(sa.func.count()).where(
        Run.resource == held.resource,
        Run.record_id == held.record_id,
        Run.rule_id == rule.id,
        Run.at > utcnow() - timedelta(hours=1),
        Run.result.in_((DONE, FAILED)),
    )
    return session.scalar(lately) or 0


def _stop(session: Session, rule: KeptRule, reason: str) -> None:
    """Switch a rule off, and tell its owner and those in charge why."""
    row = session.get(Rule, rule.id)
    if row is None:
        return
    row.active, row.stopped = False, reason[:300]
    forget(session)
    people = {*people_in_charge(session), *([rule.owner_id] if rule.owner_id else [])}
    values = {"rule": rule.name, "reason": reason}
    notify(session, people, STOPPED_KIND.name, values, url=f"/settings/automation/rules/{rule.id}")
