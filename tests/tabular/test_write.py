"""What is written comes back unchanged, and nothing of it is ever run as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.tabular import CsvSink, Sink, SinkColumn, XlsxSink, open_table, parse_decimal

SINKS = [CsvSink, XlsxSink]

# The two code points that XML cannot hold, in no escape that a spreadsheet reads back.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=40)
TROUBLE = st.sampled_from(
    ["=1+1", "+58 414", "-5", "@x", "\t=1", "\r\n", "'", "'=x", "''=x", '"', ";", "_x0041_", "_x005F_x0041_"]
    + [
        "<r>a</r>",
        "<r><t>x</t></r>",
        "<b>&amp;",
        "\x00",
        "\x01",
        "  a  ",
        "http://example.com",
        "=HYPERLINK(1)",
    ]
)


def write(sink: Sink, columns: list[SinkColumn], rows: list[tuple[object, ...]]) -> None:
    with sink:
        sink.begin("Leads", columns)
        for row in rows:
            sink.row(row)


@pytest.mark.parametrize("kind", SINKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXT | TROUBLE, TEXT | TROUBLE), max_size=8))
@example(rows=[("<r>a</r>", "_x005F_x0041_"), ("_x0041_x0041_x0041_", "'=x"), ("\r", "=")])
def test_any_text_comes_back(tmp_path: Path, kind: type[CsvSink] | type[XlsxSink], rows) -> None:
    if kind is CsvSink:
        # A zero character is refused in CSV files, so no record of ours holds one.
        rows = [tuple(cell.replace("\0", "") for cell in row) for row in rows]
    path = tmp_path / "out"
    write(kind(path), [SinkColumn("Nombre"), SinkColumn("=Notas")], rows)
    table = open_table(path)
    assert table.headers == ("Nombre", "=Notas")
    filled = {n: row for n, row in enumerate(rows, 1) if any(cell.strip() for cell in row)}
    assert {row.number: row.cells for row in table.rows()} == filled


@pytest.mark.parametrize("kind", SINKS)
def test_typed_values_come_back(tmp_path: Path, kind: type[CsvSink] | type[XlsxSink]) -> None:
    columns = [
        SinkColumn("n", "integer"),
        SinkColumn("value", "decimal"),
        SinkColumn("day", "date"),
        SinkColumn("at", "datetime"),
        SinkColumn("yes", "boolean"),
    ]
    moment = dt.datetime(2026, 1, 2, 14, 30, 5, tzinfo=dt.UTC)
    rows: list[tuple[object, ...]] = [
        (1, Decimal("2983.23"), dt.date(2025, 12, 25), moment, True),
        (10**17, Decimal("0.1234567890123456789"), dt.date(1850, 1, 1), None, False),
        (-5, Decimal("1.500"), None, None, None),
        ("n/a", 0.5, "soon", "never", "maybe"),
    ]
    path = tmp_path / "out"
    write(kind(path, zone=ZoneInfo("America/Caracas")), columns, rows)
    first, long, small, odd = (row.cells for row in open_table(path).rows())
    if kind is XlsxSink:
        assert first == (1, 2983.23, dt.date(2025, 12, 25), dt.datetime(2026, 1, 2, 10, 30, 5), True)
        assert small == (-5, 1.5, "", "", "")
    else:
        assert first == ("1", "2983.23", "2025-12-25", "2026-01-02T10:30:05-04:00", "true")
        assert small == ("-5", "1.5000", "", "", "")
        assert parse_decimal("1.5000", ",") == Decimal("1.5")
    assert long[:3] == ("100000000000000000", "0.1234567890123456789", "1850-01-01")
    assert odd[0] == "n/a" and odd[2:] == ("soon", "never", "maybe")


def test_a_formula_is_text_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write(
        XlsxSink(path), [SinkColumn("name")], [('=HYPERLINK("http://example.com")',), ("http://example.com",)]
    )
    sheet = openpyxl.load_workbook(path).active
    assert [(cell.data_type, cell.hyperlink) for (cell,) in sheet["A2:A3"]] == [("s", None)] * 2
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_formula_is_marked_in_a_csv_and_numbers_are_not(tmp_path: Path) -> None:
    stream = io.BytesIO()
    sink = CsvSink(stream, bom=False)
    write(
        sink,
        [SinkColumn("name"), SinkColumn("value", "decimal")],
        [("=1+1", Decimal("-5.00")), ("Ana", None)],
    )
    assert list(csv.reader(io.StringIO(stream.getvalue().decode()))) == [
        ["name", "value"],
        ["'=1+1", "-5.00"],
        ["Ana", ""],
    ]


def test_a_workbook_looks_like_a_list(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    with XlsxSink(path) as sink:
        sink.begin("Leads/2026: [open]?", [SinkColumn("name", width=40), SinkColumn("value", "decimal")])
        sink.row(("Ana", 1))
        sink.begin("leads 2026   open", [SinkColumn("name")])
        sink.begin("", [SinkColumn("name")])
        sink.begin("x" * 50, [SinkColumn("name")])
        sink.begin("x" * 50, [SinkColumn("name")])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[2:] == ["Sheet", "x" * 31, "x" * 27 + " (2)"]
    assert len({name.lower() for name in book.sheetnames}) == 5
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet.column_dimensions["A"].width == pytest.approx(40, abs=1)
    assert sheet["B2"].number_format == "#,##0.00"


def test_a_text_too_long_for_a_cell_is_counted(tmp_path: Path) -> None:
    sink = XlsxSink(tmp_path / "out.xlsx")
    write(sink, [SinkColumn("note")], [("x" * 40_000,), ("short",)])
    assert sink.cut_cells == 1


def test_rows_beyond_a_sheet_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tabular.write_xlsx._SHEET_ROWS", 3)
    path = tmp_path / "out.xlsx"
    write(XlsxSink(path), [SinkColumn("n", "integer")], [(n,) for n in range(5)])
    book = openpyxl.load_workbook(path)
    assert [[row[0].value for row in sheet] for sheet in book] == [["n", 0, 1], ["n", 2, 3], ["n", 4]]


def test_a_row_must_fit_its_columns_and_a_csv_holds_one_table(tmp_path: Path) -> None:
    with XlsxSink(tmp_path / "out.xlsx") as workbook:
        workbook.begin("Leads", [SinkColumn("a"), SinkColumn("b")])
        with pytest.raises(ValueError):
            workbook.row(("only one",))
    with CsvSink(tmp_path / "out.csv") as table:
        table.begin("Leads", [SinkColumn("a")])
        with pytest.raises(ValueError):
            table.begin("More", [SinkColumn("a")])
