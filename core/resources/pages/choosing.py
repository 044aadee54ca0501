"""Choosing a record that another points to, while its name is typed: the choices under the input, and the input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup
from wtforms.widgets import TextInput

from core.fields import RecordRef
from core.resources.pages.here import Here, arguments, enter
from core.resources.query import fetch_page, read_query

LEAST = 2
MOST = 8


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/choose", "choose", choose)


def choose(resource: str) -> str:
    """The records that the reader may see, of this name or with this in them; the list's filters narrow them."""
    here = enter(resource)
    query = replace(read_query(here.resource, arguments()), limit=MOST, cursor="", sort="")
    text = request.args.get("q", "").strip()
    if len(text) < LEAST:
        return ""
    shown = [here.resource.field(name) for name in (here.resource.title, here.resource.subtitle) if name]
    page = fetch_page(here.session, here.resource, query, shown, here.reading, here.actor)
    found = [
        (row.id, *(each.kind.text(page.value(row, each), here.formats) for each in shown))
        for row in page.rows
    ]
    return render_template("resources/parts/choices.html", resource=here.resource, text=text, found=found)


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
