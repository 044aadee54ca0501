"""Numbers, dates and moments are read as their writers meant them, or refused by code."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular import CellError, parse_date, parse_datetime, parse_decimal


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("2.983,23", ",", "2983.23"),
        ("99 444,74", ",", "99444.74"),
        ("33\u202f298,48", ",", "33298.48"),
        ("33\u00a0298,48 €", ",", "33298.48"),
        ("US$ 900,50", ",", "900.50"),
        ("1 200 €", ",", "1200"),
        ("Bs. 1.234,5", ",", "1234.5"),
        ("S/ 10", ".", "10"),
        ("USD -5", ".", "-5"),
        ("-$5.25", ".", "-5.25"),
        ("1'234.50", ".", "1234.50"),
        ("(45,00)", ",", "-45.00"),
        ("5-", ".", "-5"),
        ("−5", ".", "-5"),
        (".5", ".", "0.5"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ".", "1234"),
        ("900.50", ",", "900.50"),
        ("1,234.56", ",", "1234.56"),
        ("500000.0", ",", "500000.0"),
        ("1E+06", ".", "1000000"),
        (" 7 ", ".", "7"),
    ],
)
def test_numbers(text: str, mark: str, number: str) -> None:
    assert parse_decimal(text, mark) == Decimal(number)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "V-5.474.872", "1.23.4", "--5", "(-5)", "(5", "5 6", "12a", "NaN"]
)
def test_what_is_no_number(text: str) -> None:
    for mark in (",", "."):
        with pytest.raises(CellError) as refused:
            parse_decimal(text, mark)  # type: ignore[arg-type]
        assert refused.value.code == "not_a_number"
        assert text in refused.value.message()


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([",", "."]))
def test_a_number_formatted_with_groups_is_read_back(number: Decimal, mark: str) -> None:
    text = f"{number:,.2f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert parse_decimal(text, mark) == number  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order", "date"),
    [
        ("25/12/2025", "dmy", dt.date(2025, 12, 25)),
        ("12/25/2025", "mdy", dt.date(2025, 12, 25)),
        ("3.4.25", "dmy", dt.date(2025, 4, 3)),
        ("3-4-71", "mdy", dt.date(1971, 3, 4)),
        ("25-12-03", "ymd", dt.date(2025, 12, 3)),
        ("2025-12-25", "dmy", dt.date(2025, 12, 25)),
        ("2025/12/25 10:30", "mdy", dt.date(2025, 12, 25)),
        ("2006-01-01T00:00:00.000Z", "dmy", dt.date(2006, 1, 1)),
        ("20251225", "dmy", dt.date(2025, 12, 25)),
    ],
)
def test_dates(text: str, order: str, date: dt.date) -> None:
    assert parse_date(text, order) == date  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2025", "no_such_date"),
        ("12/25/2025", "no_such_date"),
        ("hoy", "not_a_date"),
        ("", "not_a_date"),
        ("5474872", "not_a_date"),
        ("1/2/345", "not_a_date"),
        ("0424-6861998", "not_a_date"),
    ],
)
def test_what_is_no_date(text: str, code: str) -> None:
    with pytest.raises(CellError) as refused:
        parse_date(text, "dmy")
    assert refused.value.code == code


def test_moments() -> None:
    assert parse_datetime("2011-09-16T23:57:05.000Z") == dt.datetime(2011, 9, 16, 23, 57, 5, tzinfo=dt.UTC)
    assert parse_datetime("25/12/2025 3:05 p. m.") == dt.datetime(2025, 12, 25, 15, 5)
    assert parse_datetime("12/25/2025, 12:05 AM", "mdy") == dt.datetime(2025, 12, 25, 0, 5)
    assert parse_datetime("25/12/2025") == dt.datetime(2025, 12, 25)
    for text, code in [
        ("31/02/2025 10:00", "no_such_date"),
        ("25/12/2025 25:00", "not_a_moment"),
        ("x", "not_a_moment"),
    ]:
        with pytest.raises(CellError) as refused:
            parse_datetime(text)
        assert refused.value.code == code
