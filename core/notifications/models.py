"""Tables of notifications and of what each person wants to hear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import OUTLIVES, Id, Json, Model, UtcDateTime, utcnow


class Notification(Model):
    """Something one person is told. `values` fill the kind's sentence; `unique` keeps the same thing from being told twice."""

    __tablename__ = "core_notification"
    __table_args__ = (
        Index("ix_core_notification_user_id", "user_id", "read_at", "id"),
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


class NotificationChoice(Model):
    """What a person wants of one kind of notification; without a row the kind's own default holds."""

    __tablename__ = "core_notification_choice"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    bell: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[bool] = mapped_column(default=False)
