"""Second addresses and third contact persons: from columns of the same row, from sheets of their own, out and in again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from core.imports.targets import match_further
from core.testing.installation import Installation
from tests.imports.conftest import Command, Wizard, counts_of
from tests.imports.made import as_csv, document

HEAD = (
    "Nombre",
    "RIF",
    "Ciudad",
    "Parroquia",
    "Contacto Nombre",
    "Contacto Email",
    "Ciudad 2",
    "Parroquia 2",
    "Dirección 2",
    "Contact 2 first name",
    "Contact 2 e-mail",
    "addresses.3.city",
)
ROWS = [
    ("Ávila", document(30111001), "Caracas", "El Cafetal", "Ana", "ana@example.com", "Mérida", "El Llano", "Av. 3", "Luis", "luis@example.com", "Coro"),
    ("Bolívar", document(30111002), "Valencia", "", "", "", "", "", "", "", "", ""),
    ("Cedro", document(30111003), "", "", "", "", "Barinas", "", "", "Eva", "", ""),
]  # fmt: skip


def test_headers_say_of_which_row_they_are(installation: Installation) -> None:
    leads = installation.house.resources["leads"]
    found = match_further(
        [
            "Ciudad",
            "Ciudad 2",
            "Address 2 › City",
            "Teléfono 2",
            "Contacto 2 Email",
            "contact email 3",
            "City 3",
        ],
        leads,
    )
    assert found == {
        1: "addresses.2.city",
        4: "contacts.2.email",
        5: "contacts.3.email",
        6: "addresses.3.city",
    }  # the second header says what the first said already, and “Teléfono 2” is a field of the card


def test_further_rows_come_from_the_same_row(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", as_csv([HEAD, *ROWS], ",").encode())
    assert wizard.form()["column-6"] == "addresses.2.city"
    assert wizard.form()["column-11"] == "addresses.3.city"
    assert wizard.figures(wizard.check().text) == [3, 0, 0, 0]
    assert wizard.figures(wizard.run().text) == [3, 0, 0, 0]
    avila = _lead(installation, "Ávila")
    assert [row["city"] for row in avila["addresses"]] == ["Caracas", "Mérida", "Coro"]
    assert [row["is_main"] for row in avila["addresses"]] == [True, False, False]
    assert [row["first_name"] for row in avila["contacts"]] == ["Ana", "Luis"]
    assert [row["city"] for row in _lead(installation, "Bolívar")["addresses"]] == ["Valencia"]
    cedro = _lead(installation, "Cedro")
    assert (cedro["city"], cedro["contact_first_name"]) == ("Barinas", "Eva")  # the only one is the main one
    for words in ("llano", "luis@example.com", "coro"):
        assert "Ávila" in wizard.browser.get(f"/leads?q={words}").text

    again = as_csv([HEAD, *ROWS], ",").encode()
    for how in ("update", "fill", "skip"):
        wizard.upload("leads", again)
        wizard.check(duplicates=how)
        assert wizard.figures(wizard.run().text) == [0, 0, 3, 0]


def test_what_is_here_gets_further_rows_and_loses_them_when_taken_back(
    installation: Installation, wizard: Wizard
) -> None:
    number = document(30111004)
    head = ("Nombre", "RIF", "Ciudad", "Ciudad 2", "Código postal 2")
    for how, row in (
        ("skip", ("Una", number, "Caracas", "Mérida", "")),
        ("update", ("Una", number, "Coro", "Mérida", "5101")),
    ):
        wizard.upload("leads", as_csv([head, row], ",").encode())
        wizard.check(duplicates=how)
        wizard.run()
    told = _lead(installation, "Una")
    assert [(row["city"], row["postal_code"]) for row in told["addresses"]] == [
        ("Coro", None),
        ("Mérida", "5101"),
    ]
    wizard.browser.post(f"{wizard.at}/undo")
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [0, 1, 0]
    told = _lead(installation, "Una")
    assert [(row["city"], row["postal_code"]) for row in told["addresses"]] == [
        ("Caracas", None),
        ("Mérida", None),
    ]
    wizard.upload("leads", as_csv([(*head[:3], "Ciudad 3"), ("Una", number, "", "Tovar")], ",").encode())
    wizard.check(duplicates="fill")
    assert wizard.figures(wizard.run().text) == [0, 1, 0, 0]
    assert [row["city"] for row in _lead(installation, "Una")["addresses"]] == ["Caracas", "Mérida", "Tovar"]


def test_what_is_wrong_in_a_further_row_is_told_of_its_column(
    installation: Installation, wizard: Wizard
) -> None:
    head = ("Nombre", "Contacto Nombre", "Contact 2 first name", "Contact 2 e-mail")
    wizard.upload("leads", as_csv([head, ("Una", "Ana", "Luis", "luis@")], ",").encode())
    wizard.check()
    page = wizard.run().text
    assert wizard.figures(page) == [0, 0, 0, 1]
    assert re.search(r'name="cell-1-3" value="luis@"[^>]*aria-invalid', page)
    wizard.browser.post(f"{wizard.at}/retry", {"cell-1-3": "luis@example.com"})
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [1, 0, 0, 0]
    assert [row["email"] for row in _lead(installation, "Una")["contacts"]] == [None, "luis@example.com"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_with_sheets_comes_back_in_with_nothing_changed(
    installation: Installation, wizard: Wizard, command: Command, tmp_path: Path, form: str
) -> None:
    wizard.upload("leads", as_csv([HEAD, *ROWS], ",").encode())
    wizard.check()
    wizard.run()
    path = tmp_path / f"leads.{form}"
    assert command(installation, "export", "leads", path).returncode == 0
    for how in ("update", "fill", "skip"):
        found = command(installation, "import", "leads", path, "--json", "--on-duplicate", how)
        assert counts_of(found) == {"rows": 3, "created": {}, "updated": 0, "duplicates": 3, "errors": 0}, how


def test_a_row_changed_in_its_sheet_is_changed(
    installation: Installation,
    wizard: Wizard,
    command: Command,
    install: Callable[..., Installation],
    tmp_path: Path,
) -> None:
    wizard.upload("leads", as_csv([HEAD, *ROWS], ",").encode())
    wizard.check()
    wizard.run()
    path = tmp_path / "leads.xlsx"
    command(installation, "export", "leads", path)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 3
    addresses = book[book.sheetnames[1]]
    heads = [cell.value for cell in addresses[1]]
    assert addresses.max_row == 6
    city = next(number for number, head in enumerate(heads, 1) if head in ("Ciudad", "City"))
    cell = next(row[city - 1] for row in addresses.iter_rows(min_row=2) if row[city - 1].value == "Mérida")
    cell.value = "Ejido"
    book.save(path)
    found = command(installation, "import", "leads", path, "--json", "--on-duplicate", "update")
    assert (found["updated"], found["errors"]) == (1, 0)
    assert {row["city"] for row in _lead(installation, "Ávila")["addresses"]} == {"Caracas", "Ejido", "Coro"}

    other = install()  # where none of the numbers is known the rows go with their records all the same
    assert command(other, "import", "leads", path, "--json")["created"]["leads"] == 3
    assert {row["city"] for row in _lead(other, "Ávila")["addresses"]} == {"Caracas", "Ejido", "Coro"}


def _lead(place: Installation, name: str) -> dict[str, Any]:
    model = place.house.resources["leads"].model
    with place.session() as session:
        id = session.scalars(sa.select(model.id).where(model.name == name)).one()
    told: dict[str, Any] = place.app.test_client().get(f"/api/v1/leads/{id}", headers=place.token()).json
    return told
