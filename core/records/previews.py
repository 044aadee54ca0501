"""Which attached files can be looked at in the browser, told by their bytes and never by what they claim to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.records.models import Attachment

PDF = "application/pdf"
HEAD = 16

SIGNS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("image/gif", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    (PDF, lambda head: head.startswith(b"%PDF-")),
)
"""No SVG: it is a document that can hold a program."""

BY_ENDING = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": PDF,
}

ICONS = {
    ".pdf": "file-type-pdf",
    ".xls": "file-type-xls",
    ".xlsx": "file-type-xls",
    ".ods": "file-type-xls",
    ".csv": "file-type-csv",
    ".doc": "file-type-doc",
    ".docx": "file-type-doc",
    ".odt": "file-type-doc",
    ".txt": "file-text",
    ".zip": "file-zip",
} | {ending: "photo" for ending, kind in BY_ENDING.items() if kind != PDF}


def seen_as(path: Path) -> str:
    """The media type under which a browser may show this file; '' for one that is only ever downloaded."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((kind for kind, shows in SIGNS if shows(head)), "")


def offered_as(attachment: Attachment) -> str:
    """The media type its name promises, '' for none; whether it keeps the promise is seen when it is asked for."""
    return BY_ENDING.get(Path(attachment.name).suffix.lower(), "")


def icon_of(attachment: Attachment) -> str:
    return ICONS.get(Path(attachment.name).suffix.lower(), "file")
