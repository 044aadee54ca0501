"""Tables of merges and of pairs that somebody said are no duplicates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import OUTLIVES, Id, Json, Model, UtcDateTime, utcnow


class Merge(Model):
    """Several records became one. `kept` holds what undoing needs: the rows that went, the old values, what moved."""

    __tablename__ = "core_merge"
    __table_args__ = (Index("ix_core_merge_record", "resource", "record_id"), OUTLIVES)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    gone_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    kept: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class NotDuplicate(Model):
    """Two records that look alike and are not the same; the lower id of the pair (or the first resource) stands first."""

    __tablename__ = "core_not_duplicate"
    __table_args__ = (UniqueConstraint("resource", "record_id", "other_resource", "other_id"), OUTLIVES)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    other_resource: Mapped[str] = mapped_column(String(60))
    other_id: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
