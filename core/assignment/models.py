"""Tables of assignment: rules and the people in them, absences, and the log of who got what and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Id, Json, Model, UtcDateTime, utcnow


class AssignmentRule(Model):
    """New records of a resource that fit a filter go to these people, by turns.

    `query` are filters as in a list's URL, `doors` the names of the ways in it holds for. `turn` is the place in the
    round at which the next record begins; whoever deals locks this row first.
    """

    __tablename__ = "core_assignment_rule"
    __table_args__ = (Index("ix_core_assignment_rule_resource", "resource", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    query: Mapped[str] = mapped_column(String(2000), default="")
    method: Mapped[str] = mapped_column(String(10))
    doors: Mapped[list[str]] = mapped_column(Json, default=list)
    turn: Mapped[int] = mapped_column(default=0)


class AssignmentPerson(Model):
    """A person of a rule: their share, and how much they take. `given` counts what they got on `day`, their own date."""

    __tablename__ = "core_assignment_person"
    __table_args__ = (
        Index("ix_core_assignment_person_user_id", "user_id"),
        CheckConstraint("weight > 0", name="weight"),
    )

    rule_id: Mapped[int] = mapped_column(
        Id, ForeignKey("core_assignment_rule.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=1)
    most_open: Mapped[int | None] = mapped_column()
    most_a_day: Mapped[int | None] = mapped_column()
    day: Mapped[date | None] = mapped_column()
    given: Mapped[int] = mapped_column(default=0)


class Absence(Model):
    """Days on which a person gets nothing, by their own calendar, the last one included; a substitute may stand in."""

    __tablename__ = "core_absence"
    __table_args__ = (
        Index("ix_core_absence_user_id", "user_id", "until"),
        Index("ix_core_absence_substitute_id", "substitute_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    since: Mapped[date] = mapped_column()
    until: Mapped[date] = mapped_column()
    substitute_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class AssignmentLog(Model):
    """One time a record was given to somebody, or to nobody. `reason` is told in words by `core.assignment.words`."""

    __tablename__ = "core_assignment_log"
    __table_args__ = (
        Index("ix_core_assignment_log_record", "resource", "record_id"),
        Index("ix_core_assignment_log_user_id", "user_id", "id"),
        Index("ix_core_assignment_log_rule_id", "rule_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    rule_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("core_assignment_rule.id", ondelete="SET NULL")
    )
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
