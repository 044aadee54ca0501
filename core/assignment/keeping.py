"""Making, changing, ordering and removing rules of assignment; everything is checked, and the turn goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.models import AssignmentPerson, AssignmentRule
from core.assignment.people import may_see
from core.assignment.rules import (
    CAPACITY,
    DOORS,
    METHODS,
    TURN,
    USUAL_DOORS,
    KeptPerson,
    KeptRule,
    load_rules,
)
from core.assignment.turns import place_after, round_of
from core.fields import Reading
from core.fields.basic import clean_text
from core.fields.references import USERS
from core.house import House
from core.i18n import _
from core.resources.context import Refused
from core.resources.declare import Resource
from core.resources.kept_filter import kept_query
from core.state import forget

NAME_LENGTH = 80
MOST_PEOPLE = 100
MOST_WEIGHT = 20
MOST_NUMBER = 100_000
MOST_RULES = 100


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody wants it; `args` are its filters as a list's URL has them."""

    resource: str
    name: str
    people: Sequence[KeptPerson]
    args: Mapping[str, Sequence[str]] = field(default_factory=dict)
    method: str = TURN
    doors: Sequence[str] = USUAL_DOORS
    active: bool = True


def create_rule(session: Session, house: House, wanted: Wanted, reading: Reading) -> AssignmentRule:
    """A new rule, the last of its resource. The caller commits.

    Raises:
        Refused: something in it cannot be; nothing was made.
    """
    resource = assignable(house, wanted.resource)
    query = _check(session, resource, wanted, reading)
    there = sa.select(sa.func.count(), sa.func.max(AssignmentRule.position)).where(
        AssignmentRule.resource == resource.name
    )
    number, last = session.execute(there).one()
    if number >= MOST_RULES:
        raise Refused(_("There are %(max)s rules already; delete one first.", max=MOST_RULES), "too_many")
    rule = AssignmentRule(resource=resource.name, position=(last or 0) + 1)
    _put(rule, wanted, query)
    session.add(rule)
    session.flush()
    _put_people(session, rule, wanted)
    forget(session)
    return rule


def change_rule(session: Session, house: House, id: int, wanted: Wanted, reading: Reading) -> AssignmentRule:
    """Another content for a rule; whose turn it is stays. The caller commits.

    Raises:
        Refused: there is no such rule, or something in it cannot be.
    """
    rule = rule_of(session, house, id, lock=True)
    resource = assignable(house, rule.resource)
    query = _check(session, resource, wanted, reading)
    before = next(each for each in load_rules(session)[rule.resource] if each.id == id)
    _put(rule, wanted, query)
    rule.turn = _turn_after(rule.turn, before, wanted)
    _put_people(session, rule, wanted)
    forget(session)
    return rule


def switch_rule(session: Session, house: House, id: int, active: bool) -> None:
    """Switch a rule on or off. The caller commits. Raises Refused where there is none."""
    rule_of(session, house, id).active = active
    forget(session)


def delete_rule(session: Session, house: House, id: int) -> None:
    """Remove a rule; the log keeps what it did. The caller commits. Raises Refused where there is none."""
    session.delete(rule_of(session, house, id))
    session.flush()
    forget(session)


def arrange_rules(session: Session, house: House, ids: Sequence[int]) -> None:
    """Put the rules of one resource into this order; those not named come behind. The caller commits."""
    if not ids:
        return
    resource = rule_of(session, house, ids[0]).resource
    rules = session.scalars(
        sa.select(AssignmentRule)
        .where(AssignmentRule.resource == resource)
        .order_by(AssignmentRule.position, AssignmentRule.id)
    ).all()
    place = {id: number for number, id in enumerate(ids)}
    for position, rule in enumerate(sorted(rules, key=lambda each: place.get(each.id, len(ids))), start=1):
        rule.position = position
    forget(session)


def rule_of(session: Session, house: House, id: int, *, lock: bool = False) -> AssignmentRule:
    """The rule of this id, of a resource that is on. Raises Refused where there is none."""
    rule = session.get(AssignmentRule, id, with_for_update=lock, populate_existing=lock)
    if rule is None or rule.resource not in house.resources:
        raise Refused(_("There is no such rule."), "absent")
    return rule


def assignable(house: House, name: str) -> Resource:
    """The resource of this name, whose records belong to somebody. Raises Refused where there is none."""
    resource = house.resources.get(name)
    if resource is None or resource.owner is None:
        raise Refused(_("Records of this kind belong to nobody."), "resource")
    return resource


def _check(session: Session, resource: Resource, wanted: Wanted, reading: Reading) -> str:
    """The query to keep. Raises Refused."""
    name = clean_text(wanted.name)
    if not name or len(name) > NAME_LENGTH:
        raise Refused(_("A rule needs a name of at most %(max)s characters.", max=NAME_LENGTH), "name")
    if wanted.method not in METHODS:
        raise Refused(_("There is no such method; there are: %(known)s.", known=", ".join(METHODS)), "method")
    if not wanted.doors or set(wanted.doors) - set(DOORS):
        raise Refused(_("Choose where the records come from: %(known)s.", known=", ".join(DOORS)), "doors")
    _check_people(session, resource, wanted, reading)
    return kept_query(session, resource, wanted.args, reading)


def _check_people(session: Session, resource: Resource, wanted: Wanted, reading: Reading) -> None:
    ids = [each.user_id for each in wanted.people]
    if not ids or len(ids) > MOST_PEOPLE or len(set(ids)) < len(ids):
        raise Refused(_("Choose from 1 to %(max)s people, each once.", max=MOST_PEOPLE), "people")
    for each in wanted.people:
        item = reading.formats.references.get(USERS, each.user_id)
        if item is None:
            raise Refused(_("There is no such person."), "people")
        if not item.active:
            raise Refused(_("%(person)s is not active, and cannot be given any.", person=item.name), "people")
        if not may_see(session, resource, each.user_id):
            raise Refused(
                _(
                    "%(person)s may not see %(records)s, and cannot be given any.",
                    person=item.name,
                    records=str(resource.plural).lower(),
                ),
                "people",
            )
        if not 1 <= each.weight <= MOST_WEIGHT:
            raise Refused(_("A weight is from 1 to %(max)s.", max=MOST_WEIGHT), "weight")
        for number in (each.most_open, each.most_a_day):
            if number is not None and not 1 <= number <= MOST_NUMBER:
                raise Refused(_("A maximum is from 1 to %(max)s, or empty.", max=MOST_NUMBER), "most")


def _put(rule: AssignmentRule, wanted: Wanted, query: str) -> None:
    rule.name, rule.query, rule.method = clean_text(wanted.name), query, wanted.method
    rule.active, rule.doors = wanted.active, [name for name in DOORS if name in wanted.doors]


def _put_people(session: Session, rule: AssignmentRule, wanted: Wanted) -> None:
    """The people in their order; who stays keeps the count of the day."""
    stored = {
        row.user_id: row
        for row in session.scalars(sa.select(AssignmentPerson).where(AssignmentPerson.rule_id == rule.id))
    }
    for position, person in enumerate(wanted.people):
        row = stored.pop(person.user_id, None)
        if row is None:
            row = AssignmentPerson(rule_id=rule.id, user_id=person.user_id)
            session.add(row)
        row.position, row.weight = position, person.weight
        row.most_open, row.most_a_day = person.most_open, person.most_a_day
    for row in stored.values():
        session.delete(row)
    session.flush()


def _turn_after(turn: int, before: KeptRule, wanted: Wanted) -> int:
    """Where the round goes on: as it was, else after whoever had the last turn."""
    people = [each.user_id for each in wanted.people]
    weights = tuple(each.weight if wanted.method == CAPACITY else 1 for each in wanted.people)
    if weights == before.weights and people == [each.user_id for each in before.people]:
        return turn
    places = round_of(before.weights)
    if not turn or not places:
        return 0
    last = before.people[places[(turn - 1) % len(places)]].user_id
    return place_after(weights, people.index(last)) if last in people else 0
