"""Trying a rule out: on what records it would have worked lately, and what it would do, done and taken back at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import House, Resource, _, fitting_ids, past_of, utcnow
from plugins.crm_automation.kinds import place_of, plain_reading, read_values, triggers_of
from plugins.crm_automation.performing import Outcome, OwnerGone, is_broken, perform
from plugins.crm_automation.queueing import Chain
from plugins.crm_automation.rules import KeptRule

DAYS = 30
SHOWN = 100
MOST_READ = 50_000
"""So many entries of histories are looked at; what lies further back in a busy month is not."""


@dataclass(frozen=True)
class Tried:
    """A record on which the rule would have worked, when first, and what it would do to it now."""

    record_id: int
    at: datetime
    outcome: Outcome


@dataclass(frozen=True)
class Trial:
    """What a rule would have done: on `records` records, `times` times; the first of them one by one."""

    days: int
    records: int = 0
    times: int = 0
    tried: Sequence[Tried] = ()
    whole: bool = True
    """False where there was more to look at than was looked at."""
    wrong: str = ""
    results: Mapping[str, int] = field(default_factory=dict)
    """How many of those tried would end how."""


def try_out(session: Session, house: House, rule: KeptRule, *, days: int = DAYS, shown: int = SHOWN) -> Trial:
    """Had it been on for so many days. Everything is taken back: the session must have nothing else to keep.

    Whether a record fits is asked of it as it is now; the deeds are those of `perform`, in savepoints, so that what they
    meet (rights, needed fields, addresses that are missing) is what the rule would meet.
    """
    resource = house.resources[rule.resource]
    if is_broken(resource, rule):
        return Trial(days, wrong=_("Its filter asks for what there is no more."))
    moments, whole = _moments(session, house, rule, resource, utcnow() - timedelta(days=days))
    fit = fitting_ids(session, resource, rule.query, _there(session, resource, list(moments)))
    found = {id: times for id, times in moments.items() if id in fit}
    tried = []
    try:
        for id in list(found)[:shown]:
            tried.append(Tried(id, found[id][0], _tried(session, house, rule, id)))
    except OwnerGone:
        return Trial(days, wrong=_("Nobody stands behind it any more: its owner may no longer sign in."))
    finally:
        session.rollback()
        session.expunge_all()
    results: dict[str, int] = {}
    for each in tried:
        results[each.outcome.result] = results.get(each.outcome.result, 0) + 1
    return Trial(days, len(found), sum(map(len, found.values())), tried, whole, results=results)


def _there(session: Session, resource: Resource, ids: Sequence[int]) -> list[int]:
    """Those that have not been deleted since, and that whoever tries the rule may see."""
    id, found = resource.model.id, list[int]()
    for start in range(0, len(ids), 500):
        found += session.scalars(sa.select(id).where(id.in_(ids[start : start + 500])))
    return found


def _tried(session: Session, house: House, rule: KeptRule, record_id: int) -> Outcome:
    savepoint = session.begin_nested()
    try:
        return perform(session, house, rule, record_id, Chain("trial", 0))
    finally:
        if savepoint.is_active:
            savepoint.rollback()
        session.expire_all()


def _moments(
    session: Session, house: House, rule: KeptRule, resource: Resource, since: datetime
) -> tuple[dict[int, list[datetime]], bool]:
    """When what the rule waits for happened to which records, and whether that is all."""
    kind = triggers_of(house).get(str(rule.trigger.get("kind")))
    place = place_of(session, house, resource, None)
    found: dict[int, list[datetime]] = {}
    if kind is not None and kind.due is not None:
        values = read_values(place, kind, rule.trigger, plain_reading(session)).values
        for due in kind.due(place, values, since, utcnow()):
            found.setdefault(due.record_id, []).append(due.at)
    if kind is None or kind.happens is None:
        return found, True
    ready: Mapping[str, Any] = kind.ready(place, rule.trigger)
    read = 0
    for past in past_of(session, resource.name, since, MOST_READ):
        read += 1
        if kind.happens(resource, ready, past.written):
            found.setdefault(past.record_id, []).append(past.at)
    return found, read < MOST_READ
