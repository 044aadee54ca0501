"""Reading a CSV file row by row, strict about quotes, forgiving about one bad row.

A text that began with = + - @ (or a tab or return) was written by our own export with an apostrophe before it,
so that no spreadsheet program runs it (`write.CsvSink`). Reading takes that one apostrophe off again, and only
where one of those signs follows; every other text of any file comes in exactly as it is.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TextIO

from core.tabular.encoding import survey
from core.tabular.errors import TableError
from core.tabular.formula import unguarded
from core.tabular.table import LIMITS, CsvFormat, Limits, Row, Table, check_headers, is_blank


class CsvTable(Table):
    """A text table; opening it proves that the whole file decodes, so reading it later does not fail half-way."""

    format: CsvFormat

    def __init__(self, path: Path, csv_format: CsvFormat, limits: Limits = LIMITS) -> None:
        self._path = path
        self._limits = limits
        self.format = csv_format
        found = survey(path, csv_format.encoding, limits)
        header = next((row for row in self._records() if not is_blank(row.cells)), None)
        if header is None:
            raise TableError("empty")
        if header.problem is not None:
            raise header.problem
        self.headers = check_headers(header.cells, limits)
        self._lines = found.lines

    @cached_property
    def count_hint(self) -> int:  # type: ignore[override]
        """Counted when first asked for, by a quick pass that looks at quotes only."""
        with self._path.open(encoding=self.format.encoding, newline="") as file:
            for _line in range(self.format.skip_lines):
                file.readline()
            reader = csv.reader(file, delimiter=self.format.separator, quotechar=self.format.quote)
            try:
                return max(sum(1 for cells in reader if cells) - 1, 0)
            except csv.Error:
                return max(self._lines - 1, 0)

    def rows(self, after: int = 0) -> Iterator[Row]:
        width = len(self.headers)
        padding = ("",) * width
        records = self._records()
        header = next(record for record in records if not is_blank(record.cells))
        for record in records:
            number = record.number - header.number
            if number <= after:
                continue
            cells, problem = record.cells, record.problem
            if problem is None and is_blank(cells):
                continue
            count = len(cells)
            if count == width:
                yield Row(number, cells, problem)
            elif count < width:
                yield Row(number, cells + padding[count:], problem)
            else:
                extra = cells[width:]
                if problem is None and not is_blank(extra):
                    problem = TableError("extra_cells", count=count, limit=width)
                yield Row(number, cells[:width], problem, extra)

    def _records(self) -> Iterator[Row]:
        """All records from the top of the file, the header among them, numbered from 1 as they come."""
        number = 0
        with self._path.open(encoding=self.format.encoding, newline="") as file:
            lines = _Lines(file, self._limits)
            for _line in range(self.format.skip_lines):
                next(lines, None)
            reader = self._reader(lines)
            while True:
                lines.taken.clear()
                number += 1
                problem = None
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    # One stray quotation mark must not swallow the rows below it: only its own line is bad.
                    problem, cells = self._broken(lines.taken)
                    lines.give_back()
                    reader = self._reader(lines)
                if any("'" in line for line in lines.taken):
                    cells = [unguarded(cell) for cell in cells]
                if number == 1 and cells and cells[0].startswith("\ufeff"):
                    cells[0] = cells[0][1:]
                yield Row(number, tuple(cells), problem)

    def _broken(self, taken: list[str]) -> tuple[TableError, list[str]]:
        """What is wrong with a record that csv refused, and its first line cut into cells as well as it goes."""
        if len(taken[0]) > csv.field_size_limit():
            return TableError("cell_too_long", limit=csv.field_size_limit()), taken[0].split(
                self.format.separator
            )
        lenient = csv.reader(taken[:1], delimiter=self.format.separator, quotechar=self.format.quote)
        return TableError("bad_quotes"), next(lenient, [])

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.format.separator, quotechar=self.format.quote, strict=True)


class _Lines(Iterator[str]):
    """Lines of bounded length, remembering those taken for the record being read."""

    def __init__(self, file: TextIO, limits: Limits) -> None:
        self.taken: list[str] = []
        self._readline = file.readline
        self._limit = limits.line_chars
        self._waiting: deque[str] = deque()
        self._may_give_back = _GIVE_BACK_CHARS

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._readline(self._limit + 2)
        if not line:
            raise StopIteration
        if len(line) > self._limit + 1:
            raise TableError("line_too_long", limit=self._limit)
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Put all but the first line of a broken record back; bounded, since a file of quotes would never end."""
        rest = self.taken[1:]
        size = sum(map(len, rest))
        if size <= self._may_give_back:
            self._may_give_back -= size
            self._waiting.extendleft(reversed(rest))
            del self.taken[1:]


_GIVE_BACK_CHARS = 64 * 1024**2
