"""Values that point elsewhere: a reference list, a user, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from core.fields.basic import clean_text
from core.fields.kind import EMPTY_CELL, Formats, Invalid, Kind, Reading, References
from core.i18n import _

if TYPE_CHECKING:
    from core.resources.declare import Field

USERS = "users"
"""Name under which users stand among the reference lists."""


@dataclass(frozen=True)
class Reference(Kind):
    """One value of the reference list `list`, kept by its id in `<name>_id`.

    `look` says how it is drawn: `badge` (tinted), `square` (colour square and word) or `word`.
    `within` and `offered_to` name columns of the list, which narrow what a form offers: to values that say of `within`
    (a zone) the same as the form's field of that name or nothing, and of `offered_to` the resource or nothing.
    """

    list: str = ""
    look: str = "word"
    within: str = ""
    offered_to: str = ""
    name: ClassVar[str] = "reference"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")
    sortable: ClassVar[bool] = False

    def parse(self, raw: Any, field: Field, reading: Reading) -> int | None:
        try:
            return _find(self.list, raw, reading, reading.inside.get(self.within))
        except Invalid as error:
            if not reading.lenient:
                raise
            reading.warnings.append((field.name, error.message))
            return None

    def text(self, value: int | None, formats: Formats) -> str:
        item = formats.references.get(self.list, value)
        return item.name if item else ""

    def html(self, value: int | None, formats: Formats) -> Markup:
        item = formats.references.get(self.list, value)
        if item is None:
            return EMPTY_CELL
        if self.look == "badge":
            return Markup('<span class="state h-{}">{}</span>').format(item.hue, item.name)
        if self.look == "square":
            return Markup('<span class="word h-{}">{}</span>').format(item.hue, item.name)
        return Markup("{}").format(item.name)

    def raw(self, value: int | None, formats: Formats) -> str:
        return "" if value is None else str(value)

    def json(self, value: int | None, formats: Formats) -> Any:
        item = formats.references.get(self.list, value)
        return None if item is None else {"id": item.id, "name": item.name}

    def sink(self, value: int | None, formats: Formats) -> Any:
        return self.text(value, formats) or None

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
                {"type": ["string", "integer", "null"]},
            ],
            "description": "written by name or id, read as an object",
        }


@dataclass(frozen=True)
class UserRef(Reference):
    """A user, kept by id in `<name>_id`; written by id, e-mail or full name."""

    list: str = USERS
    name: ClassVar[str] = "user"
    operators: ClassVar[tuple[str, ...]] = ("is", "me", "team", "empty", "any")

    def html(self, value: int | None, formats: Formats) -> Markup:
        item = formats.references.get(self.list, value)
        if item is None:
            return Markup(
                '<span class="row-person"><span class="face face-nobody" aria-hidden="true"></span>'
                "<span>{}</span></span>"
            ).format(_("Nobody"))
        return Markup(
            '<span class="row-person"><span class="face h-{}" aria-hidden="true">{}</span>'
            "<span>{}</span></span>"
        ).format(item.hue, initials(item.name), item.name)

    def json(self, value: int | None, formats: Formats) -> Any:
        item = formats.references.get(self.list, value)
        return (
            None
            if item is None
            else {"id": item.id, "name": item.name, "email": item.keys[0] if item.keys else None}
        )

    def sink(self, value: int | None, formats: Formats) -> Any:
        item = formats.references.get(self.list, value)
        return (item.keys[0] if item.keys else item.name) if item else None


@dataclass(frozen=True)
class Tags(Kind):
    """Free words on a record; kept by the host for every resource, so they have no column of their own."""

    name: ClassVar[str] = "tags"
    sortable: ClassVar[bool] = False
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")

    def attributes(self, field: Field) -> tuple[str, ...]:
        return ()

    def parse(self, raw: Any, field: Field, reading: Reading) -> tuple[str, ...]:
        words = raw if isinstance(raw, (list, tuple)) else str(raw or "").replace(";", ",").split(",")
        tags: dict[str, str] = {}
        for word in words:
            tag = clean_text(word)
            if len(tag) > 60:
                raise Invalid("too_long", _("A tag has at most %(max)s characters.", max=60))
            if tag:
                tags.setdefault(tag.casefold(), tag)
        return tuple(tags.values())

    def store(self, value: Any, field: Field) -> dict[str, Any]:
        return {}

    def load(self, record: Any, field: Field) -> tuple[str, ...]:
        return tuple(getattr(record, "_tags", ()))

    def text(self, value: tuple[str, ...] | None, formats: Formats) -> str:
        return ", ".join(value or ())

    def html(self, value: tuple[str, ...] | None, formats: Formats) -> Markup:
        if not value:
            return EMPTY_CELL
        return Markup(" ").join(chip_of(tag, formats) for tag in value)

    def json(self, value: tuple[str, ...] | None, formats: Formats) -> Any:
        return list(value or ())

    def sink(self, value: tuple[str, ...] | None, formats: Formats) -> Any:
        return ", ".join(value or ()) or None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


def chip_of(tag: str, formats: Formats) -> Markup:
    """A tag in the colour that an administrator gave it."""
    hue = formats.references.tag_hue(tag)
    tint = f" is-tinted h-{hue}" if hue else ""
    return Markup('<span class="chip{}">{}</span>').format(tint, tag)


def initials(name: str) -> str:
    """One or two letters that stand for a name on its avatar."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def _find(list_name: str, raw: Any, reading: Reading, group: int | None = None) -> int | None:
    """The id meant by an id, a name (rather of this group), or an object {"id": …}; None for nothing."""
    references = reading.formats.references
    if isinstance(raw, dict):
        if raw.get("id") is not None:
            return _of_id(list_name, raw["id"], references)
        raw = raw.get("name")
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return _of_id(list_name, raw, references)
    text = clean_text(raw)
    if not text:
        return None
    found = references.find(list_name, text, group)
    if found is None and text.isdecimal() and len(text) < 19:
        found = references.get(list_name, int(text))
    if found is not None:
        return found.id
    if list_name in reading.create_references:
        reading.new_references.setdefault(list_name, {}).setdefault(text.casefold(), text)
        return None
    raise Invalid("unknown_value", _("“%(value)s” is not in the list.", value=text))


def _of_id(list_name: str, id: Any, references: References) -> int:
    """The id, if the list has it; a number given as an id is never taken for the name of a value called "3"."""
    number = (
        int(id) if isinstance(id, int) or (isinstance(id, str) and id.isdecimal() and len(id) < 19) else None
    )
    found = references.get(list_name, number)
    if found is None:
        raise Invalid("unknown_value", _("“%(value)s” is not in the list.", value=id))
    return found.id
