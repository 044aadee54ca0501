"""A workbook's cells keep their types, and the sheet to read can be chosen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from core.tabular import TableError, XlsxFormat, open_table
from tests.tabular.made_files import workbook


def test_cells_come_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "types.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Leads")
    day, moment = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
    sheet.write_row(0, 0, ["text", "whole", "part", "day", "moment", "yes", "none"])
    sheet.write_string(1, 0, "0424")
    sheet.write_number(1, 1, 4146861998)
    sheet.write_number(1, 2, 2983.23)
    sheet.write_datetime(1, 3, dt.date(2025, 12, 25), day)
    sheet.write_datetime(1, 4, dt.datetime(2025, 12, 25, 10, 30), moment)
    sheet.write_boolean(1, 5, True)
    sheet.write_number(3, 0, 5)
    book.close()
    table = open_table(path)
    first, third = table.rows()
    assert first.cells == (
        "0424",
        4146861998,
        2983.23,
        dt.date(2025, 12, 25),
        dt.datetime(2025, 12, 25, 10, 30),
        True,
        "",
    )
    assert isinstance(first.cells[1], int)
    assert (third.number, third.cells[0]) == (3, 5)
    assert table.samples(1) == [
        ["0424"],
        [4146861998],
        [2983.23],
        [first.cells[3]],
        [first.cells[4]],
        [True],
        [],
    ]


def test_a_table_may_stand_away_from_the_corner(tmp_path: Path) -> None:
    cells: list[list[object]] = [[], [], [None, None, "name", "city"], [None, None, "Ana", "Rome"]]
    cells += [[None, None, None, None], [None, None, "Bo", "Oslo"]]
    table = open_table(workbook(tmp_path / "away.xlsx", cells))
    assert table.headers == ("name", "city")
    assert [(row.number, row.cells) for row in table.rows()] == [(1, ("Ana", "Rome")), (3, ("Bo", "Oslo"))]
    assert table.rows(after=1).__next__().number == 3


def test_the_first_sheet_with_cells_is_read_unless_another_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "sheets.xlsx", [], [["name"], ["Ana"]], [["city"], ["Rome"]])
    table = open_table(path)
    assert table.format == XlsxFormat("Sheet2", ("Sheet1", "Sheet2", "Sheet3"))
    assert open_table(path, sheet="Sheet3").headers == ("city",)
    with pytest.raises(TableError) as refused:
        open_table(path, sheet="Sheet9")
    assert refused.value.code == "no_such_sheet"


@pytest.mark.parametrize(
    ("cells", "code"),
    [([], "empty"), ([[1, 2], [3, 4]], "no_header"), ([["Name", "name "]], "duplicate_header")],
)
def test_sheets_without_a_usable_header(tmp_path: Path, cells: list[list[object]], code: str) -> None:
    with pytest.raises(TableError) as refused:
        open_table(workbook(tmp_path / "none.xlsx", cells))
    assert refused.value.code == code
