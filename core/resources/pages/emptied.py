"""Why a filtered list is empty: the filter that empties it, and how many there would be without; told after the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.i18n import Text, _
from core.resources.pages.filters import label_of, words_of
from core.resources.pages.here import Here, arguments, enter
from core.resources.query import COUNT_LIMIT, ListQuery, count, read_query


@dataclass(frozen=True)
class Without:
    """The list with one filter less: what that filter is called, how many there are then, and where."""

    culprit: str
    number: int
    href: str


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/emptied", "emptied", emptied)


def emptied_address(here: Here, query: ListQuery) -> str:
    """Where one learns why the list of this query is empty; '' where no filter is to blame."""
    if not (query.q or query.conditions or query.ids):
        return ""
    return f"{here.address}/emptied?{urlencode(replace(query, cursor='').arguments())}"


def emptied(resource: str) -> ResponseReturnValue:
    """The filter without which the most records would be left, as a fragment."""
    here = enter(resource)
    query = replace(read_query(here.resource, arguments()), cursor="")
    found = [*_withouts(here, query)]
    best = max(found, key=lambda each: each.number, default=None)
    return render_template("resources/parts/emptied.html", here=here, resource=here.resource, best=best)


def _withouts(here: Here, query: ListQuery) -> Iterator[Without]:
    if query.q:
        yield _without(here, replace(query, q=""), _("“%(text)s”", text=query.q))
    for name in dict.fromkeys(each.field for each in query.conditions):
        kept = tuple(each for each in query.conditions if each.field != name)
        words = " · ".join(words_of(here, each) for each in query.conditions if each.field == name)
        label: Text = _("%(name)s: %(text)s", name=label_of(here.resource, name), text=words)
        yield _without(here, replace(query, conditions=kept), _("“%(text)s”", text=label))


def _without(here: Here, rest: ListQuery, culprit: str) -> Without:
    number = count(here.session, here.resource, rest, here.reading, here.actor, limit=COUNT_LIMIT)
    pairs = rest.arguments()
    href = f"{here.list_address}?{urlencode(pairs)}" if pairs else f"{here.list_address}?view=all"
    return Without(culprit, number, href)
