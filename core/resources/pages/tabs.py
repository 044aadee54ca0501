"""The tabs over a list: everything, the views its plugin ships, and those that people saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from core.i18n import Text, _
from core.records.views import views_of
from core.resources.pages.here import Here
from core.resources.query import ListQuery, read_query

EVERYTHING = "all"


@dataclass(frozen=True)
class Tab:
    """One view. `kept_id` is the person's own saved view that they may change; `changed`: the list differs from it."""

    key: str
    label: Text
    href: str
    query: ListQuery
    tone: str = ""
    kept_id: int | None = None
    is_current: bool = False
    changed: bool = False

    @property
    def saved_id(self) -> int | None:
        """The id of the saved view it is, somebody's or the reader's own; None of a shipped one."""
        return int(self.key[1:]) if self.key[:1] == "s" and self.key[1:].isdecimal() else None

    @property
    def is_saved(self) -> bool:
        return self.saved_id is not None


def tabs_of(here: Here, query: ListQuery, wanted: str = "") -> list[Tab]:
    """The tabs with the current one marked: the one asked for, else the one that means just this list."""
    tabs = _all_tabs(here)
    current = next((tab for tab in tabs if tab.key == wanted), None) or next(
        (tab for tab in tabs if _same(tab.query, query)), tabs[0]
    )
    return [
        Tab(
            tab.key,
            tab.label,
            tab.href,
            tab.query,
            tab.tone,
            tab.kept_id,
            tab is current,
            tab is current and not _same(tab.query, query),
        )
        for tab in tabs
    ]


def query_of(here: Here, text: str) -> ListQuery:
    """A view's text as a query."""
    return read_query(here.resource, _arguments(text))


def _all_tabs(here: Here) -> list[Tab]:
    tabs = [Tab(EVERYTHING, _("All"), here.list_address, ListQuery())]
    for shipped in here.resource.views:
        tabs.append(_tab(here, shipped.name, shipped.label, shipped.query, tone=shipped.tone))
    for kept in views_of(here.session, here.resource.name, here.actor.user_id):
        own = kept.id if kept.owner_id == here.actor.user_id else None
        tabs.append(_tab(here, f"s{kept.id}", kept.name, kept.query, kept_id=own))
    return tabs


def _tab(here: Here, key: str, label: Text, text: str, *, tone: str = "", kept_id: int | None = None) -> Tab:
    query = query_of(here, text)
    href = f"{here.list_address}?{urlencode([('view', key), *query.arguments()])}"
    return Tab(key, label, href, query, tone, kept_id)


def _arguments(text: str) -> Mapping[str, Sequence[str]]:
    return parse_qs(text, keep_blank_values=False)


def _same(one: ListQuery, other: ListQuery) -> bool:
    return sorted(one.arguments()) == sorted(other.arguments())
