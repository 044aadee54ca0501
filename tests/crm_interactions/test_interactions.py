"""Interactions through the API: what they are called, beside which record they lie, who took part, who is named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from core.records.models import History
from plugins.crm_interactions.models import Mention
from tests.crm_interactions.conftest import ANA, BETO, Desk


def test_written_down_by_the_api(desk: Desk) -> None:
    lead = desk.make("leads", ANA, name="Rosa Pérez", contact_email="rosa@example.com")["id"]
    other = desk.make("leads", BETO, name="Pedro Gil")["id"]
    place = {"resource": "leads", "id": lead}
    now = datetime.now(UTC).replace(microsecond=0)

    call = desk.make("interactions", ANA, record=place, minutes=12, direction="out")
    assert call["record"] == {"resource": "leads", "id": lead, "name": "Rosa Pérez"}
    assert call["subject"] == "Llamada · Rosa Pérez" and call["person"]["id"] == desk.ana
    long = "Talked about the new price list. " * 5
    note = desk.make("interactions", ANA, record=f"Leads #{lead}", kind="Nota", text=long)
    assert note["subject"].startswith("Talked about") and len(note["subject"]) <= 81

    for wrong in ({"resource": "leads", "id": other}, {"resource": "leads", "id": 99999}, "leads/99999"):
        answer = desk.ask("POST", "interactions", ANA, 422, record=wrong)
        assert answer["error"]["fields"]["record"][0]["code"] == "unknown_value"
    assert desk.ask("POST", "interactions", ANA, 422, record={"resource": "roles", "id": 1})
    assert desk.ask("POST", "interactions", ANA, 422, text="beside nothing")["error"]["fields"]["record"]
    ahead = (now + timedelta(days=3)).isoformat()
    assert desk.ask("POST", "interactions", ANA, 422, record=place, at=ahead)["error"]["fields"]["at"]

    # who took part, who is named
    met = desk.make(
        "interactions",
        ANA,
        record=place,
        kind="Reunión",
        at=(now - timedelta(days=2)).isoformat(),
        text="With @Beto Rojas and @Ada and @nobody.",
        participants=[{"user": desk.ana}, {"name": "Rosa", "address": "rosa@example.com"}],
    )
    assert [each["name"] for each in met["participants"]] == [None, "Rosa"]
    with desk.installation.session() as session:
        assert session.scalars(sa.select(Mention.user_id)).all() == [1]  # Beto does not see the lead
    assert desk.ask("GET", "notifications")["items"][0]["url"].endswith(f"#interaction-{met['id']}")
    assert not desk.ask("GET", "notifications", BETO)["items"]
    desk.ask("POST", f"leads/{lead}/shares", ANA, 201, user=desk.beto)
    desk.ask("PATCH", f"interactions/{met['id']}", ANA, 200, text="@beto must know. @Ada too.")
    assert len(desk.ask("GET", "notifications", BETO)["items"]) >= 2  # the share, and that he is named
    assert len(desk.ask("GET", "notifications")["items"]) == 1

    # found by search, filters, and beside its record
    def found(query: str, as_: str = ANA) -> list[int]:
        return [each["id"] for each in desk.ask("GET", f"interactions?{query}", as_, 200)["items"]]

    assert found("q=price+list") == [note["id"]]
    assert (
        found("kind=~meeting")
        == found("at.to=" + (now - timedelta(days=1)).date().isoformat())
        == [met["id"]]
    )
    assert found("record=leads") == [note["id"], call["id"], met["id"]] == found(f"record=leads/{lead}")
    assert found("record=deals") == [] == found(f"record=leads/{other}")
    beside = desk.ask("GET", f"leads/{lead}/interactions?kind=~note", ANA, 200)
    assert [each["id"] for each in beside["items"]] == [note["id"]]
    written = desk.ask("POST", f"leads/{lead}/interactions", ANA, 201, kind="Comentario", text="Short")
    assert written["record"]["id"] == lead
    desk.ask("GET", f"leads/{other}/interactions", ANA, 404)
    desk.ask("POST", f"leads/{other}/interactions", ANA, 404, text="x")
    desk.ask("POST", f"leads/{lead}/interactions", ANA, 422, record={"resource": "leads", "id": other})

    # the lead says when it was first answered and last dealt with
    told = desk.ask("GET", f"leads/{lead}", ANA)
    assert told["first_touch"] == met["at"] and told["last_touch"] == written["at"]
    assert told["version"] == 1
    desk.ask("PATCH", f"interactions/{call['id']}", ANA, 200, at=(now - timedelta(days=5)).isoformat())
    assert desk.ask("GET", f"leads/{lead}", ANA)["first_touch"].startswith(
        (now - timedelta(days=5)).date().isoformat()
    )
    for id in (call["id"], met["id"], note["id"], written["id"]):
        desk.ask("DELETE", f"interactions/{id}", ANA, 204)
    told = desk.ask("GET", f"leads/{lead}", ANA)
    assert told["first_touch"] is None is told["last_touch"]
    untouched = desk.ask("GET", "leads?untouched=never", ANA, 200)["items"]
    assert [each["id"] for each in untouched] == [lead]
    assert desk.ask("GET", "leads?untouched=3", ANA, 200)["items"] == []
    with desk.installation.session() as session:
        entries = sa.select(sa.func.count()).where(History.resource == "interactions")
        assert session.scalar(entries) == 10


def test_who_write_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    lead = desk.make("leads", ANA, name="Rosa Pérez")["id"]
    now = datetime.now(UTC).replace(microsecond=0)
    moments = [(now - timedelta(days=day)).isoformat() for day in (3, 9, 1, 7, 5, 2)]
    headers = desk.key(ANA)

    def write(at: str) -> int:
        api = desk.installation.app.test_client()
        return api.post(f"/api/v1/leads/{lead}/interactions", json={"at": at}, headers=headers).status_code

    with ThreadPoolExecutor(len(moments)) as pool:
        assert set(pool.map(write, moments)) == {201}
    told = desk.ask("GET", f"leads/{lead}", ANA)
    assert (told["first_touch"], told["last_touch"]) == (min(moments), max(moments))
