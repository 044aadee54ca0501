"""What a plugin declares about one record: what may be done to it, its cards and marks, its way through statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.fields.kind import Formats
    from core.resources.context import WriteContext
    from core.resources.declare.resource import Resource


@dataclass(frozen=True)
class Action:
    """Something a person may do to one record, as a button of its page: a POST at `endpoint`, a dialog or a page there.

    `endpoint` is a Flask endpoint that takes `id`; `permission` an action of the resource's grant matrix;
    `visible(record)` hides it where it makes no sense; `values` are what else the endpoint takes (the resource's name).
    """

    name: str
    label: Text
    icon: str
    endpoint: str
    permission: str = "edit"
    primary: bool = False
    dialog: bool = False
    page: bool = False
    visible: Callable[[Any], bool] | None = None
    values: Mapping[str, Any] = kept(default_factory=dict)


@dataclass(frozen=True)
class BulkAction:
    """Something of an app's own to be done to the rows chosen in a list: their form is POSTed to `endpoint`.

    There `chosen_rows(resource)` answers what was chosen; `permission` is an action of the resource's grant matrix.
    """

    name: str
    label: Text
    icon: str
    endpoint: str
    permission: str = "edit"


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
        within: the field that says in which group of the list a record stands (its pipeline), of a list with groups: its
            steps are the values of that group, and whoever changes the group has it begin there.
        asks: what is asked before a record goes to a status of this meaning.
        means: values of other fields that are a way to a status: field → value → meaning (the condition “client” is
            converted), so that their doors ask too.
        spent: (session, record) → {status id: how long the record has had it}; else its history is read.
    """

    field: str
    list: str
    within: str = ""
    asks: Mapping[str, Ask] = kept(default_factory=dict)
    means: Mapping[str, Mapping[Any, str]] = kept(default_factory=dict)
    spent: Callable[[Session, Any], Mapping[int, timedelta]] | None = None


@dataclass(frozen=True)
class Panel:
    """A card a plugin puts on the record's page; `render(record)` answers markup and is guarded.

    It answers None where it has nothing to say: then there is no card.
    `place` is `main` (under the fields) or `side` (right of them); without a card of their own, above the timeline, stand
    `composer` (where something is written down) and below it `pending` (what is still to be done; a part of its own on
    a narrow page). `permission` is (resource, action) the reader needs.
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
