"""Inputs of fields that belong to no resource: what an app asks in a form of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, SelectField

from core.fields import RecordRef, Tags, single
from core.fields.inputs import ManyField, choices_of
from core.i18n import Text
from core.resources.declare import Field
from core.resources.pages.choosing import typeahead
from core.resources.pages.forms import RecordForm
from core.resources.pages.here import Here
from core.resources.pages.inputs import fill_choices, input_for, typed


def inputs_for(
    here: Here,
    fields: Sequence[Field],
    values: Mapping[str, Any],
    *,
    prefix: str,
    said: Mapping[str, Any] | None = None,
    problems: Mapping[str, Text] | None = None,
) -> RecordForm:
    """A form of these fields, their names beginning with `prefix`; `values` are parsed ones.

    `said` is what was typed where that could not be read, `problems` what is wrong, by field.
    """
    made = type("LooseForm", (RecordForm,), {each.name: input_for(each) for each in fields})
    shown = {each.name: _shown(here, each, values.get(each.name)) for each in fields}
    form: RecordForm = made(formdata=None, data=shown, prefix=prefix)
    form.general = []
    for declared in fields:
        field = form[declared.name]
        if isinstance(field, SelectField):
            fill_choices(field, declared, values.get(declared.name), here.formats, here.resource.name)
        elif isinstance(field, ManyField):
            field.choices = choices_of(single(declared.kind), here.formats) or []
        elif isinstance(declared.kind, RecordRef):
            field.render_kw = typeahead(here, declared.kind, field.id)
        field.flags.required = declared.required
        if said is not None and declared.name in said:
            told = said[declared.name]
            field.data = told.get("id", "") if isinstance(told, dict) else told
        if problems and declared.name in problems:
            field.errors = [problems[declared.name]]
    return form


def sent_for(fields: Sequence[Field], *, prefix: str) -> dict[str, Any]:
    """What such inputs brought, as typed, by field; a field whose input was not sent is not named."""
    raw: dict[str, Any] = {}
    for declared in fields:
        name, field = f"{prefix}{declared.name}", input_for(declared)
        if field.field_class is BooleanField:
            raw[declared.name] = name in request.form
        elif name in request.form and issubclass(field.field_class, ManyField):
            raw[declared.name] = "\n".join(each for each in request.form.getlist(name) if each)
        elif name in request.form:
            raw[declared.name] = typed(declared, request.form[name])
    return raw


def _shown(here: Here, declared: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(declared.kind, Tags):
        return ", ".join(value or ())
    return declared.kind.raw(value, here.formats)
