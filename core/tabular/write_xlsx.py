"""Writing a workbook in constant memory: rows in one piece where they are plain, else by XlsxWriter's typed calls."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.tabular.sink import ColumnType, Sink, SinkColumn
from core.tabular.xlsx_rows import Drawer, RowSheet, column_letters, drawer_for

CellWriter = Callable[[int, int, Any], None]


class XlsxSink(Sink):
    """Sheets with a frozen header row, a filter and column widths; rows past a sheet's end go on in a next one.

    `target` is a path or a binary stream. Numbers keep 15 digits in a workbook, so a longer one is written as
    text rather than rounded; so are dates before March 1900, which Excel cannot count.
    `workbook` is XlsxWriter's own, for charts and sheets of another kind.
    """

    def __init__(self, target: Path | str | BinaryIO, *, zone: dt.tzinfo = dt.UTC) -> None:
        self.workbook = xlsxwriter.Workbook(
            str(target) if isinstance(target, Path) else target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._zone = zone
        self._header = self.workbook.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self._formats: dict[ColumnType, Format] = {
            kind: self.workbook.add_format({"num_format": pattern}) for kind, pattern in _PATTERNS.items()
        }
        self._plain = self.workbook.add_format()
        self._names: set[str] = set()
        self._columns: tuple[SinkColumn, ...] = ()
        self._sheet_name = ""
        self._sheet: RowSheet | None = None
        self._writers: list[CellWriter] = []
        self._starts: list[str] = []
        self._drawers: list[Drawer] = []
        self._places = range(0)
        self._next = 0
        self._is_closed = False

    def begin(self, sheet_name: str, columns: Sequence[SinkColumn]) -> None:
        self._finish_sheet()
        self._columns = tuple(columns)
        self._sheet_name = sheet_name
        name = self._free_name(sheet_name)
        sheet = self._sheet = self.workbook.add_worksheet(name, RowSheet)
        for place, column in enumerate(self._columns):
            sheet.write_string(0, place, column.label, self._header)
            width = column.width or max(_WIDTHS[column.type], min(len(column.label) + 4, 40))
            sheet.set_column(place, place, width, self._formats.get(column.type))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)  # printed as wide as a page, as long as it needs
        self._writers = [self._cell_writer(sheet, column.type) for column in self._columns]
        self._starts = [f'<c r="{column_letters(place)}' for place in range(len(self._columns))]
        self._drawers = [
            drawer_for(column.type, self._formats.get(column.type), self._zone) for column in self._columns
        ]
        self._places = range(len(self._columns))
        self._next = 1

    def row(self, values: Iterable[Any]) -> None:
        number = self._next
        if number >= _SHEET_ROWS:
            self.begin(self._sheet_name, self._columns)
            number = self._next
        self._next = number + 1
        values = list(values)
        cells, tail = "", str(number + 1)
        for start, draw, value in zip(self._starts, self._drawers, values, strict=True):
            if value is not None:
                cell = draw(value)
                if cell is None:
                    self._write_cells(number, values)
                    return
                cells += start + tail + cell
        if self._sheet is not None:
            self._sheet.write_xml_row(number, cells)

    def _write_cells(self, number: int, values: list[Any]) -> None:
        """A row with a cell that needs care."""
        for column, write, value in zip(self._places, self._writers, values, strict=True):
            if value is not None:
                write(number, column, value)

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._finish_sheet()
        self.workbook.close()

    def _finish_sheet(self) -> None:
        if self._sheet is not None and self._columns:
            self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(self._columns) - 1)
        self._sheet = None

    def _cell_writer(self, sheet: Worksheet, kind: ColumnType) -> CellWriter:
        """The function that writes one cell of a column, with everything it needs bound beforehand."""
        text = self._text_writer(sheet)
        if kind in ("integer", "decimal", "number", "percent"):
            return _number_writer(sheet, text)
        if kind == "boolean":
            return _boolean_writer(sheet, text)
        if kind == "date":
            return _date_writer(sheet, text)
        if kind == "datetime":
            return _moment_writer(sheet, text, self._zone)
        return text

    def _text_writer(self, sheet: Worksheet) -> CellWriter:
        write_string, plain = sheet.write_string, self._plain

        def write_in_fragments(row: int, column: int, value: str) -> None:
            """For texts that XlsxWriter's inline strings get wrong: it takes '<r>…</r>' for ready-made markup,
            and of two escapes that share an underscore it misses the second. In fragments neither is there to
            be seen; control characters, which it would escape twice, and the end of very long ones are lost.
            """
            kept = _CONTROL.sub("", value)[:_FRAGMENTS_CHARS]
            if len(value) > _FRAGMENTS_CHARS:
                self.cut_cells += 1
            sheet.write_rich_string(
                row, column, *(part for text in _CUTS.split(kept) for part in (plain, text))
            )

        def write(row: int, column: int, value: Any) -> None:
            if value.__class__ is not str:
                value = _as_text(value)
            if ("_x" in value or "<r>" in value) and _TRAPS.search(value):
                write_in_fragments(row, column, value)
            elif write_string(row, column, value) == -2:
                self.cut_cells += 1

        return write

    def _free_name(self, wanted: str) -> str:
        """A name Excel takes: 31 characters at most, none of []:*?/\\, no apostrophe at the ends, not used yet."""
        base = _BAD_IN_NAME.sub(" ", wanted).strip().strip("'").strip() or "Sheet"
        if base.lower() == "history":
            base += "_"
        name, count = base[:31], 1
        while name.lower() in self._names:
            count += 1
            tail = f" ({count})"
            name = base[: 31 - len(tail)] + tail
        self._names.add(name.lower())
        return name


def _number_writer(sheet: Worksheet, text: CellWriter) -> CellWriter:
    write_number = sheet.write_number

    def write(row: int, column: int, value: Any) -> None:
        kind = value.__class__
        if kind is Decimal:
            number = float(value)
            if value.is_finite() and Decimal(f"{number:.15G}") == value:
                write_number(row, column, number)
                return
        elif kind is int:
            if -(10**15) < value < 10**15:
                write_number(row, column, value)
                return
        elif kind is float and value - value == 0.0:
            write_number(row, column, value)
            return
        text(row, column, value)

    return write


def _boolean_writer(sheet: Worksheet, text: CellWriter) -> CellWriter:
    write_boolean = sheet.write_boolean

    def write(row: int, column: int, value: Any) -> None:
        if value.__class__ is bool:
            write_boolean(row, column, value)
        else:
            text(row, column, value)

    return write


def _date_writer(sheet: Worksheet, text: CellWriter) -> CellWriter:
    write_datetime = sheet.write_datetime

    def write(row: int, column: int, value: Any) -> None:
        if value.__class__ is dt.date and value >= _FIRST_DAY:
            write_datetime(row, column, value)
        else:
            text(row, column, value)

    return write


def _moment_writer(sheet: Worksheet, text: CellWriter, zone: dt.tzinfo) -> CellWriter:
    write_datetime = sheet.write_datetime

    def write(row: int, column: int, value: Any) -> None:
        if value.__class__ is dt.datetime:
            if value.tzinfo is not None:
                value = value.astimezone(zone).replace(tzinfo=None)
            if value >= _FIRST_MOMENT:
                write_datetime(row, column, value)
                return
        elif value.__class__ is dt.date and value >= _FIRST_DAY:
            write_datetime(row, column, value)
            return
        text(row, column, value)

    return write


def _as_text(value: Any) -> str:
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


_PATTERNS: dict[ColumnType, str] = {
    "integer": "0",
    "decimal": "#,##0.00",
    "number": "General",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
}
_WIDTHS: dict[ColumnType, int] = {
    "text": 22, "integer": 10, "decimal": 14, "number": 12, "percent": 10, "date": 12, "datetime": 20, "boolean": 10
}  # fmt: skip
_SHEET_ROWS = 1_048_576
_FIRST_DAY = dt.date(1900, 3, 1)
_FIRST_MOMENT = dt.datetime(1900, 3, 1)
_TRAPS = re.compile("^<r>|_x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_")
_CUTS = re.compile("(?<=^<)(?=r>)|(?<=_)(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_FRAGMENTS_CHARS = 16_000
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
