"""The house: one set of enabled plugins and everything they declared, built once per generation and then frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import current_app, has_app_context

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.attributes.definitions import Definition
    from core.config import Config
    from core.declare import Errand, JobType, MenuItem, NotificationKind, Permission, SettingsSection
    from core.host.dispatch import Hooks
    from core.host.manifest import Manifest
    from core.resources.declare import ReferenceList, Resource

EXTENSION = "prospecto"


@dataclass(frozen=True)
class Notice:
    """Something an administrator should know: which plugin, what happened, and the traceback if there is one."""

    plugin: str
    text: str
    detail: str = ""


@dataclass
class House:
    """What the enabled plugins declared. Filled by `build_app`, read by everybody, kept in `app.extensions`."""

    config: Config
    generation: int
    hooks: Hooks
    manifests: Mapping[str, Manifest] = field(default_factory=dict)
    """Enabled plugins by name, in dependency order."""
    resources: dict[str, Resource] = field(default_factory=dict)
    lists: dict[str, ReferenceList] = field(default_factory=dict)
    menu: list[MenuItem] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    settings: dict[str, SettingsSection] = field(default_factory=dict)
    jobs: dict[str, JobType] = field(default_factory=dict)
    errands: dict[str, Errand] = field(default_factory=dict)
    notifications: dict[str, NotificationKind] = field(default_factory=dict)
    commands: list[Any] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    attributes: tuple[Definition, ...] = ()
    """The fields that an administrator added; the resources have them already."""

    def in_menu_order(self) -> list[Resource]:
        """The resources as the navigation has them."""
        return sorted(self.resources.values(), key=lambda each: each.menu_order)

    def plugin_behind(self, function: Any, otherwise: str) -> str:
        """The plugin whose code a function is, so that the right one is named when it fails."""
        module = str(getattr(function, "__module__", ""))
        return next(
            (
                name
                for name, manifest in self.manifests.items()
                if module == manifest.package or module.startswith(f"{manifest.package}.")
            ),
            otherwise,
        )

    def is_enabled(self, plugin: str) -> bool:
        return plugin in self.manifests


def current_house() -> House:
    """The house of the app that is serving."""
    house: House = current_app.extensions[EXTENSION]
    return house


def house_for(session: Session) -> House | None:
    """The house a session was given, else that of the running app; None for a bare session."""
    house: House | None = session.info.get("house")
    if house is None and has_app_context():
        house = current_app.extensions.get(EXTENSION)
    return house
