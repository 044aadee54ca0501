"""All plugins at a glance: found, installed, on, off, broken or gone, and why; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.config import Config
from core.host.assembly import present_stand
from core.host.discovery import Catalogue, discover
from core.host.faults import Fault
from core.host.loader import unmet_need
from core.host.manifest import Manifest
from core.host.state import Installed, Stand, Standing
from core.host.words import language, sentence


@dataclass(frozen=True)
class Overview:
    """One plugin. `fault` says why it takes no part though it is on, or why it was put into quarantine."""

    name: str
    title: str
    summary: str
    version: str
    standing: Standing
    category: str = "other"
    icon: str = "puzzle"
    hue: str = "slate"
    author: str = ""
    is_shipped: bool = True
    installed_version: str = ""
    changed_at: datetime | None = None
    fault: Fault | None = None
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        return self.standing is Standing.ENABLED

    @property
    def has_problem(self) -> bool:
        return self.fault is not None or self.standing in (
            Standing.QUARANTINED,
            Standing.MISSING,
            Standing.BROKEN,
        )

    @property
    def wants_upgrade(self) -> bool:
        """The code is another version than the one that was installed."""
        return bool(self.installed_version) and self.installed_version != self.version

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "state": str(self.standing),
            "enabled": self.is_on and self.fault is None,
            "reason": self.reason,
        }


def overview(config: Config, faults: Mapping[str, Fault] | None = None) -> list[Overview]:
    """Every plugin, by name. `faults` are those of the serving app, where there is one."""
    catalogue, stand = discover(config), present_stand(config)
    names = sorted({*catalogue.manifests, *stand.plugins})
    found = [_of(name, catalogue, stand, (faults or {}).get(name)) for name in names]
    broken = [
        Overview(
            each.name,
            each.name,
            "",
            "",
            Standing.BROKEN,
            is_shipped=False,
            reason=f"{each.place}: {each.reason}",
        )
        for each in catalogue.broken
    ]
    return [*found, *broken]


def _of(name: str, catalogue: Catalogue, stand: Stand, fault: Fault | None) -> Overview:
    manifest, row = catalogue.get(name), stand.plugins.get(name)
    if row is not None and row.fault is not None:
        fault = Fault(name, row.fault["code"], row.fault["facts"], row.fault["trace"])
    elif fault is None and manifest is not None and row is not None and row.state is Standing.ENABLED:
        fault = unmet_need(manifest, catalogue, stand.enabled)
    if manifest is None:
        assert row is not None
        return _missing(row, catalogue)
    return _described(manifest, row, fault, catalogue)


def _missing(row: Installed, catalogue: Catalogue) -> Overview:
    fault = Fault(row.name, "absent", {"needs": row.name})
    return Overview(
        name=row.name,
        title=row.name,
        summary="",
        version=row.version,
        standing=Standing.MISSING,
        is_shipped=False,
        installed_version=row.version,
        changed_at=row.changed_at,
        fault=fault,
        reason=sentence(fault, catalogue),
        facts={"was": str(row.state)},
    )


def _described(
    manifest: Manifest, row: Installed | None, fault: Fault | None, catalogue: Catalogue
) -> Overview:
    return Overview(
        name=manifest.name,
        title=manifest.title_in(language()),
        summary=manifest.summary_in(language()),
        version=manifest.version,
        standing=row.state if row is not None else Standing.DISCOVERED,
        category=manifest.category,
        icon=manifest.icon,
        hue=manifest.hue,
        author=manifest.author,
        is_shipped=manifest.is_shipped,
        installed_version=row.version if row is not None else "",
        changed_at=row.changed_at if row is not None else None,
        fault=fault,
        reason=sentence(fault, catalogue) if fault is not None else "",
    )
