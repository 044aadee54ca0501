"""What a plugin declares about its records; frozen, so that one declaration can serve every surface."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.fields.kind import Kind
from core.fields.record import RecordRef
from core.fields.references import Reference as ReferenceKind
from core.fields.references import Tags, UserRef
from core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.fields.kind import Formats
    from core.resources.context import Draft, WriteContext


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
            suffix = "_id" if isinstance(self.kind, (ReferenceKind, UserRef, RecordRef)) else ""
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
class Column:
    """A column of the list that is not simply a field: drawn by `html(value)` from what `prefetch` found.

    `prefetch(session, ids)` gets the ids of the whole page and answers `{id: value}` in one query. `sort` is the
    field whose order the column's head offers. Its place is where `Resource.columns` names it, else the end.
    """

    name: str
    label: Text
    prefetch: Callable[[Session, Sequence[int]], Mapping[int, Any]]
    html: Callable[[Any], Any]
    align: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Filter:
    """A filter of the list that is not simply a field: choices, and the criterion each one means."""

    name: str
    label: Text
    choices: Callable[[], Sequence[tuple[str, Text]]]
    criterion: Callable[[str], Any]
    personal: Callable[[str, Any], Any] | None = None
    """In place of `criterion` where it depends on who asks: gets the value and the actor (None: the system)."""


@dataclass(frozen=True)
class Action:
    """Something a person may do to one record, as a button of its page: a POST (or a dialog) at `endpoint`.

    `endpoint` is a Flask endpoint that takes `id`; `permission` an action of the resource's grant matrix;
    `visible(record)` hides it where it makes no sense.
    """

    name: str
    label: Text
    icon: str
    endpoint: str
    permission: str = "edit"
    primary: bool = False
    dialog: bool = False
    visible: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class RestAction:
    """Something the API can do to one record: `POST /api/v1/<resource>/{id}/<name>`, always answered with 200.

    `run(context, record, body)` answers the JSON object; it runs in the request's transaction. `permission` is an
    action of the resource's grant matrix. With the method GET it tells something of the record and has no body.
    `body` describes the body's properties by JSON Schema.
    """

    name: str
    label: Text
    run: Callable[[WriteContext, Any, Mapping[str, Any]], Mapping[str, Any]]
    permission: str = "edit"
    method: str = "POST"
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Panel:
    """A card a plugin puts on the record's page; `render(record)` answers markup and is guarded.

    It answers None where it has nothing to say: then there is no card.
    `place` is `main` (under the fields) or `side` (right of them). `permission` is (resource, action) the reader needs.
    """

    name: str
    label: Text
    render: Callable[[Any], Any]
    place: str = "main"
    permission: tuple[str, str] | None = None


@dataclass(frozen=True)
class Marked:
    """A value that a mark stands beside. `place` is the field's name, of a child's row `<child>.<row's id>.<field>`."""

    resource: Resource
    record_id: int
    place: str
    value: Any
    editable: bool
    """Whether the reader may change the record, so that the mark may offer to do something."""
    formats: Formats
    in_list: bool = False
    """It stands among many others, where room is scarce and only the telling ones are worth a sign."""


@dataclass(frozen=True)
class Mark:
    """A sign beside values of a record, its own and those of its children: whether an e-mail address is validated.

    It stands before the values whose kind's name is in `kinds`. `prefetch(session, ids)` answers {record id: state} for
    all records of a page in one query; `html(state, marked)` draws one sign from it (the state of a record that is not
    in the answer is None), or answers None where there is nothing to say. Both are guarded.
    """

    name: str
    label: Text
    kinds: tuple[str, ...]
    prefetch: Callable[[Session, Sequence[int]], Mapping[int, Any]]
    html: Callable[[Any, Marked], Any]


@dataclass(frozen=True)
class SavedFilter:
    """A view the plugin ships: a tab over the list with this query string, e.g. `status=open&sort=-value`."""

    name: str
    label: Text
    query: str
    tone: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A change that people make often, at one press: a button of the record, of the chosen rows, an action of the API.

    `changes(context, record, given)` answers the raw values by field, None where there is nothing to do for this
    record; `given` is what the API's body says beyond that. It writes nothing itself: the host does, and can undo it.

    Args:
        fields: names of the fields it may change.
        permission: an action of the resource's grant matrix.
        visible: whether the button of a record makes sense now; in bulk and by the API it is always there.
        told: what is said when it is done to one, with `%(record)s`.
    """

    name: str
    label: Text
    icon: str
    fields: tuple[str, ...]
    changes: Callable[[WriteContext, Any, Mapping[str, Any]], Mapping[str, Any] | None]
    told: Text
    permission: str = "edit"
    visible: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Ask:
    """What is asked on a record's way to a status of some meaning: fields (the first is needed), or the plugin's own dialog.

    `endpoint` is a Flask endpoint that takes `id`.
    """

    fields: tuple[str, ...] = ()
    endpoint: str = ""


@dataclass(frozen=True)
class Path:
    """The field whose values are the steps a record walks through (a status with meanings).

    Args:
        asks: what is asked before a record goes to a status of this meaning.
        spent: (session, record) → {status id: how long the record has had it}; else its history is read.
    """

    field: str
    list: str
    asks: Mapping[str, Ask] = kept(default_factory=dict)
    spent: Callable[[Session, Any], Mapping[int, timedelta]] | None = None


@dataclass(frozen=True)
class Board:
    """The list as a board: a column for each value of the path's field, a card for each record.

    Args:
        sum: the field of money that is added up at the head of a column, and stands on a card.
        fact: the field that tells a card's sort (a segment).
        age: the field at a card's foot.
        next: the column of a plugin whose content stands at a card's foot, where there is one.
    """

    sum: str = ""
    fact: str = ""
    age: str = ""
    next: str = "next_step"


@dataclass(frozen=True)
class IdentityKey:
    """Attributes that hold the same sort of key: two records sharing one are duplicates.

    `keys(draft_values)` answers the draft's own keys, in the compared form. A `hint` is told to people and listed among
    the candidates, but makes no row of an import a duplicate unless that is asked for.
    """

    name: str
    label: Text
    attributes: tuple[str, ...]
    keys: Callable[[Mapping[str, Any]], Sequence[str]]
    hint: bool = False


@dataclass(frozen=True)
class Child:
    """Rows that hang on a record and are written with it: addresses, contact persons (S3, "DIRECCIONES", "CONTACTOS").

    Each row is one of `model`, which has `id`, `is_main`, `position`, the fields' attributes and, as `parent`, the
    record's id (a foreign key with ON DELETE CASCADE). Of the rows of a record exactly one is the main one. The main
    row's values also stand in the record's own fields, as `mirrors` (child's field → record's field) says: lists,
    filters, imports and exports use those. Whichever of the two is written, the other follows.

    Args:
        name: plural, as in the API and in forms.
        group: the record's group of fields that the mirrored ones stand in; forms show the rows in its place.
        title: child's fields that name a row to a reader, joined.
        chips: fields drawn as chips above a row on the record's page.
        lines: below the row's title, one line each: the fields whose text it joins.
        pin: names of the fields that hold latitude and longitude, as numbers.
        faces: rows are people: drawn with their initials.
        search: attributes of further rows whose text finds the record; the main row is found by the record's own.
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


@dataclass(frozen=True)
class Resource:
    """One kind of record and everything the host makes of it.

    Args:
        name: plural, as in the URL (`/leads`), the API (`/api/v1/leads`) and the grant matrix.
        model: the mapped class; it has `id`, `created_at`, `updated_at`, `created_by_id`, `version`.
        label, plural: what people call one and many.
        fields: all fields, in the order of the form.
        groups: (name, label) of the cards the fields stand on.
        columns: names of fields shown in the list, most wanted first, `a+b` for two in one; the first is the record's link.
        filters: names of fields offered as filters; `quick_filters` are always visible.
        title, subtitle: fields that name a record.
        search: attributes whose text is found by search, besides tags.
        owner: attribute holding the user a record belongs to; scopes own and team look at it.
        sort: default order, `-` for descending; must be an indexed attribute.
        permissions: actions beyond view, create, edit, delete, assign, import, export.
        checks: functions (draft, context) that note problems or normalise, after the fields were read.
        before_write: functions (record, draft, context) inside the transaction, the record not yet flushed.
        after_write: functions (record, draft, context) inside the transaction, the record and its history stored.
        after_all: functions ([(record, draft)], context) like `after_write`, called once for all that were written.
        shortcuts: changes at one press.
        board: how the list looks as a board; it needs a `path`.
        happenings: (action, sentence, icon) of the business actions its services note in a record's history.
        children: rows that are written with the record (addresses, contact persons).
        identity: keys by which duplicates are found, in this and the `identity_with` resources.
        route_import: (values) -> resource name a row of an import belongs to, None for this one.
        infer_import: (headers) -> {column index: (field name, {other field: constant})} for columns whose header
            says more than a field name (a column called like a document type).
    """

    name: str
    model: type[Any]
    label: Text
    plural: Text
    icon: str
    fields: tuple[Field, ...]
    hue: str = "blue"
    groups: tuple[tuple[str, Text], ...] = ()
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    quick_filters: tuple[str, ...] = ()
    views: tuple[SavedFilter, ...] = ()
    title: str = "name"
    subtitle: str | None = None
    search: tuple[str, ...] = ()
    owner: str | None = None
    sort: str = "-id"
    permissions: tuple[tuple[str, Text], ...] = ()
    actions: tuple[Action, ...] = ()
    rest_actions: tuple[RestAction, ...] = ()
    panels: tuple[Panel, ...] = ()
    marks: tuple[Mark, ...] = ()
    extra_columns: tuple[Column, ...] = ()
    extra_filters: tuple[Filter, ...] = ()
    path: Path | None = None
    board: Board | None = None
    shortcuts: tuple[Shortcut, ...] = ()
    checks: tuple[Callable[[Draft, WriteContext], None], ...] = ()
    before_write: tuple[Callable[[Any, Draft, WriteContext], None], ...] = ()
    after_write: tuple[Callable[[Any, Draft, WriteContext], None], ...] = ()
    after_all: tuple[Callable[[Sequence[tuple[Any, Draft]], WriteContext], None], ...] = ()
    happenings: tuple[tuple[str, Text, str], ...] = ()
    children: tuple[Child, ...] = ()
    identity: tuple[IdentityKey, ...] = ()
    identity_with: tuple[str, ...] = ()
    route_import: Callable[[Mapping[str, Any]], str | None] | None = None
    infer_import: Callable[[Sequence[str]], Mapping[int, tuple[str, Mapping[str, Any]]]] | None = None
    menu_group: str = "sales"
    menu_order: int = 50
    plugin: str = ""
    empty_text: Text = ""

    def field(self, name: str) -> Field:
        """The field of this name.

        Raises:
            KeyError: there is none.
        """
        return self._by_name[name]

    def has_field(self, name: str) -> bool:
        return name in self._by_name

    def child(self, name: str) -> Child | None:
        """The rows of this name that are written with a record, if there are such."""
        return next((each for each in self.children if each.name == name), None)

    @cached_property
    def own_fields(self) -> tuple[Field, ...]:
        """Fields kept on the resource's own model (not in a plugin's side table)."""
        return tuple(each for each in self.fields if each.side is None)

    @cached_property
    def defaulted_fields(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.default is not None)

    @cached_property
    def required_fields(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.required)

    @cached_property
    def kept_fields(self) -> tuple[Field, ...]:
        """Fields whose column always holds a value: a new record has their default, and nobody takes it away."""
        columns = {name: each for name, each in sa.inspect(self.model).columns.items()}
        return tuple(
            each
            for each in self.own_fields
            if not each.required
            and each.default is not None
            and each.attribute in columns
            and not columns[each.attribute].nullable
        )

    @cached_property
    def tag_field(self) -> Field | None:
        return next((each for each in self.fields if isinstance(each.kind, Tags)), None)

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {each.name: each for each in self.fields}


@dataclass(frozen=True)
class ReferenceList:
    """A list of values an administrator keeps in Settings (channels, statuses); its model is a `ReferenceValue`.

    `meanings` are (key, label): values then stand in groups by meaning and the last of a meaning cannot go.
    `used_by` are (resource name, attribute) that hold its ids: what a deleted value is replaced in.
    `shipped(language)` gives the rows of a new installation: dicts of the model's attributes.
    `columns` are extra fields of a value beyond name, description, hue, default.
    """

    name: str
    model: type[Any]
    label: Text
    plural: Text
    used_by: tuple[tuple[str, str], ...] = ()
    meanings: tuple[tuple[str, Text], ...] = ()
    coloured: bool = False
    has_default: bool = True
    columns: tuple[Field, ...] = ()
    shipped: Callable[[str], Sequence[Mapping[str, Any]]] | None = None
    creatable_on_import: bool = True
    section: Text = ""
    order: int = 50
    plugin: str = ""
