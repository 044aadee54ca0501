"""A first guess at how a text table is written: encoding, separator, quote, and the format of its values.

A guess only: the import page shows it and lets a person correct it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.tabular.encoding import ENCODINGS, sniff_encoding
from core.tabular.numbers import is_currency
from core.tabular.table import Cell, CsvFormat, ValueFormat

__all__ = ["ENCODINGS", "SEPARATORS", "sniff_csv", "sniff_values"]

SEPARATORS = (",", ";", "\t", "|")

UNDECIDED = ValueFormat("dmy", ".")
"""What stands when nothing in the file tells."""


def sniff_csv(path: Path, encoding: str | None = None, separator: str | None = None) -> CsvFormat:
    """The format of a text file; what is given is kept, the rest guessed from the first 256 KB.

    The encoding alone is decided on the whole file, read in pieces, since the first accent may come late.
    """
    encoding = encoding or sniff_encoding(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        is_cut = bool(file.read(1))
    text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    skip_lines = 0
    declared = _DECLARED_SEPARATOR.match(text)
    if declared is not None:
        skip_lines = 1
        separator = separator or declared.group(1)
        text = text[declared.end() :]
    quote = "'" if _prefers_apostrophes(text) else '"'
    if separator is None:
        separator = _sniff_separator(text, quote, is_cut)
    return CsvFormat(encoding, separator, quote, newline, skip_lines)


def sniff_values(samples: Sequence[Sequence[Cell]], default: ValueFormat = UNDECIDED) -> ValueFormat:
    """How dates and numbers are written in these columns' samples (see `Table.samples`; 50 to 200 are plenty).

    Every cell that can be read in only one way is a vote; without votes `default` stands, best the reader's own.
    """
    orders: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    for column in samples:
        for cell in column:
            if not isinstance(cell, str):
                continue
            text = cell.strip()
            found = _DATE.match(text)
            if found is not None:
                orders.update(_date_votes(*found.groups()))
            else:
                marks.update(_decimal_votes(text))
    order = max(("dmy", "mdy", "ymd"), key=lambda name: (orders[name], name == default.date_order))
    mark = max((",", "."), key=lambda name: (marks[name], name == default.decimal))
    return ValueFormat(order, mark)  # type: ignore[arg-type]


def _sniff_separator(text: str, quote: str, is_cut: bool) -> str:
    """The separator under which most rows have as many cells as the header; one column if none does."""
    best, best_score = ",", (0.25, 1)
    for separator in SEPARATORS:
        lines = io.StringIO(text, newline="")
        try:
            rows = [row for row in csv.reader(lines, delimiter=separator, quotechar=quote) if row]
        except csv.Error:
            continue
        if is_cut and len(rows) > 2:
            rows.pop()
        if not rows or len(rows[0]) < 2:
            continue
        width, body = len(rows[0]), rows[1:]
        fit = sum(1.0 if len(row) == width else 0.5 if 1 < len(row) < width else 0.0 for row in body)
        score = (round(fit / len(body), 1) if body else 1.0, width)
        if score > best_score:
            best, best_score = separator, score
    return best


def _prefers_apostrophes(text: str) -> bool:
    """Whether cells stand between apostrophes: no double quotes at all, and most lines open with an apostrophe."""
    if '"' in text:
        return False
    lines = [line for line in text.splitlines()[:50] if line]
    return bool(lines) and sum(_APOSTROPHES.search(line) is not None for line in lines) * 2 > len(lines)


def _date_votes(first: str, second: str, third: str) -> list[str]:
    if len(first) == 4:
        return ["ymd"]
    a, b, c = int(first), int(second), int(third)
    if len(third) == 2 and a > 31 and 1 <= b <= 12 and 1 <= c <= 31:
        return ["ymd"]
    if 12 < a <= 31 and 1 <= b <= 12:
        return ["dmy"]
    if 12 < b <= 31 and 1 <= a <= 12:
        return ["mdy"]
    return []


def _decimal_votes(text: str) -> list[str]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return []
    before, number, after = found.groups()
    if not all(is_currency(word) for word in (before, after) if word):
        return []
    signs = [char for char in number if char in ".,"]
    if not signs:
        return []
    last = signs[-1]
    tail = len(number) - number.rindex(last) - 1
    if len(set(signs)) == 2:
        return [last] if signs.count(last) == 1 else []
    if len(signs) > 1:
        # '1.234.567': the sign groups, so the other one is the decimal mark.
        return ["," if last == "." else "."] if tail == 3 else []
    if tail != 3 or number.startswith("0"):
        return [last]
    return [last] if _SPACED.search(number) else []


_HEAD = 256 * 1024
_DECLARED_SEPARATOR = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_APOSTROPHES = re.compile(r"^'[^']*'(?:[,;|\t]|$)")
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{4}|\d{2}|\d)(?=$|[T ,])", re.ASCII)
_AMOUNT = re.compile(
    r"[(+−-]?([^\W\d_]{0,3}\.?[^\w\s.,()+−-]?)\s?-?"
    r"(\d{1,3}(?:[ \u00a0\u2009\u202f'’.,]\d{3})*(?:[.,]\d*)?|\d+(?:[.,]\d*)?)"
    r"\s?([^\W\d_]{0,3}\.?[^\w\s.,()]?)\)?"
)
_SPACED = re.compile(r"\d[ \u00a0\u2009\u202f'’]\d{3}")
