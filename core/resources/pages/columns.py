"""The columns of a list: those somebody chose, else the declared ones, and how each is drawn and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.fields import Integer, LongText, MoneyAmount, Number, RecordBeside, Reference, UserRef
from core.i18n import Text
from core.resources.declare import Column, Field, Resource

LEAVE_FIRST = ("p3", "p3", "p2", "p2", "p1")
"""Classes of the plain columns from the least wanted on: what leaves first where the page is narrow."""


@dataclass(frozen=True)
class ListColumn:
    """One column: of a field, or drawn by a plugin; `sort` is the field it is sorted by, '' for none.

    `beside` is a second field in the same cell (a zone and its sector).
    """

    name: str
    label: Text
    css: str
    sort: str = ""
    field: Field | None = None
    extra: Column | None = None
    beside: Field | None = None


def columns_of(resource: Resource, chosen: Sequence[str] = ()) -> list[ListColumn]:
    """The columns of a list in order, the record's name first."""
    fields = {each.name: each for each in resource.fields}
    extras = {each.name: each for each in resource.extra_columns}
    further = (name for name, each in extras.items() if each.usual and name not in resource.columns)
    default = [*resource.columns, *further]
    names = [name for name in chosen if name in extras or fields.keys() >= set(name.split("+"))] or default
    found = [_of_field(resource, fields[resource.title], "is-name")]
    found += [
        _of_extra(extras[name])
        if name in extras
        else _of_fields(resource, [fields[each] for each in name.split("+")])
        for name in dict.fromkeys(names)
        if name != resource.title
    ]
    return _with_priorities(_one_state(found))


def choosable(resource: Resource) -> list[tuple[str, Text]]:
    """Names and labels of all columns a list can have besides the record's name."""
    fields = [
        (each.name, each.label)
        for each in resource.fields
        if each.name != resource.title and not isinstance(each.kind, LongText)
    ]
    joined = [(each.name, each.label) for each in columns_of(resource) if each.beside is not None]
    return [*joined, *fields, *((each.name, each.label) for each in resource.extra_columns)]


def default_names(resource: Resource) -> tuple[str, ...]:
    """The columns shown to who has chosen none."""
    return tuple(each.name for each in columns_of(resource) if each.name != resource.title)


def is_quick(resource: Resource, declared: Field) -> bool:
    """Whether the list can be put in the order of this field without reading all of it: an index begins with it."""
    if not declared.kind.sortable or declared.side is not None:
        return False
    table = resource.model.__table__
    wanted = {declared.attribute, f"{declared.attribute}_folded"}
    return any(next(iter(index.columns)).name in wanted for index in table.indexes)


def _of_field(resource: Resource, declared: Field, css: str) -> ListColumn:
    sort = declared.name if is_quick(resource, declared) else ""
    return ListColumn(declared.name, declared.label, css, sort, field=declared)


def _of_fields(resource: Resource, declared: Sequence[Field]) -> ListColumn:
    """A column of one field, or of two in one cell, named `one+other`."""
    first, *more = declared
    column = _of_field(resource, first, _css(first))
    if not more:
        return column
    name, label = f"{first.name}+{more[0].name}", f"{first.label} · {more[0].label}"
    return replace(column, name=name, label=label, beside=more[0])


def _of_extra(extra: Column) -> ListColumn:
    return ListColumn(
        extra.name, extra.label, "is-number" if extra.align == "end" else "is-extra", extra.sort, extra=extra
    )


def _css(declared: Field) -> str:
    kind: Any = declared.kind
    if isinstance(kind, UserRef):
        return "is-person"
    if isinstance(kind, Reference):
        return {"badge": "is-state", "square": "is-word is-segment"}.get(kind.look, "")
    if isinstance(kind, RecordBeside):
        return "is-record"
    if isinstance(kind, MoneyAmount):
        return "is-money"
    return "is-number" if isinstance(kind, (Integer, Number)) else ""


def _one_state(columns: list[ListColumn]) -> list[ListColumn]:
    """A narrow row has room for one state; further badges leave it like any plain column."""
    states = [column.name for column in columns if column.css == "is-state"]
    return [replace(column, css="") if column.name in states[1:] else column for column in columns]


def _with_priorities(columns: list[ListColumn]) -> list[ListColumn]:
    plain = [column.name for column in columns[:-1] if not column.css]  # the last holds what a row offers
    classes = dict(zip(reversed(plain), LEAVE_FIRST + ("p1",) * len(plain), strict=False))
    return [
        replace(column, css=classes[column.name]) if column.name in classes else column for column in columns
    ]
