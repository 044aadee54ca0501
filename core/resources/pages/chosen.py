"""The rows somebody chose in a list: these, or all that the list's query means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request

from core.resources.bulk import ids_of
from core.resources.criteria import means
from core.resources.pages.here import Here
from core.resources.pages.tabs import query_of
from core.resources.query import MOST_IDS, count


@dataclass(frozen=True)
class Chosen:
    """The records somebody chose: these, or with `whole` all that the list's query means."""

    ids: Sequence[int]
    whole: bool
    query: str
    number: int


def chosen_in(here: Here) -> Chosen:
    """What the request's form says was chosen."""
    query = urlencode(query_of(here, request.form.get("query", "")).arguments())
    if request.form.get("all") == "1":
        number = count(
            here.session, here.resource, query_of(here, query), here.reading, here.actor, limit=None
        )
        return Chosen((), True, query, number)
    ids = [int(id) for id in request.form.getlist("id")[:MOST_IDS] if id.isdecimal() and len(id) < 19]
    return Chosen(ids, False, query, len(ids))


def chosen_ids(here: Here, chosen: Chosen) -> list[int]:
    """The ids of what was chosen, in order; of a whole list those that the person sees."""
    if not chosen.whole:
        return sorted(set(chosen.ids))
    query = query_of(here, chosen.query)
    batches = ids_of(here.session, here.resource, query, here.reading, here.actor)
    return [id for batch in batches for id in batch]


def common_group(here: Here, chosen: Chosen) -> dict[str, int]:
    """{field: the group (pipeline) that all chosen rows stand in}; empty where they stand in several, or there are none."""
    path, model = here.resource.path, here.resource.model
    if path is None or not path.within or not here.resource.has_field(path.within):
        return {}
    if chosen.whole:
        asked = [each for each in query_of(here, chosen.query).conditions if each.field == path.within]
        items = here.formats.references.items(getattr(here.resource.field(path.within).kind, "list", ""))
        found = [item.id for item in items if all(means(item, each) for each in asked)] if asked else []
    else:
        column = getattr(model, here.resource.field(path.within).attribute)
        rows = sa.select(column).where(model.id.in_(chosen.ids)).distinct().limit(2)
        found = list(here.session.scalars(rows))
    return {path.within: found[0]} if len(found) == 1 and found[0] is not None else {}
