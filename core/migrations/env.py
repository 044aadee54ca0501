"""Run by Alembic for the core and for every plugin: one owner's revisions on the connection it was handed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, MigrationScript
from sqlalchemy.dialects.postgresql import JSONB

from core.db import Base
from core.host.schema.check import is_owned
from core.host.schema.revisions import Owner

owner: Owner = context.config.attributes["owner"]
others: tuple[str, ...] = context.config.attributes.get("others", ())
connection: sa.Connection = context.config.attributes["connection"]


def plain_type(kind: str, item: Any, autogenerating: AutogenContext) -> Any:
    """A column type of ours is written as what it is in the database, so that revisions outlive our classes."""
    if kind == "type" and isinstance(item, JSONB):
        autogenerating.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB()"
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        from alembic.autogenerate.render import _repr_type

        return _repr_type(item.impl_instance, autogenerating)
    return False


def without_info(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """What a model notes for us beside its table (`info`) is nothing of the database."""
    for script in scripts:
        for moved in script.upgrade_ops_list + script.downgrade_ops_list:
            for each in moved.ops:
                if isinstance(each, CreateTableOp):
                    each.info.clear()


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=owner.version_table,
    include_object=is_owned(owner.name, others),
    render_item=plain_type,
    render_as_batch=True,
    compare_type=True,
    process_revision_directives=without_info,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
