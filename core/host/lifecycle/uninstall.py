"""Uninstall: an export first, then the plugin's tables and everything else that was kept for it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.config import Config
from core.db import Base, engine_for
from core.host.assembly import present_stand
from core.host.discovery import Catalogue, discover, make_importable
from core.host.dispatch import Hooks
from core.host.faults import PluginError
from core.host.lifecycle.bring import session_on
from core.host.lifecycle.export import export_tables
from core.host.lifecycle.lock import holding
from core.host.lifecycle.outcome import Outcome, Phases, note, refusing
from core.host.loader import import_models, import_plugin
from core.host.manifest import Manifest
from core.host.schema.check import database_revision, own_tables
from core.host.schema.migrate import downgrade, drop_tables, moving_tables
from core.host.schema.revisions import CORE, owner_of
from core.host.state import PluginRow, Stand, Standing, raise_generation
from core.host.words import title_of
from core.house import House
from core.i18n import _
from core.records.models import Attachment
from core.resources.context import Refused
from core.resources.search import drop_search
from core.settings import clear_settings
from core.state import forget


@dataclass(frozen=True)
class Remains:
    """What an uninstall would remove: rows by table, and beside them rows of the host by what they are."""

    plugin: str
    tables: Mapping[str, int]
    beside: Mapping[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def preview_uninstall(config: Config, name: str) -> Remains:
    """Count what would go.

    Raises:
        Refused: it is not installed, still on, or others stand on its tables.
    """
    catalogue, stand = discover(config), present_stand(config)
    with engine_for(config.database_url).connect() as connection:
        tables = removable(connection, catalogue, stand, name)
        resources = _declared(stand, name, "resources")
        beside = {
            table.name: count
            for table in kept_by_resource()
            if (count := _count(connection, table, table.c.resource.in_(resources)))
        }
        return Remains(name, {each: _count(connection, sa.table(each)) for each in tables}, beside)


def uninstall(
    config: Config, name: str, *, typed_name: str, by: Actor | None = None, why: str = ""
) -> Outcome:
    """Remove a plugin's tables, settings, grants, saved views, history, files and search rows, after an export of them.

    Its code may be gone or broken: then its tables are dropped as they are, and `on_uninstall` is not asked.

    Raises:
        Refused: the name was not typed, it is still on, others stand on it, or another operation is under way.
        CannotTakePart: its `on_uninstall` or its downgrade failed; nothing was removed.
    """
    if typed_name.strip() != name:
        raise Refused(_("Type %(name)s to uninstall it.", name=name), "typed_name")
    make_importable(config)
    with holding(config, "uninstall", name) as lock:
        phases, catalogue, stand = Phases(lock), discover(config), present_stand(config)
        with phases("check"), engine_for(config.database_url).connect() as connection:
            tables = removable(connection, catalogue, stand, name)
        with phases("export"), engine_for(config.database_url).connect() as connection:
            export = export_tables(config, connection, name, tables)
        with phases("remove"), refusing(catalogue):
            files, generation = _remove(config, catalogue, stand, name, by, why)
    for file in files:
        file.unlink(missing_ok=True)
    return Outcome((name,), generation, tuple(phases.done), export=export)


def removable(connection: sa.Connection, catalogue: Catalogue, stand: Stand, name: str) -> list[str]:
    """The tables of a plugin that may be uninstalled.

    Raises:
        Refused: it may not.
    """
    row, title = stand.plugins.get(name), title_of(name, catalogue)
    if row is None:
        raise Refused(_("%(app)s is not installed.", app=title), "not_installed")
    if row.state is Standing.ENABLED and name in catalogue:  # whose code is gone takes no part anyway
        raise Refused(_("%(app)s is on. Switch it off first.", app=title), "enabled")
    inspector = sa.inspect(connection)
    everything = inspector.get_table_names()
    tables = own_tables(name, everything, _others(catalogue, stand, name))
    needing = set(catalogue.dependents_of(name, stand.plugins))
    for (_schema, table), keys in inspector.get_multi_foreign_keys().items():
        if table not in tables and any(key["referred_table"] in tables for key in keys):
            needing.add(next((each for each in sorted(stand.plugins) if own_tables(each, [table])), table))
    if needing:
        titles = ", ".join(title_of(each, catalogue) for each in sorted(needing))
        message = _("%(apps)s stand on its data. Uninstall them first.", apps=titles)
        raise Refused(message, "dependents")
    return tables


def kept_by_resource() -> list[sa.Table]:
    """The host's tables whose rows belong to a resource: grants, saved views, history, tags, attachments …"""
    return [
        table
        for name, table in sorted(Base.metadata.tables.items())
        if name.startswith(f"{CORE}_") and "resource" in table.c
    ]


def _remove(
    config: Config, catalogue: Catalogue, stand: Stand, name: str, by: Actor | None, why: str
) -> tuple[list[Path], int]:
    """The transaction; answers the uploaded files that go once it has come about, and the generation."""
    manifest = catalogue.get(name)
    hooks = _own_hooks(manifest)
    with moving_tables(config, [name]) as connection:
        house = House(config=config, generation=stand.generation, hooks=hooks)
        with session_on(connection, house) as session:
            hooks.of_plugin(name, "on_uninstall", session=session)
            files = _sweep(session, config, stand, name)
            note(session, name, "uninstall", by, why)
            session.delete(session.get_one(PluginRow, name))
            forget(session)
        if (
            manifest is not None
            and database_revision(connection, owner_of(manifest)) in owner_of(manifest).line
        ):
            try:
                downgrade(connection, owner_of(manifest))
            except Exception as error:  # the guard around a plugin's migration
                raise PluginError(name, "migration", error) from error
        drop_tables(connection, name, _others(catalogue, stand, name))
        was_on = name in stand.enabled
        return files, raise_generation(connection) if was_on else stand.generation


def _own_hooks(manifest: Manifest | None) -> Hooks:
    """The plugin's own hooks, none where its code is gone or cannot be imported: that must not keep it here."""
    hooks = Hooks()
    if manifest is not None:
        try:
            import_models(manifest)
            hooks.register(manifest.name, import_plugin(manifest).module)
        except PluginError as error:
            hooks.failed(error.plugin, error.at, error.original)
            return Hooks()
    return hooks


def _sweep(session: Any, config: Config, stand: Stand, name: str) -> list[Path]:
    """Remove what the host kept for the plugin; answers the files of its attachments."""
    unscoped = {"execution_options": {"unscoped": True}}
    resources = _declared(stand, name, "resources")
    stored = session.scalars(
        sa.select(Attachment.stored).where(Attachment.resource.in_(resources)), **unscoped
    )
    files = [config.uploads / each for each in stored]
    for table in kept_by_resource():
        session.execute(sa.delete(table).where(table.c.resource.in_(resources)), **unscoped)
    for section in _declared(stand, name, "settings"):
        clear_settings(session, section)
    jobs = Base.metadata.tables.get("core_job")
    if jobs is not None:
        session.execute(sa.delete(jobs).where(jobs.c.type.in_(_declared(stand, name, "jobs"))), **unscoped)
    for resource in resources:
        drop_search(session, resource)
    return files


def _declared(stand: Stand, name: str, kind: str) -> list[str]:
    return list(stand.plugins[name].declares.get(kind, ()))


def _others(catalogue: Catalogue, stand: Stand, name: str) -> Iterable[str]:
    return ({*catalogue.manifests, *stand.plugins}) - {name}


def _count(connection: sa.Connection, table: sa.FromClause, *criteria: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*criteria)
    return connection.execute(query).scalar_one()
