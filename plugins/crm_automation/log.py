"""The log of runs: pages of it, how often each rule ran lately, and trying again what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Refused, _, utcnow
from plugins.crm_automation.models import FAILED, Rule, Run
from plugins.crm_automation.queueing import wake

PAGE = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the log."""

    rule_id: int | None = None
    result: str = ""
    resource: str = ""
    record_id: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Lately:
    """How a rule has fared: when it ran last, how often in seven days and with how many failures, what went wrong last."""

    last: datetime | None = None
    runs: int = 0
    failures: int = 0
    error: str = ""


def page_of_log(session: Session, asked: Asked, resources: Sequence[str]) -> tuple[Sequence[Run], int | None]:
    """A page of runs on these kinds of records, the newest first, and where the next one begins."""
    wanted = sa.select(Run).where(Run.resource.in_(resources))
    if asked.rule_id is not None:
        wanted = wanted.where(Run.rule_id == asked.rule_id)
    if asked.result:
        wanted = wanted.where(Run.result == asked.result)
    if asked.resource:
        wanted = wanted.where(Run.resource == asked.resource)
    if asked.record_id is not None:
        wanted = wanted.where(Run.record_id == asked.record_id)
    if asked.before is not None:
        wanted = wanted.where(Run.id < asked.before)
    found = session.scalars(wanted.order_by(Run.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def lately(session: Session) -> Mapping[int, Lately]:
    """How each rule has fared; three statements for all."""
    newest_of = sa.select(sa.func.max(Run.at)).where(Run.rule_id == Rule.id).scalar_subquery()
    last = session.execute(sa.select(Rule.id, newest_of)).tuples().all()
    week = Run.at > utcnow() - WEEK
    failed = sa.func.sum(sa.case((Run.result == FAILED, 1), else_=0))
    counts = {
        id: (number, bad or 0)
        for id, number, bad in session.execute(
            sa.select(Run.rule_id, sa.func.count(), failed).where(week).group_by(Run.rule_id)
        )
    }
    newest = sa.select(sa.func.max(Run.id)).where(Run.result == FAILED, week).group_by(Run.rule_id)
    errors = dict(
        session.execute(sa.select(Run.rule_id, Run.reason).where(Run.id.in_(newest))).tuples().all()
    )
    return {id: Lately(at, *counts.get(id, (0, 0)), errors.get(id, "")) for id, at in last}


def try_again(session: Session, id: int) -> Run:
    """Have a failed run done again soon. The caller commits.

    Raises:
        Refused: there is none, or it did not fail, or its rule is gone.
    """
    run = session.get(Run, id, with_for_update=True)
    if run is None:
        raise Refused(_("There is no such run."), "absent")
    if run.result != FAILED or run.rule_id is None:
        raise Refused(
            _("Only a run that failed, of a rule that is still there, is tried again."), "not_failed"
        )
    run.again_at, run.attempts = utcnow(), 0
    wake(session)
    return run
