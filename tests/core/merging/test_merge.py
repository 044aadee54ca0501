"""Several records become one: values chosen, everything else moved, and all of it taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.merging.models import Merge
from core.records.models import Attachment, Follower, History
from core.testing.installation import Installation
from tests.core.merging.conftest import Api

FULL = {
    "name": "Farmacia Ávila, C.A.",
    "document_type": "RIF",
    "document_number": "J-11721484-1",
    "email": "compras@avila.example",
    "phone_1": "0414-5551234",
    "tags": ["VIP"],
}
BARE = {
    "name": "FARMACIA AVILA",
    "email": "ventas@avila.example",
    "website": "avila.example",
    "tags": ["feria"],
}


def test_what_is_filled_stays_and_what_is_empty_is_filled(api: Api) -> None:
    keep, gone = api.make(**FULL, city="Caracas"), api.make(**BARE, value="900.50", currency="EUR")
    answer = api.merge(keep, gone)
    assert answer.status_code == 200, answer.text
    record = answer.json["record"]
    assert record["id"] == keep
    assert record["email"] == FULL["email"]  # filled: stays
    assert record["website"] == "https://avila.example"  # empty: filled
    assert (record["value"], record["currency"]) == ("900.50", "EUR")  # together
    assert sorted(record["tags"]) == ["VIP", "feria"]
    assert record["city"] == "Caracas"
    assert answer.json["merge"]["gone"] == [gone]


def test_one_chooses_whose_value_stays_or_gives_another(api: Api) -> None:
    keep, gone, third = api.make(**FULL), api.make(**BARE), api.make(name="Ávila", notes="llamar")
    answer = api.merge(
        keep, gone, third, **{"from": {"email": gone, "name": third}, "values": {"notes": "otra"}}
    )
    assert answer.status_code == 200, answer.text
    record = answer.json["record"]
    assert (record["email"], record["name"], record["notes"]) == (BARE["email"], "Ávila", "otra")


def test_addresses_files_history_and_followers_come_along(
    installation: Installation, api: Api, put_file: Callable[[str, int, str], None]
) -> None:
    same = {"address": "Av. Urdaneta 1", "city": "Caracas"}
    keep = api.make(**FULL, addresses=[{**same, "is_main": True}])
    gone = api.make(**BARE, addresses=[{**same, "is_main": True}, {"address": "Calle 2", "city": "Mérida"}])
    put_file("leads", gone, "rif.txt")
    admin = installation.user("otra@example.com", name="Otra").id
    with installation.session() as session:
        session.add_all([Follower(resource="leads", record_id=id, user_id=admin) for id in (keep, gone)])
        session.commit()
    before = {id: api.get(f"leads/{id}").json for id in (keep, gone)}
    answer = api.merge(keep, gone)
    assert answer.status_code == 200, answer.text
    addresses = api.get(f"leads/{keep}").json["addresses"]
    assert [(each["city"], each["is_main"]) for each in addresses] == [("Caracas", True), ("Mérida", False)]
    with installation.session() as session:
        assert session.scalars(sa.select(Attachment.record_id)).all() == [keep]
        assert session.scalars(sa.select(Follower.record_id).where(Follower.user_id == admin)).all() == [keep]
        told = session.scalars(
            sa.select(History.action).where(History.record_id == keep).order_by(History.id)
        ).all()
        assert told.count("created") == 2
        assert told[-1] == "merged"
        assert session.scalars(sa.select(History.action).where(History.record_id == gone)).all() == [
            "merged_into"
        ]
    undone = api.post(f"merges/{answer.json['merge']['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert undone.json == {"record": {"id": keep}, "back": [gone], "left": []}
    after = {id: api.get(f"leads/{id}").json for id in (keep, gone)}
    for each in (*before.values(), *after.values()):
        for name in ("version", "updated_at"):
            each.pop(name)
    assert after == before
    with installation.session() as session:
        assert session.scalars(sa.select(Attachment.record_id)).all() == [gone]
        followed = session.scalars(sa.select(Follower.record_id).where(Follower.user_id == admin)).all()
        assert sorted(followed) == [keep, gone]


def test_the_main_address_is_chosen_and_goes_back(api: Api) -> None:
    keep = api.make(**FULL, address="Av. 1", city="Caracas")
    gone = api.make(**BARE, address="Calle 2", city="Mérida")
    answer = api.merge(keep, gone, main={"addresses": gone})
    assert answer.status_code == 200, answer.text
    merged = api.get(f"leads/{keep}").json
    assert merged["city"] == "Mérida"
    assert [each["city"] for each in merged["addresses"]] == ["Mérida", "Caracas"]
    assert api.post(f"merges/{answer.json['merge']['id']}/undo").status_code == 200
    assert api.get(f"leads/{keep}").json["city"] == "Caracas"
    assert [each["city"] for each in api.get(f"leads/{gone}").json["addresses"]] == ["Mérida"]


def test_a_record_without_addresses_takes_the_others_and_gives_them_back(api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE, address="Calle 2", city="Mérida")
    answer = api.merge(keep, gone)
    assert api.get(f"leads/{keep}").json["city"] == "Mérida"
    api.post(f"merges/{answer.json['merge']['id']}/undo")
    assert api.get(f"leads/{keep}").json["city"] is None
    assert api.get(f"leads/{keep}").json["addresses"] == []
    assert api.get(f"leads/{gone}").json["city"] == "Mérida"


def test_what_was_changed_since_stays_and_is_told(api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE)
    merge = api.merge(keep, gone, **{"from": {"email": gone}}).json["merge"]["id"]
    api.patch(f"leads/{keep}", {"website": "nueva.example"})
    undone = api.post(f"merges/{merge}/undo").json
    assert len(undone["left"]) == 1
    assert "Sitio" in undone["left"][0] or "web" in undone["left"][0].lower()
    record = api.get(f"leads/{keep}").json
    assert (record["email"], record["website"]) == (FULL["email"], "https://nueva.example")
    assert api.post(f"merges/{merge}/undo").status_code == 409  # only once


def test_ids_of_what_is_gone_are_not_given_again(api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE)
    merge = api.merge(keep, gone).json["merge"]["id"]
    assert api.make(name="Nueva") > gone
    assert api.post(f"merges/{merge}/undo").status_code == 200
    assert api.get(f"leads/{gone}").json["name"] == BARE["name"]


def test_the_old_address_leads_to_the_record(installation: Installation, api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE)
    further = api.make(name="Tercera")
    api.merge(keep, gone)
    api.merge(further, keep)
    page = installation.browser().get(f"/leads/{gone}")
    assert page.status_code == 302
    assert page.location.endswith(f"/leads/{further}")
    answer = api.get(f"leads/{gone}")
    assert answer.status_code == 410
    assert answer.json["error"]["code"] == "merged"
    assert answer.headers["Location"].endswith(f"/api/v1/leads/{further}")


def test_a_merge_is_one_entry_of_history(installation: Installation, api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE)
    api.merge(keep, gone)
    with installation.session() as session:
        entry = session.scalars(
            sa.select(History).order_by(History.id.desc()).where(History.record_id == keep)
        ).first()
        assert entry is not None
        assert entry.action == "merged"
        assert entry.changes["records"] == [None, BARE["name"]]
        assert "website" in entry.changes
        assert session.scalar(sa.select(sa.func.count(Merge.id))) == 1


def found_by(api: Api, text: str) -> list[Any]:
    return [each["id"] for each in api.get(f"leads?q={text}").json["items"]]


def test_search_follows(api: Api) -> None:
    keep, gone = (
        api.make(**FULL),
        api.make(**BARE, addresses=[{"city": "Barquisimeto"}, {"parish": "Altagracia"}]),
    )
    assert found_by(api, "altagracia") == [gone]
    merge = api.merge(keep, gone).json["merge"]["id"]
    assert found_by(api, "altagracia") == [keep]
    assert found_by(api, "barquisimeto") == [keep]
    api.post(f"merges/{merge}/undo")
    assert found_by(api, "altagracia") == [gone]


def test_what_is_gone_for_good_does_not_keep_a_merge_from_being_taken_back(
    installation: Installation, api: Api
) -> None:
    """A follower's account and a list's value may be deleted between a merge and its way back."""
    from core.access.models import User
    from plugins.crm_clients.models import Segment

    keep, gone = api.make(**FULL, segment="Mayorista"), api.make(**BARE, segment="Minorista")
    follower = installation.user("otra@example.com", name="Otra").id
    with installation.session() as session:
        session.add_all([Follower(resource="leads", record_id=id, user_id=follower) for id in (keep, gone)])
        session.commit()
    merge = api.merge(keep, gone).json["merge"]["id"]
    with installation.session() as session:
        session.delete(session.get_one(User, follower))
        session.delete(session.scalars(sa.select(Segment).where(Segment.name == "Minorista")).one())
        session.commit()
    undone = api.post(f"merges/{merge}/undo")
    assert undone.status_code == 200, undone.text
    assert api.get(f"leads/{gone}").json["segment"] is None
    with installation.session() as session:
        assert session.scalars(sa.select(Follower.record_id).where(Follower.user_id == follower)).all() == []


def test_merged_twice_a_record_is_parted_from_the_last_first(api: Api) -> None:
    first, second, third = api.make(**FULL), api.make(**BARE), api.make(name="Tercera", email="c@c.example")
    one = api.merge(second, third).json["merge"]["id"]
    two = api.merge(first, second).json["merge"]["id"]
    refused = api.post(f"merges/{one}/undo")
    assert refused.status_code == 409
    assert refused.json["error"]["code"] == "gone"
    assert api.post(f"merges/{two}/undo").json["back"] == [second]
    assert api.post(f"merges/{one}/undo").json["back"] == [third]
    assert api.get(f"leads/{third}").json["email"] == "c@c.example"


def test_a_deleted_survivor_comes_back_with_its_merge(installation: Installation, api: Api) -> None:
    keep, gone = api.make(**FULL), api.make(**BARE)
    merge = api.merge(keep, gone).json["merge"]["id"]
    pages = installation.browser()
    answer = pages.post(f"/leads/{keep}/delete")
    assert answer.status_code == 302
    assert api.post(f"merges/{merge}/undo").status_code == 409
    assert api.get(f"leads/{gone}").status_code == 404  # it leads nowhere now
    assert pages.post("/undo/1").status_code == 302
    assert api.post(f"merges/{merge}/undo").status_code == 200
    assert api.get(f"leads/{gone}").json["name"] == BARE["name"]
