"""One input for each field. What is typed stays text; the kinds read it, at every door alike."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField

from core.fields import (
    AttachedFile,
    Boolean,
    Choice,
    Formats,
    LongText,
    Many,
    RecordBeside,
    RecordRef,
    Reference,
    UserRef,
)
from core.fields.inputs import CHOSEN, SEARCHABLE_FROM, FileInput, ManyField, QuickSelect, choices_of, hints
from core.i18n import _, _l
from core.resources.declare import Field
from core.resources.pages.choosing import RecordInput


def input_for(declared: Field) -> Any:
    """The WTForms field of a declared field; its choices are put in for each request."""
    kind = declared.kind
    common: dict[str, Any] = {"label": declared.label, "description": declared.help}
    if isinstance(kind, Boolean):
        return BooleanField(**common)
    if isinstance(kind, AttachedFile):
        return FileInput(**common)
    if isinstance(kind, Many):
        if isinstance(kind.one, Choice):
            return ManyField(**common)
        lines = {**common, "description": declared.help or _l("One value on each line")}
        return TextAreaField(render_kw={"rows": 3}, **lines)
    if isinstance(kind, CHOSEN):
        return SelectField(choices=[], validate_choice=False, widget=QuickSelect(), **common)
    if isinstance(kind, LongText):
        return TextAreaField(render_kw={"rows": 4, **hints(kind)}, **common)
    if isinstance(kind, (RecordBeside, RecordRef)):
        return StringField(widget=RecordInput(), **common)
    return StringField(render_kw=hints(kind), **common)


def fill_choices(
    field: SelectField,
    declared: Field,
    value: Any,
    formats: Formats,
    resource: str,
    group: int | None = None,
) -> None:
    """Give a select of a form what one chooses from, and what its script needs to know to narrow that.

    Of a list with groups only the values of `group`, where the form does not ask for the group itself.
    """
    field.choices = choices_for(declared, value, formats, resource, group)
    searched = {"data-choose": True} if len(field.choices) > SEARCHABLE_FROM else {}
    kind = declared.kind
    narrowed = {"data-within": kind.within} if isinstance(kind, Reference) and kind.within else {}
    field.render_kw = {**(field.render_kw or {}), **searched, **narrowed}


def choices_for(
    declared: Field, value: Any, formats: Formats, resource: str, group: int | None = None
) -> list[SelectChoice]:
    """What one chooses from, an empty choice first; a value that is no longer offered stays choosable."""
    nothing = _("Nobody") if isinstance(declared.kind, UserRef) else "—"
    found = [] if declared.required else [SelectChoice("", nothing)]
    offered = choices_of(declared.kind, formats, also=value) or []
    if isinstance(declared.kind, Reference):
        offered = [
            choice
            for choice in offered
            if _is_offered(declared.kind, choice, value, formats, resource, group)
        ]
    return found + offered


def _is_offered(
    kind: Reference, choice: SelectChoice, value: Any, formats: Formats, resource: str, group: int | None
) -> bool:
    """Whether this resource's records may have the value; what it lies within is noted on the way."""
    item = formats.references.get(kind.list, int(choice.value))
    if item is None:
        return True
    if group is not None and item.group is not None:
        return item.group == group or item.id == value
    if (title := formats.references.title(kind.list, item)) != item.name:
        choice.label, choice.render_kw = title, {**choice.render_kw, "data-name": item.name}
    if kind.within and (inside := item.about.get(kind.within)):
        choice.render_kw = {**choice.render_kw, "data-inside": str(inside)}
    return item.id == value or item.about.get(kind.offered_to) in (None, resource)


def typed(declared: Field, raw: str) -> Any:
    """What a form sends, as the kinds read it: a reference is chosen by its id, never by a name that looks like one."""
    if isinstance(declared.kind, Reference) and raw:
        return {"id": raw}
    return raw
