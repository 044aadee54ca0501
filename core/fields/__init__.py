"""Kinds of fields: how a value is read from a form, a file or the API, kept, compared and shown."""

from core.fields.basic import Boolean, Choice, Country, Currency, Integer, LongText, Text, Url
from core.fields.beside import RecordBeside, RecordPlace
from core.fields.choices import HuedChoice, YesNo
from core.fields.contact import Email, EmailAddress, Phone, PhoneNumber
from core.fields.files import AttachedFile, FileRef
from core.fields.kind import Formats, Invalid, Kind, Reading, ReferenceItem
from core.fields.many import Many, single
from core.fields.moments import Date, DateTime, TimeOfDay
from core.fields.money import MoneyAmount
from core.fields.number import Number
from core.fields.places import Region
from core.fields.record import RecordRef
from core.fields.references import Reference, Tags, UserRef
from core.fields.zones import TimeZone

__all__ = [
    "AttachedFile",
    "Boolean",
    "Choice",
    "Country",
    "Currency",
    "Date",
    "DateTime",
    "Email",
    "EmailAddress",
    "FileRef",
    "Formats",
    "HuedChoice",
    "Integer",
    "Invalid",
    "Kind",
    "LongText",
    "Many",
    "MoneyAmount",
    "Number",
    "Phone",
    "PhoneNumber",
    "Reading",
    "RecordBeside",
    "RecordPlace",
    "RecordRef",
    "Reference",
    "ReferenceItem",
    "Region",
    "Tags",
    "Text",
    "TimeOfDay",
    "TimeZone",
    "Url",
    "UserRef",
    "YesNo",
    "single",
]
