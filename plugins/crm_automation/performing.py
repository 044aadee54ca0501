"""One rule at work on one record: in its owner's name and rights, all of its actions or none."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.api import (
    Actor,
    House,
    NotValid,
    Refused,
    Resource,
    Stored,
    _,
    actor_for,
    actor_of,
    conditions_of,
    find,
    fitting_ids,
    use_language,
    work_for,
    write_context,
)
from plugins.crm_automation.declare import ActionKind, Doing, Done
from plugins.crm_automation.kinds import KIND, Read, actions_of, place_of, plain_reading, read_values
from plugins.crm_automation.models import DONE, FAILED, SKIPPED
from plugins.crm_automation.queueing import CHAIN, Chain
from plugins.crm_automation.rules import KeptRule
from plugins.crm_automation.variables import filler

log = logging.getLogger("prospecto.automation")

SOURCE = "automation"
REASON_LENGTH = 500
FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what it did, or why not. `again` says that another time it may go well."""

    result: str
    told: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    reason: str = ""
    again: bool = False


class OwnerGone(Exception):
    """Nobody stands behind the rule any more: its owner may no longer sign in, or is no more."""


def owner_of(session: Session, rule: KeptRule) -> Actor:
    """In whose name a rule works, with the rights they have now. Raises OwnerGone."""
    try:
        if rule.owner_id is not None:
            return actor_for(session, rule.owner_id)
    except LookupError:
        pass
    raise OwnerGone


def fits(session: Session, resource: Resource, rule: KeptRule, record_id: int) -> bool:
    """Whether the record is still there and, as it is now, one that the rule is about; asked as the system."""
    there = session.get(resource.model, record_id) is not None
    return there and record_id in fitting_ids(session, resource, rule.query, [record_id])


def is_broken(resource: Resource, rule: KeptRule) -> bool:
    """Whether the rule's filter asks for what there is no more."""
    return conditions_of(resource, rule.query) is None


def perform(session: Session, house: House, rule: KeptRule, record_id: int, chain: Chain) -> Outcome:
    """Do what the rule says to a record, wholly or not at all. The caller commits, or takes it back.

    Raises:
        OwnerGone: nothing was done.
        OperationalError: the database did not answer; nothing may be committed.
    """
    owner, before = owner_of(session, rule), actor_of(session)
    work_for(session, owner)
    session.info[CHAIN] = chain
    try:
        with use_language(owner.language), session.begin_nested():
            return _done(session, house, rule, record_id, owner)
    except NotValid as error:
        problems = error.draft.problems
        lacks = all(each.code == FORBIDDEN for each in problems)
        told = " ".join(str(each.message) for each in problems)
        return Outcome(SKIPPED if lacks else FAILED, reason=told[:REASON_LENGTH])
    except Refused as refused:
        result = SKIPPED if refused.code == FORBIDDEN else FAILED
        return Outcome(result, reason=str(refused.message)[:REASON_LENGTH])
    except OperationalError:
        raise
    except (
        Exception
    ) as error:  # whatever an action of another app raises is this run's failure, not the worker's
        log.exception("The rule %s failed at %s %s", rule.id, rule.resource, record_id)
        return Outcome(FAILED, reason=f"{type(error).__name__}: {error}"[:REASON_LENGTH], again=True)
    finally:
        session.info.pop(CHAIN, None)
        work_for(session, before)


def _done(session: Session, house: House, rule: KeptRule, record_id: int, owner: Actor) -> Outcome:
    resource = house.resources[rule.resource]
    stored = find(session, resource, record_id)
    if stored is None:
        return Outcome(
            SKIPPED,
            reason=_("%(person)s, in whose name it works, does not see this record.", person=owner.name),
        )
    told = []
    for kind, read in _steps(session, house, rule, resource, owner):
        done = kind.do(_doing(session, house, rule, stored, owner, read))
        session.flush()
        if done is not None:
            told.append(_as_told(done))
        stored = _again(session, resource, stored)
    return Outcome(DONE, told)


def _steps(
    session: Session, house: House, rule: KeptRule, resource: Resource, owner: Actor
) -> list[tuple[ActionKind, Read]]:
    """The rule's actions with their values, read before anything is done. Raises Refused for one that cannot be."""
    known, place, reading = (
        actions_of(house),
        place_of(session, house, resource, owner),
        plain_reading(session),
    )
    found = []
    for each in rule.actions:
        kind = known.get(str(each.get(KIND)))
        if kind is None:
            raise Refused(
                _("Its app is switched off: “%(action)s” is not there.", action=each.get(KIND)), "absent"
            )
        read = read_values(place, kind, each, reading)
        if read.problems:
            name, problem = next(iter(read.problems.items()))
            raise Refused(
                _("%(action)s, %(field)s: %(problem)s", action=kind.label, field=name, problem=problem)
            )
        found.append((kind, read))
    return found


def _doing(session: Session, house: House, rule: KeptRule, stored: Stored, owner: Actor, read: Read) -> Doing:
    context = replace(
        write_context(session, house, owner, SOURCE, decimal=".", date_order="ymd"), because=rule.name
    )
    fill = filler(stored.resource, stored, context.formats, context.settings)
    return Doing(context, stored.resource, stored.record, read.values, rule.name, fill)


def _again(session: Session, resource: Resource, stored: Stored) -> Stored:
    """The record after an action. Whoever gave it out of sight may not go on with it, which the next action says."""
    return find(session, resource, stored.id) or stored


def _as_told(done: Done) -> dict[str, Any]:
    links = [{"label": each.label, "resource": each.resource, "id": each.record_id} for each in done.links]
    return {"text": done.text, "links": links} if links else {"text": done.text}
