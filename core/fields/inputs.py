"""What a form shows for a kind of field: what one chooses from, and what helps the browser where one types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape
from wtforms import SelectChoice, StringField
from wtforms.widgets import Select, html_params

from core.fields.basic import Choice, Country, Currency, Integer, Url, currency_codes, territories
from core.fields.choices import HuedChoice
from core.fields.contact import Email, Phone
from core.fields.kind import Formats, Kind
from core.fields.moments import Date, DateTime, TimeOfDay
from core.fields.money import MoneyAmount
from core.fields.number import Number
from core.fields.references import Reference
from core.fields.zones import TimeZone, zone_names
from core.i18n import _

SEARCHABLE_FROM = 12
"""A list longer than this gets an input to find its values."""

CHOSEN = (Choice, Country, Currency, TimeZone, Reference)
"""Kinds whose values are chosen from a list."""

HINTS: tuple[tuple[type[Kind], dict[str, Any]], ...] = (
    (Integer, {"inputmode": "numeric"}),
    (MoneyAmount, {"inputmode": "decimal"}),
    (Number, {"inputmode": "decimal"}),
    (DateTime, {"type": "datetime-local"}),
    (Date, {"type": "date"}),
    (TimeOfDay, {"type": "time"}),
    (Email, {"type": "email"}),
    (Phone, {"type": "tel"}),
    (Url, {"type": "url", "inputmode": "url"}),
)


def choices_of(kind: Kind, formats: Formats, *, also: Any = None) -> list[SelectChoice] | None:
    """What one chooses from; None where one types. A value that is no longer offered stays choosable as `also`."""
    if isinstance(kind, Reference):
        return [
            SelectChoice(str(item.id), item.name, {"data-hue": item.hue})
            for item in formats.references.items(kind.list)
            if item.active or item.id == also
        ]
    if isinstance(kind, HuedChoice):
        return [SelectChoice(key, str(label), {"data-hue": kind.hue(key)}) for key, label in kind.choices]
    pairs = _pairs(kind, formats)
    return None if pairs is None else [SelectChoice(value, label) for value, label in pairs]


def hints(kind: Kind) -> dict[str, Any]:
    """What helps the browser show the right keyboard and stop at the right length."""
    found = next((given for each, given in HINTS if isinstance(kind, each)), {})
    length = getattr(kind, "max_length", None)
    return {**found, "maxlength": length} if length else dict(found)


class QuickSelect(Select):
    """A select whose options are written in one go; hundreds of currencies and countries are nothing then."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        attributes.setdefault("id", field.id)
        chosen = "" if field.data is None else str(field.data)
        options = "".join(
            f'<option{" selected" if choice.value == chosen else ""} value="{escape(choice.value)}"'
            f"{_more(choice.render_kw)}>{escape(choice.label)}</option>"
            for choice in field.choices
        )
        return Markup(f"<select {html_params(name=field.name, **attributes)}>{options}</select>")


class TickBoxes:
    """A box for each choice. What was ticked is sent by name, and always something, so that nothing ticked is said too."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        chosen = set((field.data or "").split("\n"))
        kept = {name: value for name, value in attributes.items() if name.startswith("aria")}
        boxes = (
            f'<label class="check-line"><input {html_params(**self._box(field, choice, number, chosen))}>'
            f"<span{_tint(choice)}>{escape(choice.label)}</span></label>"
            for number, choice in enumerate(field.choices)
        )
        group = html_params(id=field.id, role="group", tabindex="-1", class_="tick-boxes", **kept)
        return Markup(
            f'<div {group}>{"".join(boxes)}<input type="hidden" name="{field.name}" value=""></div>'
        )

    @staticmethod
    def _box(field: Any, choice: SelectChoice, number: int, chosen: set[str]) -> dict[str, Any]:
        box = {"type": "checkbox", "class_": "check", "name": field.name, "value": choice.value}
        return {**box, "id": f"{field.id}-{number}", "checked": choice.value in chosen}


class ManyField(StringField):
    """Several of fixed choices; its text has one on each line, as the kind `Many` reads it."""

    widget = TickBoxes()
    choices: list[SelectChoice] = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = "\n".join(each for each in valuelist if each)


class FileBox:
    """The file there is, with a box that takes it off, and the input of another."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        kept = {name: value for name, value in attributes.items() if name.startswith("aria")}
        held = Markup('<input type="hidden" name="{}" value="{}">').format(field.name, field.data or "")
        if field.data and field.file_name:
            held += Markup(
                '<span class="file-now"><span class="chip">{}</span><label class="check-line">'
                '<input type="checkbox" class="check" name="{}-drop" value="1"><span>{}</span></label></span>'
            ).format(field.file_name, field.name, _("Remove"))
        chosen = html_params(type="file", name=f"{field.name}-file", id=field.id, class_="input", **kept)
        return Markup(f'<div class="file-box">{held}<input {chosen}></div>')


class FileInput(StringField):
    """One file; its text is the id of the one that is kept, `file_name` what that is called."""

    widget = FileBox()
    file_name = ""


def _tint(choice: SelectChoice) -> str:
    hue = (choice.render_kw or {}).get("data-hue")
    return f' class="state h-{escape(hue)}"' if hue else ""


def _pairs(kind: Kind, formats: Formats) -> Iterable[tuple[str, str]] | None:
    if isinstance(kind, Choice):
        return ((key, str(label)) for key, label in kind.choices)
    if isinstance(kind, Country):
        return sorted(territories(formats.language).items(), key=lambda each: each[1])
    if isinstance(kind, Currency):
        return ((code, code) for code in sorted(currency_codes()))
    if isinstance(kind, TimeZone):
        return ((name, name.replace("_", " ")) for name in zone_names())
    return None


def _more(attributes: dict[str, Any]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
