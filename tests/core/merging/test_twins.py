"""While a form is filled in: what is there already, as far as the person may see it."""

from __future__ import annotations

import pytest

from core.settings import save_setting
from core.testing.installation import Installation
from core.text import name_key
from tests.core.merging.conftest import BETO, Api


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Farmacia Doña Bárbara, C.A.", "farmacia dona barbara"),
        ("FARMACIA DONA  BARBARA", "farmacia dona barbara"),
        ("D’Aubigné S. A.", "daubigne"),
        ("D'AUBIGNE", "daubigne"),
        ("SARL Dupont & Fils", "dupont fils"),
        ("Comercial X, S. de R.L. de C.V.", "comercial x"),
        ("Núñez, José", "nunez jose"),
        ("C.A.", None),
        ("?", None),
    ],
)
def test_names_are_compared_without_what_does_not_tell(name: str, key: str | None) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("document_number", "j117214841"),
        ("email", "COMPRAS@Avila.example"),
        ("phone_2", "0414 555 12 34"),
        ("phone_1", "+58 (414) 5551234"),
        ("name", "farmacia d'avila s.a."),
    ],
)
def test_the_same_in_any_notation_is_told(api: Api, field: str, value: str) -> None:
    api.make(
        name="Farmacia D’Ávila, C.A.",
        document_type="RIF",
        document_number="J-11721484-1",
        email="compras@avila.example",
        phone_1="0414-5551234",
    )
    pages = api.installation.browser()
    for resource in ("leads", "clients"):
        told = pages.get(f"/{resource}/twins", query_string={field: value}).text
        assert "D’Ávila" in told
    assert pages.get("/leads/twins", query_string={field: value, "own": 1}).text.strip() == ""


def test_of_anothers_record_nothing_is_told_unless_it_is_allowed(
    installation: Installation, sellers: tuple[Api, Api]
) -> None:
    ana, _beto = sellers
    ana.make(name="Oculta", email="oculta@example.com")
    pages = installation.browser(BETO)
    asked = {"query_string": {"email": "oculta@example.com"}}
    assert pages.get("/leads/twins", **asked).text.strip() == ""
    with installation.session() as session:
        save_setting(session, "duplicates.tell_hidden", True)
        session.commit()
    told = pages.get("/leads/twins", **asked).text
    assert "administrador" in told or "administrator" in told
    assert "Oculta" not in told
    assert "/leads/" not in told
    assert pages.get("/leads/twins", query_string={"name": "Oculta"}).text.strip() == ""  # a hint is no proof


def test_a_name_makes_no_row_of_an_import_a_duplicate(api: Api, tmp_path: object) -> None:
    from core.imports.command import import_file

    api.make(name="Farmacia Ávila")
    file = tmp_path / "leads.csv"  # type: ignore[operator]
    file.write_text("Nombre\nFarmacia Avila C.A.\n", encoding="utf-8")
    with api.installation.session() as session:
        house = api.installation.house
        outcome = import_file(session, house, house.resources["leads"], file)
    assert outcome.counts["created"]["leads"] == 1
