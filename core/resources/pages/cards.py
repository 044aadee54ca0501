"""A record's values as cards: label and value pairs by group, each value to be changed where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.fields import (
    AttachedFile,
    Email,
    FileRef,
    MoneyAmount,
    Phone,
    RecordBeside,
    RecordRef,
    Tags,
    Url,
    single,
)
from core.fields.kind import EMPTY_CELL
from core.fields.money import money_text
from core.i18n import Text, _
from core.resources.declare import Field
from core.resources.pages.asked import out_of_place
from core.resources.pages.here import Here
from core.resources.pages.marks import marks_beside
from core.resources.read import Stored


@dataclass(frozen=True)
class Link:
    """What can be done with a value at once: call, write, open."""

    href: str
    icon: str
    label: Text


@dataclass(frozen=True)
class Value:
    """One field of a record as it is shown."""

    name: str
    label: Text
    html: Markup
    is_empty: bool
    edit: str = ""
    """Address of the input that changes it; '' where the reader may not."""
    link: Link | None = None
    doubt: Text = ""
    """What is doubtful about the value, in words."""
    wide: bool = False
    mark: Markup | None = None
    """The signs before the value: whether an e-mail address is validated."""


@dataclass(frozen=True)
class Card:
    """A group of fields; what was never filled in stands folded under `more`."""

    name: str
    label: Text
    values: tuple[Value, ...]
    more: tuple[Value, ...]


def cards_of(here: Here, stored: Stored, editable: bool) -> list[Card]:
    """The cards of a record in the order of the declaration; what rows of a child say stands on their own cards."""
    resource = here.resource
    mirrored = {own for child in resource.children for own in child.mirrors.values()}
    status = stored.value(resource.field(resource.path.field)) if resource.path else None
    odd = out_of_place(resource, here.formats, status)
    fields = [
        field
        for field in resource.fields
        if field.name not in mirrored and (field.name not in odd or stored.value(field) is not None)
    ]
    labels = dict(resource.groups)
    names = dict.fromkeys([*labels, *(field.group for field in resource.fields)])
    cards = []
    for name in names:
        shown = [value_of(here, stored, field, editable) for field in fields if field.group == name]
        seen, folded = _folded(shown, resource.fields)
        if seen or folded:
            cards.append(Card(name, labels.get(name, _("General")), seen, folded))
    return cards


def value_of(here: Here, stored: Stored, declared: Field, editable: bool) -> Value:
    """One value as the card shows it."""
    value = stored.value(declared)
    is_empty = value is None or value == "" or value == ()
    drawn = _html(here, stored, declared, value, is_empty)
    is_empty = is_empty or drawn == EMPTY_CELL
    can_edit = editable and declared.writable
    edit = f"{here.address_of(stored.id)}/field/{declared.name}" if can_edit else ""
    return Value(
        declared.name,
        declared.label,
        Markup("") if is_empty else drawn,
        is_empty,
        edit,
        link_of(declared, value) or _way_to(here, declared, value) or _file_link(here, stored, value),
        _doubt(declared, value),
        declared.wide,
        marks_beside(here, stored.id, declared.name, declared.kind, value, editable),
    )


def _html(here: Here, stored: Stored, declared: Field, value: Any, is_empty: bool) -> Markup:
    kind = declared.kind
    if is_empty:
        return Markup("")
    if isinstance(
        single(kind), (AttachedFile, Email, Phone, Url)
    ):  # a link of their own would stand inside the one that edits them
        return escape(kind.text(value, here.formats))
    if isinstance(kind, MoneyAmount) and here.resource.has_field(kind.currency):
        currency = stored.value(here.resource.field(kind.currency))
        if currency:
            return Markup('<span class="strong">{}</span>').format(
                money_text(value, currency, here.formats.language)
            )
    if isinstance(kind, Tags):
        return Markup('<span class="chips">{}</span>').format(kind.html(value, here.formats))
    return kind.html(value, here.formats)


def link_of(declared: Field, value: Any) -> Link | None:
    """What can be done with a value of this field at once, if anything."""
    if not value:
        return None
    if isinstance(declared.kind, Email):
        return Link(f"mailto:{value.typed}", "mail", _("Write to %(address)s", address=value.typed))
    if isinstance(declared.kind, Phone) and value.e164:
        return Link(f"tel:{value.e164}", "phone", _("Call %(number)s", number=value.typed))
    if isinstance(declared.kind, Url):
        return Link(str(value), "external-link", _("Open %(address)s", address=value))
    return None


def _way_to(here: Here, declared: Field, value: Any) -> Link | None:
    """To the record that a value points to, if it is the reader's to see."""
    place = declared.kind.points_to(value) if isinstance(declared.kind, (RecordBeside, RecordRef)) else None
    if place is None:
        return None
    name = here.formats.references.record_name(*place)
    if name is None:
        return None
    root = here.address.rsplit("/", 1)[0]
    return Link(f"{root}/{place[0]}/{place[1]}", "arrow-right", _("Open %(address)s", address=name))


def _file_link(here: Here, stored: Stored, value: Any) -> Link | None:
    """To the file that a value names, while it is on this record."""
    if not isinstance(value, FileRef) or not value.is_here:
        return None
    address = f"{here.address_of(stored.id)}/files/{value.id}"
    return Link(address, "download", _("Download %(name)s", name=value.name))


def _doubt(declared: Field, value: Any) -> Text:
    if isinstance(declared.kind, Phone) and value and value.e164 is None:
        return _("No phone number of its country looks like this")
    return ""


def _folded(values: list[Value], fields: Iterable[Field]) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Filled values and the empty ones of the quick form stay; the other empty ones are folded away."""
    quick = {field.name for field in fields if field.quick or field.required}
    seen = tuple(value for value in values if not value.is_empty or value.name in quick)
    return seen, tuple(value for value in values if value not in seen and value.edit)
