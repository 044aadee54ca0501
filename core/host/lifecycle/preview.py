"""What enabling a plugin would do, shown before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from core.config import Config
from core.db import engine_for
from core.host.assembly import present_stand, try_build
from core.host.discovery import Catalogue, discover, make_importable
from core.host.faults import Fault, PluginError, fault_of
from core.host.lifecycle.bring import plan
from core.host.lifecycle.outcome import CannotTakePart, known
from core.host.manifest import Manifest
from core.host.schema.check import read_schema
from core.host.schema.revisions import owner_of
from core.host.state import Stand, Standing
from core.house import EXTENSION, House
from core.i18n import Text


@dataclass(frozen=True)
class Need:
    """A dependency: what is asked, what there is, and whether it will do. `comes_along`: it is switched on too."""

    name: str
    wanted: str
    found: str
    is_met: bool
    comes_along: bool
    is_optional: bool = False


@dataclass(frozen=True)
class Preview:
    """What appears when a plugin is enabled; with a `fault` it cannot be, and why."""

    manifest: Manifest
    needs: tuple[Need, ...] = ()
    enabled_too: tuple[str, ...] = ()
    menu: tuple[tuple[Text, str], ...] = ()
    """Label and group of each new entry of the navigation."""
    pages: int = 0
    additions: tuple[tuple[str, Text], ...] = ()
    """What other records gain: kind (field, column, filter, panel, action) and label."""
    permissions: int = 0
    jobs: tuple[Text, ...] = ()
    settings: tuple[Text, ...] = ()
    new_tables: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    """Revisions that would run."""
    fault: Fault | None = None
    names: dict[str, str] = field(default_factory=dict)


def preview_enable(config: Config, name: str, serving: Flask | None = None) -> Preview:
    """Try it without keeping anything: imports and builds, and compares with the app that serves.

    Raises:
        Refused: there is no plugin of this name.
    """
    make_importable(config)
    catalogue, stand = discover(config), present_stand(config)
    manifest = known(catalogue, name)
    needs = tuple(_needs(manifest, catalogue, stand))
    try:
        manifests = plan(catalogue, stand, name, Standing.ENABLED)
        wanted = stand.enabled | {each.name for each in manifests}
        trial = try_build(config, catalogue, stand, wanted, stand.generation)
    except CannotTakePart as refusal:
        return Preview(manifest, needs, fault=refusal.fault)
    except PluginError as error:
        return Preview(manifest, needs, fault=fault_of(error))
    names = {each.name for each in manifests}
    fault = next((each for each in trial.faults if each.plugin in names or each.is_own), None)
    if fault is not None:
        return Preview(manifest, needs, fault=fault)
    return _compared(config, manifest, needs, manifests, trial.app, serving)


def _needs(manifest: Manifest, catalogue: Catalogue, stand: Stand) -> list[Need]:
    found = []
    for need in (*manifest.depends, *manifest.optional):
        there = catalogue.get(need.name)
        is_optional = need in manifest.optional
        is_on = need.name in stand.enabled
        if is_optional and there is None:
            continue
        is_met = there is not None and need.versions.takes(there.version)
        found.append(
            Need(
                need.name,
                str(need.versions),
                there.version if there else "",
                is_met,
                comes_along=is_met and not is_on and not is_optional,
                is_optional=is_optional,
            )
        )
    return found


def _compared(
    config: Config,
    manifest: Manifest,
    needs: tuple[Need, ...],
    manifests: list[Manifest],
    app: Flask,
    serving: Flask | None,
) -> Preview:
    names = {each.name for each in manifests}
    house: House = app.extensions[EXTENSION]
    resources = [each for each in house.resources.values() if each.plugin in names]
    menu = [(each.plural, each.menu_group) for each in resources]
    before: House | None = serving.extensions[EXTENSION] if serving is not None else None
    known_items = {item.name for item in before.menu} if before is not None else set()
    menu += [(item.label, item.group) for item in house.menu if item.name not in known_items]
    pending: list[str] = []
    with engine_for(config.database_url).connect() as connection:
        for each in manifests:
            pending += read_schema(connection, owner_of(each)).pending
    endpoints = set(app.view_functions) - (set(serving.view_functions) if serving is not None else set())
    return Preview(
        manifest,
        needs,
        enabled_too=tuple(each.name for each in manifests[:-1]),
        menu=tuple(menu),
        pages=len([each for each in endpoints if not each.startswith("static_")]) + 3 * len(resources),
        additions=tuple(_additions(house, before)),
        permissions=_permissions(house) - (_permissions(before) if before is not None else 0),
        jobs=tuple(each.label for each in house.jobs.values() if each.plugin in names),
        settings=tuple(each.label for each in house.settings.values() if each.plugin in names),
        new_tables=tuple(_new_tables(names)) if pending else (),
        pending=tuple(pending),
    )


def _additions(house: House, before: House | None) -> list[tuple[str, Text]]:
    """What the records that are there already gain."""
    found: list[tuple[str, Text]] = []
    for name, resource in house.resources.items():
        old = before.resources.get(name) if before is not None else None
        if old is None:
            continue
        for kind, new, known_ones in (
            ("field", resource.fields, old.fields),
            ("column", resource.extra_columns, old.extra_columns),
            ("filter", resource.extra_filters, old.extra_filters),
            ("panel", resource.panels, old.panels),
            ("action", resource.actions, old.actions),
        ):
            there = {each.name for each in known_ones}
            found += [(kind, each.label) for each in new if each.name not in there]
    return found


def _permissions(house: House) -> int:
    usual = 7  # view, create, edit, delete, assign, import, export
    return sum(usual + len(each.permissions) for each in house.resources.values()) + len(house.permissions)


def _new_tables(names: set[str]) -> list[str]:
    from core.db import Base
    from core.host.schema.check import own_tables

    return [table for name in sorted(names) for table in own_tables(name, sorted(Base.metadata.tables))]
