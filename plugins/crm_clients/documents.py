"""Identity documents: the types we ship and the rule each country sets for its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from core.api import Draft, Field, Text, WriteContext, _, compact, remembered
from plugins.crm_clients.models import DocumentType

Rules = Mapping[int, tuple[str, str | None, str | None]]
"""Name, country and rule of each document type by its id."""

CEDULA = re.compile(r"[VE]?\d{5,9}")

TYPES: tuple[tuple[str, str, str], ...] = (
    ("RIF", "VE", "ve.rif"),
    ("Cédula", "VE", "cedula_ve"),
    ("NIF", "ES", "es.nif"),
    ("CIF", "ES", "es.cif"),
    ("SIREN", "FR", "fr.siren"),
    ("SIRET", "FR", "fr.siret"),
    ("RUT", "CL", "cl.rut"),
    ("CUIT", "AR", "ar.cuit"),
    ("NIT", "CO", "co.nit"),
    ("RFC", "MX", "mx.rfc"),
    ("RUC", "PE", "pe.ruc"),
    ("RNC", "DO", "do.rnc"),
    ("CNPJ", "BR", "br.cnpj"),
    ("CPF", "BR", "br.cpf"),
    ("VAT", "", "eu.vat"),
    ("Passport", "", ""),
)
"""Name, country (ISO 3166, '' for any) and rule (a module of python-stdnum, or our own) of the shipped types."""

RULES: tuple[tuple[str, str], ...] = tuple(
    (rule, f"{name} ({country})" if country else name) for name, country, rule in TYPES if rule
)
"""The rules an administrator chooses from for a type of their own."""

PASSPORT = {"es": "Pasaporte", "en": "Passport", "fr": "Passeport"}


@dataclass(frozen=True)
class DocumentNumber(Text):
    """A document's number, kept as typed and, squeezed to letters and digits, in `document_compact`."""

    max_length: int = 40
    name: ClassVar[str] = "document"
    operators: ClassVar[tuple[str, ...]] = ("is", "begins", "contains", "empty", "any")

    def attributes(self, field: Field) -> tuple[str, ...]:
        return (field.attribute, "document_compact")

    def store(self, value: str | None, field: Field) -> Mapping[str, Any]:
        return {field.attribute: value, "document_compact": compact(value) if value else None}


def shipped_types(language: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a new installation's document types, in its language."""
    return [
        {
            "name": PASSPORT[language] if name == "Passport" else name,
            "country": country or None,
            "rule": rule or None,
        }
        for name, country, rule in TYPES
    ]


def check_document(draft: Draft, context: WriteContext) -> None:
    """The number must follow its type's rule; a number without a type gets the type of our country it fits."""
    number = draft.value("document_number")
    if not number or any(problem.field == "document_number" for problem in draft.problems):
        return
    if not draft.is_new and not {"document_number", "document_type"} & draft.values.keys():
        return
    rules = _rules(context)
    type_id = draft.value("document_type")
    if type_id is None:
        fitting = next(
            (
                id
                for id, (_name, country, rule) in rules.items()
                if rule and country and country == context.reading.country and trouble(rule, number) is None
            ),
            None,
        )
        if fitting is not None:
            draft.values["document_type"] = fitting
        return
    name, _country, rule = rules.get(type_id, ("", None, None))
    wrong = trouble(rule, number) if rule else None
    if wrong == "checksum":
        draft.problem(
            "document_number",
            _("%(type)s %(number)s: the check digit is wrong.", type=name, number=number),
            "checksum",
        )
    elif wrong == "length":
        draft.problem(
            "document_number",
            _("%(type)s %(number)s: too many or too few digits.", type=name, number=number),
            "length",
        )
    elif wrong:
        draft.problem(
            "document_number", _("“%(number)s” is not a %(type)s.", type=name, number=number), "format"
        )


@lru_cache(maxsize=20_000)
def trouble(rule: str, number: str) -> str | None:
    """What is wrong with a number under a rule: `checksum`, `length`, `format`; None when it is in order."""
    if rule == "cedula_ve":
        return None if CEDULA.fullmatch(compact(number)) else "format"
    try:
        import_module(f"stdnum.{rule}").validate(number)
    except InvalidChecksum:
        return "checksum"
    except InvalidLength:
        return "length"
    except ValidationError:
        return "format"
    return None


def _rules(context: WriteContext) -> Rules:
    """The rules of the document types; looked up once a session, for an import asks for each row."""
    rules: Rules | None = context.session.info.get("document_rules")
    if rules is None:
        rules = context.session.info["document_rules"] = remembered(
            context.session, "crm_clients:rules", _load_rules
        )
    return rules


def _load_rules(session: Session) -> Rules:
    rows = session.execute(
        sa.select(DocumentType.id, DocumentType.name, DocumentType.country, DocumentType.rule).order_by(
            DocumentType.position
        )
    )
    return {id: (name, country, rule) for id, name, country, rule in rows}
