"""The log of assignment: every time a record was given to somebody or to nobody, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assignment.models import AssignmentLog
from core.db import utcnow
from core.resources.context import WriteContext

PAGE = 50


@dataclass(frozen=True)
class Given:
    """One line to be written: who got which record (None: nobody), by which rule, and why."""

    record_id: int
    user_id: int | None
    reason: Mapping[str, Any]
    rule_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the log."""

    resource: str = ""
    record_id: int | None = None
    user_id: int | None = None
    nobody: bool = False
    rule_id: int | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None


def write_log(context: WriteContext, resource: str, lines: Iterable[Given]) -> None:
    """Keep these lines, in one statement. The caller commits."""
    now, by = utcnow(), context.actor.user_id if context.actor else None
    rows = [
        {
            "resource": resource,
            "record_id": line.record_id,
            "user_id": line.user_id,
            "rule_id": line.rule_id,
            "by_id": by,
            "source": context.source,
            "reason": dict(line.reason),
            "at": now,
        }
        for line in lines
    ]
    if rows:
        context.session.execute(sa.insert(AssignmentLog), rows)


def page_of_log(
    session: Session, asked: Asked, resources: Sequence[str], zone: ZoneInfo
) -> tuple[Sequence[AssignmentLog], int | None]:
    """A page of lines about these resources, the newest first, and where the next one begins."""
    wanted = sa.select(AssignmentLog).where(AssignmentLog.resource.in_(resources))
    if asked.resource:
        wanted = wanted.where(AssignmentLog.resource == asked.resource)
    if asked.record_id is not None:
        wanted = wanted.where(AssignmentLog.record_id == asked.record_id)
    if asked.user_id is not None or asked.nobody:
        wanted = wanted.where(AssignmentLog.user_id == asked.user_id)
    if asked.rule_id is not None:
        wanted = wanted.where(AssignmentLog.rule_id == asked.rule_id)
    if asked.since is not None:
        wanted = wanted.where(AssignmentLog.at >= _begin(asked.since, zone))
    if asked.until is not None:
        wanted = wanted.where(AssignmentLog.at < _begin(asked.until + timedelta(days=1), zone))
    if asked.before is not None:
        wanted = wanted.where(AssignmentLog.id < asked.before)
    found = session.scalars(wanted.order_by(AssignmentLog.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
