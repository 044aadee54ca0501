"""Files on records: their bytes lie in the uploads folder under names of ours, their rows say whose they are.

Whoever may see a record may see its files; the callers have checked that, for the rows know no owner.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.config import Config
from core.i18n import _
from core.records.models import Attachment
from core.resources.context import Refused

LARGEST = 25 * 1024 * 1024
CHUNK = 1024 * 1024
NAME_LENGTH = 200


def attachments_of(session: Session, resource: str, record_id: int) -> Sequence[Attachment]:
    """The files of a record, newest first."""
    return session.scalars(
        sa.select(Attachment)
        .where(Attachment.resource == resource, Attachment.record_id == record_id)
        .order_by(Attachment.id.desc())
        .limit(500)
    ).all()


def attachment_of(session: Session, resource: str, record_id: int, id: int) -> Attachment | None:
    """This file of this record."""
    found = session.get(Attachment, id)
    return found if found is not None and (found.resource, found.record_id) == (resource, record_id) else None


def attach(
    session: Session,
    config: Config,
    resource: str,
    record_id: int,
    *,
    name: str,
    media_type: str,
    content: IO[bytes],
    uploaded_by_id: int | None,
) -> Attachment:
    """Keep a file on a record; the caller commits. The bytes are on disk before the row is, so no row is ever empty.

    Raises:
        Refused: the file is empty, too large, or has no name.
    """
    stored = f"{secrets.token_hex(2)}/{secrets.token_hex(16)}"
    path = config.uploads / stored
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, digest = _write(path, content)
        attachment = Attachment(
            resource=resource,
            record_id=record_id,
            name=clean_name(name),
            media_type=(media_type or "")[:100],
            size=size,
            sha256=digest,
            stored=stored,
            uploaded_by_id=uploaded_by_id,
        )
    except Refused:
        path.unlink(missing_ok=True)
        raise
    session.add(attachment)
    session.flush()
    return attachment


def rename(attachment: Attachment, name: str) -> None:
    """Give the file another name; its ending stays where the new name has none. Raises Refused for no name."""
    ending = Path(attachment.name).suffix
    wanted = clean_name(name)
    attachment.name = wanted if Path(wanted).suffix or not ending else clean_name(wanted + ending)


def path_of(config: Config, attachment: Attachment) -> Path:
    return config.uploads / attachment.stored


def clean_name(name: str) -> str:
    """The file's name without folders or control characters.

    Raises:
        Refused: nothing is left of it.
    """
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    text = " ".join("".join(character for character in bare if character.isprintable()).split()).strip(". ")
    if not text:
        raise Refused(_("A file needs a name."), "name")
    stem, ending = text[: -len(Path(text).suffix) or None], Path(text).suffix
    return text if len(text) <= NAME_LENGTH else stem[: NAME_LENGTH - len(ending)] + ending


def sweep(session: Session, config: Config) -> int:
    """Remove bytes that no row names any more and that are a day old; answers how many files went."""
    if not config.uploads.is_dir():
        return 0
    removed = 0
    for path in config.uploads.glob("*/*"):
        stored = f"{path.parent.name}/{path.name}"
        if path.is_file() and time.time() - path.stat().st_mtime > 86400:
            if session.scalar(sa.select(Attachment.id).where(Attachment.stored == stored)) is None:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _write(path: Path, content: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise Refused(_("A file has at most %(max)s MB.", max=LARGEST // (1024 * 1024)), "too_large")
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise Refused(_("This file is empty."), "empty")
    return size, digest.hexdigest()
