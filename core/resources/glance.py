"""A list at a glance: how many records a query means and the first of them, for a card on another page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields import Reading
from core.resources.declare import Resource
from core.resources.query import COUNT_LIMIT, count, fetch_page, read_query


@dataclass(frozen=True)
class GlanceLine:
    """One record: its name and the line under it."""

    id: int
    title: str
    note: str


@dataclass(frozen=True)
class Glance:
    """`count` is exact up to `COUNT_LIMIT`; beyond it `is_more` says that there are more. `query` leads to the list."""

    count: int
    is_more: bool
    lines: Sequence[GlanceLine]
    query: str


def glance(
    session: Session, resource: Resource, query: str, reading: Reading, actor: Actor, *, rows: int = 5
) -> Glance:
    """What a list's query (`status=~open&sort=-value`) means to this person."""
    asked = read_query(resource, {**parse_qs(query), "limit": [str(max(rows, 1))], "cursor": [""]})
    named = [resource.title, *([resource.subtitle] if resource.subtitle else [])]
    page = fetch_page(session, resource, asked, (), reading, actor, extra=named)
    found = count(session, resource, asked, reading, actor)
    lines = [
        GlanceLine(
            row.id,
            str(getattr(row, resource.title) or f"#{row.id}"),
            str(getattr(row, resource.subtitle) or "") if resource.subtitle else "",
        )
        for row in page.rows
    ]
    kept = [pair for pair in asked.arguments() if pair[0] != "limit"]
    return Glance(min(found, COUNT_LIMIT), found > COUNT_LIMIT, lines, urlencode(kept, safe="~"))
