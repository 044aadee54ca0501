"""One input for each kind of field. What is typed stays text; the kinds read it, at every door alike."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput, DateTimeLocalInput, EmailInput, Select, TelInput, URLInput, html_params

from core.fields import (
    Boolean,
    Choice,
    Country,
    Currency,
    Date,
    DateTime,
    Email,
    Formats,
    Integer,
    LongText,
    MoneyAmount,
    Phone,
    Reference,
    Url,
    UserRef,
)
from core.fields.basic import currency_codes, territories
from core.fields.kind import Kind
from core.i18n import _
from core.resources.declare import Field

WIDGETS: tuple[tuple[type[Kind], Any], ...] = (
    (DateTime, DateTimeLocalInput()), (Date, DateInput()), (Email, EmailInput()), (Phone, TelInput()), (Url, URLInput()),
)
SEARCHABLE_FROM = 12
"""A list this long gets an input to find its values."""


class QuickSelect(Select):
    """A select whose options are written in one go; hundreds of currencies and countries are nothing then."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        attributes.setdefault("id", field.id)
        chosen = "" if field.data is None else str(field.data)
        options = [
            f'<option{" selected" if choice.value == chosen else ""} value="{escape(choice.value)}"'
            f"{_more(choice.render_kw)}>{escape(choice.label)}</option>"
            for choice in field.choices
        ]
        return Markup("<select {}>{}</select>").format(
            Markup(html_params(name=field.name, **attributes)), Markup("".join(options)))


def input_for(declared: Field) -> Any:
    """The WTForms field of a declared field; its choices are put in for each request."""
    kind = declared.kind
    common: dict[str, Any] = {"label": declared.label, "description": declared.help}
    if isinstance(kind, Boolean):
        return BooleanField(**common)
    if isinstance(kind, (Reference, Choice, Country, Currency)):
        return SelectField(choices=[], validate_choice=False, widget=QuickSelect(), **common)
    if isinstance(kind, LongText):
        return TextAreaField(render_kw={"rows": 4, "maxlength": kind.max_length}, **common)
    widget = next((widget for each, widget in WIDGETS if isinstance(kind, each)), None)
    return StringField(widget=widget, render_kw=_hints(kind), **common)


def choices_for(declared: Field, value: Any, formats: Formats) -> list[SelectChoice]:
    """What one chooses from, an empty choice first; a value that is no longer offered stays choosable."""
    kind: Any = declared.kind
    nothing = _("Nobody") if isinstance(kind, UserRef) else "—"
    found = [] if declared.required else [SelectChoice("", nothing)]
    if isinstance(kind, Choice):
        return found + [SelectChoice(key, str(label)) for key, label in kind.choices]
    if isinstance(kind, Country):
        names = sorted(territories(formats.language).items(), key=lambda each: each[1])
        return found + [SelectChoice(code, name) for code, name in names]
    if isinstance(kind, Currency):
        return found + [SelectChoice(code, code) for code in sorted(currency_codes())]
    items = formats.references.items(kind.list)
    return found + [SelectChoice(str(item.id), item.name, {"data-hue": item.hue})
                    for item in items if item.active or item.id == value]


def typed(declared: Field, raw: str) -> Any:
    """What a form sends, as the kinds read it: a reference is chosen by its id, never by a name that looks like one."""
    if isinstance(declared.kind, Reference) and raw:
        return {"id": raw}
    return raw


def _more(attributes: dict[str, Any]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _hints(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, Integer):
        return {"inputmode": "numeric"}
    if isinstance(kind, MoneyAmount):
        return {"inputmode": "decimal"}
    length = getattr(kind, "max_length", None)
    return {"maxlength": length} if length else {}


