"""Choosing a record that another points to, while its name is typed: the choices under the input, and the input."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup
from wtforms.widgets import TextInput

from core.fields import RecordRef
from core.resources.pages.here import Here, arguments, enter
from core.resources.query import filtered, read_query
from core.resources.rights import title_of

LEAST = 2
MOST = 8


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/choose", "choose", choose)


def choose(resource: str) -> str:
    """The records that the reader may see, of this name or with this in them; the list's filters narrow them."""
    here = enter(resource)
    query = read_query(here.resource, arguments())
    text = request.args.get("q", "").strip()
    if len(text) < LEAST:
        return ""
    wanted = filtered(here.session, here.resource, query, here.reading, here.actor)
    records = here.session.scalars(wanted.order_by(here.resource.model.id.desc()).limit(MOST)).all()
    return render_template(
        "resources/parts/choices.html",
        resource=here.resource,
        text=text,
        found=[(record.id, title_of(here.resource, record), _beside(here, record)) for record in records],
    )


def typeahead(here: Here, kind: RecordRef, dom_id: str) -> dict[str, Any]:
    """The attributes of an input in which a record is chosen; without script one types its name or number."""
    root = here.address.rsplit("/", 1)[0]
    among = f"?{kind.among}" if kind.among else ""
    return {
        "data-typeahead": f"{root}/{kind.resource}/choose{among}",
        "data-typeahead-into": dom_id,
        "data-min": LEAST,
        "autocomplete": "off",
    }


class RecordInput(TextInput):
    """A text input with room for the choices under it."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        return Markup('<span class="combo combo-field">{}</span>').format(
            super().__call__(field, **attributes)
        )


def _beside(here: Here, record: Any) -> str:
    """What tells two of one name apart."""
    if not here.resource.subtitle:
        return ""
    shown = here.resource.field(here.resource.subtitle)
    return shown.kind.text(shown.kind.load(record, shown), here.formats)
