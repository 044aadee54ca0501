"""Who was given records by an import hears of it once, when it has ended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.assignment.models import AssignmentLog
from core.assignment.rules import any_rules
from core.house import House
from core.imports.models import CREATED, ImportRow, ImportRun
from core.notifications.watch import tell_of_dealt
from core.resources.context import write_context


def tell_of_import(session: Session, house: House, actor: Actor | None, run: ImportRun) -> None:
    """Tell everybody how many records rules gave them of this import; the caller commits."""
    if not any_rules(session):
        return
    rows = session.execute(
        sa.select(AssignmentLog.resource, AssignmentLog.user_id, sa.func.count())
        .join(
            ImportRow,
            sa.and_(
                ImportRow.record_id == AssignmentLog.record_id, ImportRow.resource == AssignmentLog.resource
            ),
        )
        .where(
            ImportRow.import_id == run.id,
            ImportRow.outcome == CREATED,
            AssignmentLog.source == "import",
            AssignmentLog.rule_id.is_not(None),
            AssignmentLog.user_id.is_not(None),
        )
        .group_by(AssignmentLog.resource, AssignmentLog.user_id)
    ).tuples()
    me = actor.user_id if actor else None
    given: dict[str, dict[int, int]] = {}
    for resource, user_id, number in rows:
        if user_id is not None and user_id != me:
            given.setdefault(resource, {})[user_id] = number
    for resource, numbers in given.items():
        if resource in house.resources:
            tell_of_dealt(write_context(session, house, None, "import"), house.resources[resource], numbers)
