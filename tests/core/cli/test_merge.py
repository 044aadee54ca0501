"""`prospecto merge` and its way back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .conftest import Shell


@pytest.fixture
def company(shell: Shell, tmp_path: Path) -> Shell:
    assert shell.init(mode="classic", apps="crm_clients").code == 0
    file = tmp_path / "leads.csv"
    file.write_text("Nombre;Email;Notas\nSol;sol@example.com;\nSOL C.A.;;llamar\n", encoding="utf-8")
    answer = shell("import", "leads", str(file), "--json")
    assert answer.code == 0, answer.err
    return shell


def names(company: Shell, tmp_path: Path) -> list[tuple[str, str]]:
    file = tmp_path / "out.csv"
    company("export", "leads", str(file), "--columns", "name,notes")
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text, delimiter=";" if ";" in file.read_text(encoding="utf-8-sig") else ","))
    return sorted((row[-2], row[-1]) for row in rows[1:])


def test_records_are_merged_and_parted_by_command(company: Shell, tmp_path: Path) -> None:
    done = company("merge", "leads", "1", "2", "--json")
    assert done.code == 0, done.err
    assert done.json == {"record": 1, "merge": 1, "gone": [2]}
    assert names(company, tmp_path) == [("Sol", "llamar")]
    back = company("merge", "--undo", "1", "--json")
    assert back.json == {"record": 1, "back": [2], "left": []}
    assert names(company, tmp_path) == [("SOL C.A.", "llamar"), ("Sol", "")]
    assert company("merge", "--undo", "1").code == 2
    chosen = company("merge", "leads", "1", "2", "--from", "name=2")
    assert chosen.code == 0
    assert names(company, tmp_path) == [("SOL C.A.", "llamar")]


def test_what_makes_no_sense_is_refused(company: Shell) -> None:
    for arguments in (
        (),
        ("leads", "1"),
        ("leads", "1", "99"),
        ("nothing", "1", "2"),
        ("leads", "1", "2", "--from", "name"),
        ("leads", "1", "2", "--from", "name=7"),
        ("--undo", "7"),
        ("leads", "1", "2", "--undo", "1"),
    ):
        assert company("merge", *arguments).code == 2, arguments
