"""Document numbers follow the rule their country sets."""

from __future__ import annotations

import pytest

from plugins.crm_clients.documents import TYPES, trouble

GOOD = [
    ("ve.rif", "V-11470283-4"),
    ("ve.rif", "J-11721484-1"),
    ("cedula_ve", "V-5.474.872"),
    ("es.nif", "54362315K"),
    ("es.cif", "J99216582"),
    ("fr.siren", "552 008 443"),
    ("fr.siret", "73282932000074"),
    ("cl.rut", "76086428-5"),
    ("ar.cuit", "20-05536168-2"),
    ("co.nit", "213.123.432-1"),
    ("mx.rfc", "GODE561231GR8"),
    ("pe.ruc", "20512333797"),
    ("do.rnc", "101850043"),
    ("br.cnpj", "16.727.230/0001-97"),
    ("br.cpf", "390.533.447-05"),
    ("eu.vat", "FR40303265045"),
]
BAD = [
    ("ve.rif", "V-11470283-3", "checksum"),
    ("ve.rif", "J-30456789-X", "format"),
    ("cedula_ve", "V-12", "format"),
    ("fr.siren", "552008442", "checksum"),
    ("fr.siren", "55200844", "length"),
    ("es.nif", "54362315Z", "checksum"),
]


@pytest.mark.parametrize(("rule", "number"), GOOD)
def test_a_good_number_has_no_trouble(rule: str, number: str) -> None:
    assert trouble(rule, number) is None


@pytest.mark.parametrize(("rule", "number", "code"), BAD)
def test_a_bad_number_says_what_is_wrong(rule: str, number: str, code: str) -> None:
    assert trouble(rule, number) == code


def test_every_shipped_rule_is_tried_here() -> None:
    assert {rule for _name, _country, rule in TYPES if rule} == {rule for rule, _number in GOOD}
