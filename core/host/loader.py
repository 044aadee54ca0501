"""Importing plugins: the models of every installed one, the hooks of the enabled ones, in dependency order."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.instrumentation import manager_of_class

import core
from core.db import Base
from core.host.discovery import Catalogue
from core.host.faults import Fault, PluginError, fault_of
from core.host.manifest import Manifest


@dataclass(frozen=True)
class LoadedPlugin:
    """An enabled plugin, imported: its manifest and its module of hook implementations."""

    manifest: Manifest
    module: ModuleType
    hookspecs: ModuleType | None = None

    @property
    def name(self) -> str:
        return self.manifest.name


@dataclass(frozen=True)
class Loading:
    """What came of loading: the plugins that can take part, in order, and why others cannot."""

    plugins: tuple[LoadedPlugin, ...]
    faults: tuple[Fault, ...]

    def without(self, fault: Fault, catalogue: Catalogue) -> Loading:
        """The same less one plugin that turned out broken, and less what cannot be without it."""
        names = [each.name for each in self.plugins]
        lost = catalogue.dependents_of(fault.plugin, names)
        waiting = tuple(Fault(name, "off", {"needs": fault.plugin}) for name in lost)
        kept = tuple(each for each in self.plugins if each.name not in {fault.plugin, *lost})
        return Loading(kept, (*self.faults, fault, *waiting))


def load(
    catalogue: Catalogue, installed: Iterable[str], enabled: Iterable[str], strict: bool = False
) -> Loading:
    """Import the models of all installed plugins and the hooks of the enabled ones.

    Nobody's failure hinders another, except those who depend on it. `strict` raises the first instead.

    Raises:
        PluginError: strict, and a plugin cannot be imported or may not be enabled as it is.
    """
    wanted = set(enabled)
    faults: dict[str, Fault] = {
        name: Fault(name, "absent", {"needs": name}) for name in sorted(wanted) if name not in catalogue
    }
    loaded: dict[str, LoadedPlugin] = {}
    for manifest in catalogue.in_order({*installed, *wanted}):
        name = manifest.name
        try:
            import_models(manifest)
            if name not in wanted:
                continue
            fault = unmet_need(manifest, catalogue, set(loaded))
            if fault is None:
                loaded[name] = import_plugin(manifest)
        except PluginError as error:
            if strict:
                raise
            fault = fault_of(error)
        if fault is not None:
            if strict:
                raise PluginError(name, fault.code, RuntimeError(", ".join(fault.facts.values())))
            faults[name] = fault
    return Loading(tuple(loaded.values()), tuple(faults.values()))


def unmet_need(manifest: Manifest, catalogue: Catalogue, ready: set[str]) -> Fault | None:
    """What stands against a plugin taking part beside those that are ready; None when nothing does."""
    if not manifest.core.takes(core.__version__):
        facts = {"wanted": str(manifest.core), "found": core.__version__}
        return Fault(manifest.name, "core_version", facts)
    for need in manifest.depends:
        found = catalogue.get(need.name)
        facts = {"needs": need.name, "wanted": str(need.versions), "found": found.version if found else ""}
        if found is None:
            return Fault(manifest.name, "absent", facts)
        if not need.versions.takes(found.version):
            return Fault(manifest.name, "version", facts)
        if need.name not in ready:
            is_circular = manifest.name in catalogue.needed_by(need.name)
            return Fault(manifest.name, "cycle" if is_circular else "off", facts)
    for need in manifest.optional:
        found = catalogue.get(need.name)
        if need.name in ready and found is not None and not need.versions.takes(found.version):
            facts = {"needs": need.name, "wanted": str(need.versions), "found": found.version}
            return Fault(manifest.name, "version", facts)
    return None


def import_models(manifest: Manifest) -> None:
    """Map the plugin's tables. A failure leaves no half of them behind, and no other's mappers unusable.

    Raises:
        PluginError: its models cannot be imported or configured.
    """
    name = f"{manifest.package}.models"
    if name in sys.modules or not manifest.has_module("models"):
        return
    tables = set(Base.metadata.tables)
    try:
        importlib.import_module(name)
        configure_mappers()
    except Exception as error:  # the guard around a plugin
        unmap(manifest.package, set(Base.metadata.tables) - tables)
        raise PluginError(manifest.name, "models", error) from error


def import_plugin(manifest: Manifest) -> LoadedPlugin:
    """Import the plugin's table of contents, and the hooks it publishes.

    Raises:
        PluginError: an import failed.
    """
    try:
        module = importlib.import_module(f"{manifest.package}.plugin")
        specs = (
            importlib.import_module(f"{manifest.package}.hookspecs")
            if manifest.has_module("hookspecs")
            else None
        )
    except Exception as error:  # the guard around a plugin
        forget_code(manifest)
        raise PluginError(manifest.name, "import", error) from error
    return LoadedPlugin(manifest, module, specs)


def forget_code(manifest: Manifest) -> None:
    """Let a plugin that failed be imported anew at the next try. Its models stay: tables are mapped once a process."""
    models = f"{manifest.package}.models"
    for name in _modules_of(manifest.package):
        if name not in (manifest.package, models) and not name.startswith(f"{models}."):
            del sys.modules[name]
    importlib.invalidate_caches()


def _modules_of(package: str) -> list[str]:
    return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]


def unmap(package: str, tables: Iterable[str]) -> None:
    """Take back what importing a plugin's models mapped: its classes, these tables, its modules."""
    for mapper in list(Base.registry.mappers):
        cls = mapper.class_
        if cls.__module__ == package or cls.__module__.startswith(f"{package}."):
            manager = manager_of_class(cls)
            Base.registry._dispose_manager_and_mapper(manager)
            Base.registry._managers.pop(
                manager, None
            )  # else it is asked for its mapper until it is collected
    for name in tables:
        Base.metadata.remove(Base.metadata.tables[name])
    for module in _modules_of(package):
        del sys.modules[module]
    importlib.invalidate_caches()
