"""Every module of the core that maps tables, so that the metadata is whole wherever it is looked at."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

MODULES = (
    "core.state",
    "core.host.state",
    "core.access.models",
    "core.settings",
    "core.records.models",
    "core.jobs.models",
    "core.outbox",
    "core.imports.models",
    "core.rest.models",
)

for name in MODULES:
    if find_spec(name.rpartition(".")[0]) and find_spec(name):
        import_module(name)
