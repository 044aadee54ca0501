"""The `shell` of the templates: what the frame of a page shows, each part found when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from flask import current_app, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.access.actor import ANONYMOUS, Actor
from core.access.models import Role
from core.access.roles import SHIPPED
from core.db import db
from core.house import House, current_house
from core.i18n import LANGUAGES, Text, _, get_locale
from core.resources.closing import closed_among
from core.settings import COMPANY_DEFAULTS, settings_of
from core.shell.menu import Entry, Group, Place, bottom_of, menu_for
from core.state import remembered


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the foot of the navigation shows them."""

    name: str
    email: str
    hue: str
    role: Text


@dataclass(frozen=True)
class FrameNotice:
    """A line over the page for administrators."""

    text: Text
    url: str = ""
    link: Text = ""


class Frame:
    """One request's frame. Signed-out pages use language, theme and company only."""

    def __init__(self, house: House, actor: Actor) -> None:
        self._house = house
        self._actor = actor

    @cached_property
    def company(self) -> str:
        """The company's name; the product's where the database does not answer (an error page is being drawn)."""
        try:
            return str(settings_of(db.session())["company.name"])
        except SQLAlchemyError:
            return str(COMPANY_DEFAULTS["company.name"])

    @cached_property
    def user(self) -> Person:
        actor = self._actor
        return Person(
            actor.name or actor.email, actor.email, actor.hue, ", ".join(map(self._role_label, actor.roles))
        )

    def _role_label(self, name: str) -> str:
        """A shipped role in the reader's language; others as they were named."""
        known = remembered(db.session(), "role labels", _load_role_labels)
        return str(SHIPPED.get(name) or known.get(name) or name)

    @cached_property
    def menu(self) -> list[Group]:
        return menu_for(places_here(), self._actor, request.path, self.history)

    @cached_property
    def history(self) -> frozenset[str]:
        """The resources of which nothing new is made now; none where the database does not answer."""
        try:
            return closed_among(db.session(), self._house.resources)
        except SQLAlchemyError:
            return frozenset()

    @cached_property
    def bottom(self) -> list[Entry]:
        return bottom_of(self.menu)

    @cached_property
    def notices(self) -> list[FrameNotice]:
        if not self._actor.is_admin:
            return []
        plugins = dict.fromkeys(notice.plugin for notice in self._house.notices)
        health = url_for("health.page") if "health.page" in current_app.view_functions else ""
        return [
            FrameNotice(self._sentence(plugin), health, _("Show") if health else "") for plugin in plugins
        ]

    def _sentence(self, plugin: str) -> str:
        """What is wrong, in a line: details are on the Health page. Without a plugin it is the house that stayed."""
        if not plugin:
            return _("The latest change of the apps could not be carried out; everything goes on as before.")
        manifest = self._house.manifests.get(plugin)
        title = manifest.title_in(self.language) if manifest else plugin
        return _("The app “%(name)s” does not work as it should.", name=title)

    @property
    def safe_mode(self) -> bool:
        return self._house.config.safe_mode and self._actor.is_admin

    @property
    def theme(self) -> str:
        return self._actor.theme if self._actor.user_id is not None else request.cookies.get("theme", "auto")

    @cached_property
    def language(self) -> str:
        locale = get_locale()
        return locale.language if locale else "en"

    @property
    def languages(self) -> list[tuple[str, str]]:
        return list(LANGUAGES.items())

    @property
    def theme_url(self) -> str:
        return url_for("shell.choose_theme")

    @property
    def language_url(self) -> str:
        return url_for("shell.choose_language")

    @property
    def search_url(self) -> str:
        return url_for("shell.search")

    @property
    def counts_url(self) -> str:
        return url_for("shell.counts")

    @property
    def profile_url(self) -> str:
        return f"{request.script_root}/profile"

    @property
    def sign_out_url(self) -> str:
        return f"{request.script_root}/sign-out"


def frame_of_request() -> Frame:
    """The frame of this request, made once however many templates are drawn."""
    if "frame" not in g:
        g.frame = Frame(current_house(), g.get("actor", ANONYMOUS))
    return g.frame


def places_here() -> tuple[Place, ...]:
    places: tuple[Place, ...] = current_app.extensions["prospecto.places"]
    return places


def _load_role_labels(session: Session) -> dict[str, str]:
    return {name: label for name, label in session.execute(sa.select(Role.name, Role.label))}
