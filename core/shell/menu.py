"""The navigation: places of the host and of the enabled apps, in groups, for the person who looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for
from werkzeug.routing import BuildError

from core.access.actor import Actor
from core.declare import MenuItem
from core.house import House
from core.i18n import Text, _l

GROUPS: tuple[tuple[str, Text], ...] = (
    ("", ""),
    ("sales", _l("Sales")),
    ("capture", _l("Capture")),
    ("analysis", _l("Analysis")),
    ("admin", _l("Administration")),
)
BOTTOM_PLACES = 4


@dataclass(frozen=True)
class Place:
    """Somewhere to go: an endpoint, or the list of a resource. Kept for the life of the app."""

    name: str
    label: Text
    icon: str
    group: str
    order: int
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    resource: str = ""
    permission: tuple[str, str] | None = None
    count: str | None = None

    @property
    def url(self) -> str | None:
        """Its address; None where the endpoint does not exist."""
        if self.resource:
            return f"{request.script_root}/{self.resource}"
        try:
            return url_for(self.endpoint, **self.values)
        except BuildError:
            current_app.logger.warning(
                "menu entry %s leads to the unknown endpoint %s", self.name, self.endpoint
            )
            return None

    def is_open_to(self, actor: Actor) -> bool:
        return self.permission is None or actor.may(*self.permission)


@dataclass(frozen=True)
class Entry:
    """A place as the navigation draws it."""

    name: str
    label: Text
    icon: str
    url: str
    active: bool
    count_name: str | None


@dataclass(frozen=True)
class Group:
    name: str
    label: Text
    entries: Sequence[Entry]


def places_of(house: House) -> tuple[Place, ...]:
    """Every place the house has, in the order of the navigation."""
    ranks = {name: rank for rank, (name, _label) in enumerate(GROUPS)}
    places = [*_own_places(), *_resource_places(house), *map(_from_item, house.menu)]
    return tuple(
        sorted(places, key=lambda place: (ranks.get(place.group, len(ranks)), place.order, place.name))
    )


def menu_for(places: Iterable[Place], actor: Actor, path: str, history: Collection[str] = ()) -> list[Group]:
    """The groups this person sees; no group is empty, at most one entry is the active one.

    `history` are resources of which nothing new is made: they stand below the others of their group.
    """
    open_here = (place for place in places if place.is_open_to(actor))
    ordered = sorted(open_here, key=lambda place: place.resource in history) if history else open_here
    seen = [(place, url) for place in ordered if (url := place.url)]
    here = active_url((url for _place, url in seen), path)
    entries: dict[str, list[Entry]] = {}
    for place, url in seen:
        entries.setdefault(place.group, []).append(
            Entry(place.name, place.label, _icon(place, history), url, url == here, place.count)
        )
    labels = dict(GROUPS)
    ranks = list(labels)
    names = sorted(entries, key=lambda name: ranks.index(name) if name in labels else len(ranks))
    return [Group(name, labels.get(name, name), entries[name]) for name in names]


def _icon(place: Place, history: Collection[str]) -> str:
    return "history" if place.resource and place.resource in history else place.icon


def active_url(urls: Iterable[str], path: str) -> str | None:
    """The longest of the addresses that `path` is at or below."""
    around = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(around, key=len, default=None)


def bottom_of(menu: Sequence[Group]) -> list[Entry]:
    """The places of the bottom bar on a narrow screen: the first ones, those for administrators last."""
    return [entry for group in menu for entry in group.entries][:BOTTOM_PLACES]


def _own_places() -> list[Place]:
    return [
        Place("home", _l("Home"), "home", "", 0, endpoint="home.page"),
        Place(
            "notifications",
            _l("Notifications"),
            "bell",
            "",
            10,
            endpoint="notifications.page",
            count="notifications",
        ),
        Place("apps", _l("Apps"), "apps", "admin", 80, endpoint="apps.page", permission=("apps", "edit")),
        Place(
            "settings",
            _l("Settings"),
            "settings",
            "admin",
            90,
            endpoint="settings.page",
            permission=("settings", "edit"),
        ),
    ]


def _resource_places(house: House) -> list[Place]:
    return [
        Place(
            each.name,
            each.plural,
            each.icon,
            each.menu_group,
            each.menu_order,
            resource=each.name,
            permission=(each.name, "view"),
            count=each.name,
        )
        for each in house.resources.values()
    ]


def _from_item(item: MenuItem) -> Place:
    return Place(
        item.name,
        item.label,
        item.icon,
        item.group,
        item.order,
        endpoint=item.endpoint,
        values=item.values,
        permission=item.permission,
        count=item.count,
    )
