"""Writing a new revision for its author: the difference between an owner's migrations and its models."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from core.config import Config
from core.db import Base, engine_for
from core.host.discovery import discover, make_importable
from core.host.loader import import_models
from core.host.schema.check import is_owned
from core.host.schema.migrate import moving_tables, settings_for, upgrade
from core.host.schema.revisions import CORE, Owner, core_owner, owner_of


def draft_revision(config: Config, name: str, message: str) -> Path | None:
    """Write the next revision of `core` or a plugin; None where its tables already are what its models say.

    Compared is a database made for this, from the owner's migrations alone.

    Raises:
        LookupError: there is no such plugin.
    """
    owner, below, others = _prepare(config, name)
    from alembic import command

    with _scratch(config) as scratch, moving_tables(scratch, [name]) as connection:
        for each in (*below, owner):
            upgrade(connection, each)
        if not _differences(connection, owner, others):
            return None
        owner.versions.mkdir(parents=True, exist_ok=True)
        settings = settings_for(connection, owner)
        settings.attributes["others"] = others
        number = f"{len(owner.line) + 1:04d}"
        script = command.revision(settings, message, autogenerate=True, rev_id=f"{name}_{number}")
    assert script is not None and not isinstance(script, list)
    slug = "_".join(word for word in message.lower().split() if word.isalnum())[:40]
    path = Path(script.path).rename(owner.versions / f"{number}_{slug or 'change'}.py")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")), encoding="utf-8")
    if find_spec("ruff"):  # a developer's tool: what it checks should not complain of what we wrote
        subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=False)
    return path


def model_differences(config: Config, name: str) -> list[str]:
    """What a fresh database made by the owner's migrations lacks of its models; empty when they agree."""
    owner, below, others = _prepare(config, name)
    with _scratch(config) as scratch, moving_tables(scratch, [name]) as connection:
        for each in (*below, owner):
            upgrade(connection, each)
        return [str(each) for each in _differences(connection, owner, others)]


def _prepare(config: Config, name: str) -> tuple[Owner, tuple[Owner, ...], tuple[str, ...]]:
    """Map the owner's tables, and those they point at; its owner, those to be migrated before it, the other names."""
    from core import models as _core_models  # noqa: F401

    make_importable(config)
    catalogue = discover(config)
    if name != CORE and name not in catalogue:
        raise LookupError(name)
    needed = catalogue.in_order(set() if name == CORE else {name, *catalogue.needed_by(name)})
    for manifest in needed:
        import_models(manifest)
    others = tuple({CORE, *catalogue.manifests} - {name})
    if name == CORE:
        return core_owner(), (), others
    below = (core_owner(), *(owner_of(manifest) for manifest in needed if manifest.name != name))
    return owner_of(catalogue.manifests[name]), below, others


def _differences(connection: sa.Connection, owner: Owner, others: tuple[str, ...]) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    options = {
        "include_object": is_owned(owner.name, others),
        "compare_type": True,
        "version_table": owner.version_table,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


@contextmanager
def _scratch(config: Config) -> Iterator[Config]:
    """The same configuration on an empty SQLite database that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = replace(config, database_url=f"sqlite:///{folder}/scratch.sqlite")
        try:
            yield scratch
        finally:
            engine_for(scratch.database_url).dispose()
