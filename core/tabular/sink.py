"""What is written, column by column, and the three calls by which every kind of file takes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

ColumnType = Literal["text", "integer", "decimal", "number", "percent", "date", "datetime", "boolean"]


@dataclass(frozen=True)
class SinkColumn:
    """A column to be written; `width` in characters, by its type if not given."""

    label: str
    type: ColumnType = "text"
    width: float | None = None


class Sink(ABC):
    """Takes tables row by row: `begin` a sheet, `row` after `row`, `close` at the end (or leave the `with`).

    A value that is not of its column's type is written as text; None is an empty cell. Moments with a zone are
    written in `zone`.
    """

    cut_cells = 0
    """How many texts did not fit a cell whole (32,767 characters in a workbook)."""

    @abstractmethod
    def begin(self, sheet_name: str, columns: Sequence[SinkColumn]) -> None: ...

    @abstractmethod
    def row(self, values: Iterable[Any]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
