"""What a plugin declares about values: the fields of a record and the rows that are written with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.fields.beside import RecordBeside
from core.fields.kind import Kind
from core.fields.record import RecordRef
from core.fields.references import Reference as ReferenceKind
from core.fields.references import UserRef
from core.i18n import Text

if TYPE_CHECKING:
    from core.resources.context import WriteContext


@dataclass(frozen=True)
class Field:
    """One field of a resource: the same in form, list, detail, filter, import, export and API.

    Args:
        name: its name in the API, the URL and files; fixed once published.
        label: its name for people.
        kind: how its values are read, kept and shown.
        attribute: the model's attribute; by default `name`, or `<name>_id` for references.
        required: a record cannot be saved without it.
        group: the card of the form and the detail it stands on.
        quick: part of the quick-create dialog.
        writable: False for what the host or a service fills in.
        exported: part of an export of everything.
        aliases: other headers that mean this field in imported files (any of our languages, any notation).
        default: called with the write context when a new record brings no value.
        help: one sentence under the input.
        wide: takes the whole width of its card.
    """

    name: str
    label: Text
    kind: Kind
    attribute: str = ""
    required: bool = False
    group: str = "general"
    quick: bool = False
    writable: bool = True
    exported: bool = True
    aliases: tuple[str, ...] = ()
    default: Callable[[WriteContext], Any] | None = None
    help: Text = ""
    wide: bool = False
    side: SideTable | AttributeValues | None = None

    def __post_init__(self) -> None:
        if not self.attribute:
            suffix = "_id" if isinstance(self.kind, (ReferenceKind, UserRef, RecordRef, RecordBeside)) else ""
            object.__setattr__(self, "attribute", self.name + suffix)


@dataclass(frozen=True)
class SideTable:
    """Where another plugin keeps the fields it adds to a resource: one row per record, FK with ON DELETE CASCADE.

    `key` is the attribute that holds the record's id.
    """

    model: type[Any]
    key: str


@dataclass(frozen=True)
class AttributeValues:
    """Where the host keeps the values of a field that an administrator added: rows of this attribute, typed alike."""

    attribute_id: int
    type: str


@dataclass(frozen=True)
class RowSum:
    """An amount that follows from each row of a child and is added up for the record: what a product costs.

    `of(values by field name)` is the row's amount; `currency` the record's field that says in what. `kept` is the row's
    attribute that holds the amount, where reports are to add it up.
    """

    label: Text
    of: Callable[[Mapping[str, Any]], Decimal]
    currency: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Child:
    """Rows that hang on a record and are written with it: addresses, contact persons (S3, "DIRECCIONES", "CONTACTOS").

    Each row is one of `model`, which has `id`, `is_main`, `position`, the fields' attributes and, as `parent`, the
    record's id (a foreign key with ON DELETE CASCADE). Of the rows of a record exactly one is the main one. The main
    row's values also stand in the record's own fields, as `mirrors` (child's field → record's field) says: lists,
    filters, imports and exports use those. Whichever of the two is written, the other follows.

    Without `mirrors` no row is the main one (the products of a deal): the model has no `is_main`, and the rows stand in
    the order in which they were given.

    Args:
        name: plural, as in the API and in forms.
        group: the record's group of fields that the mirrored ones stand in; forms show the rows in its place.
        title: child's fields that name a row to a reader, joined.
        chips: fields drawn as chips above a row on the record's page.
        lines: below the row's title, one line each: the fields whose text it joins.
        pin: names of the fields that hold latitude and longitude, as numbers.
        faces: rows are people: drawn with their initials.
        search: attributes of further rows whose text finds the record; the main row is found by the record's own.
        sum: what is added up under the rows: the record's page then shows them as a table with all their fields.
        checks: functions (values by field name, context) that answer what is wrong with a row: (field, sentence, code).
    """

    name: str
    label: Text
    plural: Text
    model: type[Any]
    parent: str
    fields: tuple[Field, ...]
    mirrors: Mapping[str, str]
    group: str
    title: tuple[str, ...]
    icon: str = "list"
    most: int = 100
    chips: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    pin: tuple[str, str] | None = None
    faces: bool = False
    search: tuple[str, ...] = ()
    checks: tuple[Callable[[Mapping[str, Any], WriteContext], Sequence[tuple[str, Text, str]]], ...] = ()
    sum: RowSum | None = None

    @property
    def has_main(self) -> bool:
        """Whether one of the rows is the main one, which the record's own fields repeat."""
        return bool(self.mirrors)

    def field(self, name: str) -> Field:
        """The field of a row of this name.

        Raises:
            KeyError: there is none.
        """
        return self._by_name[name]

    def has_field(self, name: str) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {each.name: each for each in self.fields}
