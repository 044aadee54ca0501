"""Files as values: how they come onto their record, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.fields.files import FileRef
from core.records.models import Attachment
from core.resources.declare import AttributeValues, Field, Resource


def file_fields(fields: Iterable[Field]) -> list[Field]:
    return [each for each in fields if isinstance(each.side, AttributeValues) and each.side.type == "file"]


def take_files(session: Session, resource: Resource, record_id: int, values: Iterable[Any]) -> None:
    """Put the files that were waiting onto their record."""
    for value in values:
        if isinstance(value, FileRef) and value.waits:
            attachment = session.get_one(Attachment, value.id)
            attachment.resource, attachment.record_id = resource.name, record_id
    session.flush()


def named(
    session: Session, resource: Resource, found: dict[str, dict[int, Any]], fields: Sequence[Field]
) -> None:
    """Give the files among loaded values the names they have now; one query for all."""
    wanted = file_fields(fields)
    ids = {value.id for field in wanted for value in found[field.name].values()}
    if not ids:
        return
    columns = (Attachment.id, Attachment.name, Attachment.resource, Attachment.record_id)
    known = {row.id: row for row in session.execute(sa.select(*columns).where(Attachment.id.in_(ids)))}
    for field in wanted:
        for record_id, value in found[field.name].items():
            row = known[value.id]
            is_here = (row.resource, row.record_id) == (resource.name, record_id)
            found[field.name][record_id] = replace(value, name=row.name, is_here=is_here)
