"""The rules of assignment as they are kept in memory, and the ways in which records come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.models import AssignmentPerson, AssignmentRule
from core.i18n import Text, _l
from core.resources.context import Draft, WriteContext
from core.resources.declare import Field, Resource
from core.state import remembered

TURN, CAPACITY = "turn", "capacity"
METHODS: Mapping[str, Text] = {TURN: _l("In turn"), CAPACITY: _l("By weight and capacity")}

INQUIRY, IMPORT, API, HAND = "inquiry", "import", "api", "hand"
DOORS: Mapping[str, Text] = {
    INQUIRY: _l("Inquiries"),
    IMPORT: _l("Imports"),
    API: _l("The API"),
    HAND: _l("Entered by hand"),
}
USUAL_DOORS = (INQUIRY, IMPORT, API)
_DOOR_OF = {"inquiry": INQUIRY, "import": IMPORT, "api": API, "page": HAND}


@dataclass(frozen=True)
class KeptPerson:
    """Somebody of a rule; without maximum they take whatever comes."""

    user_id: int
    weight: int = 1
    most_open: int | None = None
    most_a_day: int | None = None


@dataclass(frozen=True)
class KeptRule:
    """A rule as it deals; `query` are the filters of a list."""

    id: int
    resource: str
    name: str
    active: bool
    query: str
    method: str
    doors: tuple[str, ...]
    people: tuple[KeptPerson, ...]

    @property
    def weights(self) -> tuple[int, ...]:
        """How often each sits in a round; in turn everybody once."""
        return tuple(each.weight if self.method == CAPACITY else 1 for each in self.people)


def rules_of(session: Session, resource: str) -> Sequence[KeptRule]:
    """The rules of a resource in their order; costs no query while none has changed."""
    return remembered(session, "assignment rules", load_rules).get(resource, ())


def any_rules(session: Session) -> bool:
    """Whether anything is dealt out at all; costs no query while no rule has changed."""
    return bool(remembered(session, "assignment rules", load_rules))


def active_rules(session: Session, resource: str, door: str) -> list[KeptRule]:
    """The rules that hold for what comes in by this door."""
    return [each for each in rules_of(session, resource) if each.active and door in each.doors]


def door_of(draft: Draft, context: WriteContext) -> str:
    """The door a new record comes in by; '' for ways that are none (a conversion, a job)."""
    return INQUIRY if draft.options.get("inquiry") else _DOOR_OF.get(context.source, "")


def owner_field(resource: Resource) -> Field | None:
    """The field that says whose a record is."""
    return next(
        (each for each in resource.fields if resource.owner and each.attribute == resource.owner), None
    )


def load_rules(session: Session) -> dict[str, list[KeptRule]]:
    """All rules by resource, read afresh."""
    people: dict[int, list[KeptPerson]] = {}
    for row in session.scalars(
        sa.select(AssignmentPerson).order_by(AssignmentPerson.rule_id, AssignmentPerson.position)
    ):
        people.setdefault(row.rule_id, []).append(
            KeptPerson(row.user_id, row.weight, row.most_open, row.most_a_day)
        )
    found: dict[str, list[KeptRule]] = {}
    for rule in session.scalars(
        sa.select(AssignmentRule).order_by(AssignmentRule.position, AssignmentRule.id)
    ):
        found.setdefault(rule.resource, []).append(
            KeptRule(
                rule.id,
                rule.resource,
                rule.name,
                rule.active,
                rule.query,
                rule.method,
                tuple(rule.doors),
                tuple(people.get(rule.id, ())),
            )
        )
    return found
