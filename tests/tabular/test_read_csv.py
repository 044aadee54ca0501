"""A CSV is read exactly, and one bad row never costs the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tabular import TableError, open_table
from tests.tabular.made_files import salesforce_csv, venezuelan_csv


def table_of(tmp_path: Path, text: str | bytes, **choices: str):
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_table(path, **choices)


def test_quotes_and_line_breaks_inside_cells(tmp_path: Path) -> None:
    table = open_table(venezuelan_csv(tmp_path / "ve.csv", rows=40))
    rows = list(table.rows())
    assert [row.number for row in rows] == list(range(1, 41))
    assert rows[2].cells[-1] == 'Visitó el stand.\nPidió "catálogo"'
    assert rows[0].cells[-1] == "Llamó; volver"
    assert rows[0].cells[2] == "Librería O’Connor 1, C.A."
    assert table.count_hint == 40


def test_samples_come_from_the_first_cells_that_hold_anything(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\n1,\n2, \n3,x\n4,y\n5,z\n")
    assert table.samples(2) == [["1", "2"], ["x", "y"]]
    assert open_table(salesforce_csv(tmp_path / "sf.csv")).samples(3)[2:22] == [[]] * 20


def test_blank_rows_are_skipped_but_counted(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\n\na,b\n\n1,2\n,\n  , \n3,4\n")
    assert [(row.number, row.cells) for row in table.rows()] == [(2, ("1", "2")), (5, ("3", "4"))]


def test_reading_can_go_on_after_a_row(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a\n1\n2\n3\n")
    assert [row.number for row in table.rows(after=2)] == [3]


def test_short_rows_are_filled_and_long_ones_told(tmp_path: Path) -> None:
    short, trailing, long, last = table_of(tmp_path, "a,b\n1\n2,3,,\n4,5,6\n7,8\n").rows()
    assert short.cells == ("1", "") and short.problem is None
    assert trailing.cells == ("2", "3") and trailing.problem is None
    assert long.cells == ("4", "5") and long.extra == ("6",)
    assert long.problem is not None and long.problem.code == "extra_cells"
    assert "3 cells" in long.problem.message()
    assert last.cells == ("7", "8")


def test_a_stray_quote_spoils_its_own_row_only(tmp_path: Path) -> None:
    rows = list(table_of(tmp_path, 'a,b\n1,"x" y\n2,ok\n3,"never closed\n4,ok\n5,5" pipe\n').rows())
    assert [(row.number, row.problem.code if row.problem else None) for row in rows] == [
        (1, "bad_quotes"),
        (2, None),
        (3, "bad_quotes"),
        (4, None),
        (5, None),
    ]
    assert rows[1].cells == ("2", "ok")
    assert rows[2].cells[0] == "3"
    assert rows[4].cells == ("5", '5" pipe')


def test_a_file_of_stray_quotes_is_read_to_its_end(tmp_path: Path) -> None:
    rows = list(table_of(tmp_path, "a,b\n" + '1,"x\n' * 3001).rows())
    assert rows and all(row.problem is not None for row in rows)


def test_an_endless_cell_is_a_bad_row_and_an_endless_line_no_table(tmp_path: Path) -> None:
    rows = list(table_of(tmp_path, "a,b\n1," + "x" * 200_000 + "\n2,y\n").rows())
    assert rows[0].problem is not None and rows[0].problem.code == "cell_too_long"
    assert rows[1].cells == ("2", "y")
    with pytest.raises(TableError) as refused:
        table_of(tmp_path, "a,b\n1," + "x" * 9_000_000)
    assert refused.value.code == "line_too_long"


def test_apostrophes_of_other_files_stay(tmp_path: Path) -> None:
    cells = ["'tis", "O'Connor", "'", "''", "'5", "=1+1", "-5", "+58 414"]
    table = table_of(tmp_path, "a\n" + "\n".join(cells) + "\n")
    assert [row.cells[0] for row in table.rows()] == cells


def test_header_names_are_tidied(tmp_path: Path) -> None:
    table = table_of(tmp_path, '\ufeff Nombre ,"Razón\n Social",\n1,2,3\n')
    assert table.headers == ("Nombre", "Razón Social", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\n ", "empty"),
        (",,\n", "empty"),
        ("1,2\n3,4\n", "no_header"),
        ("Ana,ana@example.com\n", "no_header"),
        ("Teléfono,telefono\n", "duplicate_header"),
        (",".join(f"c{n}" for n in range(600)) + "\n", "too_many_columns"),
        ('a,"b\n1,2\n', "bad_quotes"),
    ],
)
def test_what_has_no_usable_header_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(TableError) as refused:
        table_of(tmp_path, text)
    assert refused.value.code == code
    assert refused.value.message()


def test_a_chosen_encoding_that_is_wrong_names_the_byte(tmp_path: Path) -> None:
    text = "nombre\n" + "x\n" * 800_000
    with pytest.raises(TableError) as refused:
        table_of(tmp_path, text.encode() + "José\n".encode("latin-1"), encoding="utf8")
    assert refused.value.code == "bad_encoding"
    assert refused.value.params["position"] == len(text) + 3
    assert str(len(text) + 3) in refused.value.message()


def test_encodings_go_by_all_their_names(tmp_path: Path) -> None:
    table = table_of(tmp_path, "nombre\nJosé\n".encode("latin-1"), encoding="latin1")
    assert next(table.rows()).cells == ("José",)
    for name in ("rot13", "zip", "no-such", "unicode_escape", ""):
        with pytest.raises(TableError) as refused:
            table_of(tmp_path, "a\n", encoding=name)
        assert refused.value.code == "unknown_encoding"


def test_a_chosen_separator_is_used(tmp_path: Path) -> None:
    assert table_of(tmp_path, "a^b\n1^2\n", separator="^").headers == ("a", "b")
    with pytest.raises(TableError) as refused:
        table_of(tmp_path, "a\n", separator="::")
    assert refused.value.code == "bad_separator"


def test_zero_characters_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    for text in (b"a,b\n1,\x002\n", b"a,b\n" + b"1,2\n" * 500_000 + b"\0"):
        with pytest.raises(TableError) as refused:
            table_of(tmp_path, text)
        assert refused.value.code == "binary_file"
