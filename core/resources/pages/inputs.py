"""One input for each field. What is typed stays text; the kinds read it, at every door alike."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField

from core.fields import Boolean, Formats, LongText, Reference, UserRef
from core.fields.inputs import CHOSEN, QuickSelect, choices_of, hints
from core.i18n import _
from core.resources.declare import Field


def input_for(declared: Field) -> Any:
    """The WTForms field of a declared field; its choices are put in for each request."""
    kind = declared.kind
    common: dict[str, Any] = {"label": declared.label, "description": declared.help}
    if isinstance(kind, Boolean):
        return BooleanField(**common)
    if isinstance(kind, CHOSEN):
        return SelectField(choices=[], validate_choice=False, widget=QuickSelect(), **common)
    if isinstance(kind, LongText):
        return TextAreaField(render_kw={"rows": 4, **hints(kind)}, **common)
    return StringField(render_kw=hints(kind), **common)


def choices_for(declared: Field, value: Any, formats: Formats) -> list[SelectChoice]:
    """What one chooses from, an empty choice first; a value that is no longer offered stays choosable."""
    nothing = _("Nobody") if isinstance(declared.kind, UserRef) else "—"
    found = [] if declared.required else [SelectChoice("", nothing)]
    return found + (choices_of(declared.kind, formats, also=value) or [])


def typed(declared: Field, raw: str) -> Any:
    """What a form sends, as the kinds read it: a reference is chosen by its id, never by a name that looks like one."""
    if isinstance(declared.kind, Reference) and raw:
        return {"id": raw}
    return raw
