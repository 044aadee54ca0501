"""Disable: the plugin's pages, menus, hooks and jobs go; its data stays. Works without importing any plugin."""

from __future__ import annotations

from flask import Flask

from core.access.actor import Actor
from core.config import Config
from core.db import utcnow
from core.host.assembly import present_stand, try_build
from core.host.discovery import Catalogue, discover
from core.host.lifecycle.bring import session_on
from core.host.lifecycle.lock import holding
from core.host.lifecycle.outcome import Outcome, Phases, note, refusing
from core.host.schema.migrate import moving_tables
from core.host.state import PluginRow, Stand, Standing, raise_generation
from core.host.words import title_of
from core.house import EXTENSION, House
from core.i18n import _
from core.resources.context import Refused


def disable(
    config: Config,
    name: str,
    *,
    by: Actor | None = None,
    why: str = "",
    with_dependents: bool = False,
    app: Flask | None = None,
) -> Outcome:
    """Switch a plugin off, with `with_dependents` also those that cannot be without it.

    `app` is the serving one, if there is: in it the plugins' own `on_disable` run, and the rest is test-built.
    Without it no plugin is imported: the way out when one hinders the start.

    Raises:
        Refused: it is not on, others depend on it, or another operation is under way.
        CannotTakePart: its `on_disable` failed.
    """
    with holding(config, "disable", name) as lock:
        phases, catalogue, stand = Phases(lock), discover(config), present_stand(config)
        with phases("check"):
            names = names_to_disable(catalogue, stand, name, with_dependents)
        trial = None
        if app is not None:
            with phases("build"), refusing(catalogue):
                trial = try_build(config, catalogue, stand, stand.enabled - set(names), stand.generation + 1)
        house: House | None = app.extensions[EXTENSION] if app is not None else None
        with phases("commit"), refusing(catalogue), moving_tables(config) as connection:
            with session_on(connection, house) as session:
                for each in names:
                    if house is not None:
                        house.hooks.of_plugin(each, "on_disable", session=session)
                    row = session.get_one(PluginRow, each)
                    row.state, row.fault, row.changed_at = Standing.DISABLED, None, utcnow()
                    note(session, each, "disable", by, why)
            generation = raise_generation(connection)
    if generation != stand.generation + 1:
        trial = None  # something else it is built of has changed meanwhile
    if trial is not None:
        trial.app.extensions[EXTENSION].generation = generation
    return Outcome(tuple(names), generation, tuple(phases.done), app=trial.app if trial else None)


def names_to_disable(catalogue: Catalogue, stand: Stand, name: str, with_dependents: bool) -> list[str]:
    """The plugin and, first, its dependents that are on.

    Raises:
        Refused: it is not on, or dependents are and may not go too.
    """
    row = stand.plugins.get(name)
    if row is None or row.state not in (Standing.ENABLED, Standing.QUARANTINED):
        raise Refused(_("%(app)s is not on.", app=title_of(name, catalogue)), "not_enabled")
    dependents = catalogue.dependents_of(name, stand.enabled)
    if dependents and not with_dependents:
        titles = ", ".join(title_of(each, catalogue) for each in dependents)
        message = _(
            "%(app)s cannot go: %(dependents)s need it.", app=title_of(name, catalogue), dependents=titles
        )
        raise Refused(message, "dependents")
    return [*reversed(dependents), name]
