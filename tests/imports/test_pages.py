"""The four steps of an import in the browser."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from core.db import utcnow
from core.imports.jobs import AT_ONCE
from core.imports.models import ImportRun
from core.jobs.worker import work_off
from core.switchboard import SWITCHBOARD
from core.testing.installation import Installation
from tests.imports.conftest import Wizard
from tests.imports.made import VE_HEADERS, as_csv, as_xlsx, document, many, ve_file


def test_from_file_to_result(installation: Installation, wizard: Wizard) -> None:
    assert wizard.upload("leads", ve_file()).status_code == 302
    assert "Windows-1252" in wizard.page
    assert "Librería Ávila 1" in wizard.page
    form = wizard.form()
    assert form["column-7"] == "name"
    assert form["column-6"] == "document_number"

    review = wizard.check()
    assert wizard.figures(review.text) == [8, 0, 3, 5]
    assert "J-30456789-X" in review.text
    with installation.session() as session:
        assert session.query(installation.house.resources["leads"].model).count() == 0

    result = wizard.run()
    assert wizard.figures(result.text) == [8, 0, 3, 5]
    created = wizard.browser.get(f"{wizard.at}?show=created").text
    assert "=HYPERLINK" in created
    assert "<script" not in created.split("<main")[1].split("</main")[0]
    assert wizard.browser.get("/leads?q=acolchada").text.count("Distribuidora Acolchada") >= 1
    assert (
        wizard.browser.post(f"{wizard.at}/run").headers["Location"].endswith(wizard.at)
    )  # a second press does nothing
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [8, 0, 3, 5]


def test_bad_rows_are_mended_in_the_page(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", ve_file())
    wizard.check()
    wizard.run()
    names = {header: number for number, header in enumerate(VE_HEADERS)}
    answer = wizard.browser.post(
        f"{wizard.at}/retry",
        {
            f"cell-4-{names['Email']}": "juan@example.com",
            f"cell-5-{names['Número de Documento']}": "J-30456789-Y",
            f"cell-8-{names['Nombre']}": "",
            "cell-99999-1": "x",
            f"cell-1-{names['Email']}": "c1@example.com",
        },
    )
    assert answer.status_code == 302
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [9, 0, 3, 4]
    left = wizard.browser.get(f"{wizard.at}/errors.csv")
    assert left.headers["Content-Disposition"].startswith("attachment")
    assert "J-30456789-Y" in left.text
    assert "juan@" not in left.text
    book = wizard.browser.get(f"{wizard.at}/errors.xlsx")
    assert zipfile.is_zipfile(io.BytesIO(book.data))


def test_what_is_known_is_filled_overwritten_or_made_again(
    installation: Installation, wizard: Wizard
) -> None:
    number = document(30222111)
    head = ("Nombre", "RIF", "Ciudad", "Notas")
    wizard.upload("leads", as_csv([head, ("Ávila", number, "", "primera")], ",").encode())
    wizard.check()
    wizard.run()
    model = installation.house.resources["leads"].model
    for how, figures, kept in (
        ("fill", [0, 1, 0, 0], ("Ávila", "Mérida", "primera")),
        ("update", [0, 1, 0, 0], ("Ávila Sur", "Mérida", "segunda")),
    ):
        wizard.upload("leads", as_csv([head, ("Ávila Sur", number, "Mérida", "segunda")], ",").encode())
        wizard.check(duplicates=how)
        assert wizard.figures(wizard.run().text) == figures
        with installation.session() as session:
            lead = session.scalars(sa.select(model)).one()
            assert (lead.name, lead.city, lead.notes) == kept
    wizard.upload("leads", as_csv([head, ("Ávila Sur", number, "Mérida", "segunda")], ",").encode())
    assert wizard.figures(wizard.check(duplicates="create").text) == [1, 0, 0, 0]
    assert wizard.figures(wizard.run().text) == [1, 0, 0, 0]


def test_the_check_says_what_the_run_does_over_several_batches(
    installation: Installation, wizard: Wizard
) -> None:
    """Duplicates of rows far above, in every way of treating them."""
    rows = [(f"Empresa {number}", f"e{number % 550}@example.com") for number in range(700)]
    for how in ("skip", "fill", "update"):
        wizard.upload("leads", as_csv([("Nombre", "Email"), *rows], ",").encode())
        tried = wizard.figures(wizard.check(duplicates=how).text)
        assert tried == wizard.figures(wizard.run().text)
        assert sum(tried) == 700


def test_how_the_file_is_read_can_be_changed(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", as_csv([("Nombre", "Valor estimado"), ("Ñandú", "1.234")], ";").encode("cp1252"))
    seen = wizard.browser.get(f"{wizard.at}/columns?encoding=utf-8").text
    assert "UTF-8" in seen
    assert "Ñandú" in seen  # a reading that cannot be is refused, and the file shown as it was
    assert 'role="alert"' in seen
    wizard.page = wizard.browser.get(f"{wizard.at}/columns?decimal=.").text
    wizard.check()
    wizard.run()
    with installation.session() as session:
        assert (
            str(session.scalars(sa.select(installation.house.resources["leads"].model)).one().value) == "1.23"
        )


def test_columns_are_remembered_for_the_next_file_like_it(installation: Installation, wizard: Wizard) -> None:
    first = as_csv([("Columna rara", "Nombre"), ("Mérida", "Uno")], ",").encode()
    wizard.upload("leads", first)
    assert wizard.form()["column-0"] == ""
    wizard.check(**{"column-0": "city"})
    wizard.upload("leads", as_csv([("Nombre", "Columna rara"), ("Dos", "Lara")], ",").encode())
    assert wizard.form()["column-1"] == "city"
    twice = wizard.check(**{"column-0": "city"})
    assert twice.status_code == 422


def test_new_values_are_made_only_if_wanted(installation: Installation, wizard: Wizard) -> None:
    content = as_csv([("Nombre", "Zona"), ("Uno", "Zona Alta")], ",").encode()
    wizard.upload("leads", content)
    assert "Zona Alta" in wizard.page
    wizard.check(new=[])
    wizard.run()
    zones = installation.house.lists["zones"].model
    with installation.session() as session:
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(zones).where(zones.name == "Zona Alta"))
            == 0
        )
    wizard.upload("leads", as_csv([("Nombre", "Zona"), ("Dos", "Zona Alta")], ",").encode())
    wizard.check()
    assert "Zona Alta" in wizard.run().text
    with installation.session() as session:
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(zones).where(zones.name == "Zona Alta"))
            == 1
        )


def test_a_workbook_keeps_its_numbers_and_days(installation: Installation, wizard: Wizard) -> None:
    day = date(2026, 1, 2)
    book = as_xlsx(
        [("Nombre", "Valor estimado", "Fecha de ingreso", "Teléfono 1"), ("Uno", 1234.5, day, 4148383755)]
    )
    wizard.upload("leads", book, "libro.xlsx")
    assert "Sheet1" in wizard.page
    wizard.check()
    assert wizard.figures(wizard.run().text) == [1, 0, 0, 0]
    with installation.session() as session:
        lead = session.scalars(sa.select(installation.house.resources["leads"].model)).one()
        assert (str(lead.value), lead.entered_on, lead.phone_1_e164) == ("1234.50", day, "+584148383755")


@pytest.mark.parametrize(
    ("content", "filename", "word"),
    [
        (b"", "nada.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "foto.csv", "PNG"),
        (b"%PDF-1.7\n", "libro.xlsx", "PDF"),
        (b"PK\x03\x04" + bytes(200), "libro.xlsx", "damaged"),
        (b"a@b.example,c@d.example\n1,2\n", "sin.csv", "column names"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_file(
    sqlite_installation: Installation, content: bytes, filename: str, word: str
) -> None:
    sqlite_installation.user("reader@example.com", roles=("manager",), language="en")
    wizard = Wizard(sqlite_installation.browser("reader@example.com"))
    answer = wizard.upload("leads", content, filename)
    assert answer.status_code == 422
    assert word in answer.text
    assert not list((sqlite_installation.config.instance / "imports").iterdir())


def test_a_workbook_that_unpacks_to_far_more_is_refused(sqlite_installation: Installation) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (50 * 1024**2))
    answer = Wizard(sqlite_installation.browser()).upload("leads", bomb.getvalue(), "bomba.xlsx")
    assert answer.status_code == 422
    assert not list((sqlite_installation.config.instance / "imports").iterdir())


def test_only_its_owner_and_administrators_see_an_import(installation: Installation) -> None:
    for email, role in (
        ("ana@example.com", "salesperson"),
        ("eva@example.com", "salesperson"),
        ("oto@example.com", "auditor"),
    ):
        installation.user(email, roles=(role,))
    ana = Wizard(installation.browser("ana@example.com"))
    ana.upload("leads", ve_file())
    eva, auditor, admin = (
        installation.browser(email) for email in ("eva@example.com", "oto@example.com", "admin@example.com")
    )
    for path in ("", "/columns", "/review", "/watch", "/errors.csv"):
        assert eva.get(f"{ana.at}{path}").status_code == 404
    assert eva.post(f"{ana.at}/run").status_code == 404
    assert eva.post(f"{ana.at}/retry").status_code == 404
    assert admin.get(f"{ana.at}/columns").status_code == 200
    assert auditor.get("/leads/import").status_code == 403
    assert installation.browser(None).get(f"{ana.at}/columns").status_code == 302
    assert eva.get("/imports/999999").status_code == 404


def test_a_salesperson_brings_in_their_own_and_makes_no_values(installation: Installation) -> None:
    ana = installation.user("ana@example.com", roles=("salesperson",))
    installation.user("eva@example.com", roles=("salesperson",))
    wizard = Wizard(installation.browser("ana@example.com"))
    wizard.upload(
        "leads",
        as_csv(
            [("Nombre", "Vendedor", "Zona"), ("Una", "", "Nueva"), ("Otra", "eva@example.com", "")], ","
        ).encode(),
    )
    wizard.check()
    assert wizard.figures(wizard.run().text) == [1, 0, 0, 1]  # what is Eva's, Ana may not write
    with installation.session() as session:
        lead = session.scalars(sa.select(installation.house.resources["leads"].model)).one()
        assert (lead.salesperson_id, lead.zone_id) == (ana.id, None)


def test_a_long_file_is_worked_on_by_a_job(installation: Installation, wizard: Wizard) -> None:
    app = installation.app.extensions[SWITCHBOARD].current()
    wizard.upload("leads", many(AT_ONCE + 100))
    waiting = wizard.check()
    assert "/jobs/" in waiting.text
    assert wizard.browser.get(f"{wizard.at}/watch").status_code == 204
    work_off(app)
    assert wizard.browser.get(f"{wizard.at}/watch").headers["HX-Redirect"].endswith("/review")
    assert wizard.figures(wizard.browser.get(f"{wizard.at}/review").text) == [AT_ONCE + 100, 0, 0, 0]
    assert "/jobs/" in wizard.run().text
    work_off(app)
    assert wizard.figures(wizard.browser.get(wizard.at).text) == [AT_ONCE + 100, 0, 0, 0]


def test_templates_have_the_headers_that_are_understood(installation: Installation, wizard: Wizard) -> None:
    for form in ("csv", "xlsx"):
        for language, word in (("es", "Nombre"), ("en", "Name"), ("fr", "Nom")):
            answer = wizard.browser.get(f"/leads/import/template.{form}?language={language}")
            assert f"leads-{language}.{form}" in answer.headers["Content-Disposition"]
            wizard.upload("leads", answer.data, f"plantilla.{form}")
            assert f">{word}<" in wizard.page
            fields = [value for name, value in wizard.form().items() if name.startswith("column-")]
            assert all(fields)
            assert "name" in fields
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == 5  # leads, addresses, contact persons, known values, notes
    assert wizard.browser.get("/leads/import/template.csv?language=xx").status_code == 404


def test_a_file_that_is_gone_is_asked_for_again(sqlite_installation: Installation) -> None:
    wizard = Wizard(sqlite_installation.browser())
    wizard.upload("leads", ve_file())
    wizard.check()
    for path in (sqlite_installation.config.instance / "imports").iterdir():
        path.unlink()
    assert wizard.browser.get(f"{wizard.at}/columns").status_code == 422
    for _press in range(2):
        assert wizard.browser.post(f"{wizard.at}/run").status_code == 422


def test_files_larger_than_other_uploads_come_in(sqlite_installation: Installation) -> None:
    """65 MB of notes: more than a form may bring elsewhere."""
    rows = "".join(f"Empresa {number},{'x' * 9_900}\n" for number in range(7_000))
    wizard = Wizard(sqlite_installation.browser())
    content = f"Nombre,Notas\n{rows}".encode()
    assert len(content) > 64 * 1024**2
    assert wizard.upload("leads", content).status_code == 302
    assert len(list((sqlite_installation.config.instance / "imports").iterdir())) == 1


def test_a_run_whose_process_died_can_go_on(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", ve_file())
    wizard.check()
    with installation.session() as session:
        an_hour_ago = utcnow() - timedelta(hours=1)
        session.execute(sa.update(ImportRun).values(state="running", started_at=an_hour_ago))
        session.commit()
    assert f"{wizard.at}/run" in wizard.browser.get(wizard.at).text
    assert wizard.figures(wizard.run().text) == [8, 0, 3, 5]
