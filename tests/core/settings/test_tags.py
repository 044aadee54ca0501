"""The tags themselves: renamed, coloured, merged, deleted, and brought back to the records that had them."""

from __future__ import annotations

import re

import pytest

from core.testing.installation import ADMIN, Browser, Installation

SARA = "sara@example.com"


@pytest.fixture
def company(installation: Installation) -> Installation:
    installation.user(SARA, ["salesperson"])
    client = installation.app.test_client()
    for name, tags in (("Uno", ["VIP"]), ("Dos", ["VIP", "Feria 2025"]), ("Tres", ["feria"])):
        answer = client.post("/api/v1/leads", json={"name": name, "tags": tags}, headers=installation.token())
        assert answer.status_code == 201, answer.json
    return installation


def ids(company: Installation) -> dict[str, int]:
    items = company.app.test_client().get("/api/v1/tags", headers=company.token()).json["items"]
    return {each["name"]: each["id"] for each in items}


def tags(company: Installation) -> dict[str, list[str]]:
    items = company.app.test_client().get("/api/v1/leads", headers=company.token()).json["items"]
    return {each["name"]: each["tags"] for each in items}


def found(company: Installation, text: str) -> list[str]:
    answer = company.app.test_client().get(f"/api/v1/leads?q={text}&sort=name", headers=company.token())
    return [each["name"] for each in answer.json["items"]]


def undo_from(page: Browser) -> str:
    text = page.get("/settings/tags").text
    match = re.search(r'data-undo="([^"]+)"', text)
    assert match, text[:2000]
    return match.group(1)


def test_a_tag_is_renamed_on_every_record_and_found_by_its_new_name(company: Installation) -> None:
    ada = company.browser()
    assert ada.post(f"/settings/tags/{ids(company)['VIP']}", data={"name": "Preferente"}).status_code == 302
    assert tags(company) == {"Uno": ["Preferente"], "Dos": ["Feria 2025", "Preferente"], "Tres": ["feria"]}
    assert (found(company, "preferente"), found(company, "vip")) == (["Dos", "Uno"], [])


def test_a_name_is_taken_once(company: Installation) -> None:
    ada = company.browser()
    ada.post(f"/settings/tags/{ids(company)['VIP']}", data={"name": "FERIA"})
    assert "VIP" in ids(company)
    assert "«feria»" in ada.get("/settings/tags").text
    ada.post("/settings/tags", data={"name": " "})
    assert len(ids(company)) == 3


def test_a_colour_is_seen_on_the_record(company: Installation) -> None:
    ada = company.browser()
    ada.post(f"/settings/tags/{ids(company)['VIP']}", data={"hue": "violet"})
    assert 'class="chip is-tinted h-violet">VIP<' in ada.get("/leads/1").text
    assert ada.post(f"/settings/tags/{ids(company)['VIP']}", data={"hue": "#ff0000"}).status_code == 400


def test_two_tags_become_one_and_two_again(company: Installation) -> None:
    ada, before = company.browser(), tags(company)
    known = ids(company)
    assert "VIP" in ada.get(f"/settings/tags/{known['feria']}/merge").text
    ada.post(f"/settings/tags/{known['feria']}/merge", data={"into": known["Feria 2025"]})
    assert tags(company) == {"Uno": ["VIP"], "Dos": ["Feria 2025", "VIP"], "Tres": ["Feria 2025"]}
    assert found(company, "2025") == ["Dos", "Tres"]
    ada.post(undo_from(ada))
    assert tags(company) == before
    assert found(company, "2025") == ["Dos"]


def test_a_record_with_both_keeps_one(company: Installation) -> None:
    ada, before, known = company.browser(), tags(company), ids(company)
    ada.post(f"/settings/tags/{known['VIP']}/merge", data={"into": known["Feria 2025"]})
    assert tags(company) == {"Uno": ["Feria 2025"], "Dos": ["Feria 2025"], "Tres": ["feria"]}
    ada.post(undo_from(ada))
    assert tags(company) == before


def test_a_deleted_tag_comes_back_once(company: Installation) -> None:
    ada, before = company.browser(), tags(company)
    ada.post(f"/settings/tags/{ids(company)['VIP']}/delete")
    assert tags(company) == {"Uno": [], "Dos": ["Feria 2025"], "Tres": ["feria"]}
    assert found(company, "vip") == []
    way_back = undo_from(ada)
    ada.post(way_back)
    assert tags(company) == before
    ada.post(way_back)
    assert tags(company) == before


def test_who_may_not_edit_settings_only_reads_names(company: Installation) -> None:
    sara = company.browser(SARA)
    assert sara.get("/settings/tags").status_code == 403
    for at in ("", f"/{ids(company)['VIP']}", f"/{ids(company)['VIP']}/delete"):
        assert sara.post(f"/settings/tags{at}", data={"name": "x"}).status_code == 403
    items = company.app.test_client().get("/api/v1/tags", headers=company.token(SARA)).json["items"]
    assert items and "count" not in items[0]
    assert (
        "count"
        in company.app.test_client().get("/api/v1/tags", headers=company.token(ADMIN)).json["items"][0]
    )
