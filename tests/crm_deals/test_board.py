"""The board of deals: one pipeline at a time, weighted sums, stale cards."""

from __future__ import annotations

import html
import re

import pytest

from tests.crm_deals.shop import SCRIPT, TwoPipelines
from tests.fixtures_app import Installer


@pytest.fixture
def shop(install: Installer) -> TwoPipelines:
    return TwoPipelines(install(apps=("crm_clients", "crm_deals")))


def lanes(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'data-lane="(\d+)"', page)]


def figure(heads: str, what: str, id: int) -> str:
    found = re.search(rf'id="lane-{what}-{id}"[^>]*>([^<]*)<', heads)
    assert found is not None, heads
    return html.unescape(found.group(1)).replace("\xa0", " ").strip()


def test_the_board_shows_one_pipeline_at_a_time(shop: TwoPipelines) -> None:
    shop.make(title="Aquí", value="1000")
    there = shop.make(title="Allá", value="500.50", pipeline="Mayoreo", stage="En negociación")
    own, other = (
        [each["id"] for each in shop.values("stages") if each["pipeline"]["id"] == pipeline]
        for pipeline in (shop.sales, shop.wholesale)
    )
    page = shop.person.get("/deals/board").text  # the default pipeline
    assert lanes(page) == own and "Aquí" in page and "Allá" not in page
    assert f'href="/deals/board?pipeline={shop.wholesale}"' in page and 'aria-current="true">Ventas' in page
    page = html.unescape(
        shop.person.get(f"/deals/board?view=open&stage=~open&pipeline={shop.wholesale}").text
    )
    assert lanes(page) == other and "Allá" in page and "Aquí" not in page
    assert f"/deals/board?view=open&stage=~open&pipeline={shop.sales}" in page
    assert f"/deals/new?stage={there['stage']['id']}&pipeline={shop.wholesale}" in page
    assert lanes(shop.person.get(f"/deals/board?stage={other[0]}").text) == other  # the stage says which
    parts = shop.person.get(f"/deals/board?pipeline={shop.wholesale}", headers=SCRIPT)
    assert 'id="groups"' in parts.text and "<html" not in parts.text

    heads = shop.person.get(f"/deals/board/heads?pipeline={shop.wholesale}").text
    talks = there["stage"]["id"]
    assert (figure(heads, "count", talks), figure(heads, "sum", talks)) == ("1", "500,50 US$")
    assert figure(heads, "weight", talks) == "75 % = 375,38 US$"
    assert figure(heads, "weight", other[0]) == ""
    whole = re.sub(r"<[^>]+>", "", heads.split('id="board-total"')[1].split("</span>")[0]).replace(
        "\xa0", " "
    )
    assert whole.endswith("negociación · 500,50 US$ · weighted 375,38 US$") or "375,38" in whole

    ended = shop.person.get(f"/deals/board/lane/{talks}?fold=1", headers=SCRIPT).text
    assert "is-folded" in ended and "Allá" not in ended
    moved = shop.person.post(f"/deals/{there['id']}/drop", {"stage": other[1]})
    assert moved.status_code == 204 and shop.get(f"deals/{there['id']}")["stage"]["id"] == other[1]
    lost = next(
        each["id"] for each in shop.values("stages") if each["id"] in other and each["meaning"] == "lost"
    )
    assert shop.person.post(f"/deals/{there['id']}/drop", {"stage": lost}).status_code == 202  # asks why

    saved = shop.person.post("/deals/views/new", {"name": "Al mayor", "query": f"pipeline={shop.wholesale}"})
    assert saved.status_code < 400
    tab = html.unescape(shop.person.get("/deals/board").text)
    assert re.search(rf'href="/deals/board\?view=s\d+&pipeline={shop.wholesale}"', tab)


def test_a_stale_card_says_so(shop: TwoPipelines) -> None:
    old, new = shop.make(title="Vieja"), shop.make(title="Fresca")
    shop.stood(old["id"], 20)
    page = shop.person.get("/deals/board").text
    cards = {id: page.split(f'id="card-{id}"')[1].split("</li>")[0] for id in (old["id"], new["id"])}
    assert "card-badges" in cards[old["id"]] and "20 d" in cards[old["id"]]
    assert "card-badges" not in cards[new["id"]]
