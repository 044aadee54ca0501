"""Files that go along with a mail: those of records, and those that exist only for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.config import Config
from core.db import utcnow
from core.records.attachments import attach
from core.records.models import Attachment

OUTGOING = "core.outgoing"
"""The resource of attachments that lie beside no record but wait to be sent."""
KEPT = timedelta(days=14)
"""Longer than the outbox has patience with a mail."""


@dataclass(frozen=True)
class MailFile:
    """A file by the name its bytes have in the uploads folder; see `Attachment`."""

    name: str
    media_type: str
    stored: str

    @classmethod
    def of(cls, attachment: Attachment) -> MailFile:
        return cls(attachment.name, attachment.media_type, attachment.stored)


def outgoing_file(
    session: Session, config: Config, *, name: str, media_type: str, content: IO[bytes]
) -> MailFile:
    """Keep a file until the mail it goes along with is sent; the caller commits.

    Raises:
        Refused: it is empty, too large, or has no name.
    """
    kept = attach(
        session, config, OUTGOING, 0, name=name, media_type=media_type, content=content, uploaded_by_id=None
    )
    return MailFile.of(kept)


def forget_sent_files(session: Session, mail: Mapping[str, Any]) -> None:
    """Let go of what existed only for this mail; the sweep removes the bytes. The caller commits."""
    _forget(session, [each["stored"] for each in mail.get("files", ())])


def forget_outgoing(session: Session) -> None:
    """Let go of files whose mail was given up long ago. The caller commits."""
    session.execute(
        sa.delete(Attachment).where(Attachment.resource == OUTGOING, Attachment.uploaded_at < utcnow() - KEPT)
    )


def _forget(session: Session, stored: Iterable[str]) -> None:
    names = list(stored)
    if names:
        session.execute(
            sa.delete(Attachment).where(Attachment.resource == OUTGOING, Attachment.stored.in_(names))
        )
