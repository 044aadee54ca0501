"""The records on which rules of assignment are tried."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.rules import KeptRule
from core.resources.declare import Resource
from core.resources.kept_filter import fitting_ids


def fitting(session: Session, resource: Resource, rule: KeptRule, ids: Sequence[int]) -> set[int]:
    """Those of these records that fit a rule's filter, whoever is at work; one statement, none without a filter."""
    return fitting_ids(session, resource, rule.query, ids)


def newest(session: Session, resource: Resource, number: int) -> list[int]:
    """The ids of the last records, oldest of them first; of those the session's person may see."""
    model = resource.model
    return list(session.scalars(sa.select(model.id).order_by(model.id.desc()).limit(number)))[::-1]
