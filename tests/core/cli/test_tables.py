"""Import and export from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Shell

ROWS = """Nombre;Email;Teléfono 1
Ana Pérez;ana.perez@example.com;0414-555.12.34
Luis Gómez;luis@;0416-555.12.35
Ana otra vez;ana.perez@example.com;
"""


@pytest.fixture
def company(shell: Shell) -> Shell:
    answer = shell.init(mode="classic", apps="crm_clients")
    assert answer.code == 0, answer.err
    return shell


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prospects.csv"
    path.write_text(ROWS, encoding="cp1252")
    return path


def test_a_file_comes_in_with_its_counts_and_its_error_file(
    company: Shell, file: Path, tmp_path: Path
) -> None:
    errors = tmp_path / "errors.csv"
    tried = company("import", "leads", str(file), "--json", "--dry-run").json
    done = company(
        "import", "leads", str(file), "--json", "--errors", str(errors), "--user", "ana@example.com"
    ).json
    for answer in (tried, done):
        assert answer["rows"] == 3
        assert answer["created"]["leads"] == 1
        assert (answer["updated"], answer["duplicates"], answer["errors"]) == (0, 1, 1)
    assert "luis@" in errors.read_text(encoding="utf-8-sig")

    again = company("import", "leads", str(file), "--json").json
    assert (again["created"]["leads"], again["duplicates"]) == (0, 2)


def test_a_mapping_is_taken_from_a_file(company: Shell, tmp_path: Path) -> None:
    table, mapping = tmp_path / "odd.csv", tmp_path / "mapping.json"
    table.write_text("who|where\nAna|ana@example.org\n")
    mapping.write_text(json.dumps({"who": "name", "where": "email"}))
    answer = company(
        "import",
        "leads",
        str(table),
        "--mapping",
        str(mapping),
        "--separator",
        "|",
        "--encoding",
        "utf-8",
        "--json",
    )
    assert answer.json["created"]["leads"] == 1


def test_what_was_imported_is_exported_and_changes_nothing_when_it_comes_back(
    company: Shell, file: Path, tmp_path: Path
) -> None:
    company("import", "leads", str(file))
    for name in ("leads.xlsx", "leads.csv"):
        path = tmp_path / name
        answer = company("export", "leads", str(path))
        assert (answer.code, answer.out.startswith("1 rows")) == (0, True)
        back = company("import", "leads", str(path), "--on-duplicate", "update", "--json").json
        assert (back["rows"], back["created"]["leads"], back["errors"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "ghosts", "{file}"), "there are"),
        (("import", "leads", "{folder}/none.csv"), "does not exist"),
        (("import", "leads", "{picture}"), "picture.csv"),
        (("import", "leads", "{file}", "--user", "nobody@example.com"), "nobody@example.com"),
        (("import", "leads", "{file}", "--on-duplicate", "perhaps"), "perhaps"),
        (("export", "leads", "{folder}/leads.pdf"), ".xlsx or .csv"),
        (("export", "ghosts", "{folder}/leads.csv"), "there are"),
    ],
)
def test_what_cannot_be_read_or_written_is_said_in_one_line(
    company: Shell, file: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    places = {"file": file, "folder": tmp_path, "picture": picture}
    answer = company(*(each.format(**places) for each in arguments))
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
