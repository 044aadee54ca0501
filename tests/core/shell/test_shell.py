"""The frame of every page: navigation, counts, palette, theme, language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.access.service import find_user
from core.house import Notice, current_house
from core.references import references_of
from core.shell import counts

SignIn = Callable[[str], FlaskClient]
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> Iterator[None]:
    counts.forget_counts()
    yield


@pytest.fixture
def pots(session: Session) -> type[Any]:
    """Three open pots of Sam's and a sold one, one of Marta's."""
    pot = current_house().resources["pots"].model
    stages = references_of(session)
    new, sold = (stages.find("stages", name).id for name in ("New", "Sold"))
    sam, marta = (find_user(session, f"{name}@example.com").id for name in ("sam", "marta"))
    session.add_all(
        [pot(name=f"Ávila {number}", painter_id=sam, stage_id=new) for number in range(3)]
        + [
            pot(name="Sold one", painter_id=sam, stage_id=sold),
            pot(name="Marta's Avila", painter_id=marta, stage_id=new),
        ]
    )
    session.commit()
    from core.resources.search import rebuild

    rebuild(session, current_house().resources["pots"])
    session.commit()
    return pot


def navigation(page: str) -> str:
    return page.split('<nav class="rail"')[1].split("</nav>")[0]


def test_the_navigation_has_the_places_of_the_enabled_apps_in_their_groups(sign_in: SignIn) -> None:
    rail = navigation(sign_in("ana").get("/").text)
    places = [rail.index(text) for text in (">Home<", ">Sales<", ">Pots<", ">Administration<", ">Settings<")]
    assert places == sorted(places)
    assert "Capture" not in rail and "Analysis" not in rail, "a group without places is not there"


def test_nobody_sees_a_place_they_may_not_enter(sign_in: SignIn) -> None:
    rail = navigation(sign_in("sam").get("/").text)
    assert ">Pots<" in rail
    assert "Administration" not in rail and "Settings" not in rail


def test_the_place_one_is_at_is_marked(sign_in: SignIn) -> None:
    rail = navigation(sign_in("ana").get("/settings/lists/colours").text)
    assert next(part for part in rail.split("<a ") if 'aria-current="page"' in part).count("Settings") == 1
    assert rail.count('aria-current="page"') == 1


def test_a_page_of_the_frame_costs_no_query_of_its_own(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    ana.get("/settings/find?q=xyzzy")
    queries: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *seen: queries.append(seen[2]))
    ana.get("/settings/find?q=xyzzy")
    assert [each for each in queries if "core_state" not in each and "core_user" not in each] == []


def test_counts_come_by_themselves_and_count_open_records_one_can_see(sign_in: SignIn, pots: Any) -> None:
    assert 'id="count-pots"></span>' in sign_in("sam").get("/").text
    assert (
        '<span class="rail-count" id="count-pots" hx-swap-oob="true">3</span>'
        in sign_in("sam").get("/shell/counts").text
    )
    assert ">4</span>" in sign_in("ana").get("/shell/counts").text


def test_counts_are_kept_for_half_a_minute(sign_in: SignIn, session: Session, pots: Any) -> None:
    ana = sign_in("ana")
    assert ">4</span>" in ana.get("/shell/counts").text
    session.execute(sa.delete(pots))
    session.commit()
    assert ">4</span>" in ana.get("/shell/counts").text
    counts.forget_counts()
    assert ">0</span>" in ana.get("/shell/counts").text


def test_large_numbers_are_not_counted_to_their_end() -> None:
    assert counts.count_text(9_999, "es") == "9.999"
    assert counts.count_text(10_001, "es") == "10.000+"
    assert counts.count_text(1_000_000, "en") == "10,000+"


def test_the_palette_finds_records_one_can_see_and_marks_the_words(sign_in: SignIn, pots: Any) -> None:
    found = sign_in("sam").get("/shell/search?q=avila", headers=SCRIPT).text
    assert found.count("<mark>Ávila</mark>") == 3
    assert "Marta" not in found
    assert (
        "Marta&#39;s <mark>Avila</mark>" in sign_in("ana").get("/shell/search?q=ávila", headers=SCRIPT).text
    )


def test_the_palette_offers_to_create_and_to_go(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    assert "/pots/new?name=el+%C3%A1vila" in ana.get("/shell/search?q=el+ávila", headers=SCRIPT).text
    assert "/settings/lists/colours" in ana.get("/shell/search?q=colou", headers=SCRIPT).text
    everything = ana.get("/shell/search", headers=SCRIPT).text
    assert ">Home<" in everything and ">Pots<" in everything
    assert "Settings" not in sign_in("sam").get("/shell/search?q=setting", headers=SCRIPT).text


def test_what_is_typed_into_the_palette_is_never_markup(sign_in: SignIn) -> None:
    for headers in (SCRIPT, {}):
        page = sign_in("ana").get("/shell/search?q=<script>alert(1)</script>", headers=headers).text
        assert "<script>alert" not in page


def test_without_script_the_palette_is_a_page(sign_in: SignIn, pots: Any) -> None:
    page = sign_in("sam").get("/shell/search?q=avila").text
    assert "<!doctype html>" in page and "<mark>Ávila</mark>" in page


def test_the_navigation_comes_alone_after_an_app_was_switched(sign_in: SignIn) -> None:
    rail = sign_in("ana").get("/shell/nav", headers={"HX-Current-URL": "http://localhost/pots/12"}).text
    assert "<!doctype" not in rail
    assert next(part for part in rail.split("<a ") if 'aria-current="page"' in part).count("Pots") == 1


def test_the_theme_is_kept_with_the_person(sign_in: SignIn, session: Session) -> None:
    sam = sign_in("sam")
    assert sam.post("/shell/theme", data={"theme": "dark"}, headers=SCRIPT).status_code == 204
    assert 'data-theme="dark"' in sam.get("/").text
    assert find_user(session, "sam@example.com").theme == "dark"
    assert sam.post("/shell/theme", data={"theme": "purple"}).status_code == 400


def test_the_language_is_kept_with_the_person(sign_in: SignIn) -> None:
    sam = sign_in("sam")
    answer = sam.post(
        "/shell/language", data={"language": "fr"}, headers={"Referer": "http://localhost/pots?q=x"}
    )
    assert answer.headers["Location"] == "/pots?q=x"
    assert '<html lang="fr"' in sam.get("/").text
    assert sam.post("/shell/language", data={"language": "tlh"}).status_code == 400


@pytest.mark.parametrize("came_from", ["http://evil.example/x", "http://localhost//evil.example", ""])
def test_a_choice_never_sends_one_to_another_site(sign_in: SignIn, came_from: str) -> None:
    answer = sign_in("sam").post("/shell/language/es", headers={"Referer": came_from} if came_from else {})
    assert answer.headers["Location"] == "/"


def test_before_signing_in_the_language_is_kept_by_the_browser(paint_app: Flask) -> None:
    browser = paint_app.test_client()
    answer = browser.post("/shell/language/fr")
    assert answer.status_code == 302
    assert browser.get_cookie("language").value == "fr"


def test_only_administrators_read_what_is_wrong_with_an_app(paint_app: Flask, sign_in: SignIn) -> None:
    with paint_app.app_context():
        current_house().notices.append(Notice("paint", "extend_form: ValueError: bad", "Traceback …"))
    assert "The app “Paint” does not work as it should." in sign_in("ana").get("/").text
    assert "does not work" not in sign_in("sam").get("/").text
