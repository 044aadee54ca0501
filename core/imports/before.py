"""What records were like before an import changed them, kept so that the import can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.fields import Tags
from core.imports.models import UPDATED, ImportChange
from core.imports.outcome import Outcome
from core.records.tags import tags_of
from core.resources import side
from core.resources.children import children_json
from core.resources.context import Draft, WriteContext
from core.resources.read import Stored


def values_before(
    session: Session, drafts: Sequence[Draft], context: WriteContext
) -> dict[int, dict[str, Any]]:
    """{record id: {field: value as the API writes it}} of what these changes of one resource would change."""
    changing = [draft for draft in drafts if not draft.is_new]
    if not changing:
        return {}
    resource = changing[0].resource
    ids = [draft.current.id for draft in changing]
    tagged = any(isinstance(resource.field(name).kind, Tags) for draft in changing for name in draft.values)
    tags = tags_of(session, resource.name, ids) if tagged else {}
    sides = side.load(session, resource, ids)
    found = {}
    for draft in changing:
        record = draft.current
        stored = Stored(resource, record, tags.get(record.id, ()), sides)
        found[record.id] = {
            name: field.kind.json(old, context.formats)
            for name, new in draft.values.items()
            if (field := resource.field(name)).writable and (old := stored.value(field)) != new
        }
        known = {name: draft.stored_children.get(name, ()) for name in draft.children}
        found[record.id] |= children_json(resource, known, context.formats)
    return found


def keep_changes(session: Session, import_id: int, outcomes: Sequence[Outcome]) -> None:
    """Write down what the records of these rows were like."""
    rows = [
        {
            "import_id": import_id,
            "resource": each.resource,
            "record_id": each.record_id,
            "row": each.row.number,
            "before": each.before,
            "version": each.version,
        }
        for each in outcomes
        if each.outcome == UPDATED
    ]
    if rows:
        session.execute(sa.insert(ImportChange), rows)
