"""The whole card by its form: rows of addresses and people, documents, what nothing may lose."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db import utcnow
from core.records.models import Attachment
from core.records.staging import STAGED, forget_staged
from core.references import add_value
from core.settings import save_setting
from core.testing.installation import ADMIN, Installation
from tests.core.resources.conftest import ANA, BETO, WriteLead
from tests.core.resources.test_form import inputs_of

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def staged_ids(html: str) -> list[str]:
    return re.findall(r'name="staged" value="(\d+)"', html)


def test_files_are_not_lost_when_the_form_comes_back(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    piece = browser.post("/leads/uploads", {"file": (io.BytesIO(b"hola"), "nota.txt")}).text
    (id,) = staged_ids(piece)
    answer = browser.post(
        "/leads/new",
        {
            **form,
            "name": "",
            "staged": id,
            f"file-{id}": "Nota de prueba",
            "files": (io.BytesIO(b"%PDF-1.7"), "rif.pdf"),
        },
    )
    assert answer.status_code == 422
    both = staged_ids(answer.text)
    assert len(both) == 2 and id in both
    assert 'value="Nota de prueba"' in answer.text


def test_chosen_files_come_onto_the_record_in_the_same_save(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    (id,) = staged_ids(browser.post("/leads/uploads", {"file": (io.BytesIO(b"hola"), "nota.txt")}).text)
    sent = {**form, "name": "Con papeles", "staged": id, f"file-{id}": "Carta"}
    answer = browser.post("/leads/new", {**sent, "files": (io.BytesIO(b"%PDF-1.7"), "rif.pdf")})
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"])
    at = answer.headers["Location"]
    assert "Carta" in page.text and "rif" in page.text
    files = re.findall(r"/files/(\d+)/delete", page.text)
    assert len(files) == 2
    assert browser.get(f"{at}/files/{id}").data == b"hola"
    assert "Carta.txt" in browser.get(f"{at}/files/{id}").headers["Content-Disposition"]
    assert "Carta.txt" in browser.get(f"{at}/timeline").text


def test_a_waiting_file_is_its_persons_only_and_forgotten_after_a_day(
    installation: Installation, two_sellers: None
) -> None:
    ana, beto = installation.browser(ANA), installation.browser(BETO)
    (id,) = staged_ids(ana.post("/leads/uploads", {"file": (io.BytesIO(b"x"), "a.txt")}).text)
    form = inputs_of(beto.get("/leads/new").text)
    answer = beto.post("/leads/new", {**form, "name": "Ajeno", "staged": id})
    assert f"/files/{id}" not in beto.get(answer.headers["Location"]).text
    with installation.session() as session:
        session.execute(sa.update(Attachment).values(uploaded_at=utcnow() - timedelta(days=2)))
        forget_staged(session)
        session.commit()
        assert session.scalar(sa.select(Attachment.id).where(Attachment.resource == STAGED)) is None


def test_files_are_renamed_and_removed_in_the_form_and_come_back(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.post(f"/leads/{id}/files", {"file": [(io.BytesIO(b"a"), "a.txt"), (io.BytesIO(b"b"), "b.txt")]})
    page = browser.get(f"/leads/{id}/edit").text
    first, second = sorted(re.findall(r'name="file-(\d+)"', page))
    form = inputs_of(page)
    browser.post(f"/leads/{id}/edit", {**form, f"file-{first}": "Contrato", "drop-file": second})
    shown = browser.get(f"/leads/{id}").text
    assert "Contrato" in shown and f"/files/{second}" not in shown
    (undo,) = re.findall(r'data-undo="([^"]+)"', shown)
    browser.post(undo)
    assert f"/files/{second}" in browser.get(f"/leads/{id}").text
    assert browser.get(f"/leads/{id}/files/{second}").data == b"b"


def test_only_pictures_and_pdf_are_shown_by_what_their_bytes_say(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    files = [(PNG, "foto.png"), (b"%PDF-1.7", "rif.pdf"), (b"<script>alert(1)</script>", "falsa.png")]
    browser.post(f"/leads/{id}/files", {"file": [(io.BytesIO(data), name) for data, name in files]})
    pages = {}
    with installation.session() as session:
        for each in session.scalars(sa.select(Attachment).where(Attachment.record_id == id)):
            pages[each.name] = browser.get(f"/leads/{id}/files/{each.id}/view")
            assert browser.get(f"/leads/{id}/files/{each.id}/preview", headers=HTMX).status_code in (200, 204)
    assert pages["foto.png"].mimetype == "image/png" and pages["rif.pdf"].mimetype == "application/pdf"
    assert "sandbox" in pages["foto.png"].headers["Content-Security-Policy"]
    assert "script-src" not in pages["rif.pdf"].headers["Content-Security-Policy"]
    assert pages["falsa.png"].mimetype == "application/octet-stream"
    assert pages["falsa.png"].headers["Content-Disposition"].startswith("attachment")
    assert all(page.headers["X-Content-Type-Options"] == "nosniff" for page in pages.values())


def test_many_addresses_and_people_are_saved_at_once(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    answer = browser.post(
        "/leads/new",
        {
            **form,
            "name": "Dos sedes",
            "addresses-0-city": "Caracas",
            "addresses-4-city": "Valencia",
            "addresses-4-state": "Carabobo",
            "addresses-main": "4",
            "contacts-0-first_name": "José",
            "contacts-0-email": "jose@example.com",
        },
    )
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).text
    assert page.index("Valencia") < page.index("Caracas")
    assert "mailto:jose@example.com" in page
    told = installation.browser().get("/api/v1" + answer.headers["Location"]).json
    assert told["city"] == "Valencia"


def test_what_is_wrong_in_a_row_stands_beside_its_input_and_in_the_list(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    answer = browser.post(
        "/leads/new",
        {**form, "name": "X", "contacts-0-first_name": "Zoraida", "contacts-0-email": "mal"},
    )
    assert answer.status_code == 422
    assert 'href="#contacts-0-email"' in answer.text and "contacts-0-email-error" in answer.text
    assert 'value="Zoraida"' in answer.text and "data-unsaved" in answer.text


@pytest.mark.parametrize(
    ("button", "rows"), [({"add": "addresses"}, ["0", "1"]), ({"drop": "addresses-0"}, [])]
)
def test_rows_come_and_go_without_script(
    installation: Installation, button: dict[str, str], rows: list[str]
) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    page = browser.post("/leads/new", {**form, "name": "Sin guion", **button})
    assert page.status_code == 200 and 'value="Sin guion"' in page.text
    assert re.findall(r'id="addresses-(\d+)-row"', page.text) == rows


def test_rows_that_the_form_does_not_bring_stay(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    partial = {name: value for name, value in form.items() if not name.startswith(("addresses", "contacts"))}
    assert browser.post(f"/leads/{id}/edit", {**partial, "name": "Otra"}).status_code == 302
    assert "Caracas" in browser.get(f"/leads/{id}").text
    emptied = {name: value for name, value in form.items() if not name.startswith("addresses-0")}
    fresh = inputs_of(browser.get(f"/leads/{id}/edit").text)
    browser.post(f"/leads/{id}/edit", {**emptied, "version": fresh["version"], "was": fresh["was"]})
    assert "Caracas" not in browser.get(f"/leads/{id}").text.split('id="timeline"')[0]


def test_rows_that_two_people_change_are_told_and_none_is_lost(
    installation: Installation, write_lead: WriteLead
) -> None:
    rows = [{"city": "Caracas", "is_main": True}, {"city": "Coro"}, {"city": "Barinas"}]
    id = write_lead(addresses=rows)
    mine, theirs = installation.browser(), installation.browser()
    form = inputs_of(mine.get(f"/leads/{id}/edit").text)
    other = inputs_of(theirs.get(f"/leads/{id}/edit").text)
    without_coro = {name: value for name, value in other.items() if not name.startswith("addresses-1-")}
    changed = {"addresses-0-city": "Mérida", "addresses-2-parish": "El Llano", "addresses-9-city": "Tovar"}
    assert theirs.post(f"/leads/{id}/edit", {**without_coro, **changed}).status_code == 302
    typed = {"addresses-0-city": "Maracay", "addresses-1-parish": "San Antonio"}
    answer = mine.post(f"/leads/{id}/edit", {**form, **typed})
    assert answer.status_code == 409
    for word in ("Mérida", "Maracay", "El Llano", "Tovar", "San Antonio"):
        assert word in answer.text
    again = inputs_of(answer.text)
    assert mine.post(f"/leads/{id}/edit", again).status_code == 302
    told = mine.get(f"/api/v1/leads/{id}").json["addresses"]
    assert {row["city"] for row in told} == {"Maracay", "Coro", "Barinas", "Tovar"}
    assert {row["parish"] for row in told} == {"San Antonio", "El Llano", None}


def test_a_row_is_added_changed_and_removed_in_its_dialog(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    at = f"/leads/{id}/rows/addresses"
    (row,) = re.findall(rf"{at}/(\d+)", browser.get(f"/leads/{id}").text)
    shown = browser.get(f"{at}/{row}", headers=HTMX).text
    assert "dialog-fragment" in shown and 'value="Caracas"' in shown
    assert browser.post(f"{at}/{row}", {"addresses-0-latitude": "95"}, headers=HTMX).status_code == 422
    answer = browser.post(f"{at}/new", {"addresses-0-city": "Valencia", "is_main": "1"}, headers=HTMX)
    assert answer.status_code == 204
    assert browser.get(f"/api/v1/leads/{id}").json["city"] == "Valencia"
    browser.post(f"{at}/{row}", {"drop": "1"}, headers=HTMX)
    page = browser.get(f"/leads/{id}").text
    undo = re.findall(r'data-undo="([^"]+)"', page)[-1]
    assert len(browser.get(f"/api/v1/leads/{id}").json["addresses"]) == 1
    browser.post(undo)
    assert len(browser.get(f"/api/v1/leads/{id}").json["addresses"]) == 2


def test_another_ones_rows_and_strange_ones_are_not_there(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    theirs = write_lead(by=ANA, city="Caracas")
    own = write_lead(by=BETO, city="Coro")
    beto = installation.browser(BETO)
    row = installation.browser(ANA).get(f"/api/v1/leads/{theirs}").json["addresses"][0]["id"]
    assert beto.get(f"/leads/{theirs}/rows/addresses/{row}").status_code == 404
    assert beto.get(f"/leads/{own}/rows/addresses/{row}").status_code == 404
    assert beto.get(f"/leads/{own}/rows/nothing/new").status_code == 404


def test_levels_and_sectors_are_offered_where_they_belong(installation: Installation) -> None:
    with installation.session(ADMIN) as session:
        lists = installation.house.lists
        add_value(session, lists["levels"], "Solo clientes", applies_to="clients")
        zone = add_value(session, lists["zones"], "Zona Alta").id
        add_value(session, lists["sectors"], "Sector Alto", zone_id=zone)
        session.commit()
    browser = installation.browser()
    leads, clients = browser.get("/leads/new").text, browser.get("/clients/new").text
    assert "Solo clientes" not in leads and "Solo clientes" in clients
    assert f'data-inside="{zone}"' in leads and 'data-within="zone"' in leads
    assert '<option value="Carabobo">' in leads


def test_a_map_lets_in_the_pictures_of_its_own_server_only(installation: Installation) -> None:
    browser = installation.browser()
    plain = browser.get("/leads/new").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in plain
    tiles = "https://{s}.tile.example.com/{z}/{x}/{y}.png"
    with installation.session(ADMIN) as session:
        save_setting(session, "maps.tiles", tiles)
        session.commit()
    page = browser.get("/leads/new")
    assert "blob: https://*.tile.example.com;" in page.headers["Content-Security-Policy"]
    assert tiles in page.text
    assert "example.com" not in browser.get("/leads").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "tiles", ["https://a.example/{z}/{x}.png", "https://a; script-src *//{z}/{x}/{y}", "ftp://a.b/{z}{x}{y}"]
)
def test_an_address_that_is_no_map_is_refused(installation: Installation, tiles: str) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/settings/sections/maps").text)
    assert browser.post("/settings/sections/maps", {**form, "tiles": tiles}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"), [("10.4636", "10.4636"), ("10,4636", "10.4636"), ("-0.123", "-0.123")]
)
def test_a_degree_has_no_thousands_whatever_the_sign(
    installation: Installation, write_lead: WriteLead, typed: str, kept: str
) -> None:
    id = write_lead()
    browser = installation.browser()
    row = {"addresses-0-latitude": typed, "addresses-0-longitude": "0,5"}
    assert browser.post(f"/leads/{id}/rows/addresses/new", row, headers=HTMX).status_code == 204
    assert browser.get(f"/api/v1/leads/{id}").json["latitude"] == kept


def test_a_saved_form_is_taken_back_fields_and_rows(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(addresses=[{"city": "Caracas"}, {"city": "Coro"}], notes="antes")
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    kept = {name: value for name, value in form.items() if not name.startswith("addresses-1-")}
    browser.post(f"/leads/{id}/edit", {**kept, "addresses-0-city": "Valencia", "notes": "después"})
    (undo,) = re.findall(r'data-undo="([^"]+)"', browser.get(f"/leads/{id}").text)
    browser.post(undo)
    told = browser.get(f"/api/v1/leads/{id}").json
    assert (told["notes"], told["city"]) == ("antes", "Caracas")
    assert [row["city"] for row in told["addresses"]] == ["Caracas", "Coro"]


def test_a_card_may_have_a_hundred_addresses_and_no_more(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    empty = ("municipality", "parish", "postal_code", "reference_point", "address")

    def rows(count: int) -> dict[str, str]:
        # a space where a browser sends nothing: the test client writes empty parts in a way of its own
        blank = {f"addresses-{row}-{name}": " " for row in range(count) for name in empty}
        people = {
            f"contacts-{row}-{name}": " " for row in range(count) for name in ("first_name", "last_name")
        }
        more = {f"contacts-{row}-{name}": " " for row in range(count) for name in ("description", "email")}
        return blank | people | more | {f"addresses-{row}-city": f"Sede {row}" for row in range(count)}

    file = (io.BytesIO(b"x"), "x.txt")  # makes it the multipart that a browser sends
    answer = browser.post("/leads/new", {**form, "name": "Cien", **rows(100), "files": file})
    assert answer.status_code == 302
    assert len(browser.get("/api/v1" + answer.headers["Location"]).json["addresses"]) == 100
    again = browser.post("/leads/new", {**form, "name": "Demasiadas", **rows(101)})
    assert again.status_code == 422 and "Sede 99" in again.text


def test_who_may_only_look_leaves_no_files_and_changes_no_rows(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas", contact_first_name="José")
    installation.user("aura@example.com", roles=("auditor",))
    browser = installation.browser("aura@example.com")
    assert browser.post("/leads/uploads", {"file": (io.BytesIO(b"x"), "x.txt")}).status_code == 403
    page = browser.get(f"/leads/{id}").text
    assert "Caracas" in page and "José" in page and f"/leads/{id}/rows/" not in page
    row = browser.get(f"/api/v1/leads/{id}").json["addresses"][0]["id"]
    for at in (f"/leads/{id}/rows/addresses/{row}", f"/leads/{id}/rows/addresses/new"):
        assert browser.get(at).status_code == 403
        assert browser.post(at, {"drop": "1"}).status_code == 403


def test_two_people_in_one_rows_dialog_are_told(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    row = browser.get(f"/api/v1/leads/{id}").json["addresses"][0]["id"]
    at = f"/leads/{id}/rows/addresses/{row}"
    opened = inputs_of(browser.get(at).text)
    browser.post(at, {**opened, "addresses-0-city": "Coro", "addresses-0-parish": "San Antonio"})
    mine = browser.post(at, {**opened, "addresses-0-city": "Mérida"}, headers=HTMX)
    assert mine.status_code == 409 and "Coro" in mine.text and "Mérida" in mine.text
    again = inputs_of(f'<div id="main">{mine.text}</div>')
    assert browser.post(at, again, headers=HTMX).status_code == 204
    told = browser.get(f"/api/v1/leads/{id}").json["addresses"][0]
    assert (told["city"], told["parish"]) == ("Mérida", "San Antonio")
