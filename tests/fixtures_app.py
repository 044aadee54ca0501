"""Fixtures of the application itself: an installation, its users, and clients that are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.db import dispose_engine
from core.testing.installation import Installation, Shape, config_for, copy_instance, make
from core.testing.postgres import exclusive, shared_folder

Installer = Callable[..., Installation]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Where installations are kept that were made once in this run, to be copied."""
    folder = shared_folder(tmp_path_factory, request.config) / "templates"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database the test runs on: each in turn."""
    return str(request.param)


@pytest.fixture
def install(
    backend: str, templates: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Installer]:
    """Make an installation of a shape on this test's database: `install(Shape(...))` or `install(language="fr")`."""
    made: list[Installation] = []
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    databases: list[str] = []

    def installer(shape: Shape | None = None, **given: Any) -> Installation:
        shape = shape or Shape(**given)
        instance = tmp_path / f"instance{len(made)}"
        if server is None:
            copy_instance(template_of(shape, templates), instance)
            installation = Installation(config_for(instance, shape))
        else:
            template = templates / f"{shape.name}_pg"

            def fill(url: str) -> None:
                make(config_for(template, shape, url), shape)
                dispose_engine(config_for(template, shape, url).database_url)

            database = server.create_database(server.template(f"t_{shape.name}", fill))
            databases.append(database)
            instance.mkdir(parents=True)
            installation = Installation(config_for(instance, shape, server.url(database)))
        made.append(installation)
        return installation

    yield installer
    for each in made:
        each.close()
    for database in databases:
        server.drop_database(database)


@pytest.fixture
def installation(install: Installer) -> Installation:
    """A Venezuelan company in Spanish, classic mode, clients, leads and reports switched on."""
    return install()


@pytest.fixture
def sqlite_installation(templates: Path, tmp_path: Path) -> Iterator[Installation]:
    """The same on SQLite only, for what no database decides."""
    shape = Shape()
    copy_instance(template_of(shape, templates), tmp_path / "instance")
    made = Installation(config_for(tmp_path / "instance", shape))
    yield made
    made.close()


def template_of(shape: Shape, templates: Path) -> Path:
    """The instance of this shape on SQLite, made by the first test process that asks."""
    template, done = templates / shape.name, templates / f"{shape.name}.done"
    with exclusive(templates / f"{shape.name}.lock"):
        if not done.exists():
            shutil.rmtree(template, ignore_errors=True)
            config = config_for(template, shape)
            make(config, shape)
            dispose_engine(config.database_url)
            done.touch()
    return template
