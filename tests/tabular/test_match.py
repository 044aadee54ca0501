"""Headers find their fields whatever their accents, case and punctuation."""

from __future__ import annotations

from core.tabular import fold, match_headers

FIELDS = [
    ("name", ("Nombre", "Nom")),
    ("legal_name", ("Razón social", "Raison sociale", "Legal name")),
    ("email", ("E-mail", "Correo electrónico")),
    ("phone_1", ("Teléfono 1", "Téléphone", "Phone")),
    ("value", ("Valor estimado", "Montant")),
]


def test_folding() -> None:
    assert fold("  Razón   Social: ") == "razon social"
    assert fold("N° de teléfono_1") == "n de telefono 1"
    assert fold("STRASSE") == fold("Straße")


def test_exact_names_in_any_language() -> None:
    headers = ["RAZON SOCIAL", "Email", "nom", "Ciudad", "legal_name"]
    assert match_headers(headers, FIELDS) == {0: "legal_name", 1: "email", 2: "name"}


def test_an_exact_header_wins_over_one_that_only_contains_the_name() -> None:
    assert match_headers(["Contacto Nombre", "Nombre"], FIELDS) == {1: "name"}


def test_headers_that_say_more() -> None:
    headers = ["Teléfono 1 (móvil)", "Correo electrónico principal", "Renombre", ""]
    assert match_headers(headers, FIELDS) == {0: "phone_1", 1: "email"}


def test_the_closest_header_gets_the_field() -> None:
    assert match_headers(["Montant de la remise", "Montant TTC"], FIELDS) == {1: "value"}
