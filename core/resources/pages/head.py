"""The head of a record's page: title, facts, what can be done, its path. Drawn with the page and again by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup, escape
from werkzeug.routing import BuildError

from core.access.sharing import may_share
from core.fields import Reference
from core.fields.references import chip_of
from core.resources.declare import Action, Shortcut
from core.resources.pages.following import Star, star_of
from core.resources.pages.here import Here
from core.resources.pages.path import Walk, walk_of
from core.resources.read import Stored
from core.resources.rights import title_of


@dataclass(frozen=True)
class Button:
    """An action of the record that its reader may do now."""

    action: Action
    href: str


@dataclass(frozen=True)
class Head:
    """What stands over a record. `back` is the query of the list its reader came from."""

    title: str
    address: str
    back: str
    editable: bool
    deletable: bool
    shareable: bool
    subtitle: str
    words: Sequence[Markup]
    tags: Sequence[Markup]
    walk: Walk | None
    buttons: Sequence[Button]
    beside_title: Markup
    star: Star


def head_of(here: Here, stored: Stored, back: str) -> Head:
    """The head as this person sees it."""
    return Head(
        title=title_of(here.resource, stored.record),
        address=here.address_of(stored.id),
        back=back,
        editable=here.may_with(stored.record, "edit"),
        deletable=here.may_with(stored.record, "delete"),
        shareable=may_share(here.resource, stored.record, here.actor, here.house),
        subtitle=_text(here, stored, here.resource.subtitle),
        words=_words(here, stored),
        tags=[chip_of(tag, here.formats) for tag in stored.tags] if here.resource.tag_field else (),
        walk=walk_of(here, stored),
        buttons=_buttons(here, stored, back),
        beside_title=slot_of(here, stored, "record.title"),
        star=star_of(here, stored.id),
    )


def slot_of(here: Here, stored: Stored, slot: str) -> Markup:
    """What plugins put into a place of the record's page."""
    if not here.house.hooks.has("render_slot"):
        return Markup("")
    context: dict[str, Any] = {"resource": here.resource, "record": stored.record, "formats": here.formats}
    drawn: Sequence[tuple[str, Any]] = list(here.house.hooks.each("render_slot", slot=slot, context=context))
    return Markup("").join(escape(value) for _plugin, value in drawn)


def _text(here: Here, stored: Stored, name: str | None) -> str:
    if not name:
        return ""
    declared = here.resource.field(name)
    return declared.kind.text(stored.value(declared), here.formats)


def _words(here: Here, stored: Stored) -> list[Markup]:
    """The coloured words under the title (a segment)."""
    return [
        declared.kind.html(value, here.formats)
        for declared in here.resource.fields
        if isinstance(declared.kind, Reference)
        and declared.kind.look == "square"
        and (value := stored.value(declared)) is not None
    ]


def _buttons(here: Here, stored: Stored, back: str) -> list[Button]:
    found = []
    for action in here.resource.actions:
        if _is_offered(here, stored, action):
            try:
                found.append(Button(action, url_for(action.endpoint, id=stored.id, **action.values)))
            except BuildError as error:
                here.house.hooks.failed(here.resource.plugin, f"action {action.name}", error)
    for shortcut in here.resource.shortcuts:
        if _is_offered(here, stored, shortcut):
            drawn = Action(shortcut.name, shortcut.label, shortcut.icon, "", shortcut.permission)
            tail = f"?{urlencode({'from': back})}" if back else ""
            found.append(Button(drawn, f"{here.address_of(stored.id)}/do/{shortcut.name}{tail}"))
    return found


def _is_offered(here: Here, stored: Stored, action: Action | Shortcut) -> bool:
    try:
        visible = action.visible is None or action.visible(stored.record)
    except Exception as error:  # the guard around a plugin
        blamed = here.house.plugin_behind(action.visible, here.resource.plugin)
        here.house.hooks.failed(blamed, f"action {action.name}", error)
        return False
    return visible and here.may_with(stored.record, action.permission)
