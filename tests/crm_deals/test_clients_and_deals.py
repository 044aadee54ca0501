"""What clients and deals are to each other: cards on both pages, merging and deleting clients, and who sees what."""

from __future__ import annotations

import json
from pathlib import Path

from core.testing.installation import Installation
from tests.core.resources.test_budgets import counting
from tests.crm_deals.conftest import Shop

BUDGETS: dict[str, int] = json.loads((Path(__file__).parents[1] / "budgets.json").read_text(encoding="utf-8"))


def card(page: str, name: str) -> str:
    """The markup of one card of a page; '' where it has none."""
    return page.partition(f'id="panel-{name}"')[2].partition("</section>")[0]


def test_a_client_shows_its_deals_and_a_deal_whom_to_call(shop: Shop) -> None:
    client = shop.make("clients", name="Farmacia Sol", phone_1="0414 555 1234", email="sol@example.com")
    ana = shop.make("clients", name="Ana Rivas", kind="person", phone_1="0412 555 9876")
    assert "/deals/new?client=1" in card(shop.person.get("/clients/1").text, "deals")
    people = [{"person": ana["id"], "role": "Compras"}]
    deals = [
        shop.make(title=f"Trato {n}", client=client["id"], value=100, people=people)["id"] for n in range(8)
    ]
    shop.patch(deals[0], stage="Ganada", currency="EUR")
    shop.patch(deals[1], stage="Perdida", loss_reason="Muy caro")
    shop.stood(deals[2], 30)

    shown = card(shop.person.get("/clients/1").text, "deals")
    assert "600,00" in shown and shown.count("<li>") == 6 and "due warn-text" in shown
    assert "Trato 0" not in shown and "/deals?client=1" in shown
    assert "Trato 7" in card(shop.person.get(f"/clients/{ana['id']}").text, "deals"), (
        "she is talked to about it"
    )

    page = shop.person.get(f"/deals/{deals[3]}").text
    reaches = card(page, "reaches")
    assert "tel:+584145551234" in reaches and "tel:+584125559876" in reaches and "Compras" in reaches
    assert "mailto:sol@example.com" in reaches and "/clients/2" in reaches
    assert shop.names(f"client={client['id']}&stage=~won") == ["Trato 0"]
    assert shop.names(f"contact={ana['id']}&stage=~lost") == ["Trato 1"]


def test_deals_survive_their_client(shop: Shop) -> None:
    sol, luna = (shop.make("clients", name=name)["id"] for name in ("Farmacia Sol", "Farmacia Luna"))
    ana, eva = (shop.make("clients", name=name, kind="person")["id"] for name in ("Ana Rivas", "Eva Rivas"))
    deal = shop.make(title="Neveras", client=luna, people=[{"person": eva}], value=9)["id"]
    for keep, gone in ((sol, luna), (ana, eva)):
        answer = shop.api.post(
            "/api/v1/clients/merge", json={"keep": keep, "merge": [gone]}, headers=shop.headers
        )
        assert answer.status_code == 200, answer.text
    told = shop.told(deal)
    assert (told["client"]["id"], told["contact"]["id"]) == (sol, ana)
    assert told["people"][0]["person"]["id"] == ana
    merge = (answer.json or {})["merge"]["id"]
    undone = shop.api.post(f"/api/v1/merges/{merge}/undo", headers=shop.headers)
    assert undone.status_code == 200, undone.text
    assert shop.told(deal)["people"][0]["person"]["id"] == shop.told(deal)["contact"]["id"] == eva

    for client in (sol, eva):
        assert shop.api.delete(f"/api/v1/clients/{client}", headers=shop.headers).status_code == 204
    told = shop.told(deal)
    assert told["client"] is None and told["title"] == "Neveras" and told["value"] == "9.00"
    assert shop.person.get(f"/deals/{deal}").status_code == 200


def test_nobody_learns_of_anothers_deals(shop: Shop) -> None:
    place: Installation = shop.installation
    for name in ("eva", "leo"):
        place.user(f"{name}@example.com")
    client = shop.make("clients", _as="eva@example.com", name="Farmacia Sol")["id"]
    secret = shop.make(_as="eva@example.com", title="Secreto", client=client, value=70)["id"]
    shop.patch(secret, stage="Ganada")
    leo = place.browser("leo@example.com")
    assert leo.get(f"/deals/{secret}").status_code == 404
    assert leo.post(f"/deals/{secret}/repeat").status_code == 404
    assert "Secreto" not in leo.get("/deals").text and "Secreto" not in leo.get("/deals/board").text
    own = shop.make(_as="leo@example.com", title="Propio")["id"]
    leo.get(f"/deals/{own}")
    wrong = shop.api.patch(
        f"/api/v1/deals/{own}", json={"client": client}, headers=place.token("leo@example.com")
    )
    assert wrong.status_code == 422, "a client out of sight is like one that is missing"
    shop.patch(own, client=client, people=[{"person": client}])
    sent = {"title": "Propio", "client": "•••", "pipeline": "1", "stage": str(shop.id_of("Nueva"))}
    rows = {"people-rows": "1", "people-0-id": "1", "people-0-person": "•••", "people-0-role": "Compras"}
    assert "•••" in leo.get(f"/deals/{own}/edit").text
    assert leo.post(f"/deals/{own}/edit", {**sent, **rows, "people-main": "0"}).status_code in (302, 303)
    read = shop.api.get(f"/api/v1/deals/{own}", headers=place.token("leo@example.com")).json or {}
    assert read["people"][0]["person"]["hidden"] and read["contact"]["hidden"]
    body = {name: read[name] for name in ("client", "contact", "people")} | {"notes": "igual"}
    answer = shop.api.patch(f"/api/v1/deals/{own}", json=body, headers=place.token("leo@example.com"))
    assert answer.status_code == 200, answer.text
    told = shop.told(own)
    assert told["client"]["id"] == told["people"][0]["person"]["id"] == client
    assert told["people"][0]["role"] == told["contact_role"] == "Compras"
    page = leo.get(f"/deals/{own}").text
    assert "Farmacia Sol" not in page and not card(page, "reaches")
    assert "Secreto" not in place.browser("leo@example.com").get("/").text
    his = shop.make("clients", _as="leo@example.com", name="Farmacia Luna")["id"]
    shop.make(title="De otra", client=his, value="7777")
    shown = card(leo.get(f"/clients/{his}").text, "deals")
    assert "/deals/new" in shown and "De otra" not in shown and "7.777" not in shown
    again = shop.api.post(f"/api/v1/deals/{own}/repeat", json={}, headers=place.token("leo@example.com"))
    made = again.json or {}
    assert again.status_code == 200 and made["client"] is None and made["people"] == []


def test_pages_of_deals_keep_to_their_budgets(shop: Shop) -> None:
    client = shop.make("clients", name="Farmacia Sol")["id"]
    people = [shop.make("clients", name=f"P{n}", kind="person")["id"] for n in range(12)]
    lines = [{"name": "Silla", "price": 5}, {"name": "Mesa", "price": 7}]
    for person in people:
        shop.make(client=client, people=[{"person": person}, {"person": people[0]}], lines=lines)
    shop.stood(3, 60)
    for path, most in sorted(BUDGETS.items()):
        if "/deals" not in path:
            continue
        address = path.replace("{id}", "3")
        door, sent = (shop.api, dict(shop.headers)) if path.startswith("/api/") else (shop.person, {})
        door.get(address, headers=sent)  # what is kept in memory is read now
        with counting(shop.installation) as said:
            assert door.get(address, headers=sent).status_code == 200
        asked = [each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))]
        assert len(asked) <= most, "\n".join([f"{path}: {len(asked)}", *asked])
