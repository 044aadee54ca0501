"""Reading a workbook's sheet, which has passed `unpack.check_workbook` before it is opened here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from core.tabular.errors import TableError
from core.tabular.table import LIMITS, Cell, Limits, Row, Table, XlsxFormat, check_headers, is_blank


class XlsxTable(Table):
    """One sheet; its first row with cells is the header, and numbers, dates and truth values keep their type."""

    format: XlsxFormat

    def __init__(self, path: Path, sheet: str | None = None, limits: Limits = LIMITS) -> None:
        with _open(path) as workbook:
            names = tuple(
                found.name
                for found in workbook.sheets_metadata
                if found.typ == SheetTypeEnum.WorkSheet and found.visible == SheetVisibleEnum.Visible
            )
            if sheet is not None and sheet not in names:
                raise TableError("no_such_sheet", name=sheet)
            for name in names if sheet is None else (sheet,):
                self._sheet = _load(workbook, name)
                if self._sheet.height:
                    self.format = XlsxFormat(name, names)
                    break
            else:
                raise TableError("empty")
        height, width = self._sheet.height, self._sheet.width
        if width > limits.columns:
            raise TableError("too_many_columns", count=width, limit=limits.columns)
        if height * width > limits.sheet_cells:
            raise TableError("too_many_cells", rows=height, columns=width)
        self._limits = limits
        self._header_at, header = next(self._filled_rows())
        self.headers = check_headers(header, limits)
        self.count_hint = max(height - 1, 0)

    def rows(self, after: int = 0) -> Iterator[Row]:
        longest = self._limits.cell_chars
        for place, cells in self._filled_rows():
            number = place - self._header_at
            if number <= after or number <= 0:
                continue
            problem = None
            if any(cell.__class__ is str and len(cell) > longest for cell in cells):
                problem = TableError("cell_too_long", limit=longest)
            yield Row(number, tuple(cells), problem)

    def _filled_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        start = self._sheet.start
        left = start[1] if start else 0
        width = self._sheet.width
        for place, cells in enumerate(self._sheet.iter_rows()):
            row = cells if len(cells) == width else cells[left:]
            if is_blank(row):
                continue
            yield place, [_plain(cell) if cell.__class__ is float else cell for cell in row]


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise TableError("protected") from None
    except (CalamineError, OSError, ValueError):
        raise TableError("damaged") from None
    except BaseException as error:
        raise _crash(error) from None


def _load(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        raise TableError("damaged") from None
    except BaseException as error:
        raise _crash(error) from None


def _crash(error: BaseException) -> BaseException:
    """A panic of the Rust reader is no Exception and cannot be imported; it means the file, nothing else."""
    return TableError("damaged") if type(error).__name__ == "PanicException" else error


def _plain(cell: Cell) -> Cell:
    """Workbooks know only floating numbers: 5.0 is 5, and a phone typed as a number keeps its digits."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell
