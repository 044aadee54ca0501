"""Every module of the core that maps tables, so that the metadata is whole wherever it is looked at."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "core.state",
    "core.written",
    "core.host.state",
    "core.access.models",
    "core.settings",
    "core.records.models",
    "core.jobs.models",
    "core.outbox",
    "core.imports.models",
    "core.rest.models",
    "core.attributes.models",
    "core.merging.models",
    "core.notifications.models",
    "core.assignment.models",
)

for name in MODULES:
    import_module(name)
