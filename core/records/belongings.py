"""What lies beside a record by its kind and number, whatever table of whatever app keeps it: tags, files, followers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.scope.policy import house_of
from core.host.state import standing_tables
from core.resources import search

BATCH = 500
RECORDS_OF = "records_of"
"""Key of a table's info: the resource whose records its rows are."""


def belongings(session: Session) -> list[sa.Table]:
    """The tables with a `resource` and a `record_id` whose rows go with their record, and come back with it."""
    return [table for table in standing_tables(session) if _belongs(table)]


def drop_belongings(session: Session, resource: str, ids: Sequence[int]) -> None:
    """Remove what lies beside records that are gone. The caller commits."""
    for table in belongings(session):
        inner = table.info.get(RECORDS_OF)
        if inner:  # they are records themselves, with files and such of their own
            of_it = sa.select(table.c.id).where(of_records(table, resource, ids))
            own = list(session.scalars(of_it, execution_options={"unscoped": True}))
            for start in range(0, len(own), BATCH):
                part = own[start : start + BATCH]
                drop_belongings(session, inner, part)
                _unindex(session, inner, part)
        session.execute(
            sa.delete(table).where(of_records(table, resource, ids)), execution_options={"unscoped": True}
        )


def of_records(table: sa.Table, resource: str, ids: Sequence[int]) -> Any:
    """The criterion of the rows that lie beside these records."""
    return sa.and_(table.c.resource == resource, table.c.record_id.in_(ids))


def _unindex(session: Session, resource: str, ids: Sequence[int]) -> None:
    """Search finds them no longer; while their app is off nobody searches them."""
    declared = house_of(session).resources.get(resource)
    if declared is not None:
        search.unindex(session, declared, ids)


def _belongs(table: sa.Table) -> bool:
    return {"resource", "record_id"} <= set(table.columns.keys()) and not table.info.get("outlives_record")
