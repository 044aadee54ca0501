"""What people keep of reports: targets, dashboards with their tiles, and what is sent by mail."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Model, Money, UtcDateTime, utcnow

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
SPANS = (WEEK, MONTH, QUARTER, YEAR)
COMPANY = "company"

FIGURE, CHART, TABLE, LIST, TARGET, CARD = "figure", "chart", "table", "list", "target", "card"
TILE_KINDS = (FIGURE, CHART, TABLE, LIST, TARGET, CARD)
WIDEST, TALLEST = 12, 4

PRIVATE, TEAMS, EVERYBODY = "", "teams", "all"

DAY = "day"
EVERY = (DAY, WEEK, MONTH)

DUE, SENT, DROPPED, FAILED = "due", "sent", "dropped", "failed"


class Target(Model):
    """What a measure of a report shall come to in one week, month, quarter or year.

    `whose` is `company`, `team:3` or `user:5`; a share is kept in percent, a time in days.
    """

    __tablename__ = "crm_reports_target"
    __table_args__ = (
        UniqueConstraint("report", "measure", "span", "whose", "first"),
        Index("ix_crm_reports_target_whose_first", "whose", "first"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    report: Mapped[str] = mapped_column(String(60))
    measure: Mapped[str] = mapped_column(String(60))
    span: Mapped[str] = mapped_column(String(10))
    first: Mapped[date] = mapped_column()
    whose: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_team.id", ondelete="CASCADE"))
    value: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str | None] = mapped_column(String(3))


class TargetChange(Model):
    """That somebody set, changed or took away a target."""

    __tablename__ = "crm_reports_target_change"
    __table_args__ = (Index("ix_crm_reports_target_change_report", "report", "measure", "span", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    report: Mapped[str] = mapped_column(String(60))
    measure: Mapped[str] = mapped_column(String(60))
    span: Mapped[str] = mapped_column(String(10))
    first: Mapped[date] = mapped_column()
    whose: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_team.id", ondelete="CASCADE"))
    before: Mapped[Decimal | None] = mapped_column(Money)
    after: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class Dashboard(Model):
    """Tiles as somebody has laid them out. `shared` is '', `teams` or `all`; `others_edit` lets those change it too.

    `period` is that of all tiles where it is not empty; `refresh` are the minutes after which tiles are asked again.
    """

    __tablename__ = "crm_reports_dashboard"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    shared: Mapped[str] = mapped_column(String(10), default=PRIVATE)
    others_edit: Mapped[bool] = mapped_column(default=False)
    period: Mapped[str] = mapped_column(String(10), default="")
    refresh: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DashboardTeam(Model):
    """A team to which a dashboard is shared."""

    __tablename__ = "crm_reports_dashboard_team"

    dashboard_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_reports_dashboard.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    team_id: Mapped[int] = mapped_column(
        Id,
        ForeignKey("core_team.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class DashboardStart(Model):
    """Which dashboard stands on the home page: of a person, else of a role, else of everybody.

    `whose` is `user:5`, `role:2` or `all`.
    """

    __tablename__ = "crm_reports_dashboard_start"

    whose: Mapped[str] = mapped_column(String(30), primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_reports_dashboard.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    role_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_role.id", ondelete="CASCADE"))


class Tile(Model):
    """A piece of a dashboard: `subject` names the report, resource, app or whose target; `part` which piece of it.

    `query` are the report's or list's own arguments, a period by its name, so that it moves along with the days.
    """

    __tablename__ = "crm_reports_tile"
    __table_args__ = (Index("ix_crm_reports_tile_dashboard_id", "dashboard_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_reports_dashboard.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(60))
    part: Mapped[str] = mapped_column(String(120), default="")
    query: Mapped[str] = mapped_column(String(2000), default="")
    position: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=4)
    height: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Schedule(Model):
    """A report or a dashboard that is sent by mail at a local minute.

    `weekday` is 0 for Monday; `day` of a month that is shorter means its last one; `minute` counts from midnight in
    `zone`. `next_at` is None while it rests.
    """

    __tablename__ = "crm_reports_schedule"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    report: Mapped[str | None] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(2000), default="")
    dashboard_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_reports_dashboard.id", ondelete="CASCADE"), index=True
    )
    every: Mapped[str] = mapped_column(String(10))
    weekday: Mapped[int] = mapped_column(default=0)
    day: Mapped[int] = mapped_column(default=1)
    minute: Mapped[int] = mapped_column(default=480)
    zone: Mapped[str] = mapped_column(String(60))
    workbook: Mapped[bool] = mapped_column(default=True)
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class SchedulePerson(Model):
    """Somebody who gets what is sent."""

    __tablename__ = "crm_reports_schedule_person"

    schedule_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_reports_schedule.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        Id,
        ForeignKey("core_user.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class Sending(Model):
    """One mail of a schedule to one person: due, sent, dropped (with the reason) or failed. Each moment once."""

    __tablename__ = "crm_reports_sending"
    __table_args__ = (
        UniqueConstraint("schedule_id", "user_id", "due_at"),
        Index("ix_crm_reports_sending_status", "status", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_reports_schedule.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10), default=DUE)
    note: Mapped[str] = mapped_column(String(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    is_test: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
