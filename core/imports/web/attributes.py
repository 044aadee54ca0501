"""A column that no field is for becomes an attribute: made on the spot, of the type its first values look like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.attributes import service
from core.attributes.definitions import PREFIX
from core.fields import Date, Invalid, Kind, Number, Reading, YesNo
from core.i18n import _
from core.imports.uploads import Opened
from core.imports.web.own import OwnImport
from core.resources.context import Refused
from core.resources.declare import Field

NEW = "+attribute"
"""What a column is mapped to that shall become an attribute."""

SAMPLES = 50
LONG = 200
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LINK = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
NUMBERS = re.compile(r"[01]")
"""What YesNo would take too, but what is more likely a number."""


def may_make_attributes(step: OwnImport) -> bool:
    return step.here.actor.may("settings", "edit")


def make_attributes(step: OwnImport, opened: Opened, mapping: Mapping[int, str]) -> dict[int, str]:
    """The mapping with a new attribute for each column that asks for one; the caller commits.

    Raises:
        Refused: the person may not, or the column's header is no name for an attribute; says which.
    """
    if not may_make_attributes(step):
        raise Refused(_("You may not do this."), "forbidden")
    here = step.here
    reading = here.writing(
        "import", decimal=opened.plan.values.decimal, date_order=opened.plan.values.date_order
    ).reading
    samples = opened.table.samples(SAMPLES)
    kin = [name for name in here.resource.identity_with if name in here.house.resources]
    found = dict(mapping)
    for column in [index for index, name in mapping.items() if name == NEW]:
        header = opened.table.headers[column]
        kind = type_of(samples[column], reading)
        given = {"name": header, "kind": kind, "resources": [here.resource.name, *kin]}
        try:
            attribute, _way_back = service.create(here.session, here.house, given)
        except Refused as refused:
            raise Refused(_("“%(column)s”: %(reason)s", column=header, reason=refused.message)) from refused
        found[column] = PREFIX + attribute.key
    return found


def type_of(cells: Sequence[Any], reading: Reading) -> str:
    """The narrowest type that takes all of these values; text where there is none."""
    texts = [str(cell).strip() for cell in cells]
    if not texts:
        return "text"
    if not all(NUMBERS.fullmatch(text) for text in texts) and _all(YesNo(), cells, reading):
        return "boolean"
    if _all(Date(), cells, reading):
        return "date"
    if _all(Number(), cells, reading) and not any(_is_code(text) for text in texts):
        return "number"
    if all(EMAIL.fullmatch(text) for text in texts):
        return "email"
    if all(LINK.fullmatch(text) for text in texts):
        return "link"
    return "long_text" if any(len(text) > LONG or "\n" in text for text in texts) else "text"


def _is_code(text: str) -> bool:
    """Whether digits are a name rather than a number: those with a zero before them lose it as a number."""
    return len(text) > 1 and text.startswith("0") and text.isdecimal()


def _all(kind: Kind, cells: Sequence[Any], reading: Reading) -> bool:
    field = Field("x", "", kind)
    try:
        return all(kind.parse(cell, field, reading) is not None for cell in cells)
    except Invalid:
        return False
