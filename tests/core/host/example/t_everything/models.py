"""Tables of the example: its own records, and a side table for a field of somebody else's."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Model, Record


class Notebook(Record, Model):
    """A record of the example's own."""

    __tablename__ = "t_everything_notebook"

    name: Mapped[str] = mapped_column(String(200))


class Nickname(Model):
    """What a client is called among friends."""

    __tablename__ = "t_everything_nickname"

    client_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    nickname: Mapped[str | None] = mapped_column(String(100))


class Diary(Model):
    """What happened to the example itself."""

    __tablename__ = "t_everything_diary"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry: Mapped[str] = mapped_column(String(200))
