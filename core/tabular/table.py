"""What a table is once it is open: its format, its headers, its rows, and the limits it is held to."""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.tabular.errors import TableError
from core.tabular.match import fold

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""A cell: text as written in a CSV; in a workbook also numbers, dates and truth values. Empty is ''."""

DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalMark = Literal[",", "."]


@dataclass(frozen=True)
class Limits:
    """How much of a file is let in, in bytes unless said otherwise.

    A workbook's sheet is loaded whole by the reader, so its memory is bounded by these: 200 MB of sheet XML
    (100,000 rows of 30 texts) take about 330 MB; a sheet at both bounds stays below 700 MB.
    """

    csv_bytes: int = 512 * 1024**2
    xlsx_bytes: int = 100 * 1024**2
    unpacked_bytes: int = 400 * 1024**2
    part_bytes: int = 300 * 1024**2
    ratio: int = 200
    """Unpacked to packed size of one part of a workbook; only asked of parts above 10 MB."""
    parts: int = 2_000
    columns: int = 500
    sheet_cells: int = 10_000_000
    """Rows times columns of the rectangle around all cells of a sheet, empty ones included."""
    shared_text_bytes: int = 400 * 1024**2
    """Text of all cells of a workbook when texts kept once and used often are written out."""
    cell_chars: int = 131_072
    line_chars: int = 4 * 1024**2


LIMITS = Limits()


@dataclass(frozen=True)
class CsvFormat:
    """How a text file is written: everything a person may correct before reading it."""

    encoding: str
    separator: str
    quote: str = '"'
    newline: str = "\n"
    skip_lines: int = 0
    """Lines before the table, such as the `sep=;` that Excel understands."""


@dataclass(frozen=True)
class XlsxFormat:
    """Which sheet of a workbook is read, and which others could be."""

    sheet: str
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class ValueFormat:
    """How numbers and dates are written inside the cells."""

    date_order: DateOrder
    decimal: DecimalMark


class Row(NamedTuple):
    """One row: its number (data rows count from 1, blank ones too) and one cell for each header.

    A tuple rather than a dataclass because it is made once for each of millions of rows.
    """

    number: int
    cells: tuple[Cell, ...]
    problem: TableError | None = None
    extra: tuple[Cell, ...] = ()
    """Cells beyond the last header, kept so that an error file can show the row as it was."""


class Table(ABC):
    """An open table; `rows()` streams it from the start each time it is called."""

    format: CsvFormat | XlsxFormat
    headers: tuple[str, ...]
    count_hint: int
    """About how many data rows there are, for showing progress."""

    @abstractmethod
    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows that hold anything, from the one following number `after`."""

    def samples(self, n: int = 5, *, within: int = 5_000) -> list[list[Cell]]:
        """The first `n` cells of each column that hold anything, looked for in the first `within` rows."""
        found: list[list[Cell]] = [[] for _ in self.headers]
        hungry = set(range(len(found)))
        for row in self.rows():
            if row.number > within or not hungry:
                break
            for column in tuple(hungry):
                cell = row.cells[column]
                if _is_empty(cell):
                    continue
                found[column].append(cell)
                if len(found[column]) == n:
                    hungry.discard(column)
        return found


def check_headers(cells: Sequence[Cell], limits: Limits = LIMITS) -> tuple[str, ...]:
    """The header row as names, refused if it is no header row; unnamed columns are ''."""
    names = tuple(_WHITESPACE.sub(" ", str(cell).lstrip("\ufeff")).strip() for cell in cells)
    if len(names) > limits.columns:
        raise TableError("too_many_columns", count=len(names), limit=limits.columns)
    said = [(cell, name) for cell, name in zip(cells, names, strict=True) if name]
    if not said or all(not isinstance(cell, str) or _VALUE.fullmatch(name) for cell, name in said):
        raise TableError("no_header")
    if any(_EMAIL.fullmatch(name) for _cell, name in said):
        raise TableError("no_header")
    seen: set[str] = set()
    for _cell, name in said:
        key = fold(name) or name
        if key in seen:
            raise TableError("duplicate_header", name=name)
        seen.add(key)
    return names


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether no cell holds anything but white space."""
    return all(map(_is_empty, cells))


def _is_empty(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and cell.isspace())


_WHITESPACE = re.compile(r"\s+")
_VALUE = re.compile(r"[\d\s.,:/+()\-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
