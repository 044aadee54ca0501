"""A file of a record as the value of a field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from core.fields.basic import clean_text
from core.fields.kind import UNCHANGED, Formats, Invalid, Kind, Reading
from core.i18n import _

if TYPE_CHECKING:
    from core.resources.declare import Field


@dataclass(frozen=True)
class FileRef:
    """An attachment by its id; `waits` while it is not on a record yet, `is_here` while it is on the value's own."""

    id: int
    name: str = field(default="", compare=False)
    waits: bool = field(default=False, compare=False)
    is_here: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class AttachedFile(Kind):
    """One of the record's files, by its id; tables tell its name and bring none."""

    name: ClassVar[str] = "file"
    sortable: ClassVar[bool] = False
    operators: ClassVar[tuple[str, ...]] = ("contains", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> Any:
        if reading.lenient:
            return UNCHANGED
        meant = raw.get("id") if isinstance(raw, dict) else raw
        text = clean_text(meant)
        if not text:
            return None
        if isinstance(meant, bool) or not text.isdecimal() or len(text) > 18:
            raise Invalid("not_a_file", _("There is no such file."))
        return FileRef(int(text))

    def text(self, value: FileRef | None, formats: Formats) -> str:
        return value.name if value else ""

    def raw(self, value: FileRef | None, formats: Formats) -> str:
        return str(value.id) if value else ""

    def json(self, value: FileRef | None, formats: Formats) -> Any:
        return {"id": value.id, "name": value.name} if value else None

    def sink(self, value: FileRef | None, formats: Formats) -> Any:
        return value.name if value else None

    def schema(self) -> dict[str, Any]:
        about = {"id": {"type": "integer"}, "name": {"type": "string"}}
        return {
            "oneOf": [{"type": "object", "properties": about}, {"type": ["integer", "null"]}],
            "description": "written by the id of a file of the record",
        }
