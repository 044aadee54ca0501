"""Whether the database fits this code; a start on a database that does not is refused."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.config import Config
from core.db import engine_for
from core.host.discovery import discover
from core.host.schema.revisions import BrokenLine, Owner, core_owner, owner_of
from core.host.state import has_tables, read_stand


class Fit(enum.StrEnum):
    """How tables compare to the code: `newer` is a version the code lacks, `halfway` are tables
    without a version, `broken` says that the code's revisions do not form a line."""

    CURRENT = "current"
    EMPTY = "empty"
    BEHIND = "behind"
    NEWER = "newer"
    HALFWAY = "halfway"
    BROKEN = "broken"


@dataclass(frozen=True)
class Schema:
    """The tables of one owner: the revision of the database, the code's head, and what is still to run."""

    owner: Owner
    fit: Fit
    revision: str | None
    pending: tuple[str, ...] = ()
    problem: str = ""


class SchemaMismatch(RuntimeError):
    """The database does not fit this code; the message ends with what mends it."""


def check_schema(config: Config) -> None:
    """Let pass an empty database and one that fits; the tables of plugins that are off do not matter yet.

    Raises:
        SchemaMismatch: it is behind, newer, or was left halfway.
    """
    for schema in read_schemas(config, enabled_only=not config.safe_mode, plugins=not config.safe_mode):
        refusal = complaint(schema)
        if refusal:
            raise SchemaMismatch(refusal)


def read_schemas(config: Config, *, enabled_only: bool = False, plugins: bool = True) -> list[Schema]:
    """How the tables of the core and of the installed plugins stand, in the order in which they are migrated."""
    with engine_for(config.database_url).connect() as connection:
        found = [read_schema(connection, core_owner())]
        if plugins and has_tables(connection):
            stand = read_stand(connection)
            names = stand.enabled if enabled_only else set(stand.plugins)
            found.extend(read_schema(connection, owner_of(each)) for each in discover(config).in_order(names))
    return found


def read_schema(connection: sa.Connection, owner: Owner) -> Schema:
    """How the tables of one owner stand, in the connection's transaction."""
    revision = database_revision(connection, owner)
    try:
        line = owner.line
    except BrokenLine as error:
        return Schema(owner, Fit.BROKEN, revision, problem=str(error))
    if revision is None:
        if line and own_tables(owner.name, sa.inspect(connection).get_table_names()):
            return Schema(owner, Fit.HALFWAY, None, line)
        return Schema(owner, Fit.EMPTY if line else Fit.CURRENT, None, line)
    if revision not in line:
        return Schema(owner, Fit.NEWER, revision)
    pending = owner.pending_after(revision)
    return Schema(owner, Fit.BEHIND if pending else Fit.CURRENT, revision, pending)


def database_revision(connection: sa.Connection, owner: Owner) -> str | None:
    if not sa.inspect(connection).has_table(owner.version_table):
        return None
    table = sa.table(owner.version_table, sa.column("version_num"))
    return connection.execute(sa.select(table.c.version_num)).scalar_one_or_none()


def own_tables(owner: str, names: Iterable[str], others: Iterable[str] = ()) -> list[str]:
    """The tables among the names that carry the owner's prefix, less those of owners with a longer one."""
    longer = [f"{other}_" for other in others if other.startswith(f"{owner}_")]
    return [each for each in names if each.startswith(f"{owner}_") and not any(map(each.startswith, longer))]


def is_owned(owner: str, others: Iterable[str] = ()) -> Callable[[Any, str | None, str, bool, Any], bool]:
    """Alembic's `include_object`: what belongs to tables of this owner."""

    def include(item: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
        table = name if kind == "table" else item.table.name
        return bool(own_tables(owner, [table or ""], others))

    return include


def complaint(schema: Schema) -> str:
    """What is wrong with it, and the command that mends that; empty when nothing is."""
    name, revision = schema.owner.name, schema.revision
    if schema.fit is Fit.BEHIND or (schema.fit is Fit.EMPTY and name != "core"):
        return f"The tables of {name} are older than this code ({revision or 'none'}). Run: prospecto upgrade"
    if schema.fit is Fit.NEWER:
        return (
            f"The tables of {name} are newer than this code ({revision} is unknown here). "
            "Run the newer version again, or bring back the backup made before its upgrade: prospecto restore FILE"
        )
    if schema.fit is Fit.HALFWAY:
        return (
            f"The tables of {name} exist without a version: an upgrade or a restore ended halfway. "
            "Bring back the last backup: prospecto restore FILE"
        )
    return schema.problem
