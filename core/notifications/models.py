"""Tables of notifications and of what each person wants to hear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import OUTLIVES, Id, Json, Model, UtcDateTime, utcnow

AT_ONCE, DAILY, NEVER = "at_once", "daily", "never"
"""When a person wants mail of a kind of notification."""
MORNING = 8
"""The hour of their day at which a person gets the day's mail who has chosen none."""


class Notification(Model):
    """Something one person is told. `values` fill the kind's sentence; `unique` keeps the same thing from being told twice.

    `digest` while it waits for the day's mail.
    """

    __tablename__ = "core_notification"
    __table_args__ = (
        Index("ix_core_notification_user_id", "user_id", "read_at", "id"),
        Index(
            "ix_core_notification_digest",
            "user_id",
            "at",
            sqlite_where=text("digest"),
            postgresql_where=text("digest"),
        ),
        UniqueConstraint("user_id", "unique"),
        OUTLIVES,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    resource: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(Id)
    url: Mapped[str] = mapped_column(String(500), default="")
    unique: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest: Mapped[bool] = mapped_column(default=False)


class NotificationChoice(Model):
    """What a person wants of one kind of notification; without a row the kind's own default holds."""

    __tablename__ = "core_notification_choice"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    bell: Mapped[bool] = mapped_column(default=True)
    mail_when: Mapped[str] = mapped_column(String(10), default=NEVER)


class Digest(Model):
    """At which hour of their own day a person gets the day's mail, and the last of their days on which they got it."""

    __tablename__ = "core_digest"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[int] = mapped_column(default=MORNING)
    sent_on: Mapped[date | None] = mapped_column()
