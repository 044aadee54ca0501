"""Duplicates and merges at the pages: candidates, preview, the merge, its way back, and pairs that are none."""

from __future__ import annotations

import re

import pytest

from core.testing.installation import Browser, Installation
from tests.core.merging.conftest import Api

FULL = {
    "name": "Farmacia Ávila, C.A.",
    "email": "a@avila.example",
    "phone_1": "0414-5551234",
    "city": "Caracas",
}
BARE = {
    "name": "FARMACIA AVILA",
    "email": "b@avila.example",
    "phone_2": "+58 414 555 12 34",
    "city": "Mérida",
}


@pytest.fixture
def pages(installation: Installation) -> Browser:
    return installation.browser()


def test_candidates_are_grouped_by_what_they_share(api: Api, pages: Browser) -> None:
    one, two = api.make(**FULL), api.make(**BARE)
    api.make(name="Otra", email="a@avila.example")
    client = api.make("clients", name="Farmacia Ávila S.A.")
    page = pages.get("/leads/duplicates?key=email").text
    assert "a@avila.example" in page
    assert "b@avila.example" not in page
    by_phone = pages.get("/leads/duplicates?key=phone").text
    assert all(f'href="/leads/{id}"' in by_phone for id in (one, two))
    by_name = pages.get("/leads/duplicates?key=name").text
    assert f'href="/clients/{client}"' in by_name  # its kin is shown beside
    assert pages.get("/leads/duplicates?key=name&cursor=nonsense").status_code == 302


def test_a_merge_is_looked_over_and_then_done(api: Api, pages: Browser) -> None:
    one, two = api.make(**FULL), api.make(**BARE)
    page = pages.get(f"/leads/merge?id={one}&id={two}&keep={one}")
    assert page.status_code == 200
    assert f'name="from-email" value="{one}" checked' in page.text
    assert f'name="main-addresses" value="{two}"' in page.text
    sent = {"id": [one, two], "keep": one, "from-email": two, "main-addresses": two}
    versions = dict(re.findall(r'name="(version-\d+)" value="(\d+)"', page.text))
    done = pages.post("/leads/merge", {**sent, **versions})
    assert done.status_code == 302
    record = pages.get(done.location).text
    assert "b@avila.example" in record
    assert "/merges/1/undo" in record  # the toast
    merged = api.get(f"leads/{one}").json
    assert (merged["email"], merged["city"], merged["phone_1"]) == (
        "b@avila.example",
        "Mérida",
        FULL["phone_1"],
    )
    story = pages.get(f"/leads/{one}/timeline").text
    assert BARE["name"] in story
    assert 'action="/merges/1/undo"' in story
    assert pages.post("/merges/1/undo").status_code == 302
    assert api.get(f"leads/{two}").json["email"] == "b@avila.example"
    assert 'action="/merges/1/undo"' not in pages.get(f"/leads/{one}/timeline").text


def test_a_record_changed_meanwhile_is_not_merged_unseen(api: Api, pages: Browser) -> None:
    one, two = api.make(**FULL), api.make(**BARE)
    api.patch(f"leads/{two}", {"notes": "importante"})
    sent = {"id": [one, two], "keep": one, f"version-{one}": 1, f"version-{two}": 1}
    answer = pages.post("/leads/merge", sent)
    assert answer.status_code == 409
    assert "importante" in answer.text
    assert api.get(f"leads/{two}").status_code == 200


def test_the_selection_of_a_list_leads_to_the_merge(api: Api, pages: Browser) -> None:
    ids = [api.make(name=f"L{number}") for number in range(11)]
    assert "/leads/merge/choose" in pages.get("/leads").text
    answer = pages.post("/leads/merge/choose", {"id": ids[:2]})
    assert answer.location.endswith(f"/leads/merge?id={ids[0]}&id={ids[1]}")
    assert pages.post("/leads/merge/choose", {"id": ids}).location.endswith("/leads")
    assert pages.post("/leads/merge/choose", {"id": ids[:1]}).location.endswith("/leads")
    assert pages.get(f"/leads/merge?id={ids[0]}").status_code == 409
    assert pages.get(f"/leads/merge?id={ids[0]}&id=99999").status_code == 404


def test_not_the_same_is_remembered_and_can_be_taken_back(api: Api, pages: Browser) -> None:
    one, two = api.make(**FULL), api.make(name="Otra", email=FULL["email"])
    pair = {"record": [f"leads-{one}", f"leads-{two}"]}
    assert pages.post("/leads/duplicates/apart", pair).status_code == 302
    assert f'href="/leads/{one}"' not in pages.get("/leads/duplicates?key=email").text
    assert api.get("leads/duplicates?key=email").json["items"] == []
    own = pages.get(f"/leads/{one}/duplicates").text
    assert "Ada Admin" in own
    pages.post("/leads/duplicates/together", pair)
    assert f'href="/leads/{one}"' in pages.get("/leads/duplicates?key=email").text
    assert pages.post("/leads/duplicates/apart", {"record": ["users-1", "leads-1"]}).status_code == 400


def test_a_record_tells_what_may_be_the_same(api: Api, pages: Browser) -> None:
    one, two = api.make(**FULL), api.make(**BARE)
    client = api.make("clients", name="Ávila", email=FULL["email"])
    page = pages.get(f"/leads/{one}/duplicates").text
    assert f'name="id" value="{two}" checked' in page
    assert f'href="/clients/{client}"' in page
    assert f"/leads/{one}/duplicates" in pages.get(f"/leads/{one}").text


def test_leads_that_are_clients_already_are_shown_with_what_to_do(api: Api, pages: Browser) -> None:
    lead = api.make(**FULL)
    client = api.make("clients", name="Ávila", phone_2=FULL["phone_1"])
    converted = api.make(name="Sol", phone_1="0212-5550000")
    api.post(f"leads/{converted}/convert")
    page = pages.get("/leads/duplicates?key=phone&with=clients").text
    assert f'href="/clients/{client}"' in page
    assert f'href="/leads/{lead}/convert"' in page
    assert f'href="/leads/{converted}"' not in page  # the conversion says already that they belong together
    pages.post("/leads/duplicates/apart", {"record": [f"leads-{lead}", f"clients-{client}"]})
    assert f'href="/clients/{client}"' not in pages.get("/leads/duplicates?key=phone&with=clients").text
    assert pages.get("/clients/duplicates?key=document&with=leads").status_code == 200
