"""The lanes of a board: which statuses stand open, the records under each, how many there are and what they are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as kept
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.fields import MoneyAmount, ReferenceItem
from core.fields.money import format_amount, money_text
from core.resources.criteria import Condition
from core.resources.declare import Board, Field, Resource
from core.resources.pages.here import Here
from core.resources.query import COUNT_LIMIT, ListQuery, Page, count, fetch_page, filtered
from core.text import fold

NOWHERE = 0
"""Stands for the status of records that have none."""

SHOWN = 25
"""Cards of a lane that are shown at first, and more at a press."""


@dataclass(frozen=True)
class Lane:
    """A status as a column. `item` is None for the records that have none."""

    item: ReferenceItem | None
    is_open: bool

    @property
    def id(self) -> int:
        return self.item.id if self.item else NOWHERE


@dataclass(frozen=True)
class Figures:
    """What stands at the head of a lane. `is_more`: there are more than were counted."""

    number: int
    is_more: bool = False
    sum: str = ""
    sums: str = ""
    """All sums by currency, where there is more than one: what `sum` tells only nearly."""
    amounts: Mapping[str, Decimal] = kept(default_factory=dict)


def lanes_of(here: Here, query: ListQuery, opened: Collection[int]) -> list[Lane]:
    """All lanes in the list's order, the ends last; those that the filter means are open, and those asked for."""
    path = here.resource.path
    assert path is not None
    declared = here.house.lists.get(path.list)
    items = here.formats.references.items(path.list)
    conditions = [each for each in query.conditions if each.field == path.field]
    first = declared.meanings[0][0] if declared is not None and declared.meanings else None
    worked_on = [item for item in items if first is None or item.meaning == first]
    ends = [item for item in items if item not in worked_on]
    found = []
    for item in [*worked_on, *ends]:
        meant = all(_means(item, each) for each in conditions) if conditions else item in worked_on
        found.append(Lane(item, meant or item.id in opened))
    if _any_nowhere(here):
        found.insert(0, Lane(None, not conditions or NOWHERE in opened))
    return found


def lane_query(resource: Resource, query: ListQuery, lane_id: int) -> ListQuery:
    """The list's query for one lane: its other filters, and this status."""
    assert resource.path is not None
    value = str(lane_id) if lane_id != NOWHERE else "~empty"
    kept = _without_status(resource, query).conditions
    return replace(
        query,
        conditions=(*kept, Condition(resource.path.field, "is", (value,))),
        limit=SHOWN,
    )


def page_of(here: Here, query: ListQuery, lane_id: int, cursor: str = "") -> Page:
    """The next cards of a lane.

    Raises:
        ValueError: the cursor is none of ours.
    """
    resource = here.resource
    wanted = replace(lane_query(resource, query, lane_id), cursor=cursor)
    extra = [resource.owner] if resource.owner else []
    return fetch_page(
        here.session, resource, wanted, card_fields(resource), here.reading, here.actor, extra=extra
    )


def card_fields(resource: Resource) -> list[Field]:
    """The fields that a card shows, and the currency of its amount."""
    board = resource.board
    assert board is not None
    names = dict.fromkeys([resource.title, board.fact, board.sum, board.age, currency_name(resource)])
    return [resource.field(name) for name in names if name and resource.has_field(name)]


def currency_name(resource: Resource) -> str:
    """The field that tells the currency of what a board adds up."""
    money = money_of(resource)
    name = money.kind.currency if money is not None and isinstance(money.kind, MoneyAmount) else ""
    return name if resource.has_field(name) else ""


def money_of(resource: Resource) -> Field | None:
    """The field that a board adds up."""
    board: Board | None = resource.board
    return resource.field(board.sum) if board is not None and resource.has_field(board.sum) else None


def figures_of(here: Here, query: ListQuery, lane_ids: Sequence[int]) -> dict[int, Figures]:
    """What stands at the heads of these lanes; counts and sums go no further than the list's own count does."""
    rest = _without_status(here.resource, query)
    if len(lane_ids) > 1:
        total = count(here.session, here.resource, rest, here.reading, here.actor)
        if total <= COUNT_LIMIT:
            return _added_up(here, rest, lane_ids, whole=True)
    numbers = {
        id: count(here.session, here.resource, lane_query(here.resource, query, id), here.reading, here.actor)
        for id in lane_ids
    }
    small = [id for id, number in numbers.items() if 0 < number <= COUNT_LIMIT]
    found = _added_up(here, rest, small) if small else {}
    for id, number in numbers.items():
        found.setdefault(id, Figures(min(number, COUNT_LIMIT), number > COUNT_LIMIT))
    return found


def _added_up(
    here: Here, query: ListQuery, lane_ids: Sequence[int], *, whole: bool = False
) -> dict[int, Figures]:
    """Counts and sums of lanes that are known to be small, or of all if all together are, in one statement."""
    resource = here.resource
    status = _status_column(resource)
    money, currency = money_of(resource), currency_name(resource)
    amount = getattr(resource.model, money.attribute) if money is not None else sa.null()
    code = getattr(resource.model, resource.field(currency).attribute) if currency else sa.literal("")
    entities = (status, code, sa.func.count(resource.model.id), sa.func.sum(amount))
    base = filtered(here.session, resource, query, here.reading, here.actor, *entities)
    if not whole:  # else the other filters say which rows to read
        within = status.in_([id for id in lane_ids if id != NOWHERE])
        base = base.where(sa.or_(within, status.is_(None)) if NOWHERE in lane_ids else within)
    numbers: dict[int, int] = defaultdict(int)
    sums: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for id, found_code, number, added in here.session.execute(base.group_by(status, code)):
        lane = NOWHERE if id is None else id
        numbers[lane] += number
        if added:
            sums[lane][found_code or ""] = added
    return {id: Figures(numbers[id], False, *sum_text(here, sums[id]), sums[id]) for id in lane_ids}


def whole_of(here: Here, figures: Iterable[Figures]) -> tuple[int, bool, str, str]:
    """How many records several lanes have together, whether there are more, and their sum; none where one has too many."""
    told = list(figures)
    is_more = any(each.is_more for each in told)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in told:
        for code, added in each.amounts.items():
            sums[code] += added
    return sum(each.number for each in told), is_more, *(("", "") if is_more else sum_text(here, sums))


def sum_text(here: Here, sums: Mapping[str, Decimal]) -> tuple[str, str]:
    """A sum in the company's currency, marked ≈ where there are others beside it; then all of them."""
    if not sums:
        return "", ""
    told = {code: _money(here, added, code) for code, added in sums.items()}
    own = here.formats.currency if here.formats.currency in sums else max(sums, key=lambda code: sums[code])
    if len(sums) == 1:
        return told[own], ""
    return f"≈ {told[own]}", " + ".join([told[own], *(text for code, text in told.items() if code != own)])


def _money(here: Here, amount: Decimal, code: str) -> str:
    return (
        money_text(amount, code, here.formats.language)
        if code
        else format_amount(amount, here.formats.language)
    )


def _status_column(resource: Resource) -> Any:
    assert resource.path is not None
    return getattr(resource.model, resource.field(resource.path.field).attribute)


def _without_status(resource: Resource, query: ListQuery) -> ListQuery:
    assert resource.path is not None
    field = resource.path.field
    return replace(
        query, conditions=tuple(each for each in query.conditions if each.field != field), cursor=""
    )


def _any_nowhere(here: Here) -> bool:
    """Whether any record has no status; whatever the filters say of it, for that the status' index tells at once."""
    wanted = sa.select(here.resource.model.id).where(_status_column(here.resource).is_(None)).limit(1)
    return here.session.scalar(wanted) is not None


def _means(item: ReferenceItem, condition: Condition) -> bool:
    words: Iterable[str] = condition.values
    meant = any(
        value in (str(item.id), f"~{item.meaning}", "~any") or fold(value) == fold(item.name)
        for value in words
    )
    return meant != (condition.operator == "not")
