"""What a plugin declares about the list of its records: columns, filters, views, the board."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.resources.listed import Listed


@dataclass(frozen=True)
class Column:
    """A column of the list that is not simply a field: drawn by `html(value)` from what `prefetch` found.

    `prefetch(session, ids)` gets the ids of the whole page and answers `{id: value}` in one query. `sort` is the
    field whose order the column's head offers. Its place is where `Resource.columns` names it, else the end; one that is
    not `usual` is shown only to who chooses it.
    """

    name: str
    label: Text
    prefetch: Callable[[Session, Sequence[int]], Mapping[int, Any]]
    html: Callable[[Any], Any]
    align: str = ""
    sort: str = ""
    usual: bool = True


@dataclass(frozen=True)
class Filter:
    """A filter of the list that is not simply a field: choices, and the criterion each one means."""

    name: str
    label: Text
    choices: Callable[[], Sequence[tuple[str, Text]]]
    criterion: Callable[[str], Any]
    personal: Callable[[str, Any], Any] | None = None
    """In place of `criterion` where it depends on who asks: gets the value and the actor (None: the system)."""
    day: Callable[[], Any] | None = None
    """Of a filter that also takes a stretch of days as its value (`2026-01-01..2026-03-31`): that day, in SQL."""


@dataclass(frozen=True)
class SavedFilter:
    """A view the plugin ships: a tab over the list with this query string, e.g. `status=open&sort=-value`."""

    name: str
    label: Text
    query: str
    tone: str = ""


@dataclass(frozen=True)
class Board:
    """The list as a board: a column for each value of the path's field, a card for each record.

    Args:
        sum: the field of money that is added up at the head of a column, and stands on a card.
        fact: the field that tells a card's sort (a segment).
        age: the field at a card's foot.
        next: the column of a plugin whose content stands at a card's foot, where there is one.
        badges: fields, or columns of plugins, whose content stands under a card's name, where there is any (that it is stale).
        weight: the column of the path's list with the percentage by which a column's sum is weighted (a probability).
    """

    sum: str = ""
    fact: str = ""
    age: str = ""
    next: str = "next_step"
    badges: tuple[str, ...] = ()
    weight: str = ""


@dataclass(frozen=True)
class Look:
    """The list drawn in a plugin's own way, beside rows and board: a page at `/<resource>/<name>`, under the same filters.

    `html(listed)` answers the markup under the filters. `json(listed)` answers the same for programs, at
    `GET /api/v1/<resource>/<name>`; without it there is none. Both are guarded, and read within the reader's rights.
    With `endpoint` it is a page of the plugin's own, elsewhere, to which the list's head leads.
    """

    name: str
    label: Text
    icon: str
    html: Callable[[Listed], Any] | None = None
    json: Callable[[Listed], Mapping[str, Any]] | None = None
    endpoint: str = ""
