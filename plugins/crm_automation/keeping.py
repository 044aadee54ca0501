"""Making, changing, ordering and removing rules; everything in one is checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    House,
    Reading,
    Refused,
    Resource,
    Words,
    _,
    actor_for,
    actor_of,
    conditions_of,
    forget,
    kept_query,
    query_args,
    utcnow,
)
from plugins.crm_automation.declare import Place
from plugins.crm_automation.kinds import (
    KIND,
    Read,
    actions_of,
    kept_values,
    place_of,
    read_values,
    triggers_of,
)
from plugins.crm_automation.models import Rule
from plugins.crm_automation.rules import KeptRule
from plugins.crm_automation.variables import unknown_in

NAME_LENGTH = 80
MOST_RULES = 200
MOST_ACTIONS = 10


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody wants it; trigger and actions as they were said, `args` filters as a list's URL has them."""

    resource: str
    name: str
    trigger: Mapping[str, Any]
    actions: Sequence[Mapping[str, Any]]
    args: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owner_id: int | None = None
    active: bool = False
    imports: bool = False


class NotFit(Refused):
    """A rule cannot be kept as it is; `problems` are sentences by place: `name`, `trigger.field`, `actions.0.to`."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        super().__init__(next(iter(problems.values())), "invalid")
        self.problems = dict(problems)


@dataclass(frozen=True)
class Understood:
    """A wanted rule, read: what it keeps of trigger, filters and actions, and what is wrong with it."""

    place: Place
    trigger: Read | None
    actions: Sequence[Read | None]
    query: str
    problems: Mapping[str, Words]


def understand(session: Session, house: House, wanted: Wanted, reading: Reading) -> Understood:
    """Read a wanted rule whole, so that everything that is wrong is told at once.

    Raises:
        Refused: there is no such kind of record.
    """
    place = place_of(session, house, resource_of(house, wanted.resource), actor_of(session))
    problems: dict[str, Words] = {}
    if not 0 < len(wanted.name.strip()) <= NAME_LENGTH:
        problems["name"] = _("A rule needs a name of at most %(max)s characters.", max=NAME_LENGTH)
    if (wrong := wrong_owner(session, wanted.owner_id)) is not None:
        problems["owner"] = wrong
    trigger = _trigger(place, wanted.trigger, reading, problems)
    if not wanted.actions:
        problems["actions"] = _("Choose at least one thing that the rule does.")
    elif len(wanted.actions) > MOST_ACTIONS:
        problems["actions"] = _("A rule does at most %(max)s things.", max=MOST_ACTIONS)
    actions = [
        _action(place, each, number, reading, problems)
        for number, each in enumerate(wanted.actions[:MOST_ACTIONS])
    ]
    query = ""
    if conditions_of(place.resource, urlencode(wanted.args, doseq=True)) is None:
        problems["filter"] = _("One of these filters is none of the list’s.")
    try:
        query = kept_query(session, place.resource, wanted.args, reading)
    except Refused as refused:
        problems["filter"] = refused.message
    return Understood(place, trigger, actions, query, problems)


def create_rule(session: Session, house: House, wanted: Wanted, reading: Reading) -> Rule:
    """A new rule, the last one. The caller commits. Raises NotFit, or Refused."""
    number, last = session.execute(sa.select(sa.func.count(), sa.func.max(Rule.position))).one()
    if number >= MOST_RULES:
        raise Refused(_("There are %(max)s rules already; delete one first.", max=MOST_RULES), "too_many")
    rule = Rule(resource=wanted.resource, position=(last or 0) + 1)
    _put(session, house, rule, wanted, reading)
    session.add(rule)
    session.flush()
    forget(session)
    return rule


def change_rule(session: Session, house: House, id: int, wanted: Wanted, reading: Reading) -> Rule:
    """Another content for a rule; its log stays. The caller commits. Raises NotFit, or Refused."""
    rule = stored_rule(session, house, id)
    _put(session, house, rule, wanted, reading)
    forget(session)
    return rule


def switch_rule(session: Session, house: House, id: int, active: bool) -> None:
    """Switch a rule on or off; moments that came while it was off are not made up for. The caller commits.

    Raises:
        Refused: there is none, or nobody stands behind it.
    """
    rule = stored_rule(session, house, id)
    if active and (wrong := wrong_owner(session, rule.owner_id)) is not None:
        raise Refused(wrong, "owner")
    if active and not rule.active:
        rule.looked_at = utcnow()
    rule.active = active
    rule.stopped = None
    forget(session)


def delete_rule(session: Session, house: House, id: int) -> None:
    """Remove a rule; the log keeps what it did. The caller commits.

    Raises:
        Refused: there is none, or it works in another's name and who asks is no administrator.
    """
    rule, maker = stored_rule(session, house, id), actor_of(session)
    if maker is not None and not maker.is_admin and rule.owner_id not in (None, maker.user_id):
        raise Refused(_("Only an administrator makes rules in other people’s names."), "owner")
    session.delete(rule)
    session.flush()
    forget(session)


def duplicate_rule(session: Session, house: House, id: int) -> Rule:
    """Another one like it, switched off. The caller commits. Raises Refused where there is none."""
    rule = stored_rule(session, house, id)
    last = session.scalar(sa.select(sa.func.max(Rule.position))) or 0
    twin = Rule(
        resource=rule.resource,
        name=_("%(name)s (copy)", name=rule.name)[:NAME_LENGTH],
        owner_id=rule.owner_id,
        trigger=dict(rule.trigger),
        query=rule.query,
        actions=list(rule.actions),
        imports=rule.imports,
        position=last + 1,
    )
    session.add(twin)
    session.flush()
    forget(session)
    return twin


def arrange_rules(session: Session, ids: Sequence[int]) -> None:
    """Put the rules into this order; those not named come behind. The caller commits."""
    rules = session.scalars(sa.select(Rule).order_by(Rule.position, Rule.id)).all()
    place = {id: number for number, id in enumerate(ids)}
    for position, rule in enumerate(sorted(rules, key=lambda each: place.get(each.id, len(ids))), start=1):
        rule.position = position
    forget(session)


def stored_rule(session: Session, house: House, id: int) -> Rule:
    """The rule of this id. Raises Refused where there is none, or its records' app is off."""
    rule = session.get(Rule, id)
    if rule is None or rule.resource not in house.resources:
        raise Refused(_("There is no such rule."), "absent")
    return rule


def resource_of(house: House, name: str) -> Resource:
    """The kind of record of this name. Raises Refused where there is none."""
    if name not in house.resources:
        raise Refused(_("There are no such records."), "resource")
    return house.resources[name]


def wanted_of(rule: KeptRule | Rule) -> Wanted:
    """A kept rule as it would be wanted again."""
    return Wanted(
        rule.resource,
        rule.name,
        rule.trigger,
        rule.actions,
        query_args(rule.query),
        rule.owner_id,
        rule.active,
        rule.imports,
    )


def _put(session: Session, house: House, rule: Rule, wanted: Wanted, reading: Reading) -> None:
    read = understand(session, house, wanted, reading)
    if read.problems or read.trigger is None:
        raise NotFit(read.problems)
    trigger = kept_values(read.trigger, read.place)
    if trigger != rule.trigger or (wanted.active and not rule.active):
        rule.looked_at = utcnow()
    rule.resource, rule.name, rule.query = wanted.resource, wanted.name.strip(), read.query
    rule.trigger = trigger
    rule.actions = [kept_values(each, read.place) for each in read.actions if each is not None]
    rule.owner_id, rule.active, rule.imports = wanted.owner_id, wanted.active, wanted.imports
    rule.stopped, rule.changed_at = None, utcnow()


def _trigger(
    place: Place, raw: Mapping[str, Any], reading: Reading, problems: dict[str, Words]
) -> Read | None:
    kind = triggers_of(place.house).get(str(raw.get(KIND)))
    if kind is None or not kind.offered(place):
        problems["trigger"] = _("Choose when the rule begins.")
        return None
    read = read_values(place, kind, raw, reading)
    problems |= {f"trigger.{name}": problem for name, problem in read.problems.items()}
    return read


def _action(
    place: Place, raw: Mapping[str, Any], number: int, reading: Reading, problems: dict[str, Words]
) -> Read | None:
    kind = actions_of(place.house).get(str(raw.get(KIND)))
    if kind is None or not kind.offered(place):
        problems[f"actions.{number}"] = _(
            "“%(action)s” is nothing that a rule can do here.", action=raw.get(KIND)
        )
        return None
    read = read_values(place, kind, raw, reading)
    wrong: dict[str, Words] = dict(read.problems)
    if not wrong and kind.check is not None:
        wrong |= kind.check(place, read.values)
    for name in kind.texts:
        if name not in wrong and (unknown := unknown_in(place, str(read.values.get(name) or ""))):
            wrong[name] = unknown
    problems |= {f"actions.{number}.{name}": problem for name, problem in wrong.items()}
    return read


def wrong_owner(session: Session, owner_id: int | None) -> Words | None:
    """Why the session's person may not let a rule work in this person's name: in others' only who administers may."""
    if owner_id is None:
        return _("Choose in whose name it works.")
    try:
        owner, maker = actor_for(session, owner_id), actor_of(session)
    except LookupError:
        return _("This person may no longer sign in.")
    if maker is None or maker.is_admin or maker.user_id == owner.user_id:
        return None
    return _("Only an administrator makes rules in other people’s names.")
