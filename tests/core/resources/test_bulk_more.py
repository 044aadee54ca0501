"""Bulk: a field of many records is changed, tags are taken away, and what a job did is taken back by another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.jobs.worker import inner_app, work_off
from core.resources.bulk import PRESS, Deed, do
from core.resources.context import write_context
from core.resources.declare import Shortcut
from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, WriteLead
from tests.core.resources.test_record import undo_address


def leads(installation: Installation) -> list[dict[str, Any]]:
    answer = installation.app.test_client().get(
        "/api/v1/leads?sort=name&limit=200", headers=installation.token()
    )
    return list(answer.json["items"])


def test_a_field_of_many_is_changed_and_changed_back(
    installation: Installation, write_lead: WriteLead
) -> None:
    ids = [write_lead(name=f"L{number}", city="Mérida") for number in range(3)]
    browser = installation.browser()
    which = browser.post("/leads/bulk", {"action": "edit", "id": ids[:2]}).text
    assert 'value="city"' in which
    for kept_apart in ("name", "document_number", "email", "status", "salesperson", "tags"):
        assert f'<option value="{kept_apart}"' not in which
    asked = browser.post("/leads/bulk", {"action": "edit", "field": "city", "id": ids[:2]})
    assert 'name="city"' in asked.text and 'value="edit:city"' in asked.text
    browser.post("/leads/bulk", {"action": "edit:city", "id": ids[:2], "sure": "y", "city": "Caracas"})
    assert [each["city"] for each in leads(installation)] == ["Caracas", "Caracas", "Mérida"]
    browser.post(undo_address(browser.get("/leads").text))
    assert {each["city"] for each in leads(installation)} == {"Mérida"}


def test_what_names_one_record_is_not_given_to_many(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(name="L0")
    browser = installation.browser()
    for field in ("name", "email", "document_number", "condition2", "created_at"):
        sent = {"action": f"edit:{field}", "id": id, "sure": "y", field: "x"}
        assert browser.post("/leads/bulk", sent).status_code == 400


def test_tags_are_taken_away_and_come_back(installation: Installation, write_lead: WriteLead) -> None:
    ids = [write_lead(name=f"L{number}", tags=["VIP", "Feria"]) for number in range(2)]
    browser = installation.browser()
    browser.post("/leads/bulk", {"action": "untag", "id": ids, "sure": "y", "tags": "vip"})
    assert [each["tags"] for each in leads(installation)] == [["Feria"], ["Feria"]]
    browser.post(undo_address(browser.get("/leads").text))
    assert [each["tags"] for each in leads(installation)] == [["Feria", "VIP"]] * 2


def test_what_a_job_did_is_taken_back_by_who_asked_for_it(
    installation: Installation, write_lead: WriteLead
) -> None:
    installation.user("other@example.com", ["administrator"])
    for number in range(205):
        write_lead(name=f"L{number:03}", city="Mérida")
    browser = installation.browser()
    sent = {"action": "edit:city", "all": "1", "sure": "y", "city": "Caracas"}
    job = browser.post("/leads/bulk", sent).location
    work_off(inner_app(installation.app))
    assert {each["city"] for each in leads(installation)} == {"Caracas"}
    write_lead(name="L999", city="Mérida")
    page = browser.get(job).text
    match = re.search(r'action="(/jobs/\d+/undo)"', page)
    assert match, page
    assert installation.browser("other@example.com").post(match.group(1)).status_code == 404
    assert browser.post(match.group(1)).status_code == 302
    work_off(inner_app(installation.app))
    assert {each["city"] for each in leads(installation)} == {"Mérida"}
    assert "/undo" not in browser.get(job).text
    assert browser.post(match.group(1)).status_code == 404


def test_a_job_tells_how_many_could_not_be(installation: Installation, write_lead: WriteLead) -> None:
    for number in range(203):
        write_lead(name=f"L{number:03}")
    browser = installation.browser()
    job = browser.post(
        "/leads/bulk", {"action": "edit:value", "all": "1", "sure": "y", "value": "much"}
    ).location
    work_off(inner_app(installation.app))
    assert "203" in browser.get(job).text.split('class="result')[-1]
    told = installation.app.test_client().get(f"/api/v1{job}", headers=installation.token()).json
    assert "203" in str(told)


def test_a_press_on_many_needs_its_own_right_on_each(
    installation: Installation, write_lead: WriteLead
) -> None:
    installation.user(ANA)  # a salesperson, who may change but as shipped not delete
    id = write_lead(by=ANA)
    leads = installation.house.resources["leads"]
    wipe = Shortcut(
        "wipe", "Wipe", "x", ("city",), lambda *_: {"city": "X"}, "%(record)s", permission="delete"
    )
    with installation.session(ANA) as session:
        context = write_context(session, installation.house, session.info["actor"], "page")
        done = do(Deed(PRESS, "wipe"), replace(leads, shortcuts=(wipe,)), [id], context)
        assert (done.done, [each[0] for each in done.failed]) == (0, [id])
