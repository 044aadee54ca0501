"""What every kind of field can do, and what it needs to know of its surroundings to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from core.i18n import Text as Words

if TYPE_CHECKING:
    from core.resources.declare import Field


class Unchanged:
    """What `UNCHANGED` is."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
"""Read from input that says nothing new: the field stays what it is, as if it had not been named."""

EMPTY_CELL = Markup('<span class="empty-value" aria-hidden="true">—</span>')


class Invalid(ValueError):
    """A value that a field cannot take; `message` is for people, in their language, `code` for programs."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ReferenceItem:
    """One value of a reference list (a channel, a status) or one user, as lists and forms need it."""

    id: int
    name: str
    hue: str = "slate"
    meaning: str | None = None
    is_default: bool = False
    active: bool = True
    keys: tuple[str, ...] = ()
    """Other texts that mean this item: an e-mail address of a user, the shipped name in other languages."""
    about: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What its list keeps of it beyond that, by the name of the column (the zone of a sector)."""
    group: int | None = None
    """The value of another list that it belongs to (the pipeline of a stage), in lists with groups."""


class References(Protocol):
    """The reference lists of the installation, kept in memory and renewed when one changes."""

    def items(self, name: str) -> Sequence[ReferenceItem]: ...
    def get(self, name: str, id: int | None) -> ReferenceItem | None: ...
    def find(self, name: str, text: str, group: int | None = None) -> ReferenceItem | None: ...
    def named(self, name: str, text: str) -> Sequence[ReferenceItem]: ...
    def default(self, name: str, group: int | None = None) -> ReferenceItem | None: ...
    def title(self, name: str, item: ReferenceItem) -> str: ...
    def tag_hue(self, tag: str) -> str: ...
    def know_records(self, resource: str, ids: Iterable[int | None]) -> None: ...
    def record_name(self, resource: str, id: int) -> str | None: ...
    def records_called(self, resource: str, text: str) -> Sequence[int]: ...
    def timelines(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Formats:
    """How one reader wants values shown: language, time zone, currency, and the reference lists by name."""

    language: str
    zone: ZoneInfo
    currency: str
    references: References
    country: str = ""


@dataclass
class Reading:
    """How raw input is to be understood: the reader's formats, and for files the file's own."""

    formats: Formats
    decimal: Literal[".", ","] = "."
    """Decimal mark of numbers given as text."""
    date_order: Literal["dmy", "mdy", "ymd"] = "ymd"
    country: str = ""
    """Country (ISO 3166 alpha-2) that phones and documents without one belong to."""
    create_references: frozenset[str] = frozenset()
    """Reference lists in which an unknown name is made a new value (import only)."""
    new_references: dict[str, dict[str, str]] = field(default_factory=dict)
    """Filled while reading: list name -> folded name -> name, to be made before the rows are written."""
    warnings: list[tuple[str, Words]] = field(default_factory=list)
    """Filled while reading one record: (field name, what was changed or kept as it was)."""
    inside: Mapping[str, int | None] = field(default_factory=dict)
    """Set for each record: the values of the fields within which others of its values lie (its pipeline)."""
    lenient: bool = False
    """Import: an unknown user or an unknown phone is a warning, not an error."""


class Kind:
    """Base of all kinds. A kind has no state of its own beyond its options, so one instance serves everybody."""

    name: ClassVar[str] = "text"
    cell_class: ClassVar[str] = ""
    sink_type: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = ("is", "contains", "empty", "any")
    sortable: ClassVar[bool] = True

    def attributes(self, field: Field) -> tuple[str, ...]:
        """Names of the model's attributes this field is kept in; the first is the one lists sort and filter by."""
        return (field.attribute,)

    def parse(self, raw: Any, field: Field, reading: Reading) -> Any:
        """The value meant by `raw` (text of a form or file, or a JSON value); None when there is none.

        Raises:
            Invalid: `raw` is not a value of this kind.
        """
        raise NotImplementedError

    def load(self, record: Any, field: Field) -> Any:
        """The value as it is kept on a record (or on a row that has the same attributes)."""
        return getattr(record, field.attribute)

    def store(self, value: Any, field: Field) -> Mapping[str, Any]:
        """The model's attributes that keep `value`."""
        return {field.attribute: value}

    def text(self, value: Any, formats: Formats) -> str:
        """The value as a person of these formats reads it; '' for none."""
        return "" if value is None else str(value)

    def html(self, value: Any, formats: Formats) -> Markup:
        """The value in a table cell or on a card."""
        text = self.text(value, formats)
        return escape(text) if text else EMPTY_CELL

    def raw(self, value: Any, formats: Formats) -> str:
        """The value as a form input holds it; `parse` understands it again."""
        return self.text(value, formats)

    def json(self, value: Any, formats: Formats) -> Any:
        """The value in the API; `parse` understands it again."""
        return value

    def sink(self, value: Any, formats: Formats) -> Any:
        """The value in an exported table (str, int, float, Decimal, date, datetime, bool or None)."""
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the API's value."""
        return {"type": ["string", "null"]}
