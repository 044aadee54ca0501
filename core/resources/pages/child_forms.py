"""The rows of a record's children in its form: shown, read back from the request, told what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request
from wtforms import BooleanField, Form, SelectField

from core.fields import RecordRef
from core.i18n import Text
from core.resources.context import ChildRow, Draft, WriteContext
from core.resources.declare import Child, Field, Resource
from core.resources.pages.choosing import typeahead
from core.resources.pages.here import Here
from core.resources.pages.inputs import fill_choices, input_for, typed

FORMS = "prospecto.child_forms"
BLANK = "new"
"""Stands for the row's number in the row that script copies."""


@dataclass
class RowForm:
    """One row: its inputs are named `<child>-<index>-<field>`."""

    child: Child
    index: str
    form: Form
    id: int | None = None
    is_main: bool = False
    problems: list[Text] = field(default_factory=list)
    """What is wrong with the row as a whole."""

    @property
    def prefix(self) -> str:
        return f"{self.child.name}-{self.index}"

    def data(self) -> dict[str, str]:
        """What its inputs hold, by field."""
        found = {}
        for declared in self.child.fields:
            data = self.form[declared.name].data
            found[declared.name] = ("1" if data else "0") if isinstance(data, bool) else str(data or "")
        return found


@dataclass
class ChildForms:
    """The rows of one child, in their order."""

    child: Child
    rows: list[RowForm]
    blank: RowForm | None = None
    """The row that script copies for one more."""
    problems: list[Text] = field(default_factory=list)
    sent: bool = True
    """Whether the request brought them; rows that were not sent stay as they are."""

    def row(self, id: str) -> RowForm | None:
        """The row of this id, where it is still there."""
        return next((row for row in self.rows if row.id is not None and str(row.id) == id), None)

    @property
    def wrong(self) -> list[tuple[str, str, Text]]:
        """(id of the input, its label, sentence) of all that is wrong."""
        found = [("", str(self.child.plural), message) for message in self.problems]
        for row in self.rows:
            found += [(f"{row.prefix}-row", str(self.child.label), message) for message in row.problems]
            found += [
                (each.id, each.label.text, message) for each in row.form for message in each.errors or ()
            ]
        return found


def stored_forms(
    here: Here, rows: Mapping[str, Sequence[ChildRow]], context: WriteContext
) -> list[ChildForms]:
    """The rows as they are stored; one to fill in where there is none."""
    found = []
    for child in here.resource.children:
        shown = [
            row_form(here, child, str(index), row.values, row.id, row.is_main)
            for index, row in enumerate(rows.get(child.name, ()))
        ]
        found.append(_with_one(here, child, shown, context))
    return found


def given_forms(here: Here, given: Mapping[str, Any], context: WriteContext) -> list[ChildForms]:
    """The rows of a new record: one each, with what is known of it by the names of the record's own fields."""
    rows = {}
    for child in here.resource.children:
        values = {name: given[own] for name, own in child.mirrors.items() if own in given}
        rows[child.name] = [ChildRow({**usual_values(child, context), **values}, None, True)]
    return stored_forms(here, rows, context)


def sent_forms(here: Here, rows: Mapping[str, Sequence[ChildRow]], context: WriteContext) -> list[ChildForms]:
    """The rows that the request brings, in the order in which they stood; of a child that it leaves out, these `rows`."""
    found = []
    for shown, child in zip(stored_forms(here, rows, context), here.resource.children, strict=True):
        if f"{child.name}-rows" not in request.form:
            shown.sent = False
            found.append(shown)
            continue
        shape = re.compile(rf"{re.escape(child.name)}-(\d{{1,6}})-")
        indexes = dict.fromkeys(match[1] for name in request.form if (match := shape.match(name)))
        main = request.form.get(f"{child.name}-main")
        brought = []
        for index in list(indexes)[: child.most + 1]:
            id = request.form.get(f"{child.name}-{index}-id", "")
            known = int(id) if id.isdecimal() and len(id) < 19 else None
            brought.append(row_form(here, child, index, None, known, index == main))
        found.append(ChildForms(child, brought, shown.blank))
    return found


def row_form(
    here: Here,
    child: Child,
    index: str,
    values: Mapping[str, Any] | None,
    id: int | None = None,
    is_main: bool = False,
) -> RowForm:
    """The inputs of one row with these values; without them, what the request brings."""
    form_class = _class_of(here.resource, child)
    prefix = f"{child.name}-{index}-"
    if values is None:
        form = form_class(request.form, prefix=prefix)
    else:
        shown = {each.name: _shown(here, each, values.get(each.name)) for each in child.fields}
        form = form_class(data=shown, prefix=prefix)
    for declared in child.fields:
        field = form[declared.name]
        if isinstance(field, SelectField):
            chosen = (values or {}).get(declared.name)
            fill_choices(field, declared, chosen, here.formats, here.resource.name)
        elif isinstance(declared.kind, RecordRef):
            field.render_kw = typeahead(here, declared.kind, field.id)
        field.flags.required = declared.required
    return RowForm(child, index, form, id, is_main)


def _shown(here: Here, declared: Field, value: Any) -> Any:
    """A value as its input holds it; a box is ticked or not."""
    return value if isinstance(value, bool) else declared.kind.raw(value, here.formats)


def raw_rows(forms: Iterable[ChildForms]) -> dict[str, list[dict[str, Any]]]:
    """The rows as `read_draft` takes them; those with nothing in them are left out there."""
    return {each.child.name: [raw_row(row) for row in each.rows] for each in forms if each.sent}


def show_row_problems(forms: Sequence[ChildForms], draft: Draft) -> set[str]:
    """Put what is wrong beside the rows' inputs; answers the problems' fields that were about rows."""
    told = set()
    by_name = {each.child.name: each for each in forms}
    places = _mirrored_places(forms)
    for problem in draft.problems:
        name, _dot, rest = places.get(problem.field, problem.field).partition(".")
        if name not in by_name:
            continue
        told.add(problem.field)
        place, _dot, field = rest.partition(".")
        found = by_name[name]
        if not place.isdecimal() or int(place) >= len(found.rows):
            found.problems.append(problem.message)
        elif field in found.rows[int(place)].form:
            shown = found.rows[int(place)].form[field]
            shown.errors = [*(shown.errors or ()), problem.message]
        else:
            found.rows[int(place)].problems.append(problem.message)
    return told


def rearrange(here: Here, forms: Sequence[ChildForms], context: WriteContext) -> bool:
    """Without script: one row more, one less, one higher, as the pressed button says. False where none was pressed."""
    for each in forms:
        numbers = [row.index for row in each.rows]
        if request.form.get("add") == each.child.name:
            free = str(max((int(number) for number in numbers), default=-1) + 1)
            each.rows.append(row_form(here, each.child, free, usual_values(each.child, context)))
            return True
        for verb in ("drop", "lift"):
            name, _dash, index = request.form.get(verb, "").rpartition("-")
            if name == each.child.name and index in numbers:
                row = each.rows.pop(numbers.index(index))
                if verb == "lift":
                    each.rows.insert(max(numbers.index(index) - 1, 0), row)
                return True
    return False


def _mirrored_places(forms: Sequence[ChildForms]) -> dict[str, str]:
    """Where in the rows the record's own fields stand: in the main one."""
    found = {}
    for each in forms:
        main = next((place for place, row in enumerate(each.rows) if row.is_main), 0)
        found.update({own: f"{each.child.name}.{main}.{name}" for name, own in each.child.mirrors.items()})
    return found


def raw_row(row: RowForm) -> dict[str, Any]:
    """The row as `read_draft` takes it."""
    found: dict[str, Any] = {"id": row.id, "is_main": row.is_main}
    for declared in row.child.fields:
        field = row.form[declared.name]
        if isinstance(field, BooleanField):
            found[declared.name] = bool(field.data)
        elif field.data is not None:
            found[declared.name] = typed(declared, str(field.data))
    return found


def _with_one(here: Here, child: Child, rows: list[RowForm], context: WriteContext) -> ChildForms:
    if not rows:
        rows = [row_form(here, child, "0", usual_values(child, context), None, True)]
    return ChildForms(child, rows, _blank(here, child, context))


def _blank(here: Here, child: Child, context: WriteContext) -> RowForm:
    return row_form(here, child, BLANK, usual_values(child, context))


def usual_values(child: Child, context: WriteContext) -> dict[str, Any]:
    """What every new row has."""
    return {each.name: each.default(context) for each in child.fields if each.default is not None}


def _class_of(resource: Resource, child: Child) -> type[Form]:
    known: dict[tuple[str, str], type[Form]] = current_app.extensions.setdefault(FORMS, {})
    found = known.get((resource.name, child.name))
    if found is None:
        inputs = {each.name: input_for(each) for each in child.fields}
        found = known[resource.name, child.name] = type(f"{child.name.title()}Row", (Form,), inputs)
    return found
