"""Deals through their doors: what they are called, their stage, how they are lost and opened again, repeated, stale."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from plugins.crm_deals.models import Deal, DealPassage
from tests.crm_deals.conftest import HTMX, Shop


def test_a_deal_begins_somewhere_and_is_called_something(shop: Shop) -> None:
    client = shop.make("clients", name="Farmacia Sol")
    deal = shop.make(client=client["id"], value="1250.50")
    assert deal["title"] == "Farmacia Sol"
    assert (deal["pipeline"]["name"], deal["stage"]["name"]) == ("Ventas", "Nueva")
    assert (deal["currency"], deal["salesperson"]["name"], deal["value"]) == ("USD", "Ada Admin", "1250.50")
    assert deal["entered_on"]

    assert shop.make()["title"].endswith(" 2"), "without a client it is numbered"
    assert shop.make(title="Árboles de Navidad")["title"] == "Árboles de Navidad"
    assert shop.patch(3, title="").json["title"].endswith(" 3")
    assert shop.patch(3, client=client["id"], title="").json["title"] == "Farmacia Sol"
    assert shop.names("q=farmacia") == ["Farmacia Sol", "Farmacia Sol"]


def test_a_stage_is_one_of_the_deals_own_pipeline(shop: Shop) -> None:
    other = shop.second_pipeline()
    deal = shop.make(title="Grúa")["id"]
    moved = shop.patch(deal, pipeline=other).json
    assert (moved["pipeline"]["name"], moved["stage"]["name"]) == ("Alquiler", "Nueva")
    refused = shop.patch(deal, stage={"id": shop.id_of("Preparando la oferta")})
    assert refused.status_code == 422 and list(refused.json["error"]["fields"]) == ["stage"]
    assert shop.patch(deal, stage="Ganada").json["stage"]["id"] != shop.id_of("Ganada"), (
        "its own of that name"
    )
    assert shop.make(title="Otra", pipeline="Alquiler")["stage"]["id"] == moved["stage"]["id"]


def lose(shop: Shop, deal: int, door: str, reason: str = "") -> Any:
    """Ask for the stage “Perdida” through a door, with or without a reason."""
    stage, why = shop.id_of("Perdida"), str(shop.id_of(reason, "loss_reasons")) if reason else ""
    given = {"stage": stage, "loss_reason": why}
    match door:
        case "inline" if not why:
            return shop.person.post(f"/deals/{deal}/field/stage", {"stage": stage}, headers=HTMX)
        case "board" if not why:
            return shop.person.post(f"/deals/{deal}/drop", {"stage": stage})
        case "path" | "inline" | "board":
            return shop.person.post(f"/deals/{deal}/move", given)
        case "form":
            return shop.person.post(f"/deals/{deal}/edit", {"title": "Silo", "pipeline": "1", **given})
        case "bulk":
            return shop.person.post("/deals/bulk", {"action": "status", "id": deal, "sure": "y", **given})
    return shop.patch(deal, stage={"id": stage}, loss_reason={"id": int(why)} if why else None)


def test_every_way_to_lost_asks_why(shop: Shop) -> None:
    for door in ("path", "inline", "form", "board", "bulk", "api"):
        deal = shop.make(title="Silo")["id"]
        asked = lose(shop, deal, door)
        assert asked.status_code < 500 and shop.told(deal)["stage"]["name"] == "Nueva", door
        answer = lose(shop, deal, door, "Muy caro")
        told = shop.told(deal)
        assert (told["stage"]["name"], told["closed_at"] is None) == ("Perdida", False), (door, answer.text)
        assert told["loss_reason"]["name"] == "Muy caro", door


def test_what_is_closed_can_be_opened_again_where_it_was(shop: Shop) -> None:
    deal = shop.make(title="Silo")["id"]
    shop.patch(deal, stage="En negociación")
    shop.patch(deal, stage="Perdida", loss_reason="Muy caro", loss_note="Por un tercio")
    page = shop.person.get(f"/deals/{deal}").text
    assert "/do/reopen" in page
    shop.person.post(f"/deals/{deal}/do/reopen", {})
    told = shop.told(deal)
    assert told["stage"]["name"] == "En negociación"
    assert told["closed_at"] is told["loss_reason"] is told["loss_note"] is None
    assert shop.patch(deal, loss_note="quizás").status_code == 422, "an open deal has no reason for losing"
    shop.patch(deal, stage="Ganada")
    assert shop.told(deal)["closed_at"]
    assert shop.press(deal, "reopen").json["stage"]["name"] == "En negociación"

    with shop.installation.session() as session:
        stays = session.execute(
            sa.select(DealPassage.stage_id, DealPassage.until)
            .where(DealPassage.deal_id == deal)
            .order_by(DealPassage.id)
        ).all()
    names = ["Nueva", "En negociación", "Perdida", "En negociación", "Ganada", "En negociación"]
    assert [stage for stage, _until in stays] == [shop.id_of(name) for name in names]
    assert [until is None for _stage, until in stays] == [False] * 5 + [True]


def test_who_stands_still_too_long_is_stale(shop: Shop) -> None:
    slow = shop.make(title="Lenta", expected_close="2020-01-31")["id"]
    won, lasting = shop.make(title="Ganada")["id"], shop.make(title="Paciente")["id"]
    shop.make(title="Fresca")
    shop.patch(won, stage="Ganada")
    shop.patch(lasting, stage="En negociación")  # 21 days are usual there, 7 in the first stage
    for deal in (slow, won, lasting):
        shop.stood(deal, 10)
    assert shop.names("stale=yes") == ["Lenta"]
    assert shop.names("stale=no") == ["Fresca", "Ganada", "Paciente"]
    assert shop.names("closing=overdue") == ["Lenta"]
    assert shop.names("closing=none") == ["Fresca", "Paciente"]
    assert "due warn-text" in shop.person.get(f"/deals/{slow}").text
    assert "due warn-text" not in shop.person.get(f"/deals/{lasting}").text
    assert "due warn-text" in shop.person.get("/deals/board").text
    for view in ("stage=~open", "stage=~open&salesperson=~me", "closing=month", "stage=~won", "stage=~lost"):
        assert shop.person.get(f"/deals?{view}").status_code == 200
    assert shop.names("stage=~won") == ["Ganada"]
    shop.patch(slow, stage="En negociación")
    assert shop.names("stale=yes") == [], "a new stage has a clock of its own"


def test_a_deal_with_somebody_who_has_bought_is_a_repeat_deal(shop: Shop) -> None:
    client = shop.make("clients", name="Farmacia Sol")
    ana = shop.make("clients", name="Ana Rivas", kind="person")
    first = shop.make(
        client=client["id"],
        title="Neveras",
        source="Feria",
        people=[{"person": ana["id"], "role": "Compras"}],
        lines=[{"name": "Nevera", "quantity": 2, "price": "100.25"}, {"name": "Flete", "price": 50}],
    )
    assert shop.make(client=client["id"])["is_repeat"] is False
    shop.patch(first["id"], stage="Ganada")
    assert shop.told(first["id"])["is_repeat"] is False, "it is kept at creation"
    assert shop.patch(first["id"], is_repeat=True).status_code == 422

    again = shop.press(first["id"], "repeat").json
    assert again["is_repeat"] is True and again["stage"]["name"] == "Nueva" and again["closed_at"] is None
    assert again["client"] == first["client"] and again["people"][0]["role"] == "Compras"
    assert [line["name"] for line in again["lines"]] == ["Nevera", "Flete"] and again["value"] == "250.50"
    assert shop.names("is_repeat=1") == ["Neveras"]

    answer = shop.person.post(f"/deals/{first['id']}/repeat")
    assert answer.status_code in (302, 303)
    page = shop.person.get(answer.headers["Location"]).text
    assert "Neveras" in page and "/repeat" in page
    shop.installation.user("leo@example.com", roles=["auditor"])
    viewer = shop.installation.token("leo@example.com")
    assert shop.press(first["id"], "repeat", **viewer).status_code in (403, 404)
    with shop.installation.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Deal)) == 4
