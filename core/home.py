"""The home page: a greeting, the first steps of an empty installation, and cards of the host and of the apps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, g, render_template, request, url_for
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import db
from core.house import House, current_house
from core.i18n import Text, _
from core.jobs.service import running_jobs
from core.resources.closing import closed_among
from core.resources.declare import Panel, Resource

NEWEST = 5

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True)
class Line:
    """A record on a card."""

    title: str
    note: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Newest:
    """The newest records of one kind that are the person's own."""

    resource: Resource
    lines: Sequence[Line]


@dataclass(frozen=True)
class Widget:
    """An app's card; `body` is None where it failed."""

    label: Text
    body: Any


@dataclass(frozen=True)
class FirstStep:
    icon: str
    title: str
    text: str
    url: str


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/")
def page() -> str:
    session, house, actor = db.session(), current_house(), g.actor
    newest = [
        each
        for each in (_newest(session, found, actor) for found in _seen(house, actor) if found.beside is None)
        if each.lines
    ]
    return render_template(
        "home/home.html",
        greeting=_greeting(actor),
        steps=[]
        if newest or not _is_empty(session, house, actor)
        else list(_first_steps(house, actor, closed_among(session, house.resources))),
        newest=newest,
        jobs=running_jobs(session, actor),
        widgets=list(_widgets(house, actor)),
        above=[
            markup
            for _plugin, markup in house.hooks.each("render_slot", slot="home.above", context={"user": actor})
        ],
    )


def _greeting(actor: Actor) -> str:
    """By the hour where the person is."""
    hour = datetime.now(actor.zone).hour
    first = actor.name.split()[0] if actor.name.split() else actor.name
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=first)
    if 12 <= hour < 19:
        return _("Good afternoon, %(name)s", name=first)
    return _("Good evening, %(name)s", name=first)


def _seen(house: House, actor: Actor) -> list[Resource]:
    return [each for each in house.in_menu_order() if actor.may(each.name, "view")]


def _newest(session: Session, resource: Resource, actor: Actor) -> Newest:
    """The person's own records of a kind: those they own where records have an owner, else those they made."""
    model = resource.model
    mine = getattr(model, resource.owner or "created_by_id")
    note = getattr(model, resource.subtitle) if resource.subtitle else sa.null()
    rows = session.execute(
        sa.select(model.id, getattr(model, resource.title), note, model.created_at)
        .where(mine == actor.user_id)
        .order_by(model.id.desc())
        .limit(NEWEST)
    )
    return Newest(
        resource,
        [
            Line(str(title or f"#{id}"), str(note or ""), f"{request.script_root}/{resource.name}/{id}", at)
            for id, title, note, at in rows
        ],
    )


def _is_empty(session: Session, house: House, actor: Actor) -> bool:
    """Whether there is nothing yet that this person could see."""
    return all(
        session.execute(sa.select(each.model.id).limit(1)).first() is None for each in _seen(house, actor)
    )


def _first_steps(house: House, actor: Actor, closed: Collection[str]) -> Iterator[FirstStep]:
    """What one does with an empty installation; each only for who may."""
    root = request.script_root
    begun_with = [each for each in house.in_menu_order() if each.beside is None]
    for resource in begun_with:
        if actor.may(resource.name, "create") and resource.name not in closed:
            yield FirstStep(
                resource.icon,
                _("Write down the first one: %(name)s", name=resource.label),
                _("A name is enough; the rest can wait."),
                f"{root}/{resource.name}/new",
            )
            break
    for resource in begun_with:
        if actor.may(resource.name, "import") and resource.name not in closed:
            yield FirstStep(
                "file-import",
                _("Bring what you have: %(name)s", name=resource.plural),
                _("From Excel or CSV; nothing is written before you have seen it."),
                f"{root}/{resource.name}/import",
            )
            break
    if actor.is_admin:
        yield FirstStep(
            "apps", _("Choose your apps"), _("Switch on what you need, off what you do not."), f"{root}/apps"
        )
        yield FirstStep(
            "user-plus",
            _("Invite your people"),
            _("Everybody sees what their role allows."),
            f"{root}/settings/users",
        )
        yield FirstStep(
            "settings",
            _("Make it yours"),
            _("Company, region, channels, segments, statuses."),
            url_for("settings.page"),
        )


def _widgets(house: House, actor: Actor) -> Iterator[Widget]:
    """The apps' cards that this person may see, each drawn under its own guard."""
    for plugin, panels in house.hooks.each("home_widgets", user=actor):
        for panel in tuple(panels):
            if panel.permission is None or actor.may(*panel.permission):
                yield Widget(panel.label, _drawn(house, plugin, panel, actor))


def _drawn(house: House, plugin: str, panel: Panel, actor: Actor) -> Any:
    try:
        return panel.render(actor)
    except Exception as error:  # the guard around a plugin: its card says so, the page lives
        house.hooks.failed(plugin, f"home_widgets {panel.name}", error)
        return None
