"""The rows somebody chose in a list: these, or all that the list's query means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from core.resources.bulk import ids_of
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
