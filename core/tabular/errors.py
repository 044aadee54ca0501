"""What can be wrong with a file, a row or a cell: a code for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from core.i18n import Text, _l


class _CodedError(ValueError):
    """A code with its parameters; the sentence is made when it is asked for, in the reader's language."""

    messages: ClassVar[Mapping[str, Text]]

    def __init__(self, code: str, **params: Any) -> None:
        if code not in self.messages:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.params = params

    def message(self) -> str:
        return str(self.messages[self.code]) % self.params

    def __str__(self) -> str:
        return self.message()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.params)


class TableError(_CodedError):
    """A file that cannot be read as a table, or one row of it (`Row.problem`) that cannot be trusted."""

    messages = {
        "empty": _l("The file is empty."),
        "gone": _l("The file is not here any more. Choose it again."),
        "not_a_table": _l(
            "This is a %(kind)s file, not a table. Save the table as CSV or XLSX and try again."
        ),
        "binary_file": _l("The file is not text. Save the table as CSV or XLSX and try again."),
        "unsupported_format": _l(
            "%(kind)s files cannot be read. Save the table as XLSX or CSV and try again."
        ),
        "damaged": _l("The workbook is damaged and cannot be opened. Save it again and retry."),
        "protected": _l("The workbook is protected by a password. Save it without one and try again."),
        "bomb": _l("The workbook unpacks to far more than its size tells, so it was not opened."),
        "too_large": _l("The file is too large: %(size)s MB, at most %(limit)s MB can be read."),
        "too_many_columns": _l("The table is too wide: %(count)s columns, at most %(limit)s can be read."),
        "too_many_cells": _l(
            "The sheet spans %(rows)s rows and %(columns)s columns, which is too much to open. "
            "Delete the cells outside the table, or split the file."
        ),
        "line_too_long": _l("The file has a line of more than %(limit)s characters, so it is not a table."),
        "no_header": _l("The first row holds no column names. Add a row of column names on top."),
        "duplicate_header": _l("Two columns have the same name: %(name)s. Rename one of them."),
        "bad_encoding": _l("The file is not written in %(encoding)s: byte %(position)s cannot be read."),
        "unknown_encoding": _l("There is no encoding called %(encoding)s."),
        "bad_separator": _l("The separator must be one character."),
        "no_such_sheet": _l("The workbook has no sheet called %(name)s."),
        "extra_cells": _l("The row has %(count)s cells, but there are only %(limit)s columns."),
        "bad_quotes": _l("A quotation mark in this row is not closed, or text follows the closing one."),
        "cell_too_long": _l("A cell of this row is longer than %(limit)s characters."),
    }


class CellError(_CodedError):
    """A text that is not the number, date or moment it should be."""

    messages = {
        "not_a_number": _l("%(text)s is not a number."),
        "not_a_date": _l("%(text)s is not a date."),
        "no_such_date": _l("%(text)s is not a date that exists."),
        "not_a_moment": _l("%(text)s is not a date and time."),
    }


def _rebuild(kind: type[_CodedError], code: str, params: dict[str, Any]) -> _CodedError:
    return kind(code, **params)
