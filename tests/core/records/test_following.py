"""The star of a record and the favourites of the navigation, each person's own."""

from __future__ import annotations

import re

import pytest

from core.testing.installation import ADMIN, Installation

SARA = "sara@example.com"


@pytest.fixture
def company(installation: Installation) -> Installation:
    installation.user(SARA, ["salesperson"], name="Sara")
    return installation


def lead(company: Installation, name: str, email: str = ADMIN) -> int:
    answer = company.app.test_client().post(
        "/api/v1/leads", json={"name": name}, headers=company.token(email)
    )
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def names(company: Installation, query: str, email: str = ADMIN) -> list[str]:
    answer = company.app.test_client().get(f"/api/v1/leads?{query}", headers=company.token(email))
    return [each["name"] for each in answer.json["items"]]


def test_the_star_follows_and_the_list_shows_what_one_follows(company: Installation) -> None:
    one, _other = lead(company, "Farmacia Sol"), lead(company, "Taller Luna")
    ada = company.browser()
    assert 'aria-pressed="false"' in ada.get(f"/leads/{one}").text
    assert ada.post(f"/leads/{one}/follow", data={"on": "1"}).status_code == 302
    page = ada.get(f"/leads/{one}").text
    assert 'aria-pressed="true"' in page and "Ada Admin" in page
    assert names(company, "followed=me") == ["Farmacia Sol"]
    assert "Taller Luna" not in ada.get("/leads?followed=me").text
    ada.post(f"/leads/{one}/follow", data={"on": "0"})
    assert names(company, "followed=anybody") == []


def test_nobody_follows_what_they_may_not_see(company: Installation) -> None:
    theirs = lead(company, "Farmacia Sol")
    sara, token = company.browser(SARA), company.token(SARA)
    assert sara.post(f"/leads/{theirs}/follow", data={"on": "1"}).status_code == 404
    assert sara.post(f"/leads/{theirs}/favourite", data={"on": "1"}).status_code == 404
    assert company.app.test_client().post(f"/api/v1/leads/{theirs}/follow", headers=token).status_code == 404


def test_the_api_follows_and_unfollows_and_a_reading_key_does_not(company: Installation) -> None:
    id, client = lead(company, "Farmacia Sol"), company.app.test_client()
    at = f"/api/v1/leads/{id}/follow"
    assert client.post(at, headers=company.token()).json == {"following": True}
    assert client.post(at, headers=company.token()).json == {"following": True}
    assert client.delete(at, headers=company.token(read_only=True)).status_code == 403
    assert names(company, "followed=me") == ["Farmacia Sol"]
    assert client.delete(at, headers=company.token()).json == {"following": False}


def test_favourites_stand_in_the_navigation_in_ones_own_order(company: Installation) -> None:
    ids = [lead(company, name, SARA) for name in ("Uno", "Dos")]
    sara = company.browser(SARA)
    for id in ids:
        sara.post(f"/leads/{id}/favourite", data={"on": "1"})
        sara.post(f"/leads/{id}/favourite", data={"on": "1"})
    sara.post("/leads/views/new", data={"name": "Mérida", "query": "city.contains=mérida"})
    token = company.token(SARA)

    def shown() -> list[dict[str, object]]:
        return list(company.app.test_client().get("/api/v1/favourites", headers=token).json["items"])

    match = re.search(r"view=s(\d+)", sara.get("/leads").text)
    assert match
    view_id = match.group(1)
    sara.post(f"/leads/views/{view_id}/favourite", data={"on": "1"})
    assert [each["label"] for each in shown()] == ["Uno", "Dos", "Mérida"]
    order = [str(each["id"]) for each in reversed(shown())]
    assert sara.post("/favourites/order", data={"id": order}).status_code == 204
    assert [each["label"] for each in shown()] == ["Mérida", "Dos", "Uno"]
    assert sara.post("/favourites/order", data={"id": ["9" * 30, "9" * 5000]}).status_code == 204
    assert "Mérida" in sara.get("/shell/counts").text
    assert company.app.test_client().get("/api/v1/favourites", headers=company.token()).json["items"] == []
    sara.post(f"/favourites/{order[0]}/remove")
    assert [each["label"] for each in shown()] == ["Dos", "Uno"]


def test_what_is_deleted_or_out_of_sight_is_no_favourite(company: Installation) -> None:
    kept, gone = lead(company, "Uno", SARA), lead(company, "Dos", SARA)
    sara = company.browser(SARA)
    for id in (kept, gone):
        sara.post(f"/leads/{id}/favourite", data={"on": "1"})
    client = company.app.test_client()
    assert client.delete(f"/api/v1/leads/{gone}", headers=company.token()).status_code == 204
    assert "Dos" not in sara.get("/shell/counts").text
    client.patch(f"/api/v1/leads/{kept}", json={"salesperson": None}, headers=company.token())
    assert "Uno" not in sara.get("/shell/counts").text
