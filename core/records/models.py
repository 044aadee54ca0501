"""Tables of what any record can have, whatever its resource."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.db import OUTLIVES, HandedOver, Id, Json, Model, UtcDateTime, utcnow
from core.i18n import _l


class Record:
    """Mixin for the model of a resource: its id, when and by whom it was made, and how often it changed."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"), nullable=True)


class History(Model):
    """One thing that happened to a record. `changes` maps field name to [old, new] as the API writes them."""

    __tablename__ = "core_history"
    __table_args__ = (Index("ix_core_history_record", "resource", "record_id", "id"), OUTLIVES)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20))
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Attachment(Model):
    """A file on a record; its bytes lie in the uploads folder under `stored`, a name of ours."""

    __tablename__ = "core_attachment"
    __table_args__ = (
        Index("ix_core_attachment_record", "resource", "record_id"),
        {"info": {"handed_over": HandedOver(_l("Files"), "paperclip")}},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Id)
    sha256: Mapped[str] = mapped_column(String(64))
    stored: Mapped[str] = mapped_column(String(80), unique=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    uploaded_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class Tag(Model):
    """A word that people put on records, whatever their resource."""

    __tablename__ = "core_tag"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_folded: Mapped[str] = mapped_column(String(60), unique=True)
    hue: Mapped[str] = mapped_column(String(10), default="slate")


class RecordTag(Model):
    """A tag on a record."""

    __tablename__ = "core_record_tag"
    __table_args__ = (Index("ix_core_record_tag_tag", "tag_id", "resource", "record_id"),)

    resource: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, primary_key=True)
    tag_id: Mapped[int] = mapped_column(Id, ForeignKey("core_tag.id", ondelete="CASCADE"), primary_key=True)


class SavedView(Model):
    """A list as somebody likes it: filters, sort and columns as a query string."""

    __tablename__ = "core_saved_view"
    __table_args__ = (UniqueConstraint("resource", "owner_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(2000))
    owner_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    shared: Mapped[bool] = mapped_column(default=False)


class Undo(Model):
    """What one press of “Undo” takes back: of a change the old values, of a deletion the rows that went."""

    __tablename__ = "core_undo"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    resource: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    kept: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Follower(Model):
    """A person who wants to hear what happens to a record."""

    __tablename__ = "core_follower"
    __table_args__ = (
        Index("ix_core_follower_user_id", "user_id", "resource", "record_id"),
        {"info": {"handed_over": HandedOver(_l("Followers"), "bell", copied=True)}},
    )

    resource: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Favourite(Model):
    """A record or a saved view that a person keeps at hand in the navigation."""

    __tablename__ = "core_favourite"
    __table_args__ = (UniqueConstraint("user_id", "resource", "record_id", "view_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(Id)
    view_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_saved_view.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
