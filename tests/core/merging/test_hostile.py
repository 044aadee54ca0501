"""Merging within one's rights only: scopes, forged ids, rules that stand against it, and two at once."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from core.merging.models import Merge
from core.testing.installation import Installation
from plugins.crm_leads.models import Conversion, Lead, Result
from tests.core.merging.conftest import ANA, BETO, Api

SAME = {"name": "Ferretería Sol", "email": "sol@example.com"}


def test_anothers_record_answers_like_a_missing_one(
    installation: Installation, api: Api, sellers: tuple[Api, Api]
) -> None:
    ana, beto = sellers
    hers, also_hers, his = ana.make(**SAME), ana.make(**SAME), beto.make(**SAME)
    for answer in (
        ana.merge(hers, his),
        ana.merge(his, hers),
        ana.merge(hers, 99999),
        ana.post("leads/not-duplicates", {"ids": [hers, his]}),
    ):
        assert answer.status_code == 404, answer.text
        assert "Beto" not in answer.text
    groups = ana.get("leads/duplicates?key=email").json["items"]
    assert [group["ids"] for group in groups] == [[hers, also_hers]]
    assert groups[0]["count"] == 2  # his is not even counted
    pages = installation.browser(ANA)
    assert f"/leads/{his}" not in pages.get("/leads/duplicates?key=email").text
    assert f"/leads/{his}" not in pages.get(f"/leads/{hers}/duplicates").text
    assert pages.get(f"/leads/merge?id={hers}&id={his}").status_code == 404
    assert pages.post("/leads/merge", {"id": [hers, his], "keep": hers}).status_code in (404, 409)
    assert beto.get(f"leads/{his}").status_code == 200


def test_what_one_may_not_delete_one_may_not_merge(installation: Installation, api: Api) -> None:
    installation.user(ANA, name="Ana Lista")  # a salesperson, who as shipped may not delete
    ana = Api(installation, installation.token(ANA))
    one, two = ana.make(**SAME), ana.make(**SAME)
    assert ana.merge(one, two).status_code == 403
    assert ana.get("leads/duplicates").status_code == 403
    assert installation.browser(ANA).get("/leads/duplicates").status_code == 403
    assert "duplicates" not in installation.browser(ANA).get("/leads").text
    merge = api.merge(one, two).json["merge"]["id"]
    assert ana.post(f"merges/{merge}/undo").status_code == 403
    assert "/merges/" not in installation.browser(ANA).get(f"/leads/{one}/timeline").text


def test_who_may_not_see_what_it_became_is_not_led_there(
    installation: Installation, api: Api, sellers: tuple[Api, Api]
) -> None:
    ana, beto = sellers
    hers, his = ana.make(**SAME), beto.make(**SAME)
    merge = api.merge(hers, his).json["merge"]["id"]
    assert beto.get(f"leads/{his}").status_code == 404
    assert installation.browser(BETO).get(f"/leads/{his}").status_code == 404
    assert beto.post(f"merges/{merge}/undo").status_code == 404
    assert ana.get(f"leads/{his}").status_code == 410
    assert ana.post(f"merges/{merge}/undo").status_code == 403  # it would bring back what is not hers
    assert api.post(f"merges/{merge}/undo").status_code == 200
    assert beto.get(f"leads/{his}").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"keep": "1", "merge": [2]}, 422),
        ({"keep": True, "merge": [2]}, 422),
        ({"keep": 1, "merge": 2}, 422),
        ({"keep": 1, "merge": [1]}, 422),
        ({"keep": 1, "merge": [2], "values": []}, 422),
        ({"keep": 1, "merge": [2], "values": {"nothing": 1}}, 422),
        ({"keep": 1, "merge": [2], "values": {"city": "Caracas"}}, 422),
        ({"keep": 1, "merge": [2], "values": {"email": "nonsense"}}, 422),
        ({"keep": 1, "merge": [2], "values": {"name": ""}}, 422),
        ({"keep": 1, "merge": [2], "from": {"email": 3}}, 422),
        ({"keep": 1, "merge": [2], "from": {"condition": 2}}, 422),
        ({"keep": 1, "merge": [2], "from": {"id": 2}}, 422),
        ({"keep": 1, "merge": [2], "main": {"addresses": 3}}, 422),
        ({"keep": 1, "merge": [2], "surprise": 1}, 422),
        ({"keep": 1, "merge": list(range(2, 50))}, 422),
        ({"keep": 1, "merge": [2**70]}, 422),
        ({"keep": 1, "merge": [2], "versions": {"2": 7}}, 409),
        ({"keep": 1, "merge": [99], "versions": {"9" * 5000: 7}}, 404),
    ],
)
def test_forged_bodies_are_refused_and_nothing_is_done(api: Api, body: dict[str, Any], status: int) -> None:
    one, two = api.make(**SAME), api.make(**SAME)
    assert (one, two) == (1, 2)
    answer = api.post("leads/merge", body)
    assert answer.status_code == status, answer.text
    assert api.get("leads/2").status_code == 200
    with api.installation.session() as session:
        assert session.scalar(sa.select(sa.func.count(Merge.id))) == 0


def test_forged_cursors_and_forms_are_no_fault_of_the_server(installation: Installation, api: Api) -> None:
    one, two = api.make(**SAME), api.make(**SAME)
    pages = installation.browser()
    wanted = [[10**30, "a"], [-1, "a"], [2, "\ud800"], [2, "a\0"], ["2", "a"], [2], None]
    cursors = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in wanted]
    for cursor in (*cursors, "W1" * 700, base64.urlsafe_b64encode(b"[" * 2000).decode(), "%%%"):
        for resource in ("leads", "clients"):
            at = f"{resource}/duplicates?key=email&cursor={quote(cursor)}"
            assert api.get(at).status_code == 422, cursor[:40]
        assert pages.get(f"/leads/duplicates?key=email&cursor={quote(cursor)}").status_code == 302
        assert (
            pages.get(f"/leads/duplicates?key=email&with=clients&cursor={quote(cursor)}").status_code == 302
        )
    forged = {"id": [one, two], "keep": one, "version-x": "1", f"version-{'9' * 5000}": "1"}
    assert pages.post("/leads/merge", forged).location == f"/leads/{one}"


def test_the_old_address_leads_on_to_the_same_page_whatever_it_is_asked(
    installation: Installation, api: Api
) -> None:
    one, two = api.make(**SAME), api.make(**SAME)
    api.merge(one, two)
    for query in (
        "from=q%3Dsol",
        "_scheme=evil&_external=1",
        "_anchor=x",
        "resource=clients",
        "endpoint=x&id=9",
    ):
        led = installation.browser().get(f"/leads/{two}?{query}")
        assert (led.status_code, led.location) == (302, f"/leads/{one}?{query}")


def test_records_of_another_kind_are_not_merged(api: Api) -> None:
    lead, _lead, _other = api.make(**SAME), api.make(**SAME), api.make(**SAME)
    client = api.make("clients", **SAME)
    assert api.merge(client, 3, resource="clients").status_code == 404
    assert (
        api.post("leads/merge", {"keep": lead, "merge": [_lead]}, **{"Idempotency-Key": "k"}).status_code
        == 200
    )
    again = api.post("leads/merge", {"keep": lead, "merge": [_lead]}, **{"Idempotency-Key": "k"})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("users/merge", {"keep": 1, "merge": [2]}).status_code == 404


def test_a_converted_lead_makes_the_merged_one_converted(api: Api) -> None:
    open_lead, converted = api.make(**SAME, phone_1="0414-1112233"), api.make(**SAME)
    client = api.post(f"leads/{converted}/convert").json["client"]["id"]
    answer = api.merge(open_lead, converted, **{"from": {"status": open_lead}})
    assert answer.status_code == 200, answer.text
    assert answer.json["record"]["condition"] == "client"
    assert answer.json["record"]["status"]["name"] == "Cliente"
    with api.installation.session() as session:
        found = session.execute(sa.select(Conversion.lead_id, Result.record_id).join(Result)).all()
        assert [tuple(row) for row in found] == [(open_lead, client)]
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 1
    assert api.post(f"merges/{answer.json['merge']['id']}/undo").status_code == 200
    assert api.get(f"leads/{open_lead}").json["condition"] == "prospect"
    assert api.get(f"leads/{open_lead}").json["status"]["name"] != "Cliente"
    assert api.get(f"leads/{converted}").json["condition"] == "client"
    with api.installation.session() as session:
        found = session.execute(sa.select(Conversion.lead_id, Result.record_id).join(Result)).all()
        assert [tuple(row) for row in found] == [(converted, client)]


def test_leads_of_different_clients_are_not_merged_before_those_are(api: Api) -> None:
    one, two = api.make(name="Sol"), api.make(name="Luna")
    clients = [api.post(f"leads/{lead}/convert").json["client"]["id"] for lead in (one, two)]
    refused = api.merge(one, two)
    assert refused.status_code == 409
    assert refused.json["error"]["code"] == "converted_apart"
    assert api.installation.browser().get(f"/leads/merge?id={one}&id={two}").status_code == 409
    assert api.merge(*clients, resource="clients").status_code == 200
    assert api.merge(one, two).status_code == 200


def test_of_two_merges_at_once_one_is_done(installation: Installation, api: Api) -> None:
    one, two, three = (api.make(**SAME) for _number in range(3))
    answers: list[Any] = []

    def press(keep: int, gone: int) -> None:
        answers.append(Api(installation, api.headers).merge(keep, gone))

    threads = [threading.Thread(target=press, args=pair) for pair in ((one, two), (three, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200, 404, 404] or [
        each.status_code for each in answers
    ].count(200) == 1 + (
        len({answer.json["record"]["id"] for answer in answers if answer.status_code == 200}) - 1
    )
    with installation.session() as session:
        merges = session.scalars(sa.select(Merge)).all()
        gone = [id for each in merges for id in each.gone_ids]
        assert len(gone) == len(set(gone))
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 3 - len(gone)
