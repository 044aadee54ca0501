"""Many records given out at once: in turn among some people, or to whom a rule's turns fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor, Scope
from core.assignment.dealing import AMONG, open_round, reason_of, settle_round, turns_among
from core.assignment.models import AssignmentLog
from core.assignment.people import Attendance, may_see
from core.assignment.rules import KeptRule, owner_field, rules_of
from core.assignment.turns import Turn, Turns
from core.assignment.words import GIVEN
from core.fields import ReferenceItem
from core.fields.kind import References
from core.fields.references import USERS
from core.i18n import _
from core.resources.context import Refused, WriteContext
from core.resources.declare import Resource
from core.resources.read import Stored
from core.resources.write import read_draft, save

SHARE = "share"


@dataclass(frozen=True)
class Offered:
    """Among whom this person may share records out, and by which rules."""

    people: Sequence[ReferenceItem]
    rules: Sequence[KeptRule]


def offered_to(session: Session, resource: Resource, actor: Actor, references: References) -> Offered:
    """Those to whom this person may give records and who may see them; rules for who may give to everybody."""
    scope = actor.scope(resource.name, "assign")
    people = [
        item
        for item in references.items(USERS)
        if item.active and actor.reaches(scope, item.id) and may_see(session, resource, item.id)
    ]
    rules = [each for each in rules_of(session, resource.name) if each.active]
    return Offered(people, rules if scope is Scope.ALL else ())


def in_their_order(session: Session, resource: Resource, user_ids: Sequence[int]) -> list[int]:
    """These people beginning behind whoever of them was given such a record last, so that nobody is always the first."""
    last = session.scalar(
        sa.select(AssignmentLog.user_id)
        .where(AssignmentLog.user_id.in_(user_ids), AssignmentLog.resource == resource.name)
        .order_by(AssignmentLog.id.desc())
        .limit(1)
    )
    first = 1 + list(user_ids).index(last) if last is not None else 0
    return [*user_ids[first:], *user_ids[:first]]


class Sharing:
    """Records given out one after the other in one transaction.

    `value` is `{"among": [user ids]}` or `{"rule": id}`; `start` says how many turns those users have had in steps
    before. Who could not be given a record has not had their turn.
    """

    def __init__(
        self, context: WriteContext, resource: Resource, value: Mapping[str, Any], start: int = 0
    ) -> None:
        self.context, self.resource = context, resource
        self.given = 0
        self._waiting: Turn | None = None
        self.rule = next(
            (each for each in rules_of(context.session, resource.name) if each.id == value.get("rule")), None
        )
        self._there: Attendance | None = None
        self.turns: Turns
        if self.rule is not None:
            self.turns, self._there = open_round(context.session, resource, self.rule)
            self.people = [each.user_id for each in self.rule.people]
        else:
            self.people = [int(each) for each in value.get(AMONG, ())]
            self.turns = turns_among(context.session, resource, self.people)
            for _turn in range(start):
                self.turns.next()

    def give(self, stored: Stored) -> bool:
        """Give this record to whose turn it is; whether it was another's. Raises as a change of it does."""
        turn = self._waiting = self._waiting or self.turns.next()
        if turn.user_id is None:
            self._waiting = None
            raise Refused(_("Nobody of these people can take it now."), "nobody")
        owner = owner_field(self.resource)
        assert owner is not None
        record, before = stored.record, stored.record.version
        draft = read_draft(self.resource, {owner.name: {"id": turn.user_id}}, self.context, current=record)
        if getattr(record, owner.attribute) != turn.user_id:
            name = self.rule.name if self.rule else ""
            reason = reason_of(turn, self.people, self.rule.method if self.rule else AMONG, name)
            draft.options[GIVEN] = reason | ({"rule_id": self.rule.id} if self.rule else {})
        save(draft, self.context)
        self._waiting = None
        self.given += 1
        return bool(record.version != before)

    def close(self) -> None:
        """Keep where the rule's round stands."""
        if self.rule is not None and self._there is not None:
            settle_round(self.context.session, self.rule, self.turns, self._there)
