"""The types an administrator chooses from, and how a value of each is kept in a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.fields import (
    AttachedFile,
    Date,
    Email,
    EmailAddress,
    FileRef,
    HuedChoice,
    Kind,
    LongText,
    MoneyAmount,
    Number,
    Phone,
    PhoneNumber,
    Text,
    Url,
    YesNo,
)
from core.fields.choices import NO, YES
from core.fields.number import plain
from core.i18n import Text as Words
from core.i18n import _l
from core.text import fold

if TYPE_CHECKING:
    from core.attributes.definitions import Definition

FOLDED_LENGTH = 200
TEXT_LENGTH = 200
SCALE = 6
"""Decimals that a row's whole number stands for."""

CHOICE, FILE = "choice", "file"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class AttributeType:
    """One type: its name for people, the kind of field it makes, and how a value becomes a row and comes back.

    `column` is the one of a row by which values are compared. `found` values are in the text that search finds.
    """

    label: Words
    icon: str
    kind: Callable[[Definition], Kind]
    column: str
    keep: Callable[[Any], Row]
    give: Callable[[Any], Any]
    found: bool = False
    several: bool = True


def _text_row(value: str) -> Row:
    return {"text": value, "folded": fold(value)[:FOLDED_LENGTH]}


def _number_row(value: Decimal) -> Row:
    return {"number": int(Decimal(value).scaleb(SCALE).to_integral_value())}


def _phone(row: Any) -> PhoneNumber:
    return PhoneNumber(row.text, row.folded if row.folded.startswith("+") else None)


def _choices(definition: Definition) -> HuedChoice:
    return HuedChoice(
        choices=tuple((each.key, each.name) for each in definition.choices),
        hues=tuple((each.key, each.hue) for each in definition.choices),
    )


def _given(row: Any) -> str:
    return str(row.text)


TYPES: Mapping[str, AttributeType] = {
    "text": AttributeType(
        _l("Text"),
        "typography",
        lambda _d: Text(max_length=TEXT_LENGTH),
        "folded",
        _text_row,
        _given,
        found=True,
    ),
    "long_text": AttributeType(
        _l("Long text"), "forms", lambda _d: LongText(), "folded", _text_row, _given, found=True
    ),
    "number": AttributeType(
        _l("Number"),
        "hash",
        lambda _d: Number(),
        "number",
        _number_row,
        lambda row: plain(Decimal(row.number).scaleb(-SCALE)),
    ),
    "money": AttributeType(
        _l("Money"),
        "coin",
        lambda _d: MoneyAmount(),
        "number",
        _number_row,
        lambda row: Decimal(row.number).scaleb(-SCALE).quantize(Decimal("0.01")),
    ),
    "date": AttributeType(
        _l("Date"), "calendar", lambda _d: Date(), "day", lambda value: {"day": value}, lambda row: row.day
    ),
    "boolean": AttributeType(
        _l("Yes or no"),
        "check",
        lambda _d: YesNo(),
        "number",
        lambda value: {"number": int(value == YES)},
        lambda row: YES if row.number else NO,
        several=False,
    ),
    CHOICE: AttributeType(
        _l("Choice"),
        "list",
        _choices,
        "folded",
        lambda value: {"text": value, "folded": value[:FOLDED_LENGTH]},
        _given,
    ),
    "link": AttributeType(_l("Link"), "link", lambda _d: Url(), "folded", _text_row, _given, found=True),
    "email": AttributeType(
        _l("E-mail"),
        "mail",
        lambda _d: Email(),
        "folded",
        lambda value: {"text": value.typed, "folded": value.folded[:FOLDED_LENGTH]},
        lambda row: EmailAddress(row.text, row.folded),
        found=True,
    ),
    "phone": AttributeType(
        _l("Phone"),
        "phone",
        lambda _d: Phone(),
        "folded",
        lambda value: {
            "text": value.typed,
            "folded": (value.e164 or fold(value.typed))[:FOLDED_LENGTH],
        },
        _phone,
        found=True,
    ),
    FILE: AttributeType(
        _l("File"),
        "paperclip",
        lambda _d: AttachedFile(),
        "folded",
        lambda value: {"attachment_id": value.id, **_text_row(value.name)},
        lambda row: FileRef(row.attachment_id, row.text),
        found=True,
        several=False,
    ),
}

WIDENING: Mapping[str, frozenset[str]] = {
    "text": frozenset({"long_text"}),
    "link": frozenset({"text", "long_text"}),
    "email": frozenset({"text", "long_text"}),
}
"""The types into which one may change while there are values: each of its values is one of those, kept alike."""
