"""Files that were brought before what they belong to is saved: they wait for a day, seen by nobody but their person.

A waiting file is a row of the attachments whose resource is `STAGED` and whose record is the person who brought it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.config import Config
from core.db import utcnow
from core.i18n import _
from core.records.attachments import attach, rename
from core.records.models import Attachment
from core.resources.context import Refused

STAGED = "core.staged"
WAITS = timedelta(days=1)
MOST = 100
"""More files than this do not wait for one person."""


def stage(
    session: Session, config: Config, user_id: int, *, name: str, media_type: str, content: IO[bytes]
) -> Attachment:
    """Keep a file for this person until a record takes it; the caller commits.

    Raises:
        Refused: the file is empty, too large, has no name, or too many are waiting.
    """
    waiting = session.scalar(sa.select(sa.func.count()).where(*_of(user_id)))
    if (waiting or 0) >= MOST:
        raise Refused(_("Too many files are waiting. Save first, then add the others."), "too_many")
    return attach(
        session,
        config,
        STAGED,
        user_id,
        name=name,
        media_type=media_type,
        content=content,
        uploaded_by_id=user_id,
    )


def staged_of(session: Session, user_id: int, ids: Iterable[int]) -> Sequence[Attachment]:
    """Those of these files that wait for this person, in the order they came."""
    wanted = list(ids)[:MOST]
    if not wanted:
        return []
    return session.scalars(
        sa.select(Attachment).where(*_of(user_id), Attachment.id.in_(wanted)).order_by(Attachment.id)
    ).all()


def adopt(
    session: Session, user_id: int, names: Mapping[int, str], resource: str, record_id: int
) -> Sequence[Attachment]:
    """Put waiting files, by id, on a record, each under the name it is given here ('' leaves the file's own).

    Raises:
        Refused: a name is none.
    """
    found = staged_of(session, user_id, names)
    for attachment in found:
        if names[attachment.id].strip():
            rename(attachment, names[attachment.id])
        attachment.resource, attachment.record_id = resource, record_id
    session.flush()
    return found


def forget_staged(session: Session) -> None:
    """Let go of files that nothing took within a day; the sweep removes their bytes."""
    session.execute(
        sa.delete(Attachment).where(Attachment.resource == STAGED, Attachment.uploaded_at < utcnow() - WAITS)
    )


def _of(user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Attachment.resource == STAGED, Attachment.record_id == user_id
