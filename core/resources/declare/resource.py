"""One kind of record as a whole, and the lists of values that an administrator keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.fields.beside import RecordBeside
from core.fields.references import Tags
from core.i18n import Text
from core.resources.declare.fields import Child, Field
from core.resources.declare.lists import Board, Column, Filter, Look, SavedFilter
from core.resources.declare.pages import Action, BulkAction, Mark, Panel, Path, RestAction, Shortcut
from core.resources.declare.timeline import Strand

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.resources.context import Draft, WriteContext


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
class Beside:
    """That each record lies beside one of another kind (an interaction on a lead), by its `resource` and `record_id`.

    It is seen by whom that record is seen by; whose it is decides who may change, delete and assign it. Any resource
    with a `timeline` can have such records.

    Args:
        optional: it may lie beside none (a task): then, and besides, it is seen by whom the right to view reaches as
            with any other record, and by who made it.
        at: the attribute with the moment at which it touched the record (see `Touched`); '' where it does not.
        answers: the criterion of those of them that count as the first answer to the record.
    """

    optional: bool = False
    at: str = ""
    answers: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Touched:
    """Attributes in which a record keeps when people last did something about it, and when first: by what lies beside it.

    The host keeps them, and shows them while something that touches is switched on.
    """

    last: str
    first: str = ""


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
        needs: (action, other) where an action of `permissions` needs another one on the same record too.
        checks: functions (draft, context) that note problems or normalise, after the fields were read.
        before_write: functions (record, draft, context) inside the transaction, the record not yet flushed.
        before_all: functions ([(record, draft)], context) like `before_write`, called once for all; new records
            have their ids.
        after_write: functions (record, draft, context) inside the transaction, the record and its history stored.
        after_all: functions ([(record, draft)], context) like `after_write`, called once for all that were written.
        shortcuts: changes at one press.
        bulk_actions: what else can be done to chosen rows, each on a page of its app.
        board: how the list looks as a board; it needs a `path`.
        looks: other ways the list is drawn, each a page of its own beside rows and board.
        happenings: (action, sentence, icon) of the business actions its services note in a record's history.
        children: rows that are written with the record (addresses, contact persons).
        identity: keys by which duplicates are found, in this and the `identity_with` resources.
        route_import: (values) -> resource name a row of an import belongs to, None for this one.
        touched: the attributes that keep when people last dealt with a record, and when first.
        timeline: people write down beside its records what they did with them, and what is to be done.
        beside: its records lie beside those of other resources, and are seen by whom those are seen by.
        deleting: (record) -> the endpoint of the app's own dialog that is asked before it is deleted, '' for the host's.
        counted: the list's query whose records are counted in the navigation; else those in an open status, or all.
        closed: (session) -> why no new records can be made now, and what to do instead; None where they can. What
            there is stays readable and can be changed.
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
    needs: tuple[tuple[str, str], ...] = ()
    actions: tuple[Action, ...] = ()
    rest_actions: tuple[RestAction, ...] = ()
    bulk_actions: tuple[BulkAction, ...] = ()
    panels: tuple[Panel, ...] = ()
    marks: tuple[Mark, ...] = ()
    strands: tuple[Strand, ...] = ()
    extra_columns: tuple[Column, ...] = ()
    extra_filters: tuple[Filter, ...] = ()
    path: Path | None = None
    board: Board | None = None
    looks: tuple[Look, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    checks: tuple[Callable[[Draft, WriteContext], None], ...] = ()
    before_write: tuple[Callable[[Any, Draft, WriteContext], None], ...] = ()
    before_all: tuple[Callable[[Sequence[tuple[Any, Draft]], WriteContext], None], ...] = ()
    after_write: tuple[Callable[[Any, Draft, WriteContext], None], ...] = ()
    after_all: tuple[Callable[[Sequence[tuple[Any, Draft]], WriteContext], None], ...] = ()
    happenings: tuple[tuple[str, Text, str], ...] = ()
    children: tuple[Child, ...] = ()
    identity: tuple[IdentityKey, ...] = ()
    identity_with: tuple[str, ...] = ()
    route_import: Callable[[Mapping[str, Any]], str | None] | None = None
    infer_import: Callable[[Sequence[str]], Mapping[int, tuple[str, Mapping[str, Any]]]] | None = None
    timeline: bool = False
    touched: Touched | None = None
    beside: Beside | None = None
    closed: Callable[[Session], Text | None] | None = None
    deleting: Callable[[Any], str] | None = None
    counted: str = ""
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

    def is_scoped(self, action: str) -> bool:
        """Whether it matters to this right whose a record is; else the right is there or it is not."""
        if self.owner is None or self.beside is None:
            return self.owner is not None
        return action not in ("view", "create", "import", "export") or (
            action == "view" and self.beside.optional
        )

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
    def owner_field(self) -> Field | None:
        """The field of the person a record belongs to."""
        return next((each for each in self.fields if self.owner and each.attribute == self.owner), None)

    @cached_property
    def status_field(self) -> Field | None:
        """The field whose values are the steps of the resource's path."""
        return self._by_name.get(self.path.field) if self.path is not None else None

    @cached_property
    def beside_field(self) -> Field | None:
        """The field of the record beside which a record lies."""
        return next((each for each in self.fields if isinstance(each.kind, RecordBeside)), None)

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The attributes of a record that decide who may do what with it: its owner, its status."""
        status = self.status_field.attribute if self.status_field is not None else None
        return tuple(each for each in (self.owner, status) if each)

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
    `within` names the column, a `Reference` to another list, whose values each have values of their own here (the stages
    of a pipeline): names, order, the default and the last of a meaning then hold within one of them.
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
    within: str = ""
    section: Text = ""
    order: int = 50
    plugin: str = ""

    @cached_property
    def group_column(self) -> Field | None:
        """The column that says which group a value belongs to; None of a list without groups."""
        return next((each for each in self.columns if self.within and each.name == self.within), None)

    @property
    def groups(self) -> str:
        """The list whose values are the groups of this one's; '' where it has none."""
        return getattr(self.group_column.kind, "list", "") if self.group_column else ""

    @property
    def group_attribute(self) -> str:
        """The attribute of a value that holds the id of its group."""
        return self.group_column.attribute if self.group_column else ""
