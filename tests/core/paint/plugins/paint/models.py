"""Tables of the paint app."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Model, Record, ReferenceValue


class Colour(ReferenceValue, Model):
    __tablename__ = "paint_colour"

    litres: Mapped[int | None]


class Stage(ReferenceValue, Model):
    __tablename__ = "paint_stage"


class Pot(Record, Model):
    __tablename__ = "paint_pot"

    name: Mapped[str] = mapped_column(String(200))
    painter_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("core_user.id", ondelete="SET NULL"), index=True
    )
    colour_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("paint_colour.id", ondelete="RESTRICT"), index=True
    )
    stage_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("paint_stage.id", ondelete="RESTRICT"), index=True
    )
