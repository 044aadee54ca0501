"""Install and enable: tried first, then made in one transaction, so that a kill at any moment leaves nothing half done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.config import Config
from core.db import utcnow
from core.host.assembly import Trial, present_stand, try_build
from core.host.discovery import Catalogue, discover, make_importable
from core.host.faults import Fault, PluginError
from core.host.lifecycle.lock import holding
from core.host.lifecycle.outcome import CannotTakePart, Outcome, Phases, known, note, refusing
from core.host.loader import unmet_need
from core.host.manifest import Manifest
from core.host.schema.backup import copy_database
from core.host.schema.check import Fit, Schema, read_schema
from core.host.schema.migrate import BrokenReferences, moving_tables, upgrade
from core.host.schema.revisions import owner_of
from core.host.state import PluginRow, Stand, Standing, raise_generation
from core.house import EXTENSION, House
from core.i18n import _
from core.resources.context import Refused


def enable(config: Config, name: str, *, by: Actor | None = None, why: str = "") -> Outcome:
    """Switch a plugin on, and before it what it depends on; installs what is not yet.

    Imports, test-builds and migrates before it commits. A quarantined plugin is given another try.

    Raises:
        CannotTakePart: it, or what it needs, is absent, does not fit or fails; nothing was changed.
        Refused: another operation is under way.
    """
    return _bring(config, name, by, why, Standing.ENABLED)


def install(config: Config, name: str, *, by: Actor | None = None, why: str = "") -> Outcome:
    """Make a plugin's tables, and those of what it depends on, without switching anything on.

    Raises:
        CannotTakePart: see `enable`.
        Refused: another operation is under way.
    """
    return _bring(config, name, by, why, Standing.INSTALLED)


def plan(catalogue: Catalogue, stand: Stand, name: str, target: Standing) -> list[Manifest]:
    """The plugins that an operation concerns, in order: what is needed first, the plugin itself last.

    Raises:
        CannotTakePart: something that it needs is absent or does not fit.
    """
    known(catalogue, name)
    there = stand.enabled if target is Standing.ENABLED else set(stand.plugins)
    names = [each for each in (*catalogue.needed_by(name), name) if each not in there]
    ready = set(there)
    for each in names:
        manifest = catalogue.get(each)
        fault = unmet_need(manifest, catalogue, ready) if manifest else Fault(name, "absent", {"needs": each})
        if fault is not None:
            raise CannotTakePart(fault, catalogue)
        ready.add(each)
    return [catalogue.manifests[each] for each in names]


def _bring(config: Config, name: str, by: Actor | None, why: str, target: Standing) -> Outcome:
    make_importable(config)
    with holding(config, "enable" if target is Standing.ENABLED else "install", name) as lock:
        phases, catalogue, stand = Phases(lock), discover(config), present_stand(config)
        with phases("check"):
            manifests = plan(catalogue, stand, name, target)
        if not manifests:
            return Outcome((), stand.generation, tuple(phases.done))
        with phases("build"), refusing(catalogue):
            trial = _try(config, catalogue, stand, manifests)
        with phases("migrate"), refusing(catalogue):
            generation = _make(config, stand, manifests, trial.app, by, why, target)
    house: House = trial.app.extensions[EXTENSION]
    house.generation = generation
    is_whole = (
        target is Standing.ENABLED
        and not config.safe_mode
        and generation == stand.generation + 1  # else something else it is built of has changed meanwhile
    )
    return Outcome(
        tuple(each.name for each in manifests),
        generation,
        tuple(phases.done),
        app=trial.app if is_whole else None,
    )


def _try(config: Config, catalogue: Catalogue, stand: Stand, manifests: Sequence[Manifest]) -> Trial:
    """Import and build everything as it would be.

    Raises:
        CannotTakePart: somebody fails then who does not fail now.
    """
    names = {each.name for each in manifests}
    trial = try_build(config, catalogue, stand, stand.enabled | names, stand.generation + 1)
    failed = [fault for fault in trial.faults if fault.plugin in names or fault.is_own]
    if failed:
        raise CannotTakePart(failed[0], catalogue)
    return trial


def _make(
    config: Config,
    stand: Stand,
    manifests: Sequence[Manifest],
    app: Flask,
    by: Actor | None,
    why: str,
    target: Standing,
) -> int:
    """The transaction: tables, rows, what the plugins themselves do, roles and lists, and the new generation."""
    house: House = app.extensions[EXTENSION]
    schemas = _fitting(config, manifests)
    if any(schema.fit is Fit.BEHIND for schema in schemas.values()):
        copy_database(config, "upgrade")
    moved = [name for name, schema in schemas.items() if schema.pending]
    with refusing_broken(moved), moving_tables(config, moved) as connection, app.app_context():
        for name in moved:
            try:
                upgrade(connection, schemas[name].owner)
            except Exception as error:  # the guard around a plugin's migration
                raise PluginError(name, "migration", error) from error
        with session_on(connection, house) as session:
            for manifest in manifests:
                _enter(session, house, manifest, target, by, why)
            if target is Standing.ENABLED:
                _furnish(session, house, {each.name for each in manifests})
        return raise_generation(connection)  # also for a mere install: every process maps the same tables


@contextmanager
def refusing_broken(moved: Sequence[str]) -> Iterator[None]:
    """What a migration leaves pointing at nothing is the fault of the plugin that came last."""
    try:
        yield
    except BrokenReferences as error:
        raise PluginError(moved[-1], "migration", error) from error


@contextmanager
def session_on(connection: sa.Connection, house: House | None) -> Iterator[Session]:
    """A session of the system inside a transaction, kept at its end: a plugin's own commit does not end that."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        session.info["house"] = house
        yield session
        session.commit()


def _enter(
    session: Session, house: House, manifest: Manifest, target: Standing, by: Actor | None, why: str
) -> None:
    """One plugin: its row, its own life's hooks, its history."""
    name = manifest.name
    row = session.get(PluginRow, name)
    if row is None:
        row = PluginRow(name=name, state=Standing.INSTALLED, version=manifest.version, declares={})
        session.add(row)
        session.flush()
        house.hooks.of_plugin(name, "on_install", session=session)
        note(session, name, "install", by, why)
    elif row.version != manifest.version:
        known_version, row.version = row.version, manifest.version
        house.hooks.of_plugin(
            name, "on_upgrade", session=session, from_version=known_version, to_version=row.version
        )
        note(session, name, "upgrade", by, f"{known_version} → {row.version}")
    row.declares = declared_by(house, name)
    row.changed_at = utcnow()
    if target is Standing.ENABLED:
        row.state, row.enabled_at, row.fault = Standing.ENABLED, utcnow(), None
        house.hooks.of_plugin(name, "on_enable", session=session)
        note(session, name, "enable", by, why)
    session.flush()


def _furnish(session: Session, house: House, names: set[str]) -> None:
    """What the host gives the records of a plugin: an index to search, shipped lists, and grants for the roles."""
    from core.access.roles import seed_roles
    from core.records.touching import rebuild as rebuild_touched
    from core.references import ship_values
    from core.resources.search import ensure_search
    from core.settings import settings_of

    for resource in house.resources.values():
        if resource.plugin in names:
            ensure_search(session, resource)
    language = settings_of(session)["company.language"]
    for declared in house.lists.values():
        if declared.plugin in names:
            ship_values(session, declared, language)
    seed_roles(session, house)
    rebuild_touched(session, house, names)


def declared_by(house: House, plugin: str) -> dict[str, list[str]]:
    """The names of what a plugin brings, kept in its row so that uninstalling needs none of its code."""
    return {
        "resources": sorted(each.name for each in house.resources.values() if each.plugin == plugin),
        "lists": sorted(each.name for each in house.lists.values() if each.plugin == plugin),
        "settings": sorted(each.name for each in house.settings.values() if each.plugin == plugin),
        "jobs": sorted(each.name for each in house.jobs.values() if each.plugin == plugin),
    }


def _fitting(config: Config, manifests: Sequence[Manifest]) -> dict[str, Schema]:
    from core.db import engine_for

    with engine_for(config.database_url).connect() as connection:
        schemas = {each.name: read_schema(connection, owner_of(each)) for each in manifests}
    for name, schema in schemas.items():
        if schema.fit in (Fit.NEWER, Fit.HALFWAY, Fit.BROKEN):
            facts = {"name": name, "revision": schema.revision or ""}
            if schema.fit is Fit.NEWER:
                raise Refused(
                    _("The tables of %(name)s are newer than its code (%(revision)s).", **facts), "schema"
                )
            if schema.fit is Fit.BROKEN:
                raise Refused(schema.problem, "schema")
            raise Refused(_("The tables of %(name)s exist without a version.", **facts), "schema")
    return schemas
