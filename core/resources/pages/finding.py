"""Finding a record by the beginning of its document number, among leads and clients alike, while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.db import is_sqlite
from core.resources.declare import Resource
from core.resources.identity import kin_of
from core.resources.pages.here import Here, enter
from core.resources.rights import title_of
from core.text import compact

LEAST = 3
MOST = 6


@dataclass(frozen=True)
class Found:
    """A record whose number begins as was typed; `number` has that beginning marked."""

    title: str
    number: Markup
    href: str
    kind: Resource


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/find", "find", find)


def can_find(resource: Resource) -> bool:
    """Whether this resource's records bear a number by which they are found: its first key, shown as its subtitle."""
    return bool(resource.identity and resource.subtitle)


def find(resource: str) -> ResponseReturnValue:
    """The choices under the input, as a fragment."""
    here = enter(resource)
    text = request.args.get("q", "").strip()[:60]
    wanted = compact(text)
    if len(wanted) < LEAST:
        return ""  # dashes and dots are no beginning of a number
    found = _records(here, wanted) if can_find(here.resource) else []
    kinds = [each.plural for each in kin_of(here.house, here.resource) if here.actor.may(each.name, "view")]
    return render_template(
        "resources/parts/found.html", here=here, resource=here.resource, found=found, text=text, kinds=kinds
    )


def _records(here: Here, wanted: str) -> list[Found]:
    found: list[Found] = []
    for kin in kin_of(here.house, here.resource):
        if not here.actor.may(kin.name, "view") or not can_find(kin):
            continue
        column = getattr(kin.model, kin.identity[0].attributes[0])
        records = here.session.scalars(
            sa.select(kin.model)
            .where(_begins(column, wanted, is_sqlite(here.session)))
            .order_by(column)
            .limit(MOST)
        )
        for record in records:
            shown = kin.field(kin.subtitle)  # type: ignore[arg-type]
            number = shown.kind.text(shown.kind.load(record, shown), here.formats)
            href = f"{here.address.rsplit('/', 1)[0]}/{kin.name}/{record.id}"
            found.append(Found(title_of(kin, record), marked(number, wanted), href, kin))
    return found


def marked(text: str, wanted: str) -> Markup:
    """The text with the part marked whose letters and digits are `wanted`, whatever stands between them."""
    seen = 0
    for place, character in enumerate(text):
        if seen < len(wanted) and character.isalnum():
            if character.upper() != wanted[seen]:
                return Markup("{}").format(text)
            seen += 1
            if seen == len(wanted):
                return Markup("<mark>{}</mark>{}").format(text[: place + 1], text[place + 1 :])
    return Markup("{}").format(text)


def _begins(column: Any, wanted: str, sqlite: bool) -> Any:
    if sqlite:  # whose LIKE uses no index
        return sa.and_(column >= wanted, column < wanted + "\uffff")
    return column.startswith(wanted, autoescape=True)
