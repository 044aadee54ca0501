"""Tables of mail: templates, and the mails that were written from records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Json, Model, Record, UtcDateTime, utcnow

WAITING, SENT, REFUSED, BOUNCED = "waiting", "sent", "refused", "bounced"


class MailTemplate(Record, Model):
    """A mail to begin from. `{names}` in subject and body stand for values of the record, its writer, the company."""

    __tablename__ = "crm_interactions_mail_template"
    __table_args__ = (Index("ix_crm_interactions_mail_template_name_folded_id", "name_folded", "id"),)

    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(240))
    language: Mapped[str | None] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")


class MailMessage(Model):
    """A mail of somebody's, beside the interaction that tells of it.

    `reference` names the attempt that is under way: what is told of an earlier one counts no more. `unique` names the
    message for good, its Message-ID is made of it.
    """

    __tablename__ = "crm_interactions_mail_message"
    __table_args__ = (
        Index("ix_crm_interactions_mail_message_sender_id", "sender_id", "written_at"),
        Index("ix_crm_interactions_mail_message_template_id", "template_id"),
    )

    interaction_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_interactions_interaction.id", ondelete="CASCADE"), primary_key=True
    )
    unique: Mapped[str] = mapped_column(String(60), unique=True)
    message_id: Mapped[str] = mapped_column(String(300), unique=True)
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    outbox_id: Mapped[int | None] = mapped_column(Id)
    sender_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    to: Mapped[list[Any]] = mapped_column(Json, default=list)
    cc: Mapped[list[Any]] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(String(10), default=WAITING)
    reason: Mapped[str] = mapped_column(String(500), default="")
    template_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_interactions_mail_template.id", ondelete="SET NULL")
    )
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
