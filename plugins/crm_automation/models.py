"""Tables of automation: rules, what happened that they wait for, and what each of their runs did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api import OUTLIVES, Id, Json, Model, UtcDateTime, utcnow

DONE, SKIPPED, FAILED, STOPPED = "done", "skipped", "failed", "stopped"


class Rule(Model):
    """When something happens to a record of a resource, and it fits the query, then do this, in the owner's name.

    `trigger` is {"kind": name, its values}, `actions` a list of such; `query` are filters as in a list's URL. `stopped`
    says why the rule switched itself off. `looked_at` is until when the clock was looked at for it.
    """

    __tablename__ = "crm_automation_rule"
    __table_args__ = (
        Index("ix_crm_automation_rule_position", "position", "id"),
        Index("ix_crm_automation_rule_owner_id", "owner_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    trigger: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    query: Mapped[str] = mapped_column(String(2000), default="")
    actions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    imports: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    stopped: Mapped[str | None] = mapped_column(String(300))


class Happening(Model):
    """Something that rules wait for, written in the transaction in which it happened.

    `rules` are the ids of those still to be tried, in their order; it is settled when none is left. `chain` ties
    together what rules caused one after the other, `depth` counts how far; `key` keeps the same from coming twice.
    """

    __tablename__ = "crm_automation_happening"
    __table_args__ = (Index("ix_crm_automation_happening_done_at", "done_at", "id"), OUTLIVES)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    rules: Mapped[list[int]] = mapped_column(Json, default=list)
    source: Mapped[str] = mapped_column(String(20))
    chain: Mapped[str] = mapped_column(String(32))
    depth: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key: Mapped[str | None] = mapped_column(String(160), unique=True)


class Run(Model):
    """What a rule did to a record because of a happening, once. `told` are its deeds as {"text", "links"}.

    `again_at` is when one that failed is tried again.
    """

    __tablename__ = "crm_automation_run"
    __table_args__ = (
        UniqueConstraint("rule_id", "happening_id"),
        Index("ix_crm_automation_run_rule_id_at", "rule_id", "at"),
        Index("ix_crm_automation_run_record", "resource", "record_id", "id"),
        Index("ix_crm_automation_run_chain", "chain"),
        Index("ix_crm_automation_run_again_at", "again_at"),
        Index("ix_crm_automation_run_happening_id", "happening_id"),
        Index("ix_crm_automation_run_at", "at"),
        OUTLIVES,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(Id, ForeignKey("crm_automation_rule.id", ondelete="SET NULL"))
    rule_name: Mapped[str] = mapped_column(String(80))
    happening_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_automation_happening.id", ondelete="SET NULL")
    )
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    chain: Mapped[str] = mapped_column(String(32))
    depth: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")
    told: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    milliseconds: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=1)
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
