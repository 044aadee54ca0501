"""Choices that carry a colour, and a yes or no that may also be left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from core.fields.basic import Boolean, Choice
from core.fields.kind import EMPTY_CELL, Formats, Reading
from core.i18n import _, _l
from core.text import fold

if TYPE_CHECKING:
    from core.resources.declare import Field

YES, NO = "yes", "no"


@dataclass(frozen=True)
class HuedChoice(Choice):
    """One of a set whose members have colours: `hues` is (key, hue). Read by name whatever its case and accents."""

    hues: tuple[tuple[str, str], ...] = ()

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        word = fold(str(raw)) if raw is not None else ""
        by_name = next((key for key, label in self.choices if word and fold(str(label)) == word), None)
        return by_name or super().parse(raw, field, reading)

    def hue(self, value: str) -> str:
        return dict(self.hues).get(value, "slate")

    def html(self, value: str | None, formats: Formats) -> Markup:
        if not value:
            return EMPTY_CELL
        return Markup('<span class="state h-{}">{}</span>').format(self.hue(value), self.text(value, formats))


@dataclass(frozen=True)
class YesNo(Choice):
    """Yes, no, or nothing said; in the API `true`, `false` or null."""

    choices: tuple[tuple[str, Any], ...] = ((YES, _l("Yes")), (NO, _l("No")))
    name: ClassVar[str] = "yes_no"
    sink_type: ClassVar[str] = "boolean"

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        if raw == "":
            return None
        said = Boolean().parse(raw, field, reading)
        return None if said is None else YES if said else NO

    def text(self, value: str | bool | None, formats: Formats) -> str:
        if value is None:
            return ""
        return str(_("Yes")) if value in (YES, True) else str(_("No"))

    def json(self, value: str | None, formats: Formats) -> bool | None:
        return None if value is None else value == YES

    def sink(self, value: str | None, formats: Formats) -> bool | None:
        return self.json(value, formats)

    def schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}
