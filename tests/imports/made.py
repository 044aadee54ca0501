"""Files to import as real ones are, in small: every trap of the real ones in a few rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter
from stdnum.fr import siren
from stdnum.ve import rif

VE_HEADERS = (
    "Condición",
    "Canal",
    "Segmentación",
    "Vendedor",
    "Estatus",
    "Tipo de Documento",
    "Número de Documento",
    "Nombre",
    "Razón Social",
    "Email",
    "Teléfono 1",
    "Valor estimado",
    "Fecha de ingreso",
    "Ciudad",
    "Etiquetas",
    "Notas",
)

VE_COUNTS = {"rows": 16, "created": {"leads": 7, "clients": 1}, "updated": 0, "duplicates": 3, "errors": 5}
VE_ERRORS = (4, 5, 6, 7, 8)
VE_DUPLICATES = (3, 9, 10)


def ve_file() -> bytes:
    """A Venezuelan export: cp1252, `;`, decimal comma, day first, quotes and line breaks inside cells."""
    first, second = document(30111222), document(30111333)
    rows = [
        _ve(
            1,
            number=first,
            phone="0414-838.37.55",
            value="2.983,23",
            tags="VIP, feria 2025",
            notes='dice "ya"\nmañana',
        ),
        _ve(2, number=second, status="En Gestión", value="99.444,74"),
        _ve(3, number=first.replace("-", ""), email="otro@example.com"),  # 3: the document of row 1
        _ve(4, email="juan@"),  # 4: no address
        _ve(5, number="J-30456789-X"),  # 5: no check digit
        _ve(6, day="31/02/2025"),  # 6: no such day
        _ve(7, value="-500,00"),  # 7: negative
        _ve(8, name=""),  # 8: no name
        _ve(9, email="C2@EXAMPLE.COM"),  # 9: the address of row 2
        _ve(10, email="", phone="+58 414 8383755"),  # 10: the phone of row 1
        _ve(11, condition="CLIENTE", number=document(30111444)),  # 11: a client
        _ve(12, name='=HYPERLINK("http://x.example";"Haga clic")', number=document(30111555)),
        _ve(13, name="  Distribuidora   Acolchada  "),
        _ve(14, seller="nadie@example.com"),  # 14: a warning
        _ve(15, phone="123"),  # 15: a warning
        _ve(16, email="", number=""),
    ]
    return as_csv([VE_HEADERS, *rows], ";").encode("cp1252")


FR_COUNTS = {"rows": 5, "created": {"leads": 3}, "updated": 0, "duplicates": 1, "errors": 1}


def fr_file() -> bytes:
    """A French export: UTF-8 with BOM, commas, narrow spaces in amounts, a document named by its column."""
    number = "732829320"
    assert siren.is_valid(number)
    head = (
        "Société",
        "Prénom",
        "Nom",
        "Statut",
        "SIREN",
        "Email",
        "Téléphone",
        "Montant",
        "Date d'entrée",
        "Pays",
    )
    rows = [
        (
            "Boulangerie Le Fournil",
            "Anne",
            "Petit",
            "Bon prospect",
            number,
            "anne@example.fr",
            "01 42 68 53 00",
            "12\u202f500,50",
            "03/01/2026",
            "France",
        ),
        (
            "L’Atelier d’Élise",
            "Élise",
            "Nuñez",
            "Nouveau",
            "",
            "elise@example.fr",
            "",
            "1\u202f250",
            "28/02/2026",
            "FR",
        ),
        (
            "Boulangerie Le Fournil",
            "Anne",
            "Petit",
            "Bon prospect",
            number,
            "anne@example.fr",
            "01 42 68 53 00",
            "12\u202f500,50",
            "03/01/2026",
            "France",
        ),
        ("Faux", "Paul", "Roux", "Nouveau", "732829321", "", "", "", "01/03/2026", ""),
        ("Garage Œuvrard", "", "", "Nouveau", "", "", "", "", "", ""),
    ]
    return as_csv([head, *rows], ",").encode("utf-8-sig")


def many(count: int) -> bytes:
    """Rows of which no two are duplicates, to be long at work."""
    rows = [
        (
            f"Empresa {number}",
            f"e{number}@example.com",
            document(10_000_000 + number),
            f"{number},50",
            "Web",
            "Zona nueva",
        )
        for number in range(1, count + 1)
    ]
    return as_csv([("Nombre", "Email", "RIF", "Valor estimado", "Canal", "Zona"), *rows], ";").encode()


def as_csv(rows: Iterable[Sequence[str]], separator: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


def as_xlsx(rows: Iterable[Sequence[object]]) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def document(number: int) -> str:
    """A RIF of this number with its right check digit."""
    text = f"J{number:08d}"
    return f"J-{number:08d}-{rif.calc_check_digit(text)}"


def _ve(
    row: int,
    *,
    condition: str = "PROSPECTO",
    number: str | None = None,
    name: str | None = None,
    email: str | None = None,
    phone: str = "",
    value: str = "822,50",
    day: str = "25/12/2025",
    status: str = "Nuevo",
    seller: str = "",
    tags: str = "",
    notes: str = "",
) -> tuple[str, ...]:
    return (
        condition,
        "Web",
        "Minorista",
        seller,
        status,
        "RIF" if number else "",
        number or "",
        f"Librería Ávila {row}" if name is None else name,
        f"Librería Ávila {row}, C.A.",
        f"c{row}@example.com" if email is None else email,
        phone,
        value,
        day,
        "Mérida",
        tags,
        notes,
    )
