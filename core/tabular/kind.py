"""What a file really is, told by its first bytes and never by its name: a text table, a workbook, or neither."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from core.tabular.errors import TableError
from core.tabular.table import LIMITS, Limits
from core.tabular.unpack import check_workbook, open_archive

FileKind = Literal["csv", "xlsx"]


def file_kind(path: Path, filename: str | None = None, limits: Limits = LIMITS) -> FileKind:
    """'csv' or 'xlsx', a workbook only after it passed `check_workbook`; everything else raises TableError.

    `filename` is the name the file was uploaded under; it only decides between 'damaged' and 'binary_file'.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise TableError("empty")
    if head.startswith(b"PK"):
        _limit_size(size, limits.xlsx_bytes)
        _check_archive(path, limits)
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _ole_error(path)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise TableError("not_a_table", kind=name)
    _limit_size(size, limits.csv_bytes)
    if head.startswith(_WIDE_BOMS) or wide_encoding(head):
        return "csv"
    if b"\0" in head:
        is_workbook = Path(filename or path.name).suffix.lower() in (".xlsx", ".xlsm")
        raise TableError("damaged" if is_workbook else "binary_file")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and size <= len(head):
        raise TableError("empty")
    for pattern, name in _MARKUP:
        if pattern.match(start):
            raise TableError("not_a_table", kind=name)
    return "csv"


def wide_encoding(head: bytes) -> str | None:
    """The UTF-16 of a text that does not announce itself: every other byte of Western text is then zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) // 2
    if pairs < 4:
        return None
    if odd > pairs * 0.4 and even < pairs * 0.02:
        return "utf-16-le"
    if even > pairs * 0.4 and odd < pairs * 0.02:
        return "utf-16-be"
    return None


def _limit_size(size: int, limit: int) -> None:
    if size > limit:
        raise TableError("too_large", size=-(-size // 1024**2), limit=limit // 1024**2)


def _check_archive(path: Path, limits: Limits) -> None:
    with open_archive(path, limits) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            raise TableError("unsupported_format", kind="XLSB")
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
            raise _other_archive(archive, names)
        check_workbook(archive, limits)


def _other_archive(archive: zipfile.ZipFile, names: set[str]) -> TableError:
    if "mimetype" in names:
        try:
            mimetype = archive.open("mimetype").read(100)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
            return TableError("damaged")
        if b"opendocument.spreadsheet" in mimetype:
            return TableError("unsupported_format", kind="ODS")
        return TableError("not_a_table", kind="OpenDocument" if b"opendocument" in mimetype else "EPUB")
    if any(name.startswith("word/") for name in names):
        return TableError("not_a_table", kind="DOCX")
    if any(name.startswith("ppt/") for name in names):
        return TableError("not_a_table", kind="PPTX")
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return TableError("unsupported_format", kind="Numbers")
    return TableError("not_a_table", kind="ZIP")


def _ole_error(path: Path) -> TableError:
    """An OLE file is an XLSX under a password, an old XLS, or some other old Office file."""
    with path.open("rb") as file:
        start = file.read(1024**2)
        file.seek(max(0, path.stat().st_size - 1024**2))
        text = start + file.read(1024**2)
    if "EncryptedPackage".encode("utf-16-le") in text:
        return TableError("protected")
    if any(name.encode("utf-16-le") in text for name in ("Workbook", "Book")):
        return TableError("unsupported_format", kind="XLS")
    return TableError("not_a_table", kind="Office 97")


_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM\x00", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"MZ\x90", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!\x1a", "RAR"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"OggS", "OGG"),
    (b"ID3", "MP3"),
    (b"{\\rtf", "RTF"),
)
_MARKUP = (
    (re.compile(rb"<\?xml"), "XML"),
    (re.compile(rb"<(?:!doctype|!--|html|head|body|table|meta|script|style|div)\b", re.IGNORECASE), "HTML"),
    (re.compile(rb"<[a-zA-Z][\w:.-]*(?:\s+[\w:.-]+\s*=[^>]*)?/?>"), "XML"),
    (re.compile(rb'\{\s*"|\[\s*[\[{"]'), "JSON"),
    (re.compile(rb"BEGIN:V(?:CARD|CALENDAR)\b"), "vCard"),
)
