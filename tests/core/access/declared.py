"""Two kinds of record, what hangs on them, and a house that declares them, as plugins would."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.config import Config
from core.db import Id, Model
from core.declare import Permission
from core.fields import Text, UserRef
from core.host.dispatch import Hooks
from core.house import House
from core.resources.declare import Field, Resource


class Customer(Model):
    __tablename__ = "acc_customer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id", ondelete="SET NULL"))


class Prospect(Model):
    __tablename__ = "acc_prospect"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str | None] = mapped_column(sa.String(80), deferred=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id", ondelete="SET NULL"))
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("acc_customer.id", ondelete="SET NULL"))

    customer: Mapped[Customer | None] = relationship()
    phones: Mapped[list[Phone]] = relationship(back_populates="prospect", passive_deletes=True)


class Phone(Model):
    """Hangs on a prospect."""

    __tablename__ = "acc_phone"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    prospect_id: Mapped[int] = mapped_column(sa.ForeignKey("acc_prospect.id", ondelete="CASCADE"))

    prospect: Mapped[Prospect] = relationship(back_populates="phones")


class Ring(Model):
    """Hangs on a phone."""

    __tablename__ = "acc_ring"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    phone_id: Mapped[int] = mapped_column(sa.ForeignKey("acc_phone.id", ondelete="CASCADE"))


class Place(Model):
    """Has no owner: who may see one sees all."""

    __tablename__ = "acc_place"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))


TABLES = [each.__table__ for each in (Customer, Prospect, Phone, Ring, Place)]

NAME = Field("name", "Name", Text())
OWNER = Field("owner", "Owner", UserRef())

CUSTOMERS = Resource("customers", Customer, "Customer", "Customers", "user", (NAME, OWNER), owner="owner_id")
PROSPECTS = Resource(
    "prospects",
    Prospect,
    "Prospect",
    "Prospects",
    "user",
    (NAME, OWNER),
    owner="owner_id",
    permissions=(("convert", "Convert"),),
)
PLACES = Resource("places", Place, "Place", "Places", "map", (NAME,))


def make_house(folder: Path, url: str = "sqlite://", **hooks: Any) -> House:
    """A house of these resources, and of one plugin with these hook implementations."""
    dispatch = Hooks()
    if hooks:
        plugin = ModuleType("plugin_under_test")
        for name, implementation in hooks.items():
            setattr(plugin, name, implementation)
        dispatch.register("plugin_under_test", plugin)
    house = House(Config(instance=folder, database_url=url), 1, dispatch)
    house.resources |= {each.name: each for each in (CUSTOMERS, PROSPECTS, PLACES)}
    house.permissions.append(Permission("reports", "view", "Reports"))
    return house
