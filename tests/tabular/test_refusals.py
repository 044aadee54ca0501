"""Files that are no table, and workbooks made to hurt, are refused by code and in bounded memory."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from core.tabular import Limits, TableError, open_table
from tests.tabular.made_files import lying_archive, rebuilt, workbook

SHEET = "xl/worksheets/sheet1.xml"
SHEET_START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_END = b"</sheetData></worksheet>"


def refusal(path: Path, limits: Limits | None = None, **choices: str) -> str:
    with pytest.raises(TableError) as refused:
        open_table(path, **choices) if limits is None else open_table(path, limits=limits)
    assert refused.value.message()
    return refused.value.code


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", {"not_a_table"}),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", {"not_a_table"}),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", {"not_a_table"}),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", {"not_a_table"}),
        (b"\x7fELF\x02\x01\x01", {"not_a_table"}),
        (b"<!DOCTYPE html>\n<html><body><table><tr><td>a</td></tr></table>", {"not_a_table"}),
        (b"\xef\xbb\xbf\n <HTML lang='es'>\n<body>", {"not_a_table"}),
        (b'<?xml version="1.0"?><a/>', {"not_a_table"}),
        (b'{"name": "Ana"}', {"not_a_table"}),
        (b'[{"name": "Ana"}]', {"not_a_table"}),
        (b"{\\rtf1\\ansi", {"not_a_table"}),
        (b"BEGIN:VCARD\nVERSION:3.0\n", {"not_a_table"}),
        (b"\x1f\x8b\x08\x00\x00\x00", {"not_a_table"}),
        (bytes(range(256)) * 20, {"binary_file", "damaged"}),
        (random.Random(1).randbytes(5000), {"binary_file", "damaged"}),
        (b"PK\x03\x04 this is no archive", {"damaged"}),
        (b"", {"empty"}),
    ],
)
def test_other_files_under_a_tables_name(tmp_path: Path, name: str, content: bytes, codes: set[str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path) in codes


def test_an_upload_without_its_name_is_judged_by_the_name_it_had(tmp_path: Path) -> None:
    path = tmp_path / "3f2a"
    path.write_bytes(bytes(range(256)) * 20)
    assert refusal(path, filename="leads.xlsx") == "damaged"
    assert refusal(path, filename="leads.csv") == "binary_file"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"readme.txt": b"hello"}, "not_a_table"),
        ({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}, "not_a_table"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "unsupported_format"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}, "unsupported_format"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<not"}, "damaged"),
    ],
)
def test_archives_that_are_no_workbook(tmp_path: Path, parts: dict[str, bytes], code: str) -> None:
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refusal(path) == code


def test_old_and_protected_workbooks_are_told_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    old, locked = tmp_path / "old.xls", tmp_path / "locked.xlsx"
    old.write_bytes(ole + "Workbook".encode("utf-16-le") + bytes(512))
    locked.write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(512))
    assert refusal(old) == "unsupported_format"
    assert refusal(locked) == "protected"


def test_a_workbook_cut_short_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [["name"], ["Ana"]])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) == "damaged"


def test_a_workbook_with_a_flipped_byte_never_crashes(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [["name", "city"], ["Ana", 5], ["Bo", 7.5]])
    whole = path.read_bytes()
    dice = random.Random(7)
    for _ in range(150):
        spoiled = bytearray(whole)
        spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
        path.write_bytes(spoiled)
        try:
            list(open_table(path).rows())
        except TableError as refused:
            assert refused.message()


def test_a_sheet_that_is_no_xml_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [["name"], ["Ana"]])
    assert refusal(rebuilt(path, {SHEET: b"<worksheet><sheetData><row></sheetData>"})) in ("damaged", "empty")


def bomb_of_zeros(path: Path) -> Path:
    return rebuilt(workbook(path, [["name"]]), {SHEET: SHEET_START + b" " * (60 * 1024**2) + SHEET_END})


def bomb_that_lies(path: Path) -> Path:
    content = SHEET_START + b'<row r="1"><c r="A1"><v>1</v></c></row>' * 200_000 + SHEET_END
    return lying_archive(workbook(path, [["name"]]), SHEET, content, says=1000)


def bomb_of_parts(path: Path) -> Path:
    return rebuilt(workbook(path, [["name"]]), {f"xl/media/{n}.xml": b"" for n in range(3000)})


def bomb_in_a_bomb(path: Path) -> Path:
    return rebuilt(workbook(path, [["name"]]), {"xl/inner.zip": b"PK"})


def bomb_of_shared_text(path: Path) -> Path:
    """One long text, used by as many cells as fit: a megabyte that would become gigabytes."""
    workbook(path, [["name"]])
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 40_001))
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    )
    return rebuilt(
        path,
        {
            SHEET: SHEET_START + cells + SHEET_END,
            "xl/sharedStrings.xml": strings % (b"word " * 6000),
        },
    )


@pytest.mark.parametrize(
    "make", [bomb_of_zeros, bomb_that_lies, bomb_of_parts, bomb_in_a_bomb, bomb_of_shared_text]
)
def test_bombs_are_not_opened(tmp_path: Path, make) -> None:
    path = make(tmp_path / "bomb.xlsx")
    tracemalloc.start()
    try:
        assert refusal(path) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024**2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        b"<row r='1048576'><c\n r = 'XFD1048576'><v>2</v></c><c r='a1'><v>2</v></c></row>",
        b"<row/>" * 5000 + b"<row>" + b"<c><v>1</v></c>" * 5000 + b"</row>",
    ],
)
def test_two_cells_in_far_corners_are_not_a_huge_table(tmp_path: Path, cells: bytes) -> None:
    path = workbook(tmp_path / "wide.xlsx", [["name"]])
    assert refusal(rebuilt(path, {SHEET: SHEET_START + cells + SHEET_END})) == "too_many_cells"


def test_a_long_note_used_often_is_no_bomb(tmp_path: Path) -> None:
    rows = [[f"client {n}", "the same long note " * 100] for n in range(3000)]
    path = workbook(tmp_path / "notes.xlsx", [["name", "note"], *rows])
    assert sum(1 for _ in open_table(path, limits=Limits(shared_text_bytes=6_000_000)).rows()) == 3000
    assert refusal(path, Limits(shared_text_bytes=4_000_000)) == "bomb"


def test_files_above_the_limit_are_too_large(tmp_path: Path) -> None:
    table = tmp_path / "big.csv"
    table.write_text("name\n" + "x" * 3_000_000)
    assert refusal(table, Limits(csv_bytes=1024**2)) == "too_large"
    book = workbook(tmp_path / "big.xlsx", [["name"], ["Ana"]])
    assert refusal(book, Limits(xlsx_bytes=1024)) == "too_large"
    wide = workbook(tmp_path / "wide.xlsx", [[f"c{n}" for n in range(600)]])
    assert refusal(wide) == "too_many_columns"
