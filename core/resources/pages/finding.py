"""Finding a record by the beginning of its document number, among leads and clients alike, while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.resources.beginnings import beginnings
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
        records = here.session.scalars(
            sa.select(kin.model).where(kin.model.id.in_(_ids_that_begin(kin, wanted))).order_by(_number(kin))
        )
        for record in records:
            shown = kin.field(kin.subtitle)  # type: ignore[arg-type]
            number = shown.kind.text(shown.kind.load(record, shown), here.formats)
            href = f"{here.address.rsplit('/', 1)[0]}/{kin.name}/{record.id}"
            found.append(Found(title_of(kin, record), marked(number, wanted), href, kin))
    return found


def marked(text: str, wanted: str) -> Markup:
    """The text with the part marked whose letters and digits are `wanted`, whatever stands between them.

    A leading letter that was not typed is passed over.
    """
    seen, start = 0, None
    for place, character in enumerate(text):
        if not character.isalnum() or seen == len(wanted):
            continue
        if character.upper() == wanted[seen]:
            seen, start = seen + 1, place if start is None else start
            if seen == len(wanted):
                return Markup("{}<mark>{}</mark>{}").format(
                    text[:start], text[start : place + 1], text[place + 1 :]
                )
        elif seen or character.isdigit() or wanted[0].isalpha():
            break
    return Markup("{}").format(text)


def _number(kin: Resource) -> Any:
    return getattr(kin.model, kin.identity[0].attributes[0])


def _ids_that_begin(kin: Resource, wanted: str) -> Any:
    """The first few of all numbers that begin so; each way to begin is one short look into the index."""
    column = _number(kin)
    ways = []
    for low, high in beginnings(wanted):
        of_one = sa.select(kin.model.id, column.label("number")).where(column >= low, column < high)
        few = of_one.order_by(column).limit(MOST).subquery()
        ways.append(sa.select(few.c.id, few.c.number))
    found = sa.union_all(*ways).subquery()
    return sa.select(found.c.id).order_by(found.c.number).limit(MOST)
