"""Kinds of fields: how a value is read from a form, a file or the API, kept, compared and shown."""

from core.fields.basic import Boolean, Choice, Country, Currency, Integer, LongText, Text, Url
from core.fields.contact import Email, EmailAddress, Phone, PhoneNumber
from core.fields.kind import Formats, Invalid, Kind, Reading, ReferenceItem
from core.fields.moments import Date, DateTime
from core.fields.money import MoneyAmount
from core.fields.number import Number
from core.fields.references import Reference, Tags, UserRef
from core.fields.zones import TimeZone

__all__ = [
    "Boolean",
    "Choice",
    "Country",
    "Currency",
    "Date",
    "DateTime",
    "Email",
    "EmailAddress",
    "Formats",
    "Integer",
    "Invalid",
    "Kind",
    "LongText",
    "MoneyAmount",
    "Number",
    "Phone",
    "PhoneNumber",
    "Reading",
    "Reference",
    "ReferenceItem",
    "Tags",
    "Text",
    "TimeZone",
    "Url",
    "UserRef",
]
