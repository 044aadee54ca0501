"""From the declared settings of a section to a form: one input for each kind, read by the kind itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import wtforms
from wtforms import SelectChoice
from wtforms.validators import ValidationError

from core.declare import Setting
from core.fields import (
    Boolean,
    Email,
    EmailAddress,
    Formats,
    Integer,
    LongText,
    Phone,
    PhoneNumber,
    Reading,
)
from core.fields.inputs import SEARCHABLE_FROM, QuickSelect, choices_of, hints
from core.fields.kind import Invalid, Kind
from core.i18n import _
from core.resources.declare import Field


class SettingsForm(wtforms.Form):
    """Base of the forms made here; `parsed` holds the values once `validate` has passed."""

    parsed: dict[str, Any]


def form_for(settings: Sequence[Setting], reading: Reading) -> type[SettingsForm]:
    """A form class with an input for each setting."""
    inputs = {each.name: input_for(each, reading) for each in settings}
    return type("SectionForm", (SettingsForm,), inputs)


def input_for(setting: Setting, reading: Reading) -> Any:
    """The WTForms field for a setting's kind."""
    kind = setting.kind
    common = {
        "label": str(setting.label),
        "description": str(setting.help),
        "validators": [_parses(setting, reading)],
    }
    if isinstance(kind, Boolean):
        return wtforms.BooleanField(**common)
    choices = choices_of(kind, reading.formats)
    if choices is not None:
        long = {"data-choose": True} if len(choices) > SEARCHABLE_FROM else {}
        return wtforms.SelectField(
            choices=[SelectChoice("", _("None")), *choices] if _may_be_empty(setting) else list(choices),
            validate_choice=False,
            render_kw=long,
            widget=QuickSelect(),
            **common,
        )
    if isinstance(kind, LongText):
        return wtforms.TextAreaField(render_kw={"rows": 4}, **common)
    if is_secret(kind):
        return wtforms.PasswordField(render_kw={"autocomplete": "new-password"}, **common)
    return wtforms.StringField(render_kw=_looks(kind), **common)


def shown_values(
    settings: Sequence[Setting], values: Callable[[str], Any], formats: Formats
) -> dict[str, Any]:
    """What the inputs hold before anybody types: the kinds' own text, a tick as a bool, a secret not at all."""
    shown: dict[str, Any] = {}
    for each in settings:
        value = values(each.name)
        if is_secret(each.kind):
            continue
        shown[each.name] = bool(value) if isinstance(each.kind, Boolean) else _raw(each.kind, value, formats)
    return shown


def is_secret(kind: Kind) -> bool:
    """Whether its values are entered but never shown again."""
    return kind.name == "password"


def _parses(setting: Setting, reading: Reading) -> Callable[[SettingsForm, Any], None]:
    declared = Field(setting.name, setting.label, setting.kind)

    def check(form: SettingsForm, field: Any) -> None:
        try:
            value = setting.kind.parse(field.data, declared, reading)
        except Invalid as error:
            raise ValidationError(str(error.message)) from error
        form.parsed = {**getattr(form, "parsed", {}), setting.name: _kept(value)}

    return check


def _kept(value: Any) -> Any:
    """The value as settings keep it: addresses and numbers as they were typed."""
    return str(value) if isinstance(value, (EmailAddress, PhoneNumber)) else value


def _raw(kind: Kind, value: Any, formats: Formats) -> str:
    return (
        "" if value is None else str(value) if isinstance(kind, (Email, Phone)) else kind.raw(value, formats)
    )


def _may_be_empty(setting: Setting) -> bool:
    return setting.default in (None, "")


def _looks(kind: Kind) -> dict[str, Any]:
    return {**hints(kind), "class": "input is-number"} if isinstance(kind, Integer) else hints(kind)
