"""What the palette (Ctrl K) answers: records of every kind, things to do, places to go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.formats import reading_for
from core.house import House
from core.i18n import Text, _
from core.resources.closing import closed_among
from core.resources.declare import Resource
from core.resources.query import ListQuery, fetch_page
from core.shell.menu import Group
from core.text import fold

SHORTEST_QUERY = 2
RECORDS_EACH = 5
PLACES_AT_MOST = 6


@dataclass(frozen=True)
class Found:
    """A line of the palette."""

    label: Text
    url: str
    icon: str
    note: Text = ""


@dataclass(frozen=True)
class Heading:
    """Lines of one sort under their title."""

    title: Text
    lines: Sequence[Found]


def find_everywhere(
    session: Session,
    house: House,
    actor: Actor,
    text: str,
    menu: Sequence[Group],
    settings: Sequence[Found],
    root: str,
) -> list[Heading]:
    """Headings that have lines: records matching `text`, what can be created, places whose name holds it."""
    records = Heading(_("Records"), _records(session, house, actor, text, root))
    closed = closed_among(session, house.resources)
    actions = Heading(_("Actions"), _actions(house, actor, text, root, closed))
    places = Heading(_("Go to"), _places(menu, settings, text))
    # Who typed a word means what is there before something new of that name: Enter takes the first line.
    headings = [records, places, actions] if text else [records, actions, places]
    return [heading for heading in headings if heading.lines]


def marked(name: str, text: str) -> Markup:
    """The name with the words of `text` in it marked, however their accents and case are written."""
    spans = _spans(name, fold(text).split())
    pieces, at = [], 0
    for start, end in spans:
        pieces += [escape(name[at:start]), Markup("<mark>{}</mark>").format(name[start:end])]
        at = end
    return Markup("").join([*pieces, escape(name[at:])])


def _records(session: Session, house: House, actor: Actor, text: str, root: str) -> list[Found]:
    if len(text) < SHORTEST_QUERY:
        return []
    reading = reading_for(session, actor)
    found = []
    for resource in house.in_menu_order():
        if not resource.search or not actor.may(resource.name, "view"):
            continue
        query = ListQuery(q=text, limit=RECORDS_EACH)
        names = [resource.title, *([resource.subtitle] if resource.subtitle else [])]
        page = fetch_page(session, resource, query, (), reading, actor, extra=names)
        found += [
            Found(
                marked(_title_of(resource, row), text),
                f"{root}/{resource.name}/{row.id}",
                resource.icon,
                resource.label,
            )
            for row in page.rows
        ]
    return found


def _title_of(resource: Resource, row: Any) -> str:
    title = getattr(row, resource.title) or (getattr(row, resource.subtitle) if resource.subtitle else None)
    return str(title or f"#{row.id}")


def _actions(house: House, actor: Actor, text: str, root: str, closed: Collection[str]) -> list[Found]:
    words = fold(text).split()
    found = []
    for resource in house.in_menu_order():
        if actor.may(resource.name, "create") and resource.name not in closed:
            label, url = _("Create: %(name)s", name=resource.label), f"{root}/{resource.name}/new"
            if text and not _holds(label, words):
                label = _("Create: %(name)s “%(text)s”", name=resource.label, text=text)
                url += f"?{urlencode({resource.title: text})}"
            found.append(Found(label, url, "plus"))
        if text and resource.search and actor.may(resource.name, "view"):
            found.append(
                Found(
                    _("Search “%(text)s” in %(name)s", text=text, name=resource.plural),
                    f"{root}/{resource.name}?{urlencode({'q': text})}",
                    "filter",
                )
            )
    return found


def _places(menu: Sequence[Group], settings: Sequence[Found], text: str) -> list[Found]:
    words = fold(text).split()
    places = [Found(str(entry.label), entry.url, entry.icon) for group in menu for entry in group.entries]
    wanted = [each for each in [*places, *(settings if words else ())] if _holds(str(each.label), words)]
    return wanted if not words else wanted[:PLACES_AT_MOST]


def _holds(label: str, words: Sequence[str]) -> bool:
    folded = fold(label)
    return all(word in folded for word in words)


def _spans(name: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand in the name; folding is done letter by letter so that places stay known."""
    letters = [fold(letter) or letter for letter in name]
    places = [index for index, letter in enumerate(letters) for _each in letter]
    plain = "".join(letters)
    spans: list[tuple[int, int]] = []
    for word in words:
        start = plain.find(word)
        if start >= 0:
            spans.append((places[start], places[start + len(word) - 1] + 1))
    clear: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not clear or start >= clear[-1][1]:
            clear.append((start, end))
    return clear
