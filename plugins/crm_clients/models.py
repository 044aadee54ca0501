"""Tables of clients and of the lists that classify them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.api import Id, Model, Record, ReferenceValue, UtcDateTime, utcnow

# the tables of parts that have a folder of their own
from plugins.crm_clients.inquiries.models import KeptInquiry as KeptInquiry
from plugins.crm_clients.mode.models import ModeChange as ModeChange


class Degrees(TypeDecorator[Decimal]):
    """Latitude or longitude as Decimal: six decimals, about ten centimetres; kept as a whole number of millionths."""

    impl = Integer
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(6).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-6)


class Channel(ReferenceValue, Model):
    """How somebody came to us (S3, "Canal")."""

    __tablename__ = "crm_clients_channel"


class Source(ReferenceValue, Model):
    """What brought somebody to us: a call, a form, a fair (S0, "¿Cómo agregar prospectos?")."""

    __tablename__ = "crm_clients_source"


class Segment(ReferenceValue, Model):
    """What part of the market somebody belongs to; its colour is used in charts (S3, "Segmentación de negocio")."""

    __tablename__ = "crm_clients_segment"


class Level(ReferenceValue, Model):
    """How much may come of somebody (S3, "Niveles de potencialidad"); `applies_to` is leads, clients or None for both."""

    __tablename__ = "crm_clients_level"

    applies_to: Mapped[str | None] = mapped_column(String(10))


class Zone(ReferenceValue, Model):
    """A part of the territory, for visits and dispatch (S3, "Zonas")."""

    __tablename__ = "crm_clients_zone"


class Sector(ReferenceValue, Model):
    """A smaller part of the territory (S3, "Sectores"), within a zone where one is named."""

    __tablename__ = "crm_clients_sector"

    zone_id: Mapped[int | None] = mapped_column(Id, ForeignKey("crm_clients_zone.id", ondelete="SET NULL"))


class AddressType(ReferenceValue, Model):
    """What an address is for: fiscal, delivery, … (S3, "DIRECCIONES", Tipo)."""

    __tablename__ = "crm_clients_address_type"


class DocumentType(ReferenceValue, Model):
    """A kind of identity document: the country it belongs to and the rule its numbers follow."""

    __tablename__ = "crm_clients_document_type"

    country: Mapped[str | None] = mapped_column(String(2))
    rule: Mapped[str | None] = mapped_column(String(40))


class Card:
    """Mixin: the general card that leads and clients share (S3, "GENERAL" and the main address and contact)."""

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(400))
    name_key: Mapped[str | None] = mapped_column(String(400))
    legal_name: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10), default="company")
    document_number: Mapped[str | None] = mapped_column(String(40))
    document_compact: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))
    email_folded: Mapped[str | None] = mapped_column(String(254))
    phone_1: Mapped[str | None] = mapped_column(String(60))
    phone_1_e164: Mapped[str | None] = mapped_column(String(20))
    phone_2: Mapped[str | None] = mapped_column(String(60))
    phone_2_e164: Mapped[str | None] = mapped_column(String(20))
    website: Mapped[str | None] = mapped_column(String(300))
    notifications: Mapped[bool] = mapped_column(default=True)
    notes: Mapped[str | None] = mapped_column(Text)
    entered_on: Mapped[date] = mapped_column()
    contact_first_name: Mapped[str | None] = mapped_column(String(100))
    contact_last_name: Mapped[str | None] = mapped_column(String(100))
    contact_position: Mapped[str | None] = mapped_column(String(100))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_email_folded: Mapped[str | None] = mapped_column(String(254))
    contact_phone_1: Mapped[str | None] = mapped_column(String(60))
    contact_phone_1_e164: Mapped[str | None] = mapped_column(String(20))
    contact_phone_2: Mapped[str | None] = mapped_column(String(60))
    contact_phone_2_e164: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(300))
    city: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str | None] = mapped_column(String(100))
    municipality: Mapped[str | None] = mapped_column(String(100))
    parish: Mapped[str | None] = mapped_column(String(100))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    reference_point: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(2))
    latitude: Mapped[Decimal | None] = mapped_column(Degrees)
    longitude: Mapped[Decimal | None] = mapped_column(Degrees)

    @declared_attr
    def address_type_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_address_type.id", ondelete="SET NULL"))

    @declared_attr
    def document_type_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_document_type.id", ondelete="SET NULL"))

    @declared_attr
    def channel_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_channel.id", ondelete="SET NULL"))

    @declared_attr
    def segment_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_segment.id", ondelete="SET NULL"))

    @declared_attr
    def level_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_level.id", ondelete="SET NULL"))

    @declared_attr
    def zone_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_zone.id", ondelete="SET NULL"))

    @declared_attr
    def sector_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_sector.id", ondelete="SET NULL"))

    @declared_attr
    def salesperson_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


CLASSES = ("channel_id", "segment_id", "level_id", "zone_id", "sector_id")
"""What a card is filtered by besides its salesperson."""


def card_indexes(table: str, *also: str) -> tuple[Index, ...]:
    """The indexes of a table with a card: what duplicates are found by, and what lists are sorted, scoped and filtered by.

    Any mixture of filters is answered from one of the two wide ones, which hold all of them (and `also`) in the order
    in which lists stand, without looking at the rows; reports of a period are counted from it likewise. The narrow
    ones are for values that few have.
    """
    filtered = (*also, *CLASSES)
    return (
        *(
            Index(f"ix_{table}_{name}", name)
            for name in (
                "document_compact",
                "email_folded",
                "phone_1_e164",
                "phone_2_e164",
                "name_key",
                *CLASSES,
            )
        ),
        Index(f"ix_{table}_name_folded_id", "name_folded", "id"),
        Index(f"ix_{table}_filters", "entered_on", "id", "salesperson_id", *filtered),
        Index(f"ix_{table}_own_filters", "salesperson_id", "entered_on", "id", *filtered),
    )


class Address:
    """Mixin: one of the addresses of a client or lead (S3, "DIRECCIONES"). The main one also stands on the card."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    is_main: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    address: Mapped[str | None] = mapped_column(String(300))
    city: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str | None] = mapped_column(String(100))
    municipality: Mapped[str | None] = mapped_column(String(100))
    parish: Mapped[str | None] = mapped_column(String(100))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    reference_point: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(2))
    latitude: Mapped[Decimal | None] = mapped_column(Degrees)
    longitude: Mapped[Decimal | None] = mapped_column(Degrees)

    @declared_attr
    def type_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_address_type.id", ondelete="SET NULL"))

    @declared_attr
    def zone_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_zone.id", ondelete="SET NULL"))

    @declared_attr
    def sector_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("crm_clients_sector.id", ondelete="SET NULL"))


class Contact:
    """Mixin: one of the people to talk to at a client or lead (S3, "CONTACTOS"). The main one also stands on the card."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    is_main: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254))
    email_folded: Mapped[str | None] = mapped_column(String(254))
    phone_1: Mapped[str | None] = mapped_column(String(60))
    phone_1_e164: Mapped[str | None] = mapped_column(String(20))
    phone_2: Mapped[str | None] = mapped_column(String(60))
    phone_2_e164: Mapped[str | None] = mapped_column(String(20))


class Validation:
    """Mixin: that somebody was asked to confirm an e-mail address or a phone of a client or lead (S3, the marks).

    It belongs to the value, not to the field: `key` is the folded address, or the number in E.164. Rows are kept, they
    are the history of the mark. Codes and the link's secret are kept hashed only.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(254))
    field: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_via: Mapped[str | None] = mapped_column(String(10))

    @declared_attr
    def sent_by_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))

    @declared_attr
    def confirmed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


def validation_indexes(table: str, parent: str) -> tuple[Index, ...]:
    """The indexes of a table of validations: those of a record."""
    return (Index(f"ix_{table}_{parent}", parent, "id"),)


def address_indexes(table: str, parent: str) -> tuple[Index, ...]:
    """The indexes of a table of addresses: those of a record, and what lists are filtered by."""
    return (
        Index(f"ix_{table}_{parent}", parent, "position"),
        *(Index(f"ix_{table}_{name}", name, "is_main", parent) for name in ("zone_id", "sector_id")),
    )


class Client(Card, Record, Model):
    """A person or a company that one sells to; a person may belong to a company."""

    __tablename__ = "crm_clients_client"
    __table_args__ = (
        *card_indexes("crm_clients_client"),
        Index("ix_crm_clients_client_company_id", "company_id"),
        Index("ix_crm_clients_client_last_touch_at", "last_touch_at", "id"),
    )

    company_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_clients_client.id", ondelete="SET NULL")
    )
    last_touch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClientAddress(Address, Model):
    """An address of a client."""

    __tablename__ = "crm_clients_address"
    __table_args__ = address_indexes("crm_clients_address", "client_id")

    client_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_clients_client.id", ondelete="CASCADE"))


class ClientContact(Contact, Model):
    """A contact person of a client."""

    __tablename__ = "crm_clients_contact"
    __table_args__ = (Index("ix_crm_clients_contact_client_id", "client_id", "position"),)

    client_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_clients_client.id", ondelete="CASCADE"))


class ClientValidation(Validation, Model):
    """A client's e-mail address or phone that somebody was asked to confirm."""

    __tablename__ = "crm_clients_validation"
    __table_args__ = validation_indexes("crm_clients_validation", "client_id")

    client_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_clients_client.id", ondelete="CASCADE"))


class Question(Model):
    """That an address or a phone was asked about, whosever record has it: so that nobody is asked too often.

    `digest` stands for the value; it belongs to no record and tells of none. Rows older than a day go.
    """

    __tablename__ = "crm_clients_question"
    __table_args__ = (Index("ix_crm_clients_question_digest", "digest", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
