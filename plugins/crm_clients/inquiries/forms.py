"""The form of an inquiry: the few things one knows when somebody calls, and who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import wtforms
from wtforms import SelectChoice

from core.api import Formats, _
from plugins.crm_clients.inquiries.declare import KINDS

SENT = ("kind", "name", "company", "phone", "email", "document", "source", "title", "message")
MOST_PEOPLE = 500


class InquiryForm(wtforms.Form):
    """Base of the forms made here."""


def inquiry_form(
    formats: Formats, posted: Any = None, payload: Mapping[str, Any] | None = None
) -> InquiryForm:
    """The form in the reader's language; `posted` is what was sent, `payload` an inquiry it shows."""
    text = wtforms.StringField
    made = type(
        "MadeInquiryForm",
        (InquiryForm,),
        {
            "name": text(_("Name"), render_kw={"maxlength": 200, "autocomplete": "off"}),
            "company": text(_("Company"), render_kw={"maxlength": 200, "autocomplete": "off"}),
            "phone": text(_("Phone"), render_kw={"maxlength": 60, "type": "tel", "autocomplete": "off"}),
            "email": text(_("E-mail"), render_kw={"maxlength": 254, "type": "email", "autocomplete": "off"}),
            "document": text(_("Document number"), render_kw={"maxlength": 40, "autocomplete": "off"}),
            "kind": wtforms.SelectField(
                _("Came by"),
                choices=[SelectChoice(name, str(label)) for name, label in KINDS],
                validate_choice=False,
            ),
            "source": wtforms.SelectField(_("Source"), choices=_sources(formats), validate_choice=False),
            "title": text(_("What it is about"), render_kw={"maxlength": 200, "autocomplete": "off"}),
            "message": wtforms.TextAreaField(_("Message"), render_kw={"rows": 4, "maxlength": 20_000}),
        },
    )
    form: InquiryForm = made(posted, data=_shown(payload or {}))
    return form


def payload_of(form: InquiryForm, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form states, as an inquiry's payload; of a known one what the form does not ask for stays."""
    sent = {name: form[name].data for name in SENT if form[name].data not in (None, "")}
    if str(sent.get("source", "")).isdecimal():
        sent["source"] = int(sent["source"])
    kept = {name: value for name, value in (known or {}).items() if name not in SENT}
    return {**kept, **sent}


def show_problems(form: InquiryForm, problems: Sequence[Mapping[str, Any]]) -> list[str]:
    """Put each problem beside its input; answers those that belong to none."""
    rest = []
    for each in problems:
        if each["field"] in form:
            field = form[each["field"]]
            field.errors = [*field.errors, each["message"]]
        else:
            rest.append(each["message"])
    return rest


def _sources(formats: Formats) -> list[SelectChoice]:
    items = [SelectChoice(str(item.id), item.name) for item in formats.references.items("sources")]
    return [SelectChoice("", _("None")), *items]


def _shown(payload: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: payload[name] for name in SENT if isinstance(payload.get(name), (str, int))}
    source = payload.get("source")
    if isinstance(source, dict):
        shown["source"] = source.get("id")
    return {name: str(value) for name, value in shown.items() if value is not None}
