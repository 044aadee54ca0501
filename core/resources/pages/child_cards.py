"""The rows that hang on a record as cards of its page: the main one first, each with its lines, its links, its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from core.fields import Email, Phone, Reference, Url
from core.fields.money import format_amount, money_text
from core.resources.children import ChildRow, children_of, know_rows
from core.resources.declare import Child, Field, RowSum
from core.resources.pages.cards import Link, link_of
from core.resources.pages.here import Here
from core.resources.pages.marks import marks_beside
from core.resources.read import Stored

REACHES = (Email, Phone, Url)


@dataclass(frozen=True)
class Reach:
    """A way to reach somebody: the address or number, its sign, and what pressing it does."""

    html: Markup
    link: Link | None
    mark: Markup


@dataclass(frozen=True)
class Pin:
    """A place on the map, in degrees as the reader writes them and as addresses of maps want them."""

    text: str
    latitude: str
    longitude: str

    @property
    def href(self) -> str:
        at = f"{self.latitude}/{self.longitude}"
        return f"https://www.openstreetmap.org/?mlat={self.latitude}&mlon={self.longitude}#map=17/{at}"


@dataclass(frozen=True)
class ChildLine:
    """A row as the card shows it."""

    id: int
    is_main: bool
    title: str
    chips: tuple[Markup, ...]
    lines: tuple[str, ...]
    reaches: tuple[Reach, ...]
    pin: Pin | None
    edit: str
    """Address of the dialog that changes it; '' where the reader may not."""
    cells: tuple[Markup, ...] = ()
    """Of a row that stands in a table: what each of its fields says."""
    amount: str = ""


@dataclass(frozen=True)
class ChildCard:
    """The rows of one child."""

    child: Child
    lines: tuple[ChildLine, ...]
    add: str
    """Address of the dialog that adds one; '' where the reader may not."""
    total: str = ""
    """Of rows that are added up: what they come to."""


def child_cards(here: Here, stored: Stored, editable: bool) -> dict[str, ChildCard]:
    """The cards by the group of fields in whose place they stand; those with nothing to show or to do are left out."""
    rows = children_of(here.session, here.resource, [stored.id]) if here.resource.children else {}
    know_rows(here.resource, rows, here.formats)
    found = {}
    for child in here.resource.children:
        at = f"{here.address_of(stored.id)}/rows/{child.name}"
        lines = tuple(
            _line(here, stored, child, row, f"{at}/{row.id}" if editable else "")
            for row in rows[child.name].get(stored.id, ())
        )
        if lines or editable:
            total = _total(here, stored, child, rows[child.name].get(stored.id, ()))
            found[child.group] = ChildCard(child, lines, f"{at}/new" if editable else "", total)
    return found


def _line(here: Here, stored: Stored, child: Child, row: ChildRow, edit: str) -> ChildLine:
    title = _title(here, child, row)
    lines = [
        _joined(here, child, row, names, ", " if place == 0 else " · ", title)
        for place, names in enumerate(child.lines)
    ]
    reaches = []
    for field in child.fields:
        value = row.values.get(field.name)
        if value and isinstance(field.kind, REACHES):
            place = f"{child.name}.{row.id}.{field.name}"
            mark = marks_beside(here, stored.id, place, field.kind, value, bool(edit))
            reaches.append(Reach(escape(field.kind.text(value, here.formats)), link_of(field, value), mark))
    return ChildLine(
        row.id or 0,
        row.is_main,
        title,
        tuple(
            child.field(name).kind.html(row.values[name], here.formats)
            for name in child.chips
            if row.values.get(name) is not None
        ),
        tuple(filter(None, lines)),
        tuple(reaches),
        _pin(here, child, row),
        edit,
        *_cells(here, stored, child, row),
    )


def _cells(here: Here, stored: Stored, child: Child, row: ChildRow) -> tuple[tuple[Markup, ...], str]:
    if child.sum is None:
        return (), ""
    cells = tuple(
        escape(each.kind.html(row.values.get(each.name), here.formats))
        if row.values.get(each.name) is not None
        else Markup("")
        for each in child.fields
    )
    return cells, _amount(here, stored, child.sum, child.sum.of(row.values))


def _total(here: Here, stored: Stored, child: Child, rows: Sequence[ChildRow]) -> str:
    if child.sum is None or not rows:
        return ""
    return _amount(here, stored, child.sum, sum((child.sum.of(row.values) for row in rows), Decimal(0)))


def _amount(here: Here, stored: Stored, declared: RowSum, amount: Decimal) -> str:
    resource = here.resource
    code = stored.value(resource.field(declared.currency)) if declared.currency else None
    language = here.formats.language
    return money_text(amount, code, language) if code else format_amount(amount, language)


def _title(here: Here, child: Child, row: ChildRow) -> str:
    """People by their whole name; other rows by the first naming value that is no chip."""
    texts = [_text(here, child.field(name), row) for name in child.title if name not in child.chips]
    named: Sequence[str] = [text for text in texts if text]
    return " ".join(named) if child.faces else (named[0] if named else "")


def _joined(here: Here, child: Child, row: ChildRow, names: Sequence[str], between: str, title: str) -> str:
    texts = []
    for name in names:
        field = child.field(name)
        text = _text(here, field, row)
        if not text or text == title or _goes_without_saying(here, field, row.values.get(name)):
            continue
        texts.append(f"{field.label} {text}" if isinstance(field.kind, Reference) else text)
    return between.join(texts)


def _goes_without_saying(here: Here, field: Field, value: Any) -> bool:
    """The country where the company is."""
    return field.kind.name == "country" and value == here.formats.country


def _text(here: Here, field: Field, row: ChildRow) -> str:
    return field.kind.text(row.values.get(field.name), here.formats)


def _pin(here: Here, child: Child, row: ChildRow) -> Pin | None:
    if child.pin is None:
        return None
    fields = [child.field(name) for name in child.pin]
    values = [row.values.get(name) for name in child.pin]
    if any(value is None for value in values):
        return None
    told = "; ".join(
        field.kind.text(value, here.formats) for field, value in zip(fields, values, strict=True)
    )
    latitude, longitude = (
        str(field.kind.json(value, here.formats)) for field, value in zip(fields, values, strict=True)
    )
    return Pin(told, latitude, longitude)
