"""Dealing records out by rules: which rule each fits, whose turn it is, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.service import actor_for
from core.assignment.filters import fitting
from core.assignment.models import AssignmentPerson, AssignmentRule
from core.assignment.people import Attendance, Why, attendance, given_today, seat_of, today_of
from core.assignment.rules import KeptPerson, KeptRule
from core.assignment.turns import Turn, Turns
from core.resources.declare import Resource

AMONG, NOBODY = "among", "nobody"
MOST_PASSED = 5
"""Of so many who were passed over the log tells."""


@dataclass(frozen=True)
class Dealt:
    """A record and who gets it by which rule; `reason` is what `core.assignment.words` tells."""

    record_id: int
    user_id: int | None
    rule: KeptRule
    reason: Mapping[str, Any]


def deal_out(
    session: Session,
    resource: Resource,
    rules: Iterable[KeptRule],
    ids: Sequence[int],
    *,
    holders: Mapping[int, int] | None = None,
    dry: bool = False,
) -> list[Dealt]:
    """Who gets these records, each by the first rule it fits; those that fit none are left out.

    A handful of statements, however many records. The rules that deal are locked until the transaction ends, their
    turns moved on; `dry` does neither. `holders` are the records, by id, that meanwhile count among somebody's open ones.
    """
    matched, left = [], list(ids)
    for rule in rules:
        fits = fitting(session, resource, rule, left) if left else set()
        if fits:
            matched.append((rule, [id for id in left if id in fits]))
            left = [id for id in left if id not in fits]
    places = _places(session, [rule for rule, _ids in matched], lock=not dry)
    uncounted = Counter(
        holder for _rule, its in matched for id in its if (holder := (holders or {}).get(id)) is not None
    )
    found: list[Dealt] = []
    for rule, its in matched:
        there = attendance(session, resource, rule, uncounted=uncounted)
        turns = Turns(rule.weights, there.taker, places[rule.id])
        dealt = [_dealt(id, rule, turns.next()) for id in its]
        uncounted.subtract(each.user_id for each in dealt if each.user_id is not None)
        if not dry:
            settle_round(session, rule, turns, there)
        found += dealt
    return found


def take_turns(
    session: Session,
    resource: Resource,
    among: Sequence[int] | KeptRule,
    count: int,
    *,
    start: int = 0,
) -> list[int]:
    """The people who get the next `count` records: of a rule, whose turns move on, or in turn among these users.

    Who is away, switched off or may not see such records is passed over; nobody there: an empty list. `start` says how
    many turns these users have had already, where the work is done in several steps.
    """
    if isinstance(among, KeptRule):
        turns, there = open_round(session, resource, among)
        found = [turns.next().user_id for _each in range(count)]
        settle_round(session, among, turns, there)
        return [user_id for user_id in found if user_id is not None]
    turns = turns_among(session, resource, among)
    found = [turns.next().user_id for _each in range(start + count)]
    return [user_id for user_id in found[start:] if user_id is not None]


def open_round(session: Session, resource: Resource, rule: KeptRule) -> tuple[Turns, Attendance]:
    """The turns of a rule, locked until the transaction ends; `settle_round` keeps where they stand then."""
    place = _places(session, [rule], lock=True)[rule.id]
    there = attendance(session, resource, rule)
    return Turns(rule.weights, there.taker, place), there


def turns_among(session: Session, resource: Resource, user_ids: Sequence[int]) -> Turns:
    """Turns of these people, each of them once a round, the first of them first."""
    there: list[tuple[int | None, Why]] = [seat_of(session, resource, user_id) for user_id in user_ids]
    return Turns([1] * len(user_ids), lambda seat: there[seat])


def reason_of(turn: Turn, people: Sequence[int], how: str, rule: str = "") -> dict[str, Any]:
    """Why a turn fell as it did, as the log keeps it."""
    told: dict[str, Any] = {"how": how if turn.user_id is not None else NOBODY, "of": len(people)}
    if rule:
        told["rule"] = rule
    if turn.seat is not None:
        told["seat"] = turn.seat + 1
        if people[turn.seat] != turn.user_id:
            told["for"] = people[turn.seat]
    if turn.passed:
        told["passed"] = [[people[seat], *why] for seat, why in turn.passed[:MOST_PASSED]]
    return told


def _dealt(id: int, rule: KeptRule, turn: Turn) -> Dealt:
    people = [each.user_id for each in rule.people]
    return Dealt(id, turn.user_id, rule, reason_of(turn, people, rule.method, rule.name))


def _places(session: Session, rules: Sequence[KeptRule], *, lock: bool) -> dict[int, int]:
    """At which place each rule's round stands; read after the lock, always in the same order."""
    if not rules:
        return {}
    wanted = sa.select(AssignmentRule.id, AssignmentRule.turn).where(
        AssignmentRule.id.in_([rule.id for rule in rules])
    )
    wanted = wanted.order_by(AssignmentRule.id)
    found = dict(session.execute(wanted.with_for_update() if lock else wanted).tuples().all())
    return {rule.id: found.get(rule.id, 0) for rule in rules}


def settle_round(session: Session, rule: KeptRule, turns: Turns, there: Attendance) -> None:
    """Keep the place of the round, and what those with a maximum a day have had."""
    session.execute(
        sa.update(AssignmentRule).where(AssignmentRule.id == rule.id).values(turn=turns.place),
        execution_options={"synchronize_session": False},
    )
    limited = [
        each for each in rule.people if each.most_a_day is not None and there.room.given.get(each.user_id)
    ]
    if limited:
        _count_today(session, rule, limited, there.room.given)


def _count_today(
    session: Session, rule: KeptRule, people: Sequence[KeptPerson], given: Mapping[int, int]
) -> None:
    before = given_today(session, rule, [each.user_id for each in people])
    for person in people:
        mine = sa.update(AssignmentPerson).where(
            AssignmentPerson.rule_id == rule.id, AssignmentPerson.user_id == person.user_id
        )
        session.execute(
            mine.values(
                day=today_of(actor_for(session, person.user_id)),
                given=before[person.user_id] + given[person.user_id],
            ),
            execution_options={"synchronize_session": False},
        )
