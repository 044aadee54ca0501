"""The file of 240 prospects: the real one where it lies beside the repository, else one made like it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.imports.made import as_csv, document

NAME = "prospectos_ve_cp1252.csv"
BESIDE = Path(
    os.environ.get("PROSPECTO_SAMPLE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)

ROWS, LEADS, CLIENTS = 240, 208, 19
DUPLICATES = (121, 131, 181, 221)
ERRORS = (12, 24, 32, 46, 58, 71, 89, 144, 200)

HEADERS = (
    "Condición",
    "Canal",
    "Segmentación",
    "Nivel de Potencialidad",
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
    "Etiquetas",
)


@dataclass(frozen=True)
class Prospect:
    """One row that comes in as an open lead."""

    name: str
    number: str


def prospects_file(folder: Path) -> Path:
    """Where the file is."""
    real = BESIDE / NAME
    if real.exists():
        return real
    made = folder / NAME
    made.write_bytes(as_csv([HEADERS, *_rows()], ";").encode("cp1252"))
    return made


def one_to_work(path: Path) -> Prospect:
    """A lead of the file, in work, with a document of its own, in whom the journey is told."""
    with path.open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    names = [row["Nombre"] for row in rows]
    for number, row in enumerate(rows, 1):
        if (
            number in (*DUPLICATES, *ERRORS)
            or row["Condición"] != "PROSPECTO"
            or row["Estatus"] != "En Gestión"
        ):
            continue
        if (
            row["Número de Documento"].startswith("J-")
            and row["Canal"] != "Feria"
            and names.count(row["Nombre"]) == 1
        ):
            return Prospect(row["Nombre"], row["Número de Documento"])
    raise LookupError(f"no row of {path} fits")


def _rows() -> Iterator[tuple[str, ...]]:
    clients = set(range(6, 6 + 12 * CLIENTS, 12))  # none of them a duplicate or an error
    for row in range(1, ROWS + 1):
        number = document(30_100_000 + (row - 120 if row in DUPLICATES else row))
        condition = "CLIENTE" if row in clients else "PROSPECTO"
        status = ("Nuevo", "En Gestión", "Procesado")[row % 3] if condition == "PROSPECTO" else "Cliente"
        address = "sin arroba" if row in ERRORS else f"ventas{row}@example.com"
        name = "Clínica Guaicaipuro" if row == 4 else f"Ferretería Ávila {row}"
        yield (
            condition,
            ("Web", "Feria", "Referido", "Llamada")[row % 4],
            ("Minorista", "Mayorista")[row % 2],
            "Alto",
            "",
            status,
            "RIF",
            number,
            name,
            f"{name}, C.A.",
            address,
            f"0414-55{row:05d}"[:12],
            f"{row}.250,50",
            f"{row % 28 + 1:02d}/03/2026",
            "VIP, feria 2025",
        )
