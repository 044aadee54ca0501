"""Tables of deals, their pipelines and stages, the people and the products of each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Model, Money, Record, ReferenceValue, UtcDateTime, fold, utcnow

OPEN, WON, LOST = "open", "won", "lost"


class Pipeline(ReferenceValue, Model):
    """A way of selling with stages of its own (Bitrix24 calls it so too)."""

    __tablename__ = "crm_deals_pipeline"


class Stage(ReferenceValue, Model):
    """A step of a pipeline: its meaning (open, won, lost), how likely deals in it are won, when they are stale.

    Two pipelines may have stages of the same name; `probability` is in percent, `stale_days` None for never.
    """

    __tablename__ = "crm_deals_stage"
    __table_args__ = (UniqueConstraint("pipeline_id", "name_folded"),)

    name_folded: Mapped[str] = mapped_column(
        String(240), default=lambda context: fold(context.get_current_parameters()["name"])
    )
    pipeline_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_deals_pipeline.id", ondelete="CASCADE"))
    probability: Mapped[int] = mapped_column(default=0)
    stale_days: Mapped[int | None] = mapped_column()


class LossReason(ReferenceValue, Model):
    """Why a deal was lost; asked for by every way to a stage that means lost."""

    __tablename__ = "crm_deals_loss_reason"


class Deal(Record, Model):
    """Something that may be sold to a client."""

    __tablename__ = "crm_deals_deal"
    __table_args__ = (
        *(
            Index(f"ix_crm_deals_deal_{name}", name)
            for name in ("client_id", "contact_id", "source_id", "loss_reason_id", "expected_close")
        ),
        Index("ix_crm_deals_deal_stage_id_entered_on", "stage_id", "entered_on", "id"),
        Index("ix_crm_deals_deal_stage_id_stage_since", "stage_id", "stage_since"),
        Index("ix_crm_deals_deal_title_folded_id", "title_folded", "id"),
        Index("ix_crm_deals_deal_value_id", "value", "id"),
        Index("ix_crm_deals_deal_closed_at", "closed_at"),
        Index("ix_crm_deals_deal_last_touch_at", "last_touch_at", "id"),
        Index(
            "ix_crm_deals_deal_filters",
            *("entered_on", "id", "salesperson_id", "pipeline_id", "stage_id", "client_id", "source_id"),
            *("value", "currency", "expected_close", "closed_at", "is_repeat"),
        ),
        Index(
            "ix_crm_deals_deal_own_filters",
            *("salesperson_id", "entered_on", "id", "pipeline_id", "stage_id", "client_id", "source_id"),
            *("value", "currency", "expected_close", "closed_at", "is_repeat"),
        ),
    )

    title: Mapped[str] = mapped_column(String(200))
    title_folded: Mapped[str] = mapped_column(String(400))
    client_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="SET NULL")
    )
    contact_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="SET NULL")
    )
    pipeline_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_deals_pipeline.id", ondelete="SET NULL")
    )
    stage_id: Mapped[int | None] = mapped_column(Id, ForeignKey("crm_deals_stage.id", ondelete="SET NULL"))
    stage_since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    value: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None] = mapped_column(String(3))
    entered_on: Mapped[date] = mapped_column()
    expected_close: Mapped[date | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_source.id", ondelete="SET NULL")
    )
    loss_reason_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_deals_loss_reason.id", ondelete="SET NULL")
    )
    loss_note: Mapped[str | None] = mapped_column(String(500))
    salesperson_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    is_repeat: Mapped[bool] = mapped_column(default=False)
    has_lines: Mapped[bool] = mapped_column(default=False)
    """Whether its value is the sum of its products; kept, so that nobody has to read them to know."""
    contact_role: Mapped[str | None] = mapped_column(String(100))
    notes: Mapped[str | None] = mapped_column(Text)
    last_touch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DealContact(Model):
    """A person one talks to about a deal; the main one also stands on the deal (`contact_id`)."""

    __tablename__ = "crm_deals_contact"
    __table_args__ = (
        Index("ix_crm_deals_contact_deal_id", "deal_id", "position"),
        Index("ix_crm_deals_contact_client_id", "client_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_deals_deal.id", ondelete="CASCADE"))
    client_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="SET NULL")
    )
    is_main: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[str | None] = mapped_column(String(100))


class DealLine(Model):
    """A product of a deal: how many, at what price each, and what is taken off (percent)."""

    __tablename__ = "crm_deals_line"
    __table_args__ = (
        Index("ix_crm_deals_line_deal_id", "deal_id", "position"),
        Index("ix_crm_deals_line_name_folded", "name_folded", "deal_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_deals_deal.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(400))
    quantity: Mapped[Decimal] = mapped_column(Money, default=Decimal(1))
    price: Mapped[Decimal | None] = mapped_column(Money)
    discount: Mapped[Decimal | None] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    """What it comes to, kept so that reports can add it up."""


class DealPassage(Model):
    """A stretch of time a deal spent in one stage; `until` is None while it is there."""

    __tablename__ = "crm_deals_passage"
    __table_args__ = (
        Index("ix_crm_deals_passage_deal_id", "deal_id", "since"),
        Index("ix_crm_deals_passage_stage_id", "stage_id", "since"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_deals_deal.id", ondelete="CASCADE"))
    stage_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_deals_stage.id", ondelete="SET NULL"), info={"past": True}
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
