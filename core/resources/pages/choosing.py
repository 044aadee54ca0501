"""Choosing a record that another points to, while its name is typed: the choices under the input, and the input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, render_template, request
from markupsafe import Markup
from wtforms.widgets import TextInput

from core.fields import RecordBeside, RecordRef
from core.resources.pages.here import Here, arguments, enter
from core.resources.query import fetch_page, read_query

LEAST = 2
MOST = 8


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/choose", "choose", choose)
    blueprint.add_url_rule(f"{at}/choose-record", "choose_record", choose_record)


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


def choose_record(resource: str) -> str:
    """The records of any kind beside which one of this resource may lie, that are called so."""
    here, text = enter(resource), request.args.get("q", "").strip()
    if here.resource.beside is None:
        abort(404)
    if len(text) < LEAST:
        return ""
    places = [each for each in here.formats.references.timelines() if here.actor.may(each.name, "view")]
    most = max(MOST // max(len(places), 1), 2)
    found = []
    for each in places:
        names = [each.field(name) for name in (each.title, each.subtitle) if name]
        query = replace(read_query(each, {"q": [text]}), limit=most)
        page = fetch_page(here.session, each, query, names, here.reading, here.actor)
        for row in page.rows:
            title, *below = (field.kind.text(page.value(row, field), here.formats) for field in names)
            found.append((each, row.id, title, " · ".join([str(each.label), *filter(None, below)])))
    return render_template("resources/parts/record_choices.html", text=text, found=found)


def typeahead(here: Here, kind: RecordRef | RecordBeside, dom_id: str) -> dict[str, Any]:
    """The attributes of an input in which a record is chosen; without script one types its name or number."""
    root = here.address.rsplit("/", 1)[0]
    if isinstance(kind, RecordBeside):
        address = f"{here.address}/choose-record"
    else:
        address = f"{root}/{kind.resource}/choose{f'?{kind.among}' if kind.among else ''}"
    return {
        "data-typeahead": address,
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
