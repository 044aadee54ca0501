"""Which files a record may have as values: its own, and those that wait for the person who writes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.fields.files import FileRef
from core.i18n import _
from core.records.models import Attachment
from core.records.staging import staged_of
from core.resources.context import Draft, WriteContext

MOVED = "conversion"
"""The door that takes values from another record and brings its files along after them."""


def check_files(draft: Draft, context: WriteContext) -> None:
    """A file is one of the record's own, or waits for the person who writes; any other is as absent as none."""
    for name, value in draft.values.items():
        if not isinstance(value, FileRef) or context.source == MOVED:
            continue
        found = _own(context.session, draft, value.id)
        if found is None and context.actor is not None and context.actor.user_id is not None:
            waiting = staged_of(context.session, context.actor.user_id, [value.id])
            found = FileRef(value.id, waiting[0].name, waits=True) if waiting else None
        if found is None:
            draft.problem(name, _("There is no such file."), "not_a_file")
        else:
            draft.values[name] = found


def _own(session: Session, draft: Draft, id: int) -> FileRef | None:
    attachment = session.get(Attachment, id) if draft.record_id is not None else None
    if attachment is None or (attachment.resource, attachment.record_id) != (
        draft.resource.name,
        draft.record_id,
    ):
        return None
    return FileRef(id, attachment.name)
