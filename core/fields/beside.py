"""The record beside which another lies, of whatever kind that is: the lead, the client or the deal of an interaction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from markupsafe import Markup

from core.fields.basic import clean_text
from core.fields.kind import EMPTY_CELL, UNCHANGED, Formats, Invalid, Kind, Reading
from core.fields.record import HIDDEN, NUMBERED, hidden_html, unknown
from core.i18n import _
from core.text import fold

if TYPE_CHECKING:
    from core.resources.declare import Field


class RecordPlace(NamedTuple):
    """One record of any resource."""

    resource: str
    id: int


@dataclass(frozen=True)
class RecordBeside(Kind):
    """The record beside which a row lies, kept in `resource` and `record_id`; its resource has a `timeline`.

    Written by `{"resource": "leads", "id": 3}`, or as text: “Leads #3”, “Lead: Rosa Pérez #3”, or a name or document
    number that only one record has. A record that the person may not see is refused like one that is missing.
    """

    name: ClassVar[str] = "record_beside"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")
    sortable: ClassVar[bool] = False

    def attributes(self, field: Field) -> tuple[str, ...]:
        return ("record_id", "resource")

    def load(self, record: Any, field: Field) -> RecordPlace | None:
        if record.resource is None or record.record_id is None:
            return None
        return RecordPlace(record.resource, record.record_id)

    def store(self, value: Any, field: Field) -> dict[str, Any]:
        if value is None:
            return {"resource": None, "record_id": None}
        return {"resource": value.resource, "record_id": value.id}

    def points_to(self, value: Any) -> RecordPlace | None:
        """The record that a value means."""
        return value if isinstance(value, RecordPlace) else None

    def parse(self, raw: Any, field: Field, reading: Reading) -> Any:
        try:
            return _meant(raw, reading)
        except Invalid as error:
            if not reading.lenient or field.required:
                raise
            reading.warnings.append((field.name, error.message))
            return UNCHANGED

    def text(self, value: Any, formats: Formats) -> str:
        return "" if value is None else _name(value, formats) or HIDDEN

    def html(self, value: Any, formats: Formats) -> Markup:
        if value is None:
            return EMPTY_CELL
        name = _name(value, formats)
        return hidden_html() if name is None else Markup("{}").format(name)

    def raw(self, value: Any, formats: Formats) -> str:
        if value is None:
            return ""
        name = _name(value, formats)
        resource = next(
            (each for each in formats.references.timelines() if each.name == value.resource), None
        )
        if name is None or resource is None:
            return HIDDEN
        return f"{resource.label}: {name} #{value.id}"

    def json(self, value: Any, formats: Formats) -> Any:
        if value is None:
            return None
        name = _name(value, formats)
        if name is None:
            return {"resource": None, "id": None, "name": None, "hidden": True}
        return {"resource": value.resource, "id": value.id, "name": name}

    def sink(self, value: Any, formats: Formats) -> Any:
        return self.raw(value, formats) or None

    def schema(self) -> dict[str, Any]:
        seen = {
            "type": "object",
            "properties": {
                "resource": {"type": ["string", "null"]},
                "id": {"type": ["integer", "null"]},
                "name": {"type": ["string", "null"]},
                "hidden": {"type": "boolean"},
            },
        }
        return {
            "oneOf": [seen, {"type": ["string", "null"]}],
            "description": "a record beside which it lies: written by resource and id, or as “Leads #3”, read as an "
            "object; `hidden` is one that is not yours to see, and sent back leaves it as it is",
        }


def _name(value: Any, formats: Formats) -> str | None:
    return (
        formats.references.record_name(value.resource, value.id) if isinstance(value, RecordPlace) else None
    )


def _meant(raw: Any, reading: Reading) -> Any:
    references = reading.formats.references
    if isinstance(raw, dict):
        if raw.get("hidden"):
            return UNCHANGED
        of_it = [each for each in references.timelines() if each.name == raw.get("resource")]
        said: Any = raw["id"] if raw.get("id") is not None else raw.get("name")
        if said is None and not raw.get("resource"):
            return None
        known = said is not None and of_it
        return _only(_in(of_it[0].name, str(said), reading) if known else [], said or raw.get("resource"))
    text = clean_text(raw)
    if not text:
        return None
    if text == HIDDEN:
        return UNCHANGED
    found = [place for name, rest in _said(text, reading) for place in _in(name, rest, reading)]
    if not found:
        found = [
            RecordPlace(each.name, id)
            for each in references.timelines()
            for id in references.records_called(each.name, text)
        ]
    return _only(found, text)


def _said(text: str, reading: Reading) -> Iterator[tuple[str, str]]:
    """The resources that the text begins with, by name or label, and what it says after that."""
    for each in reading.formats.references.timelines():
        words = sorted({each.name, str(each.label), str(each.plural)}, key=len, reverse=True)
        start = "|".join(re.escape(word) for word in words)
        if found := re.match(rf"(?:{start})(?:\s*[:/·]\s*|\s+|(?=#))(.+)", text, re.IGNORECASE):
            yield each.name, found[1].strip()


def _in(resource: str, text: str, reading: Reading) -> list[RecordPlace]:
    """The records of a resource that a number, a name, or a name with its number means."""
    references = reading.formats.references
    numbered = NUMBERED.search(text)
    number = numbered[1] if numbered else text if text.isdecimal() and len(text) < 19 else ""
    known = references.record_name(resource, int(number)) if number else None
    if known is not None:
        said = text[: numbered.start()].strip() if numbered else ""
        if not said or fold(said) == fold(known):
            return [RecordPlace(resource, int(number))]
    if numbered:
        return []
    return [RecordPlace(resource, id) for id in references.records_called(resource, text)]


def _only(found: Sequence[RecordPlace], said: Any) -> RecordPlace:
    if len(found) > 1:
        raise Invalid("ambiguous", _("Several are called “%(value)s”. Choose one from the list.", value=said))
    if not found:
        raise unknown(said)
    return found[0]
