"""Writing tables: a CSV or an XLSX file, row by row, with the same three calls and in constant memory.

Nothing written here is ever run as a formula: a workbook holds texts as texts, a CSV puts an apostrophe before
those that could start one (`formula`), and `open_table` takes it off again, so an own export re-imports unchanged.
"""

from core.tabular.sink import ColumnType, Sink, SinkColumn
from core.tabular.write_csv import CsvSink
from core.tabular.write_xlsx import XlsxSink

__all__ = ["ColumnType", "CsvSink", "Sink", "SinkColumn", "XlsxSink"]
