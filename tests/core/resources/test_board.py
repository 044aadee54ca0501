"""The list as a board: lanes, their figures, cards that are moved; the same filters, the same scopes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from core.references import references_of
from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, BETO, WriteLead


def status(installation: Installation, name: str) -> int:
    with installation.session() as session:
        item = references_of(session, installation.house).find("statuses", name)
        assert item is not None
        return item.id


def lane(page: str, id: int) -> str:
    """The markup of a lane."""
    return page.split(f'id="lane-{id}"')[1].split("</section>")[0]


def figure(heads: str, what: str, id: int) -> str:
    found = re.search(rf'id="lane-{what}-{id}"[^>]*>([^<]*)<', heads)
    assert found is not None, heads
    return found.group(1).replace("\xa0", " ").strip()


def test_open_statuses_are_lanes_with_cards_and_the_ends_are_folded(
    installation: Installation, write_lead: WriteLead
) -> None:
    write_lead(name="Uno", value="1000", segment="Mayorista")
    write_lead(name="Dos", status="En Gestión")
    write_lead(name="Tres", status="Descalificado", junk_reason="Duplicado")
    page = installation.browser().get("/leads/board").text
    new, working, junk = (status(installation, each) for each in ("Nuevo", "En Gestión", "Descalificado"))
    card = lane(page, new)
    assert "Uno" in card and "Mayorista" in card and "1.000,00" in card
    assert "Dos" in lane(page, working) and "Dos" not in card
    assert "Tres" not in page and "is-folded" in page.split(f'id="lane-{junk}"')[0].rsplit("<section", 1)[1]
    opened = installation.browser().get(f"/leads/board?open={junk}").text
    assert "Tres" in lane(opened, junk)


def test_the_board_has_the_lists_filters_and_views(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(name="Cerca", segment="Mayorista")
    write_lead(name="Lejos", segment="Minorista", status="Procesado")
    browser = installation.browser()
    with installation.session() as session:
        segment = references_of(session, installation.house).find("segments", "Mayorista")
    assert segment is not None
    page = browser.get(f"/leads/board?segment={segment.id}").text
    assert "Cerca" in page and "Lejos" not in page
    assert f"/leads?segment={segment.id}" in page  # the way to the same list
    assert 'href="/leads/board?view=open&amp;status=~open"' in page
    done = status(installation, "Procesado")
    page = browser.get(f"/leads/board?status={done}").text
    assert "Lejos" in lane(page, done) and "Cerca" not in page
    assert "is-folded" in page.split(f'id="lane-{status(installation, "Nuevo")}"')[0].rsplit("<section", 1)[1]
    parts = browser.get("/leads/board?q=Cerca", headers={"HX-Request": "true"})
    assert parts.headers["HX-Push-Url"] == "/leads/board?q=Cerca"
    assert "<html" not in parts.text and "Cerca" in parts.text and "Lejos" not in parts.text


def test_heads_tell_counts_and_sums_in_the_companys_currency(
    installation: Installation, write_lead: WriteLead
) -> None:
    write_lead(value="1000.50")
    write_lead(value="10")
    write_lead(status="Procesado", value="5")
    write_lead(status="Procesado", value="7", currency="EUR")
    heads = installation.browser().get("/leads/board/heads").text
    new, done, working = (status(installation, each) for each in ("Nuevo", "Procesado", "En Gestión"))
    assert (figure(heads, "count", new), figure(heads, "sum", new)) == ("2", "1.010,50 US$")
    assert (figure(heads, "count", done), figure(heads, "sum", done)) == ("2", "≈ 5,00 US$")
    assert (figure(heads, "count", working), figure(heads, "sum", working)) == ("0", "")
    assert "7,00" in heads.split(f'id="lane-sum-{done}"')[1].split(">")[0]  # the others are told beside it
    only = installation.browser().get(f"/leads/board/heads?lane={done}").text
    assert f"lane-count-{done}" in only and f"lane-count-{new}" not in only


def test_a_lane_with_too_many_is_not_added_up(
    installation: Installation, write_lead: WriteLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.resources.board.lanes.COUNT_LIMIT", 3)
    for _number in range(5):
        write_lead(value="2")
    write_lead(status="Procesado", value="5")
    heads = installation.browser().get("/leads/board/heads").text
    new, done = status(installation, "Nuevo"), status(installation, "Procesado")
    assert (figure(heads, "count", new), figure(heads, "sum", new)) == ("5", "")
    assert (figure(heads, "count", done), figure(heads, "sum", done)) == ("1", "5,00 US$")


def test_a_lane_shows_25_cards_and_then_25_more(installation: Installation, write_lead: WriteLead) -> None:
    for number in range(30):
        write_lead(name=f"Prospecto {number:02}")
    browser, new = installation.browser(), status(installation, "Nuevo")
    page = lane(browser.get("/leads/board").text, new)
    assert page.count("board-card") == 25
    more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)
    assert more is not None
    rest = browser.get(more.group(1).replace("&amp;", "&")).text
    assert rest.count("board-card") == 5 and "cursor=" not in rest
    names = re.findall(r'class="card-name"[^>]*>(Prospecto \d\d)', page + rest)
    assert len(set(names)) == 30
    assert browser.get(f"/leads/board/lane/{new}?cursor=kaputt").status_code == 404
    assert browser.get("/leads/board/lane/99999").status_code == 404
    assert browser.get("/clients/board").status_code == 404


def test_a_card_that_is_dropped_is_saved_and_undone(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser, api = installation.browser(), installation.app.test_client()
    browser.get("/leads/board")
    answer = browser.post(f"/leads/{id}/drop", data={"status": status(installation, "Procesado")})
    assert answer.status_code == 204
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    lead: Any = api.get(f"/api/v1/leads/{id}", headers=installation.token()).json
    assert lead["status"]["name"] == "Procesado" and "Procesado" in toast["text"]
    browser.post(toast["undo_url"])
    lead = api.get(f"/api/v1/leads/{id}", headers=installation.token()).json
    assert lead["status"]["name"] == "Nuevo"


@pytest.mark.parametrize(
    ("name", "dialog"), [("Descalificado", "junk_reason"), ("Cliente", "/leads/{id}/convert")]
)
def test_ends_ask_first(installation: Installation, write_lead: WriteLead, name: str, dialog: str) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get("/leads/board")
    answer = browser.post(
        f"/leads/{id}/drop", data={"status": status(installation, name), "query": "q=Farmacia"}
    )
    assert answer.status_code == 202
    url = json.loads(answer.headers["HX-Trigger"])["open-dialog"]["url"]
    asked = browser.get(url, headers={"HX-Request": "true"}, follow_redirects=True).text
    assert dialog.format(id=id) in asked
    if name == "Descalificado":
        with installation.session() as session:
            reason = references_of(session, installation.house).find("junk_reasons", "Duplicado")
        assert reason is not None
        done = browser.post(url, data={"junk_reason": reason.id, "status": status(installation, name)})
        assert done.status_code == 302 and done.headers["Location"] == "/leads/board?q=Farmacia"


def test_without_script_a_card_is_moved_by_a_page(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    page = browser.get("/leads/board").text
    move = re.search(rf'href="(/leads/{id}/move[^"]*)"', page)
    assert move is not None
    asked = browser.get(move.group(1).replace("&amp;", "&")).text
    action = re.search(r'<form action="([^"]+)"', asked)
    assert action is not None and "En Gestión" in asked
    done = browser.post(
        action.group(1).replace("&amp;", "&"), data={"status": status(installation, "En Gestión")}
    )
    assert done.headers["Location"] == "/leads/board"
    assert f'data-id="{id}"' in lane(browser.get("/leads/board").text, status(installation, "En Gestión"))


@pytest.mark.usefixtures("two_sellers")
def test_another_persons_leads_are_on_no_board(installation: Installation, write_lead: WriteLead) -> None:
    own, foreign = write_lead(ANA, name="De Ana", value="5"), write_lead(BETO, name="De Beto", value="7")
    ana = installation.browser(ANA)
    page = ana.get("/leads/board").text
    assert "De Ana" in page and "De Beto" not in page
    new, done = status(installation, "Nuevo"), status(installation, "Procesado")
    heads = ana.get("/leads/board/heads").text
    assert (figure(heads, "count", new), figure(heads, "sum", new)) == ("1", "5,00 US$")
    assert "De Beto" not in ana.get(f"/leads/board/lane/{new}").text
    assert ana.post(f"/leads/{foreign}/drop", data={"status": done}).status_code == 404
    assert ana.get(f"/leads/{foreign}/move").status_code == 404
    assert ana.post(f"/leads/{foreign}/do/extend").status_code == 404
    assert ana.post(f"/leads/{own}/drop", data={"status": done}).status_code == 204


def test_a_lane_that_is_none_takes_no_card(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get("/leads/board")
    assert browser.post(f"/leads/{id}/drop", data={"status": "99999"}).status_code == 404
    assert browser.post(f"/leads/{id}/drop", data={"status": "x"}).status_code == 404


def test_leads_without_a_status_have_a_lane_of_their_own(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(name="Sin nada")
    api = installation.app.test_client()
    assert (
        api.patch(f"/api/v1/leads/{id}", json={"status": None}, headers=installation.token()).status_code
        == 200
    )
    browser = installation.browser()
    assert "Sin nada" in lane(browser.get("/leads/board").text, 0)
    assert figure(browser.get("/leads/board/heads").text, "count", 0) == "1"
