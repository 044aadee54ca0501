"""The rows behind background work: jobs, and leases for what only one worker may do at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Id, Json, Model, UtcDateTime, utcnow

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
STATUSES = (QUEUED, RUNNING, PAUSED, DONE, FAILED, CANCELLED)
FINISHED = frozenset({DONE, FAILED, CANCELLED})


class JobRow(Model):
    """One piece of background work. This row is the truth about it; workers look for queued ones."""

    __tablename__ = "core_job"
    __table_args__ = (
        sa.Index("ix_core_job_status_run_after", "status", "run_after"),
        sa.Index("ix_core_job_finished_at", "finished_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(sa.String(12), default=QUEUED)
    wanted: Mapped[str | None] = mapped_column(sa.String(12))
    """What somebody asked of the running job, until it obeys: paused or cancelled."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was started after its worker had been lost."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    """What went wrong, in one line for people."""
    trace: Mapped[str] = mapped_column(sa.Text, default="")
    actor_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("core_user.id", ondelete="CASCADE"), index=True
    )
    """Whose rights it works with; None is the system. Never set to NULL later: that would widen the rights."""
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    """Makes a run unique: of a periodic job, its type and the time slot."""
    worker: Mapped[str | None] = mapped_column(sa.String(200))
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def seconds(self) -> float | None:
        """How long it has been running, or ran."""
        if self.started_at is None:
            return None
        return ((self.finished_at or utcnow()) - self.started_at).total_seconds()


class Lease(Model):
    """Something that one worker does for all, for as long as it renews its lease."""

    __tablename__ = "core_lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
