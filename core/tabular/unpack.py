"""The check of a workbook before it is opened: what it unpacks to is measured, not believed.

A workbook is a ZIP of XML parts, and the reader that turns it into cells loads a sheet whole. So before that
every part is inflated here in small pieces and thrown away, counting real bytes, the rectangle that the cells
span, and the text that shared strings come to once written out. Memory stays at a few megabytes throughout.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path

from core.tabular.errors import TableError
from core.tabular.table import LIMITS, Limits


def open_archive(path: Path, limits: Limits = LIMITS) -> zipfile.ZipFile:
    """The ZIP with its directory checked: its size, duplicate or nested parts, passwords, declared sizes."""
    _check_directory(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        raise TableError("damaged") from None
    try:
        _check_entries(archive.infolist(), limits)
    except TableError:
        archive.close()
        raise
    return archive


def check_workbook(archive: zipfile.ZipFile, limits: Limits = LIMITS) -> None:
    """Inflate every part within the limits and measure the sheets; raises TableError if any is passed."""
    total = 0
    sheets: list[tuple[zipfile.ZipInfo, _SheetMeasure]] = []
    strings = array("L")
    for entry in archive.infolist():
        measure = _SheetMeasure()
        is_strings = entry.filename.lower().endswith("sharedstrings.xml")
        texts = _SharedTexts(limits) if is_strings else None
        for piece in _inflate(archive, entry, limits):
            total += len(piece)
            if total > limits.unpacked_bytes:
                raise TableError("bomb")
            if texts is not None:
                texts.feed(piece)
            else:
                measure.feed(piece)
        if texts is not None:
            strings.extend(texts.lengths)
        measure.check(limits)
        if measure.values:
            sheets.append((entry, measure))
    _check_shared_text(archive, sheets, strings, limits)


def _check_directory(path: Path, limits: Limits) -> None:
    """The directory must close the file, without a comment, so that every reader finds the same one.

    ZIP64 directories are for more than 65,535 parts or 4 GB; a workbook within the limits never needs one.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 42))
        tail = file.read()
    end = tail[-22:]
    if len(end) < 22 or not end.startswith(b"PK\x05\x06"):
        raise TableError("damaged")
    count, directory_bytes = struct.unpack("<HL", end[10:16])
    if count > limits.parts or directory_bytes > limits.parts * 512 or tail[:-22].startswith(b"PK\x06\x07"):
        raise TableError("bomb")


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise TableError("damaged")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise TableError("bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise TableError("protected")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise TableError("damaged")
        if entry.file_size > limits.part_bytes:
            raise TableError("bomb")
        if entry.file_size > 10 * 1024**2 and entry.file_size > entry.compress_size * limits.ratio:
            raise TableError("bomb")
        if _ARCHIVE_NAME.search(entry.filename) and not entry.filename.startswith("xl/embeddings/"):
            raise TableError("bomb")


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """The real content of a part, piece by piece, up to the end of its stream whatever size it declares.

    zipfile stops at the declared size, other readers at the end of the stream; a bomb lives in between.
    """
    file = archive.fp
    if file is None:
        raise TableError("damaged")
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise TableError("damaged")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(entry.header_offset + 30 + name_length + extra_length)
    left, size, crc = entry.compress_size, 0, 0
    inflater = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = file.read(min(_PIECE, left))
        if not packed:
            raise TableError("damaged")
        left -= len(packed)
        while packed:
            try:
                piece = packed if inflater is None else inflater.decompress(packed, _PIECE)
            except zlib.error:
                raise TableError("damaged") from None
            packed = b"" if inflater is None else inflater.unconsumed_tail
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > entry.file_size or size > limits.part_bytes:
                raise TableError("bomb")
            if piece:
                yield piece
    if size != entry.file_size or crc != entry.CRC:
        raise TableError("damaged")


class _SheetMeasure:
    """The rectangle around the cells of a sheet, read off the addresses while its XML passes by."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.values = 0
        """At most this many cells hold a value: each closes two tags, its own and its value's."""
        self._row_tags = 0
        self._cell_tags = 0
        self._addresses = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        text = self._rest + piece
        cut = max(text.rfind(b"<"), 0)
        text, self._rest = text[:cut], text[cut:]
        if len(self._rest) > 2 * _PIECE:
            # A tag or a text far longer than any cell may be: nothing a spreadsheet program writes.
            raise TableError("damaged")
        self._row_tags += text.count(b"<row") + text.count(b":row")
        self._cell_tags += sum(map(text.count, (b"<c ", b"<c>", b":c ", b":c>")))
        self.values += text.count(b"</") // 2 + 1
        addresses = _ADDRESS.findall(text)
        if not addresses:
            return
        joined = b" ".join(addresses)
        letters = set(joined.translate(None, b"0123456789").split())
        self._addresses += len(addresses) - addresses.count(b"")
        self.columns = max(self.columns, *map(_column_number, letters), 0)
        self.rows = max(self.rows, *map(int, set(joined.translate(None, _LETTERS).split())), 0)

    def check(self, limits: Limits) -> None:
        rows = max(self.rows, self._row_tags)
        # Cells without an address stand one after the other; one row may hold all of them.
        columns = self.columns + max(0, self._cell_tags - self._addresses)
        if rows * columns > limits.sheet_cells:
            raise TableError("too_many_cells", rows=rows, columns=columns)


class _SharedTexts:
    """The length of each shared string, in order."""

    def __init__(self, limits: Limits) -> None:
        self.lengths = array("L")
        self._limits = limits
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        *whole, self._rest = (self._rest + piece).split(b"</si>")
        self.lengths.extend(map(len, whole))
        if len(self._rest) > 2 * _PIECE:
            raise TableError("bomb")


def _check_shared_text(
    archive: zipfile.ZipFile,
    sheets: list[tuple[zipfile.ZipInfo, _SheetMeasure]],
    strings: array[int],
    limits: Limits,
) -> None:
    """A text kept once may be used by a million cells, and the reader copies it into each of them."""
    if not strings:
        return
    longest = max(strings)
    for entry, measure in sheets:
        if measure.values * longest <= limits.shared_text_bytes:
            continue
        text_bytes, rest = 0, b""
        for piece in _inflate(archive, entry, limits):
            text = rest + piece
            cut = max(text.rfind(b"<"), 0)
            # The last tag's "<" also closes the number before it; what follows waits for the next piece.
            for index in map(int, _INDEX.findall(text[: cut + 1])):
                if index < len(strings):
                    text_bytes += strings[index]
            rest = text[cut:]
            if text_bytes > limits.shared_text_bytes:
                raise TableError("bomb")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


_PIECE = 1024**2
_ARCHIVE_NAME = re.compile(r"\.(?:zip|xls[xmb]?|docx|pptx|gz|7z|rar|jar|tar)$", re.IGNORECASE)
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3}[0-9]{1,7})""")
_INDEX = re.compile(rb">\s*([0-9]{1,9})\s*<")
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
