"""Writing a CSV file that any spreadsheet opens and that re-imports unchanged."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from core.tabular.formula import guarded
from core.tabular.sink import Sink, SinkColumn


class CsvSink(Sink):
    """One table as CSV: UTF-8 with BOM so that Excel reads the accents, dates in ISO, numbers with a point.

    A file has one table; a second `begin` raises ValueError. `target` is a path or a binary stream, which is
    left open.
    """

    def __init__(
        self,
        target: Path | str | BinaryIO,
        *,
        zone: dt.tzinfo = dt.UTC,
        separator: str = ",",
        bom: bool = True,
    ) -> None:
        encoding = "utf-8-sig" if bom else "utf-8"
        self._zone = zone
        self._is_ours = isinstance(target, (str, Path))
        stream = open(target, "wb") if isinstance(target, (str, Path)) else target  # noqa: SIM115
        self._file = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter=separator, lineterminator="\r\n")
        self._has_begun = False
        self._is_closed = False

    def begin(self, sheet_name: str, columns: Sequence[SinkColumn]) -> None:
        if self._has_begun:
            raise ValueError("a CSV file holds one table")
        self._has_begun = True
        self._writer.writerow([guarded(column.label) for column in columns])

    def row(self, values: Iterable[Any]) -> None:
        text = self._text
        self._writer.writerow(
            [
                "" if value is None else guarded(value) if value.__class__ is str else text(value)
                for value in values
            ]
        )

    def flush(self) -> None:
        """Hand everything written so far to the target, for a response that is sent while it is made."""
        self._file.flush()

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_ours:
            self._file.close()
        else:
            self._file.detach()

    def _text(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, Decimal):
            return _plain_decimal(value)
        if isinstance(value, dt.datetime):
            return (value.astimezone(self._zone) if value.tzinfo else value).isoformat()
        if isinstance(value, (dt.date, dt.time)):
            return value.isoformat()
        return guarded(str(value))


def _plain_decimal(value: Decimal) -> str:
    """Three decimals get a fourth: '1.500' alone could be read as one thousand five hundred, '1.5000' cannot."""
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return text + "0" if text[-4:-3] == "." else text
