"""Tables of leads, their statuses, and the one conversion that holds for each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.api import Id, Json, Model, Money, Record, ReferenceValue, UtcDateTime, utcnow
from plugins.crm_clients.models import (
    Address,
    Card,
    Contact,
    Validation,
    address_indexes,
    card_indexes,
    validation_indexes,
)

OPEN, CONVERTED, JUNK = "open", "converted", "junk"


class Status(ReferenceValue, Model):
    """A step of the work on a lead, an administrator's own word with a fixed meaning (open, converted or junk)."""

    __tablename__ = "crm_leads_status"


class JunkReason(ReferenceValue, Model):
    """Why a lead came to nothing; asked for by every way to a status that means junk."""

    __tablename__ = "crm_leads_junk_reason"


class Lead(Card, Record, Model):
    """Somebody who may become a client."""

    __tablename__ = "crm_leads_lead"
    __table_args__ = (
        *card_indexes(
            *("crm_leads_lead", "status_id", "source_id", "value", "currency", "converted_at", "is_repeat")
        ),
        Index("ix_crm_leads_lead_status_id_entered_on", "status_id", "entered_on", "id"),
        Index("ix_crm_leads_lead_value_id", "value", "id"),
        Index("ix_crm_leads_lead_expires_on", "expires_on"),
        Index("ix_crm_leads_lead_client_id", "client_id"),
        Index("ix_crm_leads_lead_last_touch_at", "last_touch_at", "id"),
    )

    title: Mapped[str | None] = mapped_column(String(200))
    status_id: Mapped[int | None] = mapped_column(Id, ForeignKey("crm_leads_status.id", ondelete="SET NULL"))
    status_since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    source_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_source.id", ondelete="SET NULL")
    )
    value: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None] = mapped_column(String(3))
    validity_days: Mapped[int | None] = mapped_column()
    expires_on: Mapped[date | None] = mapped_column()
    converted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source_detail: Mapped[str | None] = mapped_column(String(200))
    utm_source: Mapped[str | None] = mapped_column(String(100))
    utm_medium: Mapped[str | None] = mapped_column(String(100))
    utm_campaign: Mapped[str | None] = mapped_column(String(100))
    junk_reason_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_leads_junk_reason.id", ondelete="SET NULL")
    )
    junk_note: Mapped[str | None] = mapped_column(String(500))
    client_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="SET NULL")
    )
    is_repeat: Mapped[bool] = mapped_column(default=False)
    first_touch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_touch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LeadAddress(Address, Model):
    """An address of a lead."""

    __tablename__ = "crm_leads_address"
    __table_args__ = address_indexes("crm_leads_address", "lead_id")

    lead_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_lead.id", ondelete="CASCADE"))


class LeadContact(Contact, Model):
    """A contact person of a lead."""

    __tablename__ = "crm_leads_contact"
    __table_args__ = (Index("ix_crm_leads_contact_lead_id", "lead_id", "position"),)

    lead_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_lead.id", ondelete="CASCADE"))


class LeadValidation(Validation, Model):
    """A lead's e-mail address or phone that somebody was asked to confirm."""

    __tablename__ = "crm_leads_validation"
    __table_args__ = validation_indexes("crm_leads_validation", "lead_id")

    lead_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_lead.id", ondelete="CASCADE"))


class RepeatException(Model):
    """What leads keep beside a client: that new ones which match it are not repeat leads."""

    __tablename__ = "crm_leads_repeat_exception"

    client_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    never_repeat: Mapped[bool | None] = mapped_column()


class Passage(Model):
    """A stretch of time a lead spent in one status; `until` is None while it is there."""

    __tablename__ = "crm_leads_passage"
    __table_args__ = (
        Index("ix_crm_leads_passage_lead_id", "lead_id", "since"),
        Index("ix_crm_leads_passage_status_id", "status_id", "since"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_lead.id", ondelete="CASCADE"))
    status_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_leads_status.id", ondelete="SET NULL"), info={"past": True}
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Conversion(Model):
    """That a lead was converted. The database keeps it to one a lead that holds; undone ones stay as history.

    `before` is what the lead was (attribute → value, as history encodes them), `moved` what went along (what
    `core.records.handover` needs to bring it back), `batch` names the bulk run or the change of mode it was part of,
    `outcome` what the undo took back and what stayed, and why.
    """

    __tablename__ = "crm_leads_conversion"
    __table_args__ = (
        Index(
            "uq_crm_leads_conversion_lead_id",
            "lead_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_crm_leads_conversion_lead", "lead_id", "id"),
        Index("ix_crm_leads_conversion_batch", "batch", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_lead.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    from_status_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_leads_status.id", ondelete="SET NULL"), info={"past": True}
    )
    batch: Mapped[str | None] = mapped_column(String(40))
    before: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    moved: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    outcome: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    lead: Mapped[Lead] = relationship(Lead)
    results: Mapped[list[Result]] = relationship(
        back_populates="conversion", order_by="Result.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Result(Model):
    """A record that a conversion made or completed: the contact, the company, the deal.

    `version` is the record's when the conversion was done: while it is the same, nobody has touched it since.
    `changes` is what was written into a record that existed: field → [before, after].
    """

    __tablename__ = "crm_leads_conversion_result"
    __table_args__ = (
        Index("ix_crm_leads_conversion_result_conversion_id", "conversion_id"),
        Index("ix_crm_leads_conversion_result_record", "resource", "record_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversion_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_leads_conversion.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(20))
    resource: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int] = mapped_column(Id)
    created: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    conversion: Mapped[Conversion] = relationship(Conversion, back_populates="results")
