"""A value that points to another record: a person's company. Nobody learns the name of a record that they may not see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from core.fields.basic import clean_text
from core.fields.kind import EMPTY_CELL, UNCHANGED, Formats, Invalid, Kind, Reading
from core.i18n import _
from core.text import fold

if TYPE_CHECKING:
    from core.resources.declare import Field

HIDDEN = "•••"
"""Stands for a record that the reader may not see. Sent back it means that the value stays what it is."""

NUMBERED = re.compile(r"#(\d{1,18})$")
"""How a form names one record among several of the same name: “Ferretería Ávila #12”."""


@dataclass(frozen=True)
class RecordRef(Kind):
    """A record of another resource, kept by its id in `<name>_id` (a foreign key with ON DELETE SET NULL).

    Written by id, by exact name or by document number. A record that the person may not see is refused like one that
    is missing. `among` is a list's query that narrows what a form offers: `kind=company`.
    """

    resource: str = ""
    among: str = ""
    name: ClassVar[str] = "record"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")
    sortable: ClassVar[bool] = False

    def points_to(self, value: Any) -> tuple[str, int] | None:
        """The record that a value means: its resource and its id."""
        return (self.resource, value) if isinstance(value, int) else None

    def parse(self, raw: Any, field: Field, reading: Reading) -> Any:
        try:
            return self._meant(raw, reading)
        except Invalid as error:
            if not reading.lenient:
                raise
            reading.warnings.append((field.name, error.message))
            return UNCHANGED

    def text(self, value: Any, formats: Formats) -> str:
        if value is None:
            return ""
        return self._name(value, formats) or HIDDEN

    def html(self, value: Any, formats: Formats) -> Markup:
        if value is None:
            return EMPTY_CELL
        name = self._name(value, formats)
        if name is None:
            return hidden_html()
        return Markup("{}").format(name)

    def raw(self, value: Any, formats: Formats) -> str:
        if value is None:
            return ""
        name = self._name(value, formats)
        return HIDDEN if name is None else f"{name} #{value}"

    def json(self, value: Any, formats: Formats) -> Any:
        if value is None:
            return None
        name = self._name(value, formats)
        if name is None:
            return {"id": None, "name": None, "hidden": True}
        return {"id": value, "name": name}

    def sink(self, value: Any, formats: Formats) -> Any:
        return self.text(value, formats) or None

    def schema(self) -> dict[str, Any]:
        seen = {
            "type": "object",
            "properties": {
                "id": {"type": ["integer", "null"]},
                "name": {"type": ["string", "null"]},
                "hidden": {"type": "boolean"},
            },
        }
        return {
            "oneOf": [seen, {"type": ["string", "integer", "null"]}],
            "description": f"one of {self.resource}: written by id, exact name or document number, read as an object; "
            "`hidden` is one that is not yours to see, and sent back leaves it as it is",
        }

    def _name(self, value: Any, formats: Formats) -> str | None:
        return None if value is UNCHANGED else formats.references.record_name(self.resource, value)

    def _meant(self, raw: Any, reading: Reading) -> Any:
        if isinstance(raw, dict):
            if raw.get("hidden"):
                return UNCHANGED
            raw = raw["id"] if raw.get("id") is not None else raw.get("name")
        if raw is None:
            return None
        if isinstance(raw, int) and not isinstance(raw, bool):
            return self._of_id(raw, raw, reading)
        text = clean_text(raw)
        if not text:
            return None
        if text == HIDDEN:
            return UNCHANGED
        if numbered := NUMBERED.search(text):
            return self._numbered(int(numbered[1]), text[: numbered.start()].strip(), text, reading)
        if text.isdecimal() and len(text) < 19 and self._is_seen(int(text), reading):
            return int(text)
        found = reading.formats.references.records_called(self.resource, text)
        if len(found) > 1:
            raise Invalid(
                "ambiguous", _("Several are called “%(value)s”. Choose one from the list.", value=text)
            )
        if not found:
            raise unknown(text)
        return found[0]

    def _numbered(self, id: int, name: str, said: str, reading: Reading) -> int:
        """A number counts with the name before it: who changes one and not the other means neither."""
        known = reading.formats.references.record_name(self.resource, id)
        if known is None or (name and fold(known) != fold(name)):
            raise unknown(said)
        return id

    def _of_id(self, id: int, said: Any, reading: Reading) -> int:
        if not self._is_seen(id, reading):
            raise unknown(said)
        return id

    def _is_seen(self, id: int, reading: Reading) -> bool:
        return reading.formats.references.record_name(self.resource, id) is not None


def hidden_html() -> Markup:
    """What stands for a record that is not the reader's to see."""
    return Markup('<span class="second-text" title="{}">{}</span>').format(
        _("A record that is not yours to see"), HIDDEN
    )


def unknown(value: Any) -> Invalid:
    """What is said of a record that there is not, or that is not the person's to see."""
    return Invalid("unknown_value", _("There is no “%(value)s”.", value=value))
