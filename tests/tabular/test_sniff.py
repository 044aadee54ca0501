"""How a text file is written is guessed as a person would say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tabular import CsvFormat, TableError, ValueFormat, open_table, sniff_csv, sniff_values
from tests.tabular.made_files import french_csv, salesforce_csv, venezuelan_csv


def test_a_venezuelan_file_from_excel(tmp_path: Path) -> None:
    path = venezuelan_csv(tmp_path / "ve.csv")
    assert sniff_csv(path) == CsvFormat("cp1252", ";", '"', "\r\n")
    assert sniff_values(open_table(path).samples(20)) == ValueFormat("dmy", ",")


def test_a_french_file_with_a_bom(tmp_path: Path) -> None:
    path = french_csv(tmp_path / "fr.csv")
    assert sniff_csv(path) == CsvFormat("utf-8-sig", ",", '"', "\n")
    assert sniff_values(open_table(path).samples(20)) == ValueFormat("ymd", ",")


def test_a_salesforce_file_in_latin_1(tmp_path: Path) -> None:
    path = salesforce_csv(tmp_path / "sf.csv")
    assert sniff_csv(path) == CsvFormat("cp1252", ",", '"', "\n")
    assert sniff_values(open_table(path).samples(20)) == ValueFormat("ymd", ".")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "nombre;ciudad\nÁngel;Cumaná\n"),
        ("utf-16", "nombre;ciudad\nÁngel;Cumaná\n"),
        ("utf-16-le", "nombre;ciudad\nÁngel;Cumaná\n"),
        ("utf-16-be", "nombre;ciudad\nÁngel;Cumaná\n"),
        ("cp1252", "nom;prix\nL’Été “chaud”;12 €\n"),
        ("cp1250", "imię;miasto\nMichał Wałęsa;Łódź\nŻaneta Święta;Gdańsk\n"),
        ("cp850", "nombre;ciudad\nMaría Núñez;Cumaná\nJosé Peña;Mérida\n"),
        ("mac-roman", "nombre;ciudad\nMaría Núñez;Cumaná\nJosé Peña;Mérida\n"),
        ("cp1251", "имя;город\nИван Петров;Москва\nОльга Смирнова;Казань\n"),
        ("koi8-r", "имя;город\nИван Петров;Москва\nОльга Смирнова;Казань\n"),
    ],
)
def test_the_encoding_is_told_by_the_letters(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode(encoding))
    assert sniff_csv(path).encoding == encoding
    header, first = text.splitlines()[:2]
    table = open_table(path)
    assert ";".join(table.headers) == header
    assert ";".join(map(str, next(table.rows()).cells)) == first


def test_the_first_accent_may_come_after_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"name,city\n" + b"Ana,Rome\n" * 300_000 + "José,Mérida\n".encode("cp1252"))
    assert sniff_csv(path).encoding == "cp1252"


def test_one_bad_byte_in_utf_8_is_named_instead_of_garbling_every_accent(tmp_path: Path) -> None:
    path = tmp_path / "damaged.csv"
    good = "nombre\nJosé Núñez Peña\nMaría Gómez Ávila\n".encode()
    path.write_bytes(good + b"Mar\xeda\n")
    with pytest.raises(TableError) as refused:
        open_table(path)
    assert refused.value.code == "bad_encoding"
    assert refused.value.params == {"encoding": "UTF-8", "position": len(good) + 3}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "table.csv"
    rows = [["name", "note", "city"], ["Ana", "a, b; c | d\te", "Rome"], ["Bo", "", "Oslo"]]
    path.write_text("\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows))
    assert sniff_csv(path).separator == separator
    assert [list(row.cells) for row in open_table(path).rows()] == rows[1:]


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text("e-mail\nana@example.com\n\nbo@example.com\n")
    table = open_table(path)
    assert table.headers == ("e-mail",)
    assert [(row.number, row.cells) for row in table.rows()] == [
        (1, ("ana@example.com",)),
        (3, ("bo@example.com",)),
    ]


def test_excels_own_separator_line_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "sep.csv"
    path.write_bytes(b"sep=|\r\nname|city\r\nAna|Rome, Italy\r\n")
    table = open_table(path)
    assert table.headers == ("name", "city")
    assert [row.cells for row in table.rows()] == [("Ana", "Rome, Italy")]


def test_cells_between_apostrophes(tmp_path: Path) -> None:
    path = tmp_path / "single.csv"
    path.write_text("'name';'city'\n'Ana; Bo';'Rome'\n")
    assert sniff_csv(path).quote == "'"
    assert [row.cells for row in open_table(path).rows()] == [("Ana; Bo", "Rome")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["31/01/2025", "02/03/2025"], ValueFormat("dmy", ".")),
        (["01/31/2025", "02/03/2025"], ValueFormat("mdy", ".")),
        (["2025.01.31"], ValueFormat("ymd", ".")),
        (["1.234", "5.678,90"], ValueFormat("dmy", ",")),
        (["1,234", "5,678.90"], ValueFormat("dmy", ".")),
        (["1 234,5 €"], ValueFormat("dmy", ",")),
        (["1.234.567"], ValueFormat("dmy", ",")),
        (["04.12.2025", "0424-6861998", "V-5.474.872"], ValueFormat("dmy", ".")),
    ],
)
def test_values_vote_for_their_format(cells: list[str], expected: ValueFormat) -> None:
    assert sniff_values([cells]) == expected


def test_without_votes_the_readers_own_format_stands() -> None:
    own = ValueFormat("mdy", ",")
    assert sniff_values([["01/02/2025", "1.234", "Ana"]], own) == own
