"""What is chosen beside the columns: what records are recognised by, and what rows get that say nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa

from core.testing.installation import Installation
from tests.imports.conftest import Command, Wizard
from tests.imports.made import as_csv, document


def test_records_are_recognised_by_what_is_chosen(installation: Installation, wizard: Wizard) -> None:
    head = ("Nombre", "Email", "Teléfono 1", "Ciudad")
    _bring(wizard, [head, ("Ávila", "a@example.com", "0414-8383755", "Caracas")])
    other = [head, ("Ávila", "b@example.com", "+58 414 838 3755", "Mérida")]
    assert _tried(wizard, other) == [0, 0, 1, 0]  # the phone is the same
    assert _tried(wizard, other, key=["email", "document"]) == [1, 0, 0, 0]
    assert _tried(wizard, other, key=["name"], duplicates="update") == [0, 1, 0, 0]
    assert _tried(wizard, other, key=[]) == [1, 0, 0, 0]
    assert wizard.figures(wizard.run().text) == [1, 0, 0, 0]
    page = wizard.browser.get("/leads/import").text
    assert "prospectos.csv" in page


def test_a_name_is_changed_by_the_record_s_number(installation: Installation, wizard: Wizard) -> None:
    _bring(wizard, [("Nombre", "RIF"), ("Ávila", document(30555001)), ("Bolívar", document(30555002))])
    model = installation.house.resources["leads"].model
    with installation.session() as session:
        ids = dict(session.execute(sa.select(model.name, model.id)).tuples().all())
    rows = [("ID", "Nombre"), (str(ids["Ávila"]), "Ávila Sur"), ("999999", "Nadie")]
    assert _tried(wizard, rows, duplicates="update") == [2, 0, 0, 0]  # another name: another record
    assert _tried(wizard, rows, duplicates="update", key=["id"]) == [1, 1, 0, 0]
    wizard.run()
    with installation.session() as session:
        assert session.get_one(model, ids["Ávila"]).name == "Ávila Sur"


def test_rows_that_say_nothing_get_what_is_typed(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", as_csv([("Nombre", "Ciudad"), ("Una", ""), ("Dos", "Coro")], ",").encode())
    typed = {
        "constant-field": ["city", "tags", "country", ""],
        "constant-value": ["Mérida", "feria", "VE", ""],
    }
    page = wizard.browser.post(f"{wizard.at}/columns", {**wizard.form(), **typed, "again": "1"}).text
    assert 'value="Mérida"' in page  # one more line, and what was typed is still there
    wrong = wizard.check(**{"constant-field": ["email"], "constant-value": ["nadie@"]})
    assert wrong.status_code == 422
    assert wizard.figures(wizard.check(**typed).text) == [2, 0, 0, 0]
    assert 'value="feria"' in wizard.browser.get(f"{wizard.at}/columns").text
    wizard.run()
    client, headers = installation.app.test_client(), installation.token()
    told = {each["name"]: each for each in client.get("/api/v1/leads", headers=headers).json["items"]}
    assert {name: each["city"] for name, each in told.items()} == {"Una": "Mérida", "Dos": "Coro"}
    assert told["Dos"]["tags"] == ["feria"]


def test_by_command_and_api_too(installation: Installation, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(as_csv([("Nombre", "Email"), ("Una", "una@example.com")], ","))
    how = ("--key", "name", "--set", "city=Mérida", "--on-duplicate", "update", "--json")
    assert command(installation, "import", "leads", path, *how)["created"]["leads"] == 1
    path.write_text(as_csv([("Nombre", "Email"), ("Una", "otra@example.com")], ","))
    assert command(installation, "import", "leads", path, *how)["updated"] == 1
    for wrong in (("--key", "shoe"), ("--set", "shoe=42"), ("--set", "city")):
        assert command(installation, "import", "leads", path, *wrong).returncode == 2
    client, headers = installation.app.test_client(), installation.token()

    def send(**also: str) -> Any:
        form = {
            "resource": "leads",
            "file": (io.BytesIO(b"Nombre,Email\nUna,x@example.com\n"), "x.csv"),
            **also,
        }
        return client.post("/api/v1/imports", data=form, headers=headers)

    found = send(keys="name", constants='{"city": "Coro"}', on_duplicate="update", dry_run="1")
    assert found.json["checked"]["updated"] == 1
    assert send(keys="shoe").status_code == 422
    assert "constants" in send(constants='{"shoe": "42"}').json["error"]["fields"]
    assert "constants" in send(constants="[]").json["error"]["fields"]


def test_columns_are_remembered_across_kinds_of_records(installation: Installation, wizard: Wizard) -> None:
    rows = [("Quién", "Nombre", "Vigencia"), ("Ana", "Una", "30")]
    wizard.upload("leads", as_csv(rows, ",").encode())
    wizard.check(**{"column-0": "contact_first_name"})
    wizard.upload("clients", as_csv(rows, ",").encode())
    form = wizard.form()
    assert (form["column-0"], form["column-1"], form["column-2"]) == ("contact_first_name", "name", "")


def test_empty_columns_are_no_open_question(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", as_csv([("Nombre", "SIC", "Q7"), ("Una", "", "x")], ",").encode())
    assert "2 not matched" not in wizard.page
    assert "2 sin emparejar" not in wizard.page


def test_attributes_go_out_in_a_sheet_and_come_back_in(installation: Installation, wizard: Wizard) -> None:
    head = ("Nombre", "Metros de fachada", "Código interno", "Aniversario")
    rows = [("Una", "12,5", "007", "25/12/2025"), ("Dos", "8", "x1", "03/01/2026")]
    wizard.upload("leads", as_csv([head, *rows], ";").encode())
    wanted = {f"column-{column}": "+attribute" for column in (1, 2, 3)}
    again = wizard.browser.post(f"{wizard.at}/columns", {**wizard.form(), **wanted})
    wizard.page = wizard.browser.get(again.headers["Location"]).text
    names = [wizard.form()[f"column-{column}"] for column in (1, 2, 3)]
    assert wizard.figures(wizard.check().text) == [2, 0, 0, 0]
    wizard.run()
    client, headers = installation.app.test_client(), installation.token()
    told = {each["name"]: each for each in client.get("/api/v1/leads", headers=headers).json["items"]}
    assert [told["Una"][name] for name in names][1:] == ["007", "2025-12-25"]

    path = wizard.browser.get("/leads/export?format=xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(path))
    assert len(book.sheetnames) == 4
    listed = {tuple(row[1:]) for row in book[book.sheetnames[3]].iter_rows(min_row=2, values_only=True)}
    assert ("Una", "Código interno", "007") in listed
    wizard.upload("leads", path, "leads.xlsx")
    wizard.check(duplicates="update")
    assert wizard.figures(wizard.run().text) == [0, 0, 2, 0]

    changed = [head, ("Una", "99", "008", "25/12/2025")]
    wizard.upload("leads", as_csv(changed, ";").encode())
    wizard.check(duplicates="update", key=["name"])
    assert wizard.figures(wizard.run().text) == [0, 1, 0, 0]
    wizard.browser.post(f"{wizard.at}/undo")
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [0, 1, 0]
    again_told = {each["name"]: each for each in client.get("/api/v1/leads", headers=headers).json["items"]}
    assert [again_told["Una"][name] for name in names] == [told["Una"][name] for name in names]


def _bring(wizard: Wizard, rows: list[tuple[str, ...]]) -> None:
    wizard.upload("leads", as_csv(rows, ",").encode())
    wizard.check()
    wizard.run()


def _tried(wizard: Wizard, rows: list[tuple[str, ...]], **how: object) -> list[int]:
    wizard.upload("leads", as_csv(rows, ",").encode())
    return wizard.figures(wizard.check(**how).text)
