"""One Flask app for one set of enabled plugins, built as a list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from importlib import import_module
from types import ModuleType

from flask import Flask, request

from core import models as _core_models  # noqa: F401  every core table is mapped before any app serves
from core.attributes.definitions import Definition
from core.config import Config
from core.db import db
from core.host.dispatch import Hooks
from core.host.loader import LoadedPlugin
from core.house import EXTENSION, House
from core.routing import App

STEPS = (
    "core.templating",
    "core.i18n_setup",
    "core.security",
    "core.access.web",
    "core.host.registration",
    "core.attributes.web",
    "core.shell",
    "core.admin.apps",
    "core.admin.health",
    "core.admin.settings",
    "core.admin.tags",
    "core.home",
    "core.notifications.web",
    "core.jobs.web",
    "core.resources.web",
    "core.imports.web",
    "core.rest.web",
    "core.merging.web",
    "core.assignment.web",
    "core.errors",
)
"""Modules whose `set_up(app, house)` makes the app, in order."""

REVISION = "prospecto.revision"
"""Key of the WSGI environment under which the Switchboard hands in the revision it has read."""


def build_app(
    config: Config,
    enabled: Sequence[LoadedPlugin],
    generation: int,
    attributes: Sequence[Definition] = (),
) -> Flask:
    """The app of these plugins, with the custom attributes among their fields.

    Needs no database; all that outlives it is at module level and handed in.

    Raises:
        PluginError: a plugin broke the build, and which.
    """
    app = App("core", instance_path=str(config.instance), static_folder="static", template_folder=None)
    app.config.update(app_settings(config))
    house = _open_house(config, enabled, generation)
    house.attributes = tuple(attributes)
    app.extensions[EXTENSION] = house
    app.before_request(_take_revision)
    db.init_app(app)
    for step in import_steps():
        step.set_up(app, house)
    return app


def import_steps() -> list[ModuleType]:
    """The modules of the steps, in order."""
    return [import_module(name) for name in STEPS]


def app_settings(config: Config) -> dict[str, object]:
    """Flask's settings; the same for every app of the installation, so that cookies outlive a swap."""
    return {
        "SECRET_KEY": config.secret("session"),
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SESSION_COOKIE_NAME": "__Host-prospecto" if config.secure_cookies else "prospecto",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,  # a card with a hundred addresses and a hundred people
    }


def _open_house(config: Config, enabled: Sequence[LoadedPlugin], generation: int) -> House:
    hooks = Hooks(strict=config.strict_plugins)
    for plugin in enabled:
        if plugin.hookspecs is not None:
            hooks.publish(plugin.name, plugin.hookspecs)
    for plugin in enabled:
        hooks.register(plugin.name, plugin.module)
    manifests = {plugin.name: plugin.manifest for plugin in enabled}
    return House(
        config=config, generation=generation, hooks=hooks, manifests=manifests, notices=hooks.notices
    )


def _take_revision() -> None:
    """What the Switchboard read once for this request saves the session a query."""
    revision = request.environ.get(REVISION)
    if revision is not None:
        db.session.info["revision"] = revision
