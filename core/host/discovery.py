"""Which plugins there are: folders and entry points with a `plugin.toml`. No plugin is imported to find out."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from core.config import Config
from core.host.manifest import FILE_NAME, Manifest, ManifestError, read_manifest

ENTRY_POINTS = "prospecto.plugins"


@dataclass(frozen=True)
class Broken:
    """A folder or entry point that should be a plugin but has no usable manifest."""

    name: str
    place: str
    reason: str


@dataclass(frozen=True)
class Catalogue:
    """Every plugin found, by name; and what was found broken."""

    manifests: Mapping[str, Manifest] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.manifests

    def get(self, name: str) -> Manifest | None:
        return self.manifests.get(name)

    def in_order(self, names: Iterable[str]) -> list[Manifest]:
        """The found ones among `names`, each after what it depends on (also optionally), else by name."""
        wanted = {name: self.manifests[name] for name in names if name in self.manifests}
        done: dict[str, Manifest] = {}

        def place(manifest: Manifest, above: frozenset[str]) -> None:
            if manifest.name in done or manifest.name in above:
                return
            for need in sorted(each.name for each in (*manifest.depends, *manifest.optional)):
                if need in wanted:
                    place(wanted[need], above | {manifest.name})
            done[manifest.name] = manifest

        for name in sorted(wanted):
            place(wanted[name], frozenset())
        return list(done.values())

    def needed_by(self, name: str) -> list[str]:
        """Everything this plugin depends on, however far down; what must come first, first."""
        found: dict[str, None] = {}

        def walk(each: str, above: frozenset[str]) -> None:
            manifest = self.manifests.get(each)
            for need in manifest.depends if manifest else ():
                if need.name not in above:
                    walk(need.name, above | {need.name})
                    found.setdefault(need.name)

        walk(name, frozenset({name}))
        return list(found)

    def dependents_of(self, name: str, among: Iterable[str]) -> list[str]:
        """Those among the names that cannot be without this plugin, in dependency order."""
        names = set(among) - {name}
        return [each.name for each in self.in_order(names) if name in self.needed_by(each.name)]


def discover(config: Config) -> Catalogue:
    """Look into the plugin folders, in order, then at the entry points. The first of a name wins."""
    manifests: dict[str, Manifest] = {}
    broken: list[Broken] = []
    for folder, package in _places(config):
        try:
            manifest = read_manifest(folder, package)
        except ManifestError as error:
            broken.append(Broken(folder.name, str(folder), error.message))
            continue
        first = manifests.setdefault(manifest.name, manifest)
        if first is not manifest:
            broken.append(Broken(manifest.name, str(folder), f"its name is taken by {first.folder}"))
    broken.extend(_lost_entry_points())
    return Catalogue(manifests, tuple(broken))


def make_importable(config: Config) -> None:
    """Let plugins of further folders be imported as `plugins.<name>`, like the shipped ones."""
    namespace = importlib.import_module("plugins")
    for folder in config.plugin_folders:
        if folder.is_dir() and str(folder) not in namespace.__path__:
            namespace.__path__.append(str(folder))
            importlib.invalidate_caches()


def _places(config: Config) -> Iterator[tuple[Path, str]]:
    for folder in dict.fromkeys(config.plugin_folders):
        if folder.is_dir():
            for child in sorted(folder.iterdir()):
                if child.is_dir() and not child.name.startswith((".", "_")):
                    yield child, ""
    for _name, package, place in _entry_points():
        if place is not None:
            yield place, package


def _lost_entry_points() -> Iterator[Broken]:
    for name, package, place in _entry_points():
        if place is None:
            yield Broken(name, package, f"its package {package!r} has no folder with a {FILE_NAME}")


@lru_cache(maxsize=1)
def _entry_points() -> tuple[tuple[str, str, Path | None], ...]:
    """Name, package and folder of each; read once, for a package installed later needs a restart anyway."""
    return tuple(
        (each.name, each.module, _folder_of(each.module)) for each in entry_points(group=ENTRY_POINTS)
    )


def _folder_of(package: str) -> Path | None:
    """Where a package lies. Only its top is looked up, which imports nothing; the rest is a path below it."""
    top, *below = package.split(".")
    spec = importlib.util.find_spec(top)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location).joinpath(*below)
        if (folder / FILE_NAME).is_file():
            return folder
    return None
