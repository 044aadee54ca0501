"""Who can be given a record now: active, allowed to see it, not away, and with room for one more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.access.service import actor_for
from core.assignment.absences import Away, away_on
from core.assignment.models import AssignmentPerson
from core.assignment.rules import CAPACITY, KeptPerson, KeptRule
from core.references import OPEN, references_of
from core.resources.declare import Resource

INACTIVE, BLIND, AWAY, FULL, FULL_TODAY = "inactive", "blind", "away", "full", "full_today"
Why = Sequence[Any]
"""Why somebody is passed over: a word of the above, and what it tells (the last day away, the maximum)."""


@dataclass
class Room:
    """How many more each person takes. None: as many as come. `given` counts what is given here."""

    open: dict[int, int | None] = field(default_factory=dict)
    today: dict[int, int | None] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)

    def full(self, person: KeptPerson) -> Why | None:
        """Why this person has no room, if they have none."""
        taken = self.given.get(person.user_id, 0)
        open, today = self.open.get(person.user_id), self.today.get(person.user_id)
        if open is not None and taken >= open:
            return (FULL, person.most_open)
        if today is not None and taken >= today:
            return (FULL_TODAY, person.most_a_day)
        return None


@dataclass
class Attendance:
    """Who of a rule's people is there: answers who takes for a seat, or why nobody does."""

    resource: Resource
    people: Sequence[KeptPerson]
    there: Sequence[tuple[int | None, Why]]
    """For each seat who would take for it (themselves, or a substitute) and, where it is not they, why not."""
    room: Room

    def taker(self, seat: int) -> tuple[int | None, Any]:
        user_id, why = self.there[seat]
        if user_id is None:
            return None, why
        person = next((each for each in self.people if each.user_id == user_id), None)
        full = self.room.full(person) if person is not None else None
        if full is not None:
            return None, why or full
        self.room.given[user_id] = self.room.given.get(user_id, 0) + 1
        return user_id, why


def attendance(
    session: Session,
    resource: Resource,
    rule: KeptRule,
    *,
    uncounted: Mapping[int, int] | None = None,
) -> Attendance:
    """Who of a rule is there now and how much they take; two statements where there are maxima, else none.

    `uncounted` are records that stand in somebody's name only until they are dealt out.
    """
    there = [seat_of(session, resource, person.user_id) for person in rule.people]
    room = _room(session, resource, rule, uncounted or {}) if rule.method == CAPACITY else Room()
    return Attendance(resource, rule.people, there, room)


def seat_of(session: Session, resource: Resource, user_id: int) -> tuple[int | None, Why]:
    """Who takes for this person: they, a substitute, or nobody; and why not they."""
    actor = _actor(session, user_id)
    why = _unfit(actor, resource)
    if actor is None or why is not None:
        return None, why or (INACTIVE,)
    away = away_of(session, actor)
    if away is None:
        return user_id, ()
    why = (AWAY, away.until.isoformat())
    stand_in = _actor(session, away.substitute_id) if away.substitute_id is not None else None
    if stand_in is None or _unfit(stand_in, resource) or away_of(session, stand_in):
        return None, why
    return stand_in.user_id, why


def away_of(session: Session, actor: Actor) -> Away | None:
    """The absence somebody is in today, by their own calendar."""
    return away_on(session, actor.user_id or 0, today_of(actor))


def today_of(actor: Actor) -> date:
    return datetime.now(actor.zone).date()


def may_see(session: Session, resource: Resource, user_id: int) -> bool:
    """Whether somebody is active and may see any record of this resource."""
    return _unfit(_actor(session, user_id), resource) is None


def _actor(session: Session, user_id: int) -> Actor | None:
    try:
        return actor_for(session, user_id)
    except LookupError:
        return None


def _unfit(actor: Actor | None, resource: Resource) -> Why | None:
    if actor is None:
        return (INACTIVE,)
    return None if actor.may(resource.name, "view") else (BLIND,)


def _room(session: Session, resource: Resource, rule: KeptRule, uncounted: Mapping[int, int]) -> Room:
    room = Room()
    limited = [each for each in rule.people if each.most_open is not None]
    open = _open_records(session, resource, limited, uncounted)
    for person in rule.people:
        if person.most_open is not None:
            now = open[person.user_id] - uncounted.get(person.user_id, 0)
            room.open[person.user_id] = max(person.most_open - now, 0)
    limited = [each for each in rule.people if each.most_a_day is not None]
    if limited:
        given = given_today(session, rule, [each.user_id for each in limited])
        for person in limited:
            room.today[person.user_id] = max((person.most_a_day or 0) - given[person.user_id], 0)
    return room


def given_today(session: Session, rule: KeptRule, user_ids: Iterable[int]) -> dict[int, int]:
    """How many each of these got by a rule on this day of theirs."""
    rows = session.execute(
        sa.select(AssignmentPerson.user_id, AssignmentPerson.day, AssignmentPerson.given).where(
            AssignmentPerson.rule_id == rule.id
        )
    )
    kept = {user_id: (day, given) for user_id, day, given in rows}
    found = {}
    for user_id in user_ids:
        day, given = kept.get(user_id, (None, 0))
        actor = _actor(session, user_id)
        found[user_id] = given if actor is not None and day == today_of(actor) else 0
    return found


def _open_records(
    session: Session, resource: Resource, people: Sequence[KeptPerson], uncounted: Mapping[int, int]
) -> dict[int, int]:
    """How many records that are still worked on each has, counted no further than it matters."""
    if not people:
        return {}
    model, owner = resource.model, getattr(resource.model, resource.owner or "")
    worked_on = is_open(session, resource)
    counts = []
    for person in people:
        some = sa.select(model.id).where(owner == person.user_id, worked_on)
        some = some.limit((person.most_open or 0) + max(uncounted.get(person.user_id, 0), 0))
        counts.append(sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery())
    found = session.execute(sa.select(*counts), execution_options={"unscoped": True}).one()
    return {person.user_id: number for person, number in zip(people, found, strict=True)}


def is_open(session: Session, resource: Resource) -> Any:
    """The criterion of records that are still worked on; all of them where they walk no path."""
    if resource.path is None:
        return sa.true()
    ids = open_values(session, resource)
    return getattr(resource.model, resource.field(resource.path.field).attribute).in_(ids)


def open_values(session: Session, resource: Resource) -> list[int]:
    """The ids of the statuses that mean a record is still worked on."""
    if resource.path is None:
        return []
    items = references_of(session).items(resource.path.list)
    return [item.id for item in items if item.meaning == OPEN]
