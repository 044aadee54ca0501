"""The form of a resource: its class made once per app, filled and read for each request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField

from core.fields import RecordBeside, RecordRef, Tags, single
from core.fields.inputs import FileInput, ManyField, choices_of
from core.resources.context import Draft, WriteContext
from core.resources.declare import Field, Resource
from core.resources.pages.attached import fill_attached
from core.resources.pages.choosing import typeahead
from core.resources.pages.here import Here
from core.resources.pages.inputs import fill_choices, input_for, typed
from core.resources.read import Stored

FORMS = "prospecto.forms"


class RecordForm(FlaskForm):
    """Base of the generated forms. `version` and `was` tell whether somebody else changed the record meanwhile."""

    version = HiddenField()
    was = HiddenField()
    general: list[str]
    """Problems of the whole record."""


def form_of(
    here: Here,
    names: Sequence[str],
    values: Mapping[str, Any] | None = None,
    *,
    bound: bool = False,
    fresh: bool = False,
    prefix: str = "",
) -> RecordForm:
    """The form with these fields; `values` are shown in it, `bound` reads the request instead.

    `fresh` looks away from what the request sent, which a form otherwise takes up by itself. `prefix` begins the names
    of the inputs, where forms of several records stand on one page.
    """
    form_class = _class_of(here.resource, tuple(names))
    shown = {
        name: _shown(here, here.resource.field(name), value)
        for name, value in (values or {}).items()
        if name in names
    }
    form: RecordForm = (
        form_class(prefix=prefix)
        if bound
        else form_class(formdata=None, data=shown, prefix=prefix)
        if fresh
        else form_class(data=shown, prefix=prefix)
    )
    form.general = []
    for name in names:
        field, declared = form[name], here.resource.field(name)
        if isinstance(field, SelectField):
            value, group = (values or {}).get(name), _group(declared, names, values or {})
            fill_choices(field, declared, value, here.formats, here.resource.name, group)
        elif isinstance(field, ManyField):
            field.choices = choices_of(single(declared.kind), here.formats) or []
        elif isinstance(field, FileInput):
            if wrong := fill_attached(here, field, (values or {}).get(name), bound=bound):
                form.general.append(wrong)
        elif isinstance(declared.kind, (RecordBeside, RecordRef)):
            field.render_kw = typeahead(here, declared.kind, field.id)
        field.flags.required = declared.required
    return form


def writable(resource: Resource) -> list[str]:
    """Names of the fields that people fill in."""
    return [each.name for each in resource.fields if each.writable]


def names_beside_rows(resource: Resource) -> list[str]:
    """Names of the fields that people fill in one by one; the others follow the main row of a child."""
    mirrored = {own for child in resource.children for own in child.mirrors.values()}
    return [name for name in writable(resource) if name not in mirrored]


def sent(here: Here, form: RecordForm, names: Sequence[str]) -> dict[str, Any]:
    """What the form brought, by field, for `read_draft`. A field that was not sent stays as it is."""
    raw: dict[str, Any] = {}
    for name in names:
        field = form[name]
        if isinstance(field, BooleanField):
            raw[name] = bool(field.data)
        elif isinstance(field, (FileInput, ManyField)) and field.name in request.form:
            raw[name] = field.data
        elif field.name in request.form:
            raw[name] = typed(here.resource.field(name), request.form[field.name])
    return raw


def show_problems(form: RecordForm, draft: Draft, told: Collection[str] = ()) -> None:
    """Put what is wrong beside the fields it is about; what is about none of them on top. `told` is told already."""
    for problem in draft.problems:
        if problem.field in told:
            continue
        if problem.field and problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, problem.message]
        else:
            form.general.append(str(problem.message))


def defaults(here: Here, context: WriteContext) -> dict[str, Any]:
    """What a new record has before anybody types."""
    return {each.name: each.default(context) for each in here.resource.fields if each.default is not None}


def values_of(here: Here, stored: Stored, names: Sequence[str]) -> dict[str, Any]:
    return {name: stored.value(here.resource.field(name)) for name in names}


def raw_values(here: Here, values: Mapping[str, Any]) -> dict[str, str]:
    """Values as the inputs hold them."""
    return {name: here.resource.field(name).kind.raw(value, here.formats) for name, value in values.items()}


def with_group(here: Here, stored: Stored, name: str) -> dict[str, Any]:
    """The value of a field, for a form of it alone, and of the field within which its choices lie."""
    within = getattr(here.resource.field(name).kind, "within", "")
    return values_of(here, stored, [name, *([within] if here.resource.has_field(within) else [])])


def _group(declared: Field, names: Collection[str], values: Mapping[str, Any]) -> int | None:
    """The group of its list's values that a field may choose from; None where the form asks for it too."""
    within = getattr(declared.kind, "within", "")
    return values.get(within) if within and within not in names else None


def _shown(here: Here, declared: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(declared.kind, Tags):
        return ", ".join(value or ())
    return declared.kind.raw(value, here.formats)


def _class_of(resource: Resource, names: tuple[str, ...]) -> type[RecordForm]:
    known: dict[tuple[str, tuple[str, ...]], type[RecordForm]] = current_app.extensions.setdefault(FORMS, {})
    found = known.get((resource.name, names))
    if found is None:
        found = known[resource.name, names] = _made(resource, names)
    return found


def _made(resource: Resource, names: tuple[str, ...]) -> type[RecordForm]:
    inputs = {name: input_for(resource.field(name)) for name in names}
    return type(f"{resource.name.title()}Form", (RecordForm,), inputs)
