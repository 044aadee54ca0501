"""Opening a table: what kind of file it is, whether it is safe, and a `Table` that streams its rows."""

from __future__ import annotations

from pathlib import Path

from core.tabular.encoding import known_encoding
from core.tabular.errors import TableError
from core.tabular.kind import file_kind
from core.tabular.read_csv import CsvTable
from core.tabular.read_xlsx import XlsxTable
from core.tabular.sniff import sniff_csv
from core.tabular.table import LIMITS, Limits, Table


def open_table(
    path: Path | str,
    *,
    filename: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Open a CSV or XLSX file; what is not given is guessed (`Table.format` says what was).

    `filename` is the name it was uploaded under, `sheet` a workbook's sheet (the first visible one with cells
    otherwise). Every refusal is a TableError with a code; nothing of the file is kept in memory by then.
    """
    path = Path(path)
    if not path.is_file():
        raise TableError("gone")
    if file_kind(path, filename, limits) == "xlsx":
        return XlsxTable(path, sheet, limits)
    if encoding is not None:
        encoding = known_encoding(encoding)
    if separator is not None and (len(separator) != 1 or separator in '\r\n"\0'):
        raise TableError("bad_separator")
    return CsvTable(path, sniff_csv(path, encoding, separator), limits)
