"""The cards of a board: what each shows of its record, for whoever reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from core.access.reach import reached_rows
from core.fields.kind import EMPTY_CELL
from core.fields.references import USERS
from core.resources.board.lanes import Lane, currency_name, money_of, page_of, sum_text
from core.resources.declare import Field
from core.resources.pages.columns import columns_of
from core.resources.pages.here import Here
from core.resources.pages.path import move_address
from core.resources.pages.rows import drawn_extra, fetch_extras, query_string
from core.resources.query import ListQuery, Page


@dataclass(frozen=True)
class Card:
    """A record on the board. `move` is where it is asked which status it gets, '' for whoever may not move it."""

    id: int
    name: str
    href: str
    move: str
    owner: str
    owner_hue: str
    fact: Markup
    amount: str
    age: Markup
    next: Markup
    badges: Sequence[Markup] = ()


@dataclass(frozen=True)
class Pile:
    """The cards of a lane that are shown now; `more` is the address of the next ones, '' where there are none."""

    lane: Lane
    cards: Sequence[Card]
    more: str


def pile_of(here: Here, query: ListQuery, lane: Lane, cursor: str = "") -> Pile:
    """The next cards of a lane; of a folded one none.

    Raises:
        ValueError: the cursor is none of ours.
    """
    if not lane.is_open:
        return Pile(lane, (), "")
    page = page_of(here, query, lane.id, cursor)
    tail = urlencode([*query.arguments(), ("cursor", page.next or "")])
    more = f"{here.list_address}/lane/{lane.id}?{tail}" if page.next else ""
    return Pile(lane, _cards(here, page, back_of(query)), more)


def back_of(query: ListQuery) -> str:
    """The board's address as a record's page carries it."""
    return "&".join(part for part in (query_string(query), "look=board") if part)


def _cards(here: Here, page: Page, back: str) -> list[Card]:
    resource, formats = here.resource, here.formats
    board = resource.board
    assert board is not None
    editable = reached_rows(here.session, here.actor, resource, page.rows, "edit")
    title, fact, age, money = (
        resource.field(resource.title),
        _field(here, board.fact),
        _field(here, board.age),
        money_of(resource),
    )
    ids = [row.id for row in page.rows]
    drawn = _drawn_by_plugins(here, (board.next, *board.badges), ids)
    cards = []
    for row in page.rows:
        owner = getattr(row, resource.owner) if resource.owner else None
        person = formats.references.get(USERS, owner)
        cards.append(
            Card(
                id=row.id,
                name=title.kind.text(page.value(row, title), formats) or f"{resource.label} {row.id}",
                href=here.address_from(row.id, back),
                move=move_address(here, row.id, None, back) if row.id in editable else "",
                owner=person.name if person else "",
                owner_hue=person.hue if person else "",
                fact=_html(here, page, row, fact),
                amount=_amount(here, page, row, money),
                age=_html(here, page, row, age),
                next=drawn.get(board.next, {}).get(row.id, Markup("")),
                badges=[
                    badge
                    for name in board.badges
                    if (badge := _badge(here, page, row, name, drawn.get(name, {})))
                ],
            )
        )
    return cards


def _field(here: Here, name: str) -> Field | None:
    return here.resource.field(name) if here.resource.has_field(name) else None


def _html(here: Here, page: Page, row: Any, declared: Field | None) -> Markup:
    if declared is None:
        return Markup("")
    drawn = escape(declared.kind.html(page.value(row, declared), here.formats))
    return Markup("") if drawn == EMPTY_CELL else drawn


def _badge(here: Here, page: Page, row: Any, name: str, drawn: Mapping[int, Markup]) -> Markup:
    """What a plugin's column or a field of this name says of a record; '' where that is nothing."""
    told = drawn.get(row.id, EMPTY_CELL)
    return _html(here, page, row, _field(here, name)) if told == EMPTY_CELL else told


def _amount(here: Here, page: Page, row: Any, money: Field | None) -> str:
    value = page.value(row, money) if money is not None else None
    if value is None:
        return ""
    name = currency_name(here.resource)
    code = page.value(row, here.resource.field(name)) if name else None
    return sum_text(here, {str(code or ""): value})[0]


def _drawn_by_plugins(
    here: Here, names: Sequence[str], ids: Sequence[int]
) -> Mapping[str, Mapping[int, Markup]]:
    """What these columns of plugins tell of each record; nothing of a column that is not there."""
    there = {each.name for each in here.resource.extra_columns}
    wanted = tuple(name for name in names if name in there)
    if not wanted or not ids:
        return {}
    columns = [each for each in columns_of(here.resource, wanted) if each.extra is not None]
    fetched = fetch_extras(here, columns, ids)
    return {
        column.name: {id: drawn_extra(here, column.extra, fetched[column.name].get(id)) for id in ids}
        for column in columns
        if column.extra is not None
    }
