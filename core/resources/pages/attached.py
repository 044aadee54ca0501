"""A file as a field of a form: chosen there, kept at once, on the record when that is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from core.fields.files import FileRef
from core.fields.inputs import FileInput
from core.records.staging import stage, staged_of
from core.resources.context import Refused

if TYPE_CHECKING:
    from core.resources.pages.here import Here


def fill_attached(here: Here, field: FileInput, value: Any, *, bound: bool) -> str:
    """Give an input its file: the stored one, or what the request brings; answers what is wrong with that."""
    field.file_name = value.name if isinstance(value, FileRef) else ""
    if not bound:
        return ""
    user_id, upload = here.actor.user_id, request.files.get(f"{field.name}-file")
    if upload is not None and upload.filename and user_id is not None:
        try:
            kept = stage(
                here.session,
                here.house.config,
                user_id,
                name=upload.filename,
                media_type=upload.mimetype,
                content=upload.stream,
            )
        except Refused as refused:
            return f"{upload.filename}: {refused.message}"
        here.session.commit()
        field.data, field.file_name = str(kept.id), kept.name
    elif request.form.get(f"{field.name}-drop"):
        field.data = field.file_name = ""
    elif (
        user_id is not None and (field.data or "").isdecimal() and str(getattr(value, "id", "")) != field.data
    ):
        waiting = staged_of(here.session, user_id, [int(field.data[:18])])
        field.file_name = waiting[0].name if waiting else ""
    return ""
