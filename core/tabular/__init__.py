"""Tables in and out: guess, check and read CSV and XLSX files, match their headers, and write them safely."""

from core.tabular.errors import CellError, TableError
from core.tabular.match import fold, match_headers
from core.tabular.numbers import parse_date, parse_datetime, parse_decimal
from core.tabular.read import open_table
from core.tabular.sniff import ENCODINGS, sniff_csv, sniff_values
from core.tabular.table import LIMITS, Cell, CsvFormat, Limits, Row, Table, ValueFormat, XlsxFormat
from core.tabular.write import ColumnType, CsvSink, Sink, SinkColumn, XlsxSink

__all__ = [
    "ENCODINGS",
    "LIMITS",
    "Cell",
    "CellError",
    "ColumnType",
    "CsvFormat",
    "CsvSink",
    "Limits",
    "Row",
    "Sink",
    "SinkColumn",
    "Table",
    "TableError",
    "ValueFormat",
    "XlsxFormat",
    "XlsxSink",
    "fold",
    "match_headers",
    "open_table",
    "parse_date",
    "parse_datetime",
    "parse_decimal",
    "sniff_csv",
    "sniff_values",
]
