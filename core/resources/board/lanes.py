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
from core.resources.criteria import Condition, means
from core.resources.declare import Board, Field, Resource
from core.resources.order import Order
from core.resources.pages.here import Here
from core.resources.query import COUNT_LIMIT, ListQuery, Page, fetch_page, matching
from core.resources.steps import group_of_new, steps_of

NOWHERE = 0
"""Stands for the status of records that have none."""

FEW_LANES = 2
"""So many are counted by themselves, after a card went from one to the other."""

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
    """What stands at the head of a lane; no sum where it has too many records to add up."""

    number: int
    sum: str = ""
    sums: str = ""
    """All sums by currency, where there is more than one: what `sum` tells only nearly."""
    amounts: Mapping[str, Decimal] = kept(default_factory=dict)
    percent: int | None = None
    """What the sums are weighted by; None where the board weights nothing, or it would change nothing."""
    weighted: str = ""
    weights: Mapping[str, Decimal] = kept(default_factory=dict)


def lanes_of(here: Here, query: ListQuery, opened: Collection[int]) -> list[Lane]:
    """All lanes in the list's order, the ends last; those that the filter means are open, and those asked for."""
    path = here.resource.path
    assert path is not None
    declared = here.house.lists.get(path.list)
    items = steps_of(here.resource, here.formats.references, group_shown(here, query))
    conditions = [each for each in query.conditions if each.field == path.field]
    first = declared.meanings[0][0] if declared is not None and declared.meanings else None
    worked_on = [item for item in items if first is None or item.meaning == first]
    ends = [item for item in items if item not in worked_on]
    found = []
    for item in [*worked_on, *ends]:
        meant = all(means(item, each) for each in conditions) if conditions else item in worked_on
        found.append(Lane(item, meant or item.id in opened))
    if _any_nowhere(here):
        found.insert(0, Lane(None, not conditions or NOWHERE in opened))
    return found


def groups_of(here: Here) -> Sequence[ReferenceItem]:
    """The groups of which a board shows one at a time (pipelines); none where its lanes have no groups."""
    path = here.resource.path
    if path is None or not path.within or not here.resource.has_field(path.within):
        return ()
    return here.formats.references.items(getattr(here.resource.field(path.within).kind, "list", ""))


def group_shown(here: Here, query: ListQuery) -> int | None:
    """The group whose lanes are shown: the one that the filters mean, else the default one."""
    path, groups = here.resource.path, groups_of(here)
    if path is None or not groups:
        return None
    asked = [each for each in query.conditions if each.field == path.within]
    meant = [item for item in groups if all(means(item, each) for each in asked)] if asked else []
    if meant:
        return meant[0].id
    named = [
        item
        for each in query.conditions
        if each.field == path.field and each.operator == "is" and not each.values[0].startswith("~")
        for item in here.formats.references.items(path.list)
        if means(item, each)
    ]
    return named[0].group if named else group_of_new(here.resource, here.formats.references)


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
    fields = card_fields(resource)
    return fetch_page(
        here.session, resource, wanted, fields, here.reading, here.actor, extra=resource.deciding
    )


def card_fields(resource: Resource) -> list[Field]:
    """The fields that a card shows, and the currency of its amount."""
    board = resource.board
    assert board is not None
    shown = (resource.title, board.fact, board.sum, board.age, *board.badges, currency_name(resource))
    names = dict.fromkeys(shown)
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
    """What stands at the heads of these lanes: counted in one statement; added up where a lane has not too many."""
    numbers = _counts(here, query, lane_ids)
    sums = _sums(here, query, [id for id in lane_ids if 0 < numbers.get(id, 0) <= COUNT_LIMIT])
    return {id: _figures(here, id, numbers.get(id, 0), sums.get(id, {})) for id in lane_ids}


def _figures(here: Here, lane_id: int, number: int, sums: Mapping[str, Decimal]) -> Figures:
    board, path = here.resource.board, here.resource.path
    item = here.formats.references.get(path.list, lane_id) if path else None
    percent = item.about.get(board.weight) if board and board.weight and item else None
    told = Figures(number, *sum_text(here, sums), sums)
    if percent is None or not sums:
        return told
    weights = {code: added * percent / 100 for code, added in sums.items()}
    shown = percent if 0 < percent < 100 else None
    return replace(told, percent=shown, weighted=sum_text(here, weights)[0] if shown else "", weights=weights)


def _counts(here: Here, query: ListQuery, lane_ids: Sequence[int]) -> dict[int, int]:
    resource = here.resource
    status = _status_column(resource)
    rest = _without_status(resource, query)
    ids = _steered(here, rest)
    if len(lane_ids) <= FEW_LANES:
        ids = ids.where(_within(rest, status, lane_ids))
    # with other filters not by the status' own index, which has nothing of what else is asked
    key = sa.func.coalesce(status, NOWHERE) if rest.conditions or rest.q else status
    grouped = ids.with_only_columns(key, sa.func.count(), maintain_column_froms=True).group_by(key)
    return {id or NOWHERE: number for id, number in here.session.execute(grouped)}


def _sums(here: Here, query: ListQuery, lane_ids: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    """The amounts of lanes that are known to be small, by currency."""
    resource = here.resource
    money, currency = money_of(resource), currency_name(resource)
    if money is None or not lane_ids:
        return {}
    status, amount = _status_column(resource), getattr(resource.model, money.attribute)
    code = getattr(resource.model, resource.field(currency).attribute) if currency else sa.literal("")
    rest = _without_status(resource, query)
    ids = _steered(here, rest).where(_within(rest, status, lane_ids))
    added_up = sa.select(status, code, sa.func.sum(amount)).where(resource.model.id.in_(ids))
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for id, told, added in here.session.execute(added_up.group_by(status, code)):
        if added:
            found[NOWHERE if id is None else id][told or ""] = added
    return found


def _steered(here: Here, query: ListQuery) -> sa.Select[Any]:
    """The ids of what the filters mean, read as the list would read them."""
    order = Order.of(here.session, here.resource, query.sort, query.q)
    return matching(here.session, here.resource, query, here.reading, here.actor, order)


def _within(query: ListQuery, status: Any, lane_ids: Sequence[int]) -> Any:
    """These lanes; where other filters say which rows to read, in a form for which no index is looked for."""
    if query.conditions or query.q:
        return sa.func.coalesce(status, NOWHERE).in_(list(lane_ids))
    named = status.in_([id for id in lane_ids if id != NOWHERE])
    return sa.or_(named, status.is_(None)) if NOWHERE in lane_ids else named


def whole_of(here: Here, figures: Iterable[Figures]) -> Figures:
    """How many records several lanes have together, and their sums; none where one of them has too many."""
    told = list(figures)
    number = sum(each.number for each in told)
    if any(each.number > COUNT_LIMIT for each in told):
        return Figures(number)
    weights = _added(each.weights for each in told)
    return Figures(
        number, *sum_text(here, _added(each.amounts for each in told)), weighted=sum_text(here, weights)[0]
    )


def _added(parts: Iterable[Mapping[str, Decimal]]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for code, added in part.items():
            sums[code] += added
    return sums


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
