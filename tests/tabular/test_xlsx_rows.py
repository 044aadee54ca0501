"""A row written in one piece holds what the same row holds when its cells are written one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular import ColumnType, SinkColumn, XlsxSink
from core.tabular.xlsx_rows import column_letters

CAREFUL = "_x0041_"
"""A text that makes its whole row be written cell by cell."""

COLUMNS: tuple[ColumnType, ...] = ("text", "integer", "decimal", "date", "datetime", "boolean")


def read(values: list[Any], other: str) -> list[tuple[Any, str, str]]:
    """What a reader finds of these values in a row that ends with `other`: value, type and number format."""
    target = BytesIO()
    with XlsxSink(target, zone=dt.timezone(dt.timedelta(hours=-4))) as sink:
        sink.begin("Sheet", [*(SinkColumn(kind, kind) for kind in COLUMNS), SinkColumn("other")])
        sink.row([*values, other])
        sink.row(["after"] + [None] * len(COLUMNS))
    sheet = openpyxl.load_workbook(target).active
    assert sheet["A3"].value == "after"
    return [(cell.value, cell.data_type, cell.number_format) for cell in sheet[2]][: len(COLUMNS)]


@pytest.mark.parametrize(
    "values",
    [
        ["=1+1", 7, Decimal("1234.50"), dt.date(2026, 2, 28), dt.datetime(2026, 2, 28, 23, 59, 59), True],
        [
            "C&A <b>",
            -1,
            Decimal("-0.01"),
            dt.date(1900, 3, 1),
            dt.datetime(2026, 7, 1, 12, 30, tzinfo=dt.UTC),
            False,
        ],
        [
            "Ñandú 中文 🙂",
            10**15,
            Decimal("99999999999.99"),
            dt.date(1899, 1, 1),
            dt.datetime(2000, 1, 1),
            None,
        ],
        [None, None, None, None, None, None],
        ["  spaces  ", "no number", Decimal("NaN"), "no day", dt.date(2026, 1, 1), "yes"],
        ["two\nlines\ttab", True, 1.5, dt.datetime(2026, 1, 1), None, 1],
        [
            "a_b@c.example",
            0,
            Decimal("0.10"),
            dt.date(9999, 12, 31),
            dt.datetime(2026, 1, 1, 0, 0, 0, 123456),
            None,
        ],
    ],
)
def test_both_ways_say_the_same(values: list[Any]) -> None:
    assert read(values, "plain") == read(values, CAREFUL)


@given(st.text(max_size=40))
def test_any_text_comes_out_the_same(text: str) -> None:
    assert read([text, None, None, None, None, None], "plain") == read(
        [text, None, None, None, None, None], CAREFUL
    )


def test_columns_are_named_as_in_a_sheet() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
