"""The table of changes of mode."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Json, Model, UtcDateTime, utcnow

WORKING, DONE, STOPPED = "working", "done", "stopped"


class ModeChange(Model):
    """That the mode was changed, and how far the work that goes with it has come.

    `wish` is what was asked for; `source_id` the change whose conversions are brought back; `undoes_id` the change
    that this one takes back. `is_running` is True while the work goes on and None after: the database allows one.
    `failed` are the first of those that could not be done (id, title, reason); `failures` counts all.
    """

    __tablename__ = "crm_clients_mode_change"
    __table_args__ = (Index("ix_crm_clients_mode_change_job_id", "job_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    from_mode: Mapped[str] = mapped_column(String(10))
    to_mode: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=WORKING)
    is_running: Mapped[bool | None] = mapped_column(unique=True)
    wish: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    source_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_mode_change.id", ondelete="SET NULL")
    )
    undoes_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_mode_change.id", ondelete="SET NULL")
    )
    job_id: Mapped[int | None] = mapped_column(Id)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    failed: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def batch(self) -> str:
        """Under which name the conversions it makes are kept together."""
        return f"mode:{self.id}"
