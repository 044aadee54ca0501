"""`prospecto import` and `prospecto export` on both databases."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import openpyxl
import pytest

from core.testing.installation import ADMIN, Installation
from tests.imports.conftest import Command, counts_of
from tests.imports.made import FR_COUNTS, VE_COUNTS, VE_ERRORS, as_csv, fr_file, ve_file

SHARED = Path(
    os.environ.get("PROSPECTO_SAMPLE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)


@pytest.fixture
def ve(tmp_path: Path) -> Path:
    path = tmp_path / "prospectos.csv"
    path.write_bytes(ve_file())
    return path


def test_a_file_comes_in_once_and_tells_its_bad_rows(
    installation: Installation, command: Command, command_line: Command, ve: Path, tmp_path: Path
) -> None:
    tried = command(installation, "import", "leads", ve, "--dry-run", "--json")
    with installation.session() as session:
        assert session.query(installation.house.resources["leads"].model).count() == 0
    errors = tmp_path / "errors.csv"
    found = command(installation, "import", "leads", ve, "--json", "--errors", errors)
    assert counts_of(found) == VE_COUNTS
    assert tried == found
    assert found["error_rows"] == list(VE_ERRORS)
    assert found["warnings"] >= 2
    bad = list(csv.reader(errors.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[-2] for row in bad[1:]] == [str(number) for number in VE_ERRORS]
    assert all(row[-1] for row in bad[1:])

    again = command(installation, "import", "leads", ve, "--json")
    assert again["created"] == {
        "leads": 1,
        "clients": 0,
    }  # row 16 has no document, e-mail or phone to be known by
    assert (again["duplicates"], again["errors"]) == (10, 5)

    words = command_line(installation, "import", "leads", ve)
    assert words.returncode == 0
    assert "J-30456789-X" in words.stdout


def test_an_unknown_salesperson_leaves_the_row_with_who_imports(
    installation: Installation, command: Command, ve: Path
) -> None:
    installation.user("vendedora@example.com", roles=("salesperson",))
    command(installation, "import", "leads", ve, "--user", "vendedora@example.com", "--json")
    with installation.session("vendedora@example.com") as session:
        model = installation.house.resources["leads"].model
        owners = {each.salesperson_id for each in session.query(model)}
    assert len(owners) == 1


def test_a_french_file_into_a_french_company(install, command: Command, tmp_path: Path) -> None:
    place = install(language="fr", country="FR", currency="EUR", zone="Europe/Paris")
    path = tmp_path / "prospects.csv"
    path.write_bytes(fr_file())
    assert counts_of(command(place, "import", "leads", path, "--json")) == FR_COUNTS
    with place.session() as session:
        leads = place.house.resources["leads"].model
        clients = place.house.resources["clients"].model
        first = session.query(leads).filter(leads.name == "Boulangerie Le Fournil").one()
        assert (str(first.value), str(first.entered_on), first.document_compact) == (
            "12500.50",
            "2026-01-03",
            "732829320",
        )
        assert first.phone_1_e164 == "+33142685300"
        assert (
            session.query(clients).count() == 0
        )  # converted elsewhere: the status says it, there is no client


def test_mapping_separator_and_encoding_can_be_said(
    installation: Installation, command: Command, tmp_path: Path
) -> None:
    path, mapping = tmp_path / "x.txt", tmp_path / "mapping.json"
    path.write_bytes(as_csv([("A", "B"), ("Ñandú", "x")], "~").encode("utf-16"))
    mapping.write_text(json.dumps({"A": "name", "B": ""}))
    found = command(
        installation,
        "import",
        "leads",
        path,
        "--separator",
        "~",
        "--encoding",
        "utf-16",
        "--mapping",
        mapping,
        "--json",
    )
    assert found["created"]["leads"] == 1
    mapping.write_text(json.dumps({"Zeta": "name"}))
    wrong = command(installation, "import", "leads", path, "--separator", "~", "--mapping", mapping)
    assert wrong.returncode == 2
    assert "Zeta" in wrong.stderr


def test_what_is_no_table_ends_with_two_and_a_sentence(
    installation: Installation, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    answer = command(installation, "import", "leads", path)
    assert answer.returncode == 2
    assert "PNG" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list((installation.config.instance / "imports").glob("*"))
    assert command(installation, "import", "nothing", path).returncode == 2


def test_who_may_not_import_is_told(installation: Installation, command: Command, ve: Path) -> None:
    installation.user("auditor@example.com", roles=("auditor",))
    answer = command(installation, "import", "leads", ve, "--user", "auditor@example.com")
    assert answer.returncode == 2


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_comes_back_in_with_nothing_changed(
    installation: Installation, command: Command, ve: Path, tmp_path: Path, form: str
) -> None:
    command(installation, "import", "leads", ve, "--json")
    _convert_first(installation)
    for resource, rows in (("leads", 7), ("clients", 2)):
        path = tmp_path / f"{resource}.{form}"
        assert command(installation, "export", resource, path).returncode == 0
        found = command(installation, "import", resource, path, "--json", "--on-duplicate", "update")
        assert counts_of(found) == {
            "rows": rows,
            "created": {},
            "updated": 0,
            "duplicates": rows,
            "errors": 0,
        }
        found = command(installation, "import", resource, path, "--json")
        assert counts_of(found) == {
            "rows": rows,
            "created": {},
            "updated": 0,
            "duplicates": rows,
            "errors": 0,
        }


def test_a_formula_is_text_in_the_workbook(
    installation: Installation, command: Command, ve: Path, tmp_path: Path
) -> None:
    command(installation, "import", "leads", ve, "--json")
    path = tmp_path / "leads.xlsx"
    command(installation, "export", "leads", path, "--columns", "name,value,entered_on,tags,status")
    rows = list(openpyxl.load_workbook(path).active.iter_rows())
    formula = next(row[0] for row in rows if str(row[0].value).startswith("="))
    assert formula.data_type in ("s", "inlineStr")
    first = next([cell.value for cell in row] for row in rows if row[0].value == "Librería Ávila 1")
    assert first[1] == 2983.23
    assert str(first[2]).startswith("2025-12-25")
    assert first[3] == "feria 2025, VIP"


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real files are not here; PROSPECTO_SAMPLE_DATA says where"
)
def test_the_real_files(install, command: Command) -> None:
    place = install()
    path = SHARED / "prospectos_ve_cp1252.csv"
    assert counts_of(command(place, "import", "leads", path, "--json")) == {
        "rows": 240,
        "created": {"leads": 208, "clients": 19},
        "updated": 0,
        "duplicates": 4,
        "errors": 9,
    }
    assert counts_of(command(place, "import", "leads", path, "--json"))["created"] == {}
    french = install(language="fr", country="FR", currency="EUR", zone="Europe/Paris")
    assert counts_of(command(french, "import", "leads", SHARED / "prospects_fr_utf8bom.csv", "--json")) == {
        "rows": 160,
        "created": {"leads": 158},
        "updated": 0,
        "duplicates": 1,
        "errors": 1,
    }


def _convert_first(place: Installation) -> None:
    from core.resources.context import write_context
    from plugins.crm_leads.conversion.service import convert_one

    with place.session(ADMIN) as session:
        model = place.house.resources["leads"].model
        lead = session.query(model).filter(model.name == "Librería Ávila 1").one()
        convert_one(write_context(session, place.house, session.info["actor"]), lead)
        session.commit()
