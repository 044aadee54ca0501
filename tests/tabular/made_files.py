"""Files of the kinds that people bring, made for a test: Venezuelan, French, Salesforce-like, hostile."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import xlsxwriter

VENEZUELAN_HEADER = "Condición;Nombre;Razón Social;Teléfono 1;Valor estimado;Fecha de ingreso;Notas"


def venezuelan_csv(path: Path, rows: int = 40) -> Path:
    """cp1252, semicolons, CRLF, quotes and LF inside cells, decimal comma, day first."""
    lines = [VENEZUELAN_HEADER]
    for number in range(1, rows + 1):
        note = '"Visitó el stand.\nPidió ""catálogo"""' if number % 3 == 0 else "Llamó; volver"
        if ";" in note and not note.startswith('"'):
            note = f'"{note}"'
        lines.append(
            f"PROSPECTO;Ángel Núñez {number};Librería O’Connor {number}, C.A.;(0416) 522-56-{number:02};"
            f"{number}.983,2{number % 10};{number % 28 + 1:02}/12/2025;{note}"
        )
    path.write_bytes("\r\n".join(lines).encode("cp1252") + b"\r\n")
    return path


def french_csv(path: Path, rows: int = 20) -> Path:
    """UTF-8 with BOM, commas, narrow no-break spaces in amounts, guillemets, year first."""
    lines = ["Titre,Société,Montant,Créé le,Commentaire"]
    lines += [
        f'Demande n° {n},L’Hermitte,"{n}\u202f380,71",2026-02-{n % 28 + 1:02},« À rappeler »'
        for n in range(1, rows + 1)
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    return path


def salesforce_csv(path: Path, rows: int = 30) -> Path:
    """Latin-1, everything quoted, most columns empty, moments with a zone, amounts with a point."""
    columns = ["ID", "NAME", *(f"EMPTY{n}" for n in range(20)), "AMOUNT", "CREATEDDATE"]
    lines = [",".join(f'"{column}"' for column in columns)]
    for number in range(rows):
        cells = [f"001x{number}", "Crédito Nº 5", *[""] * 20, f"{number}00.5", "2011-09-16T23:57:05.000Z"]
        lines.append(",".join(f'"{cell}"' for cell in cells))
    path.write_bytes("\n".join(lines).encode("latin-1"))
    return path


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for cells in sheets:
        sheet = book.add_worksheet()
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                sheet.write(row, column, value)
    book.close()
    return path


def rebuilt(path: Path, changes: dict[str, bytes]) -> Path:
    """The workbook with some parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts.update(changes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def lying_archive(path: Path, name: str, content: bytes, says: int) -> Path:
    """The workbook with a part whose directory entry claims to unpack to `says` bytes only."""
    rebuilt(path, {name: content})
    packed = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entry = archive.getinfo(name)
    wanted = name.encode()
    place = packed.find(b"PK\x01\x02")
    while packed[place + 46 : place + 46 + len(wanted)] != wanted:
        place = packed.find(b"PK\x01\x02", place + 1)
    assert struct.unpack_from("<L", packed, place + 24)[0] == entry.file_size
    struct.pack_into("<L", packed, place + 24, says)
    path.write_bytes(packed)
    return path
