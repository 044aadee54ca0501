"""Upgrade: bring the tables of the core and of every installed plugin to what the code needs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.config import Config
from core.db import engine_for
from core.host.assembly import present_stand
from core.host.discovery import Catalogue, discover, make_importable
from core.host.dispatch import Hooks
from core.host.faults import PluginError
from core.host.lifecycle.bring import session_on
from core.host.lifecycle.lock import holding
from core.host.lifecycle.outcome import note
from core.host.lifecycle.recovery import recover
from core.host.loader import import_models, import_plugin
from core.host.manifest import Manifest
from core.host.schema.backup import copy_database
from core.host.schema.check import Fit, Schema, SchemaMismatch, complaint, read_schema, read_schemas
from core.host.schema.migrate import moving_tables, upgrade
from core.host.schema.revisions import CORE, core_owner, owner_of
from core.host.state import PluginRow, has_tables
from core.house import House
from core.resources.declare import ReferenceList
from core.state import State


def upgrade_all(config: Config, *, by: Actor | None = None) -> list[str]:
    """Migrate what is pending, each owner in a transaction of its own, after a copy of the database was made.

    Answers a line for everything done, nothing where all was up to date. Makes the tables of an empty database.

    Raises:
        SchemaMismatch: tables are newer than the code, or were left halfway.
        PluginError: a plugin's migration or its `on_upgrade` failed; its tables are as they were.
    """
    from core import models as _core_models  # noqa: F401

    make_importable(config)
    for schema in read_schemas(config):
        if schema.fit in (Fit.NEWER, Fit.HALFWAY, Fit.BROKEN):
            raise SchemaMismatch(complaint(schema))
    done = _upgrade_core(config)
    recover(config)
    with holding(config, "upgrade", CORE):
        stand, catalogue = present_stand(config), discover(config)
        manifests = [
            manifest
            for manifest in catalogue.in_order(stand.plugins)
            if _is_behind(config, manifest) or stand.plugins[manifest.name].version != manifest.version
        ]
        if manifests and not done:
            done = _copied(config)
        for manifest in manifests:
            done.append(_upgrade_plugin(config, manifest, catalogue, by))
    return done


def _upgrade_core(config: Config) -> list[str]:
    """The core's own tables come before the lock, which is one of them; a second process waits for the first."""
    with engine_for(config.database_url).connect() as connection:
        is_empty, schema = not has_tables(connection), read_schema(connection, core_owner())
    if not is_empty and not schema.pending:
        return []
    done = [] if is_empty else _copied(config)
    with moving_tables(config, [CORE]) as connection:
        schema = read_schema(connection, core_owner())
        upgrade(connection, schema.owner)
        if connection.execute(sa.select(State.id)).first() is None:
            connection.execute(sa.insert(State).values(id=1, generation=1, revision=1))
    return [*done, f"core: {schema.revision or 'nothing'} → {schema.owner.head}"]


def _upgrade_plugin(config: Config, manifest: Manifest, catalogue: Catalogue, by: Actor | None) -> str:
    name, owner = manifest.name, owner_of(manifest)
    hooks = _hooks_of(manifest, catalogue)
    with moving_tables(config, [name]) as connection:
        schema = read_schema(connection, owner)
        try:
            upgrade(connection, owner)
        except Exception as error:  # the guard around a plugin's migration
            raise PluginError(name, "migration", error) from error
        with session_on(connection, House(config=config, generation=0, hooks=hooks)) as session:
            row = session.get_one(PluginRow, name)
            before, row.version = row.version, manifest.version
            versions = {"from_version": before, "to_version": manifest.version}
            hooks.of_plugin(name, "on_upgrade", session=session, **versions)
            _ship_new_lists(session, hooks, row)
            note(session, name, "upgrade", by, f"{before} → {manifest.version}")
    return f"{name}: {before} → {manifest.version}{_revisions(schema)}"


def _hooks_of(manifest: Manifest, catalogue: Catalogue) -> Hooks:
    """The plugin's implementations, among the hooks of those it needs and its own."""
    hooks = Hooks(strict=True)
    for each in catalogue.in_order({manifest.name, *catalogue.needed_by(manifest.name)}):
        import_models(each)
        plugin = import_plugin(each)
        if plugin.hookspecs is not None:
            hooks.publish(each.name, plugin.hookspecs)
        if each is manifest:
            hooks.register(each.name, plugin.module)
    return hooks


def _ship_new_lists(session: Session, hooks: Hooks, row: PluginRow) -> None:
    """Fill the lists that this version brought; what an administrator emptied before stays empty."""
    from core.references import ship_values
    from core.settings import settings_of

    known = set(row.declares.get("lists", ()))
    if not known:  # never enabled: it gets all of its lists when it is
        return
    language = settings_of(session)["company.language"]
    items = hooks.of_plugin(row.name, "register_resources") or ()
    new = [each for each in items if isinstance(each, ReferenceList) and each.name not in known]
    for declared in new:
        ship_values(session, declared, language)
    row.declares = {**row.declares, "lists": sorted({*known, *(each.name for each in new)})}


def _revisions(schema: Schema) -> str:
    return f" ({', '.join(schema.pending)})" if schema.pending else ""


def _is_behind(config: Config, manifest: Manifest) -> bool:
    with engine_for(config.database_url).connect() as connection:
        return bool(read_schema(connection, owner_of(manifest)).pending)


def _copied(config: Config) -> list[str]:
    file = copy_database(config, "upgrade")
    return [f"backup: {file}"] if file else []
