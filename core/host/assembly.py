"""From the database's state to a serving app: load what is enabled, build, and put what is broken into quarantine."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from core.app import build_app
from core.attributes.definitions import read_definitions
from core.config import Config
from core.db import engine_for, utcnow, writing
from core.host.discovery import Catalogue, discover, make_importable
from core.host.faults import Fault, PluginError, fault_of
from core.host.loader import Loading, forget_code, load
from core.host.state import (
    NOTHING,
    PluginEvent,
    PluginRow,
    Stand,
    Standing,
    has_tables,
    raise_generation,
    read_stand,
)

log = logging.getLogger("prospecto.plugins")

FAULTS = "prospecto.faults"
"""Key of `app.extensions`: why enabled plugins take no part, by name."""


@dataclass(frozen=True)
class Trial:
    """A build: the app, and the faults of those who are not in it."""

    app: Flask
    faults: tuple[Fault, ...]


def assemble(config: Config) -> Flask:
    """The app of the present generation. What is broken is left out, and quarantined in the database.

    In safe mode it is the core alone; in strict mode the first broken plugin raises.

    Raises:
        PluginError: strict mode, and a plugin is broken.
    """
    make_importable(config)
    stand = present_stand(config)
    catalogue = discover(config)
    if config.strict_plugins and catalogue.broken:
        first = catalogue.broken[0]
        raise PluginError(first.name, "manifest", ValueError(f"{first.place}: {first.reason}"))
    enabled = set() if config.safe_mode else stand.enabled
    trial = try_build(config, catalogue, stand, enabled, stand.generation)
    generation = _quarantine(config, [each for each in trial.faults if each.is_own])
    if generation is not None:
        trial.app.extensions["prospecto"].generation = generation
    return trial.app


def present_stand(config: Config) -> Stand:
    """How the plugins stand now; nothing where the database has no tables yet."""
    with engine_for(config.database_url).connect() as connection:
        return read_stand(connection) if has_tables(connection) else NOTHING


def try_build(
    config: Config, catalogue: Catalogue, stand: Stand, enabled: set[str], generation: int
) -> Trial:
    """Build the app of these plugins, without those that turn out broken and whoever depends on them.

    Raises:
        PluginError: strict mode, and a plugin is broken.
    """
    installed = set() if config.safe_mode else set(stand.plugins)
    loading = load(catalogue, installed, enabled, strict=config.strict_plugins)
    attributes = read_definitions(config)  # after the generation: what is newer than it is built once more
    while True:
        try:
            app = build_app(config, loading.plugins, generation, attributes)
        except PluginError as error:
            if config.strict_plugins or error.plugin not in {each.name for each in loading.plugins}:
                raise
            log.error("plugin %s cannot take part", error.plugin, exc_info=error.original)
            loading = _less(loading, error, catalogue)
        else:
            app.extensions[FAULTS] = {fault.plugin: fault for fault in loading.faults}
            return Trial(app, loading.faults)


def _less(loading: Loading, error: PluginError, catalogue: Catalogue) -> Loading:
    forget_code(catalogue.manifests[error.plugin])
    return loading.without(fault_of(error), catalogue)


def _quarantine(config: Config, faults: list[Fault]) -> int | None:
    """Write down who is broken, once however many processes notice; the new generation if this one was first."""
    generation = None
    for fault in faults:
        log.error("plugin %s is quarantined: %s %s", fault.plugin, fault.code, dict(fault.facts))
    if not faults:
        return None
    with writing(), engine_for(config.database_url).begin() as connection:
        for fault in faults:
            kept = {"code": fault.code, "facts": dict(fault.facts), "trace": fault.trace}
            change = sa.update(PluginRow).where(
                PluginRow.name == fault.plugin, PluginRow.state == Standing.ENABLED
            )
            result = connection.execute(
                change.values(state=Standing.QUARANTINED, fault=kept, changed_at=utcnow())
            )
            if result.rowcount:
                reason = f"{fault.code}: {fault.facts.get('error', '')}"[:500]
                event = {"plugin": fault.plugin, "action": "quarantine", "actor_name": "", "reason": reason}
                connection.execute(sa.insert(PluginEvent).values(at=utcnow(), detail=fault.trace, **event))
                generation = raise_generation(connection)
    return generation
