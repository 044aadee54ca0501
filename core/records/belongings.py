"""What lies beside a record by its kind and number, whatever table of whatever app keeps it: tags, files, followers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.state import standing_tables


def belongings(session: Session) -> list[sa.Table]:
    """The tables with a `resource` and a `record_id` whose rows go with their record, and come back with it."""
    return [table for table in standing_tables(session) if _belongs(table)]


def drop_belongings(session: Session, resource: str, ids: Sequence[int]) -> None:
    """Remove what lies beside records that are gone. The caller commits."""
    for table in belongings(session):
        session.execute(
            sa.delete(table).where(of_records(table, resource, ids)), execution_options={"unscoped": True}
        )


def of_records(table: sa.Table, resource: str, ids: Sequence[int]) -> Any:
    """The criterion of the rows that lie beside these records."""
    return sa.and_(table.c.resource == resource, table.c.record_id.in_(ids))


def _belongs(table: sa.Table) -> bool:
    return {"resource", "record_id"} <= set(table.columns.keys()) and not table.info.get("outlives_record")
