"""Making and changing a record by its form."""

from __future__ import annotations

import json
import re

from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, BETO, WriteLead

HTMX = {"HX-Request": "true"}


def inputs_of(html: str) -> dict[str, str]:
    """What the form would send if nobody typed."""
    import html as markup

    found = {}
    for tag in re.findall(r"<input[^>]*>", html.split('id="main"', 1)[1]):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name.group(1)] = markup.unescape(value.group(1)) if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', body)
        found[name] = chosen.group(1) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', html, re.S):
        found[name] = markup.unescape(text)
    return found


def test_a_lead_is_made_with_the_defaults_of_the_form(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    answer = browser.post("/leads/new", {**form, "name": "Nueva C.A.", "value": "1.234,50"})
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).text
    assert "Nueva C.A." in page and "1.234,50" in page and "Nuevo" in page and "Ada Admin" in page


def test_what_was_typed_stays_with_the_errors_beside_it(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    answer = browser.post(
        "/leads/new", {**form, "name": "", "email": "no-es-correo", "notes": "línea 1\nlínea 2"}
    )
    assert answer.status_code == 422
    assert "error-summary" in answer.text and 'aria-invalid="true"' in answer.text
    assert "no-es-correo" in answer.text and "línea 1" in answer.text


def test_an_edit_without_changes_changes_nothing(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(
        value="900,50", phone_1="0414-555.12.34", notes="a\nb", tags=["VIP", "feria"], entered_on="2026-11-02"
    )
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    assert form["version"] == "1"
    assert browser.post(f"/leads/{id}/edit", form).status_code == 302
    assert inputs_of(browser.get(f"/leads/{id}/edit").text)["version"] == "1"


def test_two_people_editing_are_told_which_field_and_both_values(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(city="Caracas", state="Miranda")
    mine, theirs = installation.browser(), installation.browser()
    form = inputs_of(mine.get(f"/leads/{id}/edit").text)
    other = inputs_of(theirs.get(f"/leads/{id}/edit").text)
    city, state, parish = (f"addresses-0-{name}" for name in ("city", "state", "parish"))
    theirs.post(f"/leads/{id}/edit", {**other, city: "Mérida", parish: "El Llano"})
    answer = mine.post(f"/leads/{id}/edit", {**form, city: "Coro", state: "Falcón"})
    assert answer.status_code == 409
    assert "Mérida" in answer.text and "Coro" in answer.text and "Ada Admin" in answer.text
    again = inputs_of(answer.text)
    assert (again[city], again[state], again[parish]) == ("Coro", "Falcón", "El Llano")
    assert mine.post(f"/leads/{id}/edit", again).status_code == 302
    saved = inputs_of(mine.get(f"/leads/{id}/edit").text)
    assert (saved[city], saved[state], saved[parish]) == ("Coro", "Falcón", "El Llano")


def test_the_other_value_can_be_taken(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    browser.post(f"/leads/{id}/field/city", {"city": "Mérida"}, headers=HTMX)
    page = browser.post(f"/leads/{id}/edit", {**form, "addresses-0-city": "Coro"}).text
    (theirs,) = re.findall(r'name="theirs" value="([^"]*)"', page)
    taken = inputs_of(browser.post(f"/leads/{id}/edit", {**inputs_of(page), "theirs": theirs}).text)
    assert taken["addresses-0-city"] == "Mérida"


def test_forged_values_are_refused_and_fields_of_the_host_ignored(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    assert browser.post(f"/leads/{id}/edit", {**form, "status": "99999"}).status_code == 422
    assert browser.post(f"/leads/{id}/edit", {**form, "salesperson": "99999"}).status_code == 422
    assert (
        browser.post(
            f"/leads/{id}/edit", {**form, "id": "7", "created_by_id": "7", "nothing": "x"}
        ).status_code
        == 302
    )
    assert browser.get(f"/leads/{id}").status_code == 200


def test_a_salesperson_cannot_give_a_lead_away_by_a_forged_form(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    id = write_lead(by=ANA)
    browser = installation.browser(ANA)
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    other = re.search(r'<option[^>]*value="(\d+)"[^>]*>Beto Otro', browser.get(f"/leads/{id}/edit").text)
    wanted = other.group(1) if other else "1"
    assert browser.post(f"/leads/{id}/edit", {**form, "salesperson": wanted}).status_code == 422
    assert installation.browser(BETO).get(f"/leads/{id}").status_code == 404


def test_without_its_token_a_form_does_nothing(installation: Installation) -> None:
    browser = installation.browser()
    browser.token = ""
    assert browser.post("/leads/new", {"name": "Ajena"}).status_code == 400
    assert "Ajena" not in browser.get("/leads").text


def test_the_quick_dialog_creates_and_goes_on(installation: Installation) -> None:
    browser = installation.browser()
    dialog = browser.get("/leads/quick", headers=HTMX)
    assert "<html" not in dialog.text and "dialog-fragment" in dialog.text
    browser.get("/leads")
    made = browser.post("/leads/quick", {"name": "Rápida"}, headers=HTMX)
    assert made.status_code == 204 and re.fullmatch(r"/leads/\d+", made.headers["HX-Redirect"])
    again = browser.post("/leads/quick", {"name": "Otra", "then": "another"}, headers=HTMX)
    assert again.status_code == 200 and "Otra" in json.loads(again.headers["HX-Trigger"])["toast"]["text"]
    assert "Otra" not in again.text
    full = browser.post("/leads/quick", {"name": "Más", "then": "full"}, headers=HTMX)
    assert "Más" in browser.get(full.headers["HX-Redirect"]).text


def test_a_record_that_is_there_already_is_mentioned_to_who_may_see_it(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    id = write_lead(by=ANA, name="Gemela", email="gemela@example.com", phone_1="0414-555.12.34")
    ana, beto = installation.browser(ANA), installation.browser(BETO)
    told = ana.get("/leads/twins?email=GEMELA@example.com").text
    assert "Gemela" in told and f"/leads/{id}" in told
    assert "Gemela" in ana.get("/leads/twins?phone_1=04145551234").text
    assert ana.get(f"/leads/twins?email=gemela@example.com&own={id}").text.strip() == ""
    assert beto.get("/leads/twins?email=gemela@example.com").text.strip() == ""


def test_choosing_client_in_the_form_saves_the_rest_and_opens_the_conversion(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(name="Pasa a cliente")
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{id}/edit").text)
    answer = browser.post(f"/leads/{id}/edit", {**form, "condition": "client", "legal_name": "Pasa, C.A."})
    assert (answer.status_code, answer.location) == (302, f"/leads/{id}/convert")
    assert "Pasa, C.A." in browser.get(f"/leads/{id}").text
    assert "Pasa a cliente" not in browser.get("/clients").text


def test_the_word_about_a_twin_has_its_place_under_the_field_that_caused_it(
    installation: Installation, write_lead: WriteLead
) -> None:
    id, browser = write_lead(), installation.browser()
    for address in ("/leads/new", f"/leads/{id}/edit", "/leads/quick"):
        page = browser.get(address).text
        for name in ("email", "phone_1"):
            field = page.split(f'name="{name}"', 1)[1].split('class="field ', 1)[0]
            assert f'<div id="twins-{name}" aria-live="polite"></div>' in field, address
        assert 'id="twins-city"' not in page
