"""Tables of custom attributes and their values, one typed row a value."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Id, Json, Model, UtcDateTime


class Attribute(Model):
    """A field an administrator added (S3, "Atributos del cliente").

    `key` is its name in URLs, files and the API, fixed once made; `kind` one of text, long_text, number, money, date,
    boolean, choice, link, email, phone, file; `resources` the names of those it is on; `choices` are
    {"key", "name", "hue"} of a choice. One with `deleted_at` is gone for everybody; its values go a while later.
    """

    __tablename__ = "core_attribute"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(240), unique=True)
    description: Mapped[str | None] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(20))
    multiple: Mapped[bool] = mapped_column(default=False)
    required: Mapped[bool] = mapped_column(default=False)
    resources: Mapped[list[str]] = mapped_column(Json, default=list)
    choices: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttributeValue(Model):
    """One value of an attribute on one record; of a multiple attribute there are several, in `position` order.

    `text` is what was typed (choices: the key), `folded` what is compared and searched, `number` a whole number of
    millionths (numbers, money, 0 or 1 of yes/no), `day` a date.
    """

    __tablename__ = "core_attribute_value"
    __table_args__ = (
        Index("ix_core_attribute_value_record", "resource", "record_id"),
        Index("ix_core_attribute_value_folded", "attribute_id", "resource", "folded", "record_id"),
        Index("ix_core_attribute_value_number", "attribute_id", "resource", "number", "record_id"),
        Index("ix_core_attribute_value_day", "attribute_id", "resource", "day", "record_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    attribute_id: Mapped[int] = mapped_column(Id, ForeignKey("core_attribute.id", ondelete="CASCADE"))
    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str | None] = mapped_column(Text)
    folded: Mapped[str | None] = mapped_column(String(200))
    number: Mapped[int | None] = mapped_column(BigInteger)
    day: Mapped[date | None] = mapped_column()
    attachment_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("core_attachment.id", ondelete="CASCADE")
    )
