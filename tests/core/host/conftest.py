"""An installation with small plugins made for the test, written to a folder of its own."""

from __future__ import annotations

import importlib
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import pytest
import sqlalchemy as sa

from core.config import Config
from core.db import Base, dispose_engine, engine_for
from core.host.assembly import present_stand
from core.host.lifecycle import upgrade_all
from core.host.loader import unmap
from core.host.schema.check import own_tables
from core.host.state import PluginEvent, Standing

MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from core.api import Id, Model

class Note(Model):
    __tablename__ = "{name}_note"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(200))
"""

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "{name}_0001"
down_revision = None
branch_labels = None
depends_on = None

def upgrade():
    op.create_table(
        "{name}_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("text", sa.String(200), nullable=False),
    )

def downgrade():
    op.drop_table("{name}_note")
"""

PLUGIN = """
from flask import Blueprint
from core.api import hookimpl

pages = Blueprint("{name}", __name__)

@pages.get("/{name}")
def page():
    return "{name} says hello"

@hookimpl
def register_blueprints():
    return [pages]
"""


@dataclass
class Workshop:
    """An installation and the plugins made for it."""

    config: Config
    folder: Path
    made: list[str] = field(default_factory=list)

    def make(
        self,
        name: str,
        plugin: str = PLUGIN,
        *,
        version: str = "1.0.0",
        manifest: str = "",
        tables: bool = True,
        **modules: str,
    ) -> Path:
        """Write a plugin with one page and one table. `modules` are further files by name, dots for folders."""
        files = {"__init__": "", "plugin": plugin}
        if tables:
            files |= {"models": MODELS, "migrations.versions.first": MIGRATION}
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        head = f'name = "{name}"\ntitle = "The {name}"\nversion = "{version}"\nsummary = "For a test."\n'
        (place / "plugin.toml").write_text(head + manifest)
        for module, text in {**files, **modules}.items():
            self.write(name, module, text)
        if name not in self.made:
            self.made.append(name)
        importlib.invalidate_caches()
        return place

    def write(self, name: str, module: str, text: str) -> None:
        """Write one module of a plugin; `{name}` in it is the plugin's."""
        path = self.folder / name / (module.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).replace("{name}", name))

    def standing(self, name: str) -> Standing | None:
        row = present_stand(self.config).plugins.get(name)
        return row.state if row else None

    def generation(self) -> int:
        return present_stand(self.config).generation

    def tables(self, name: str) -> list[str]:
        with engine_for(self.config.database_url).connect() as connection:
            names = sa.inspect(connection).get_table_names()
        return [*own_tables(name, names), *(each for each in names if each == f"alembic_version_{name}")]

    def events(self, name: str) -> list[tuple[str, str]]:
        query = sa.select(PluginEvent.action, PluginEvent.actor_name).where(PluginEvent.plugin == name)
        with engine_for(self.config.database_url).connect() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(PluginEvent.id))]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with engine_for(self.config.database_url).begin() as connection:
            result = connection.execute(sa.text(sql))
            return [tuple(row) for row in result] if result.returns_rows else []

    def with_settings(self, **changes: object) -> Config:
        return replace(self.config, **changes)  # type: ignore[arg-type]

    def forget_code(self) -> None:
        """Take the plugins out of this process, as if it had just started."""
        for name in reversed(self.made):
            unmap(f"plugins.{name}", own_tables(name, list(Base.metadata.tables)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def workshop(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A fresh installation without any shipped plugin, once on each database."""
    if request.param == "sqlite":
        yield from _workshop(_copied(empty, tmp_path), tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    database = server.create_database(server.template("host_empty", _fill))
    yield from _workshop(server.url(database), tmp_path)
    server.drop_database(database)


@pytest.fixture
def sqlite_workshop(empty: Path, tmp_path: Path) -> Iterator[Workshop]:
    """The same on SQLite only, for what no database has a part in."""
    yield from _workshop(_copied(empty, tmp_path), tmp_path)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the core's tables and nothing in them; made once, copied for each test."""
    folder = tmp_path_factory.mktemp("empty")
    _fill(f"sqlite:///{folder / 'test.db'}")
    return folder / "test.db"


def _fill(database_url: str) -> None:
    upgrade_all(Config(Path(mkdtemp()), database_url))
    dispose_engine(database_url)


def _copied(empty: Path, tmp_path: Path) -> str:
    shutil.copy(empty, tmp_path / "test.db")
    return f"sqlite:///{tmp_path / 'test.db'}"


def _workshop(database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    folder = tmp_path / "made"
    folder.mkdir()
    config = Config(tmp_path / "instance", database_url, plugin_folders=(folder,))
    config.instance.mkdir()
    made = Workshop(config, folder)
    yield made
    made.forget_code()
    namespace = importlib.import_module("plugins")
    namespace.__path__[:] = [each for each in namespace.__path__ if each != str(folder)]
    dispose_engine(database_url)
