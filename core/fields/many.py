"""Several values of one kind in one field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from core.fields.basic import Choice
from core.fields.kind import EMPTY_CELL, Formats, Invalid, Kind, Reading
from core.i18n import _

if TYPE_CHECKING:
    from core.resources.declare import Field

MOST = 50


@dataclass(frozen=True)
class Many(Kind):
    """Values of the kind `one`, each once, in the order given: a line each in a form, a list in the API.

    In files they stand in one cell, apart by semicolons, or by lines where a value holds a semicolon itself.
    """

    one: Kind
    name: ClassVar[str] = "many"
    sortable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "operators", self.one.operators)

    def parse(self, raw: Any, field: Field, reading: Reading) -> tuple[Any, ...]:
        found = [
            value
            for each in _split(raw, reading)
            if (value := self.one.parse(each, field, reading)) is not None
        ]
        if len(found) > MOST:
            raise Invalid("too_many", _("At most %(max)s values.", max=MOST))
        return tuple(dict.fromkeys(found))

    def text(self, value: tuple[Any, ...] | None, formats: Formats) -> str:
        return ", ".join(self.one.text(each, formats) for each in value or ())

    def html(self, value: tuple[Any, ...] | None, formats: Formats) -> Markup:
        if not value:
            return EMPTY_CELL
        between = Markup(" ") if isinstance(self.one, Choice) else Markup(", ")
        return between.join(self.one.html(each, formats) for each in value)

    def raw(self, value: tuple[Any, ...] | None, formats: Formats) -> str:
        return "\n".join(self.one.raw(each, formats) for each in value or ())

    def json(self, value: tuple[Any, ...] | None, formats: Formats) -> list[Any]:
        return [self.one.json(each, formats) for each in value or ()]

    def sink(self, value: tuple[Any, ...] | None, formats: Formats) -> str | None:
        texts = [_in_cell(self.one.sink(each, formats), formats, self.one) for each in value or ()]
        if any(";" in text for text in texts):
            return "\n".join(texts) if len(texts) > 1 else texts[0] + "\n"
        return "; ".join(texts) or None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "maxItems": MOST, "items": self.one.schema()}


def single(kind: Kind) -> Kind:
    """The kind of one value, whether a field has one or several."""
    return kind.one if isinstance(kind, Many) else kind


def _split(raw: Any, reading: Reading) -> Iterable[Any]:
    if raw is None:
        return ()
    if isinstance(raw, (list, tuple)):
        return raw
    if not isinstance(raw, str):
        return (raw,)
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if len(lines) > 1 or not reading.lenient else raw.split(";")


def _in_cell(value: Any, formats: Formats, kind: Kind) -> str:
    """A value as text that is read the same from a file in the reader's formats: numbers with their decimal mark."""
    return value if isinstance(value, str) else kind.raw(value, formats)
