"""The ids of new records, taken beforehand so that many records are stored by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import is_sqlite
from core.records.models import History
from core.resources.declare import Resource


def number_new(session: Session, resource: Resource, records: Sequence[Any]) -> None:
    """Give new records their ids beforehand, so that many are stored with one statement.

    SQLite does not promise in which order it tells the ids of several new rows, so they would be stored one by
    one. It has one writer at a time, so nobody takes these ids before this transaction ends. It would also give the
    ids of deleted and merged records again, which may come back: history knows the highest there ever was.
    """
    if not records:
        return
    if not is_sqlite(session):
        _number_from_sequence(session, resource, records)
        return
    told = sa.select(History.record_id).where(History.resource == resource.name)
    highest = (
        sa.select(sa.func.max(resource.model.id)),
        told.order_by(History.record_id.desc()).limit(1),
    )
    last = max(session.scalar(each, execution_options={"unscoped": True}) or 0 for each in highest)
    for id, record in enumerate(records, start=last + 1):
        record.id = id


def _number_from_sequence(session: Session, resource: Resource, records: Sequence[Any]) -> None:
    """On PostgreSQL many new records take their ids off the sequence at once.

    To be told the ids they would go as one statement of thousands of parameters, which its driver takes apart anew
    each time: a third of the time of an import.
    """
    if len(records) < 2 and not resource.before_all:
        return
    table = resource.model.__tablename__
    ids = sa.select(sa.func.nextval(sa.func.pg_get_serial_sequence(table, "id")).label("id")).select_from(
        sa.func.generate_series(1, len(records)).alias("wanted")
    )
    for id, record in zip(session.scalars(ids), records, strict=True):
        record.id = id
