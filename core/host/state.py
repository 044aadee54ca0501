"""What the database knows of plugins: their states, every change of them, and who is changing one just now."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Id, Json, Model, UtcDateTime, utcnow
from core.state import State, remembered


class Standing(enum.StrEnum):
    """How a plugin stands. The first two and the last are seen, not stored: no row, or no package for the row."""

    DISCOVERED = "discovered"
    BROKEN = "broken"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    QUARANTINED = "quarantined"
    MISSING = "missing"


class PluginRow(Model):
    """An installed plugin.

    `fault` is the quarantine's reason: code, facts and traceback. `declares` names what it brought when it was last
    enabled (resources, lists, settings, jobs), so that it can be uninstalled without importing it.
    """

    __tablename__ = "core_plugin"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[str] = mapped_column(sa.String(40))
    installed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    enabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    fault: Mapped[dict[str, Any] | None] = mapped_column(Json)
    declares: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)


class PluginEvent(Model):
    """One change of a plugin's state: who, when, what and why. `actor_id` is None for the system."""

    __tablename__ = "core_plugin_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    plugin: Mapped[str] = mapped_column(sa.String(80), index=True)
    action: Mapped[str] = mapped_column(sa.String(20))
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    detail: Mapped[str] = mapped_column(sa.Text, default="")


class LifecycleLock(Model):
    """At most one row: the lifecycle operation under way, on any machine, and its holder's sign of life."""

    __tablename__ = "core_lifecycle_lock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(sa.String(200))
    operation: Mapped[str] = mapped_column(sa.String(20))
    plugin: Mapped[str] = mapped_column(sa.String(80))
    phase: Mapped[str] = mapped_column(sa.String(20), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class ProcessRow(Model):
    """A process of the installation as it last showed itself; seldom written, for the Health page."""

    __tablename__ = "core_process"

    id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[str] = mapped_column(sa.String(40))
    generation: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Installed:
    """A plugin's row as plain values."""

    name: str
    state: Standing
    version: str
    enabled_at: datetime | None = None
    changed_at: datetime | None = None
    fault: Mapping[str, Any] | None = None
    declares: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stand:
    """The plugins of one moment: the generation and every installed plugin by name."""

    generation: int
    plugins: Mapping[str, Installed]

    def names(self, *states: Standing) -> set[str]:
        return {name for name, each in self.plugins.items() if each.state in states}

    @property
    def enabled(self) -> set[str]:
        return self.names(Standing.ENABLED)


NOTHING = Stand(0, {})
"""How a database without tables stands."""


def read_stand(connection: sa.Connection) -> Stand:
    """How the plugins stand, in the connection's transaction."""
    generation = connection.execute(sa.select(State.generation).where(State.id == 1)).scalar_one_or_none()
    columns = (getattr(PluginRow, each.name) for each in fields(Installed))
    found = connection.execute(sa.select(*columns).order_by(PluginRow.name))
    plugins = {row.name: Installed(row.name, Standing(row.state), *row[2:]) for row in found}
    return Stand(generation or 0, plugins)


def standing_tables(session: Session) -> list[sa.Table]:
    """The mapped tables that the database has: those of installed plugins, on or off, and no others that were tried."""
    there = remembered(session, "tables", _table_names)
    return [table for table in Model.metadata.sorted_tables if table.name in there]


def _table_names(session: Session) -> frozenset[str]:
    return frozenset(sa.inspect(session.connection()).get_table_names())


def has_tables(connection: sa.Connection) -> bool:
    """Whether the core's tables are there."""
    return sa.inspect(connection).has_table(PluginRow.__tablename__)


def raise_generation(connection: sa.Connection) -> int:
    """Count a change of what apps are built of: the enabled plugins, and the custom attributes of their records."""
    connection.execute(sa.update(State).values(generation=State.generation + 1, revision=State.revision + 1))
    return connection.execute(sa.select(State.generation).where(State.id == 1)).scalar_one()
