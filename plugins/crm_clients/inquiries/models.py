"""The table of inquiries as they came in, taken or refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Json, Model, UtcDateTime, utcnow

TAKEN, REFUSED = "taken", "refused"


class KeptInquiry(Model):
    """An inquiry as it was sent, and what came of it: kept also where it was refused, to be sent in again.

    `payload` is what was said, unread; `results` the records it became or went to, `problems` why it was refused
    (field, sentence, code).
    """

    __tablename__ = "crm_clients_inquiry"
    __table_args__ = (
        Index("ix_crm_clients_inquiry_status_id", "status", "id"),
        Index("ix_crm_clients_inquiry_at", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(String(10), default=REFUSED)
    attached: Mapped[bool] = mapped_column(default=False)
    results: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    error: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=1)
