"""In which encoding a text file is written: announced by a BOM, proven as UTF-8, or judged by its letters."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from charset_normalizer import from_bytes

from core.tabular.errors import TableError
from core.tabular.kind import wide_encoding
from core.tabular.table import LIMITS, Limits

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "cp1252": "Windows-1252",
    "iso8859-1": "ISO-8859-1",
    "iso8859-15": "ISO-8859-15",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "Windows-1250",
    "iso8859-2": "ISO-8859-2",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp850": "IBM 850",
    "cp437": "IBM 437",
    "mac-roman": "Mac Roman",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
}
"""Codec names that may be chosen, with the names they are known by, likeliest first."""


def known_encoding(name: str) -> str:
    """The listed codec behind any of its names ('latin1' -> 'iso8859-1'); raises TableError `unknown_encoding`."""
    try:
        wanted = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise TableError("unknown_encoding", encoding=name) from None
    for listed in ENCODINGS:
        if codecs.lookup(listed).name == wanted:
            return listed
    raise TableError("unknown_encoding", encoding=name)


def sniff_encoding(path: Path) -> str:
    """BOM, then UTF-16 by its zeros, then UTF-8 if the whole file is; else Windows-1252 unless its letters object."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    wide = wide_encoding(head)
    if wide is not None:
        return wide
    try:
        survey(path, "utf-8")
    except TableError as error:
        if error.code != "bad_encoding":
            return "utf-8"
        sample = _sample(path, error.params["position"])
        return "utf-8" if _is_damaged_utf8(sample) else _judge(sample)
    return "utf-8"


@dataclass(frozen=True)
class Survey:
    """What one pass over the whole file tells."""

    lines: int


def survey(path: Path, encoding: str, limits: Limits = LIMITS) -> Survey:
    """Read the whole file once in pieces: every byte must decode, no zero characters, no endless lines.

    Raises TableError `bad_encoding` with the position of the first byte that cannot be read, `binary_file`
    or `line_too_long`.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, lines, stretch = 0, 0, 0
    newline = "\n"
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            kept = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                position = offset - kept + error.start
                raise TableError(
                    "bad_encoding", encoding=ENCODINGS.get(encoding, encoding), position=position
                ) from None
            if "\0" in text:
                raise TableError("binary_file")
            if not piece:
                return Survey(lines + (stretch > 0))
            if not offset and "\n" not in text and "\r" in text:
                newline = "\r"
            offset += len(piece)
            breaks = text.count(newline)
            lines += breaks
            stretch = len(text) - text.rindex(newline) - 1 if breaks else stretch + len(text)
            if stretch > limits.line_chars:
                raise TableError("line_too_long", limit=limits.line_chars)


def _sample(path: Path, position: int) -> bytes:
    """The lines with letters beyond ASCII, from the first such letter on."""
    with path.open("rb") as file:
        file.seek(max(0, position - 200))
        block = file.read(_PIECE)
    lines = block.splitlines()
    if position > 200 and len(lines) > 1:
        del lines[0]
    found: list[bytes] = []
    left = 32_768
    for line in lines:
        if left > 0 and not line.isascii():
            found.append(line[:left])
            left -= len(line)
    return b"\n".join(found)


def _is_damaged_utf8(sample: bytes) -> bool:
    """Almost all of it is UTF-8: better to name the bad byte than to garble every accent."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    return good >= 5 * broken


def _judge(sample: bytes) -> str:
    """The encoding under which the letters look most like words; Windows-1252 whenever it looks well enough."""
    western = _strangeness(sample, "cp1252")
    if western is not None and western <= 0.08:
        return "cp1252"
    judged = {name: score for name in _CANDIDATES if (score := _strangeness(sample, name)) is not None}
    best = min(judged.values(), default=1.0)
    if best <= 0.12:
        equals = [name for name, score in judged.items() if score <= best + 0.02]
        if len(equals) == 1 or "cp1252" in equals:
            return "cp1252" if "cp1252" in equals else equals[0]
        return _tie_break(sample, equals) or equals[0]
    guess = _tie_break(sample, [*_CANDIDATES, *_WIDE_CANDIDATES])
    return guess or ("iso8859-1" if western is None else "cp1252")


def _tie_break(sample: bytes, names: list[str]) -> str | None:
    best = from_bytes(sample, cp_isolation=names).best()
    if best is None:
        return None
    try:
        return known_encoding(best.encoding)
    except TableError:
        return None


def _strangeness(sample: bytes, encoding: str) -> float | None:
    """The share of characters beyond ASCII that stand where no writer puts them; None if they do not decode."""
    try:
        text = f" {sample.decode(encoding)} "
    except UnicodeDecodeError:
        return None
    strange = total = 0
    for place in range(1, len(text) - 1):
        char = text[place]
        if char <= "\x7f":
            continue
        total += 1
        before, after = text[place - 1], text[place + 1]
        if char.isalpha():
            if char.isupper() and before.islower():
                strange += 1
            elif _is_latin(char):
                strange += _is_foreign(before) and _is_foreign(after)
            else:
                strange += _is_ascii_letter(before) or _is_ascii_letter(after)
        elif unicodedata.category(char) == "Cc" or (
            before.isalpha() and (after.isalpha() or char not in _AFTER_WORDS) and char not in _INSIDE_WORDS
        ):
            strange += 1
    return strange / total if total else 0.0


@lru_cache(maxsize=1024)
def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN") or char in "ªº"


def _is_foreign(char: str) -> bool:
    return char > "\x7f" and char.isalpha()


def _is_ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


_PIECE = 1024**2
_CANDIDATES = ("cp1252", "cp1250", "cp850", "mac-roman", "cp1251", "koi8-r", "cp1253", "cp1255", "cp1256")
_WIDE_CANDIDATES = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr")
_INSIDE_WORDS = "’·-–—…«»"
_AFTER_WORDS = "’ªº°®™²³»”…–—·\u00a0€"
