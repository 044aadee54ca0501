"""The rules as they are kept in memory, and who may make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import actor_for, references_of, remembered
from plugins.crm_automation.models import Rule

EDIT = ("automation", "edit")
"""The right to make rules; what they do is limited by their owner's rights besides."""


@dataclass(frozen=True)
class KeptRule:
    """A rule as it works; `trigger` and `actions` hold values in the API's form, `query` the filters of a list."""

    id: int
    resource: str
    name: str
    active: bool
    owner_id: int | None
    trigger: Mapping[str, Any]
    query: str
    actions: Sequence[Mapping[str, Any]]
    imports: bool = False
    stopped: str | None = None


def kept_rules(session: Session) -> Sequence[KeptRule]:
    """All rules in their order; costs no query while none has changed."""
    return remembered(session, "automation rules", load_rules)


def active_rules(session: Session, resource: str) -> list[KeptRule]:
    return [each for each in kept_rules(session) if each.active and each.resource == resource]


def rule_by_id(session: Session, id: int) -> KeptRule | None:
    return next((each for each in kept_rules(session) if each.id == id), None)


def load_rules(session: Session) -> Sequence[KeptRule]:
    """All rules, read afresh."""
    rows = session.scalars(sa.select(Rule).order_by(Rule.position, Rule.id))
    return tuple(as_kept(row) for row in rows)


def as_kept(row: Rule) -> KeptRule:
    return KeptRule(
        row.id,
        row.resource,
        row.name,
        row.active,
        row.owner_id,
        row.trigger,
        row.query,
        tuple(row.actions),
        row.imports,
        row.stopped,
    )


def people_in_charge(session: Session) -> list[int]:
    """Those who may make rules: they hear when one stops."""
    found = []
    for item in references_of(session).items("users"):
        try:
            if item.active and actor_for(session, item.id).may(*EDIT):
                found.append(item.id)
        except LookupError:  # may no longer sign in
            continue
    return found
