"""Rules that wait for a moment: looked for every few minutes, each moment noted once in however many workers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.api import House, Job, db, is_sqlite, utcnow, writing
from plugins.crm_automation.declare import Due, Place, Values
from plugins.crm_automation.kinds import place_of, plain_reading, read_values, triggers_of
from plugins.crm_automation.models import Happening, Rule, Run
from plugins.crm_automation.queueing import PLUGIN, wake
from plugins.crm_automation.rules import KeptRule, as_kept
from plugins.crm_automation.working import work_off

CLOCK = "clock"
Looks = Callable[[Place, Values, datetime, datetime], Sequence[Due]]
KEPT = timedelta(days=7)
LOGGED = timedelta(days=180)
AT_ONCE = 500


def look(job: Job) -> None:
    """Note whose moment has come since the last look, and do what was left over."""
    session = db.session()
    with writing():
        note_moments(session, job.house)
        session.commit()
    work_off(session, job.house, lambda count: job.progress(count))


def note_moments(session: Session, house: House) -> int:
    """Write down the moments that came since each rule was looked at last; the caller commits. Answers how many."""
    now, kinds, count = utcnow(), triggers_of(house), 0
    active = sa.select(Rule).where(Rule.active.is_(True)).order_by(Rule.position, Rule.id)
    for row in session.scalars(active.with_for_update(skip_locked=True)).all():
        kind = kinds.get(str(row.trigger.get("kind")))
        resource = house.resources.get(row.resource)
        if kind is None or kind.due is None or resource is None:
            continue
        rule, since = as_kept(row), row.looked_at
        place = place_of(session, house, resource, None)
        values = read_values(place, kind, rule.trigger, plain_reading(session)).values
        count += _keep(session, rule, _due(house, kind.due, place, values, since, now))
        row.looked_at = now
    if count:
        wake(session)
    return count


def tidy(job: Job) -> None:
    """Forget what is long settled, and the oldest lines of the log."""
    session = db.session()
    with writing():
        session.execute(sa.delete(Happening).where(Happening.done_at < utcnow() - KEPT))
        session.execute(sa.delete(Run).where(Run.at < utcnow() - LOGGED))
        session.commit()


def _due(
    house: House, due: Looks, place: Place, values: Values, since: datetime, until: datetime
) -> list[Due]:
    """Whose moment came; a trigger that cannot say keeps no other rule from being looked at."""
    try:
        return list(due(place, values, since, until))
    except OperationalError:
        raise
    except Exception as error:  # the guard around a trigger, which another app may have brought
        house.hooks.failed(house.plugin_behind(due, PLUGIN), "trigger", error)
        return []


def _keep(session: Session, rule: KeptRule, due: list[Due]) -> int:
    for start in range(0, len(due), AT_ONCE):
        rows = [_row(rule, each) for each in due[start : start + AT_ONCE]]
        session.execute(_insert(session).values(rows).on_conflict_do_nothing(index_elements=["key"]))
    return len(due)


def _row(rule: KeptRule, due: Due) -> dict[str, Any]:
    return {
        "resource": rule.resource,
        "record_id": due.record_id,
        "rules": [rule.id],
        "source": CLOCK,
        "chain": secrets.token_hex(8),
        "depth": 0,
        "at": due.at,
        "key": f"{rule.id}:{due.record_id}:{due.mark}"[:160],
    }


def _insert(session: Session) -> Any:
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert as insert_sqlite

        return insert_sqlite(Happening)
    from sqlalchemy.dialects.postgresql import insert as insert_postgresql

    return insert_postgresql(Happening)
