"""What the sheet of notes in a template says of each column: what it holds, and an example."""

from __future__ import annotations

from collections.abc import Mapping

from core.fields import Formats, Many
from core.i18n import Text, _, _l
from core.resources.declare import Field

HOLDS: Mapping[str, Text] = {
    "text": _l("Text on one line"),
    "long_text": _l("Text, also several lines"),
    "url": _l("Address of a page"),
    "integer": _l("Whole number"),
    "number": _l("Number"),
    "money": _l("Amount; currency signs and separators may stand in it"),
    "boolean": _l("Yes or no"),
    "choice": _l("One of the known values"),
    "reference": _l("One of the known values, or a new one if the import may make it"),
    "user": _l("E-mail address or name of a user"),
    "country": _l("Country, as its name or its two letters"),
    "currency": _l("Currency, as its three letters"),
    "email": _l("E-mail address"),
    "phone": _l("Telephone number; without + it is one of your country"),
    "date": _l("Date"),
    "datetime": _l("Date and time"),
    "tags": _l("Words, with commas between them"),
}

EXAMPLES: Mapping[str, str] = {
    "url": "https://example.com",
    "integer": "30",
    "number": "10.5",
    "money": "1250.50",
    "currency": "USD",
    "email": "ana@example.com",
    "phone": "+58 212 5551234",
    "date": "2026-03-19",
    "datetime": "2026-03-19 15:30",
    "tags": "VIP, 2026",
}


def holds(field: Field) -> str:
    """What a column of this field holds, in a sentence."""
    kind = field.kind
    if isinstance(kind, Many):
        return _("Several, with semicolons between them: %(what)s", what=str(_held(kind.one.name)))
    return str(_held(kind.name))


def example(field: Field, words: list[str], formats: Formats) -> str:
    """A value as it may stand in the column; '' where any text will do."""
    kind = field.kind.one if isinstance(field.kind, Many) else field.kind
    if words:
        return words[0]
    if kind.name == "country":
        return formats.country
    if kind.name == "currency":
        return formats.currency
    if kind.name == "boolean":
        return _("yes")
    return EXAMPLES.get(kind.name, "")


def _held(name: str) -> Text:
    return HOLDS.get(name, HOLDS["text"])
