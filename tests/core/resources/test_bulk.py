"""The same done to many records, exports of a list, and saved views."""

from __future__ import annotations

import csv
import io
import re

import pytest

from core.jobs.worker import inner_app, work_off
from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, WriteLead
from tests.core.resources.test_list import names_in
from tests.core.resources.test_record import status_id, undo_address

HTMX = {"HX-Request": "true"}


def test_chosen_leads_get_a_status_after_the_question_and_back_by_undo(
    installation: Installation, write_lead: WriteLead
) -> None:
    ids = [write_lead(name=f"L{number}") for number in range(3)]
    browser = installation.browser()
    browser.get("/leads")
    asked = browser.post("/leads/bulk", {"action": "status", "id": ids[:2]})
    assert asked.status_code == 200 and 'name="status"' in asked.text
    third = status_id(installation, 2)
    answer = browser.post("/leads/bulk", {"action": "status", "id": ids[:2], "sure": "y", "status": third})
    assert answer.status_code == 302
    page = browser.get(f"/leads?status={third}").text
    assert sorted(names_in(page)) == ["L0", "L1"]
    browser.post(undo_address(page))
    assert names_in(browser.get(f"/leads?status={third}").text) == []


def test_all_records_of_the_list_are_deleted_and_come_back(
    installation: Installation, write_lead: WriteLead
) -> None:
    for number in range(4):
        write_lead(name=f"L{number}", level="Alto" if number else "Bajo", tags=["VIP"])
    browser = installation.browser()
    browser.get("/leads")
    question = browser.post("/leads/bulk", {"action": "delete", "all": "1", "query": "level=Alto"})
    assert "3" in question.text
    browser.post("/leads/bulk", {"action": "delete", "all": "1", "query": "level=Alto", "sure": "y"})
    page = browser.get("/leads").text
    assert names_in(page) == ["L0"]
    browser.post(undo_address(page))
    page = browser.get("/leads?tags=VIP").text
    assert sorted(names_in(page)) == ["L0", "L1", "L2", "L3"]


def test_tags_are_added_to_those_there_are(installation: Installation, write_lead: WriteLead) -> None:
    ids = [write_lead(name="A", tags=["VIP"]), write_lead(name="B")]
    browser = installation.browser()
    browser.get("/leads")
    browser.post("/leads/bulk", {"action": "tag", "id": ids, "sure": "y", "tags": "feria, nueva"})
    assert sorted(names_in(browser.get("/leads?tags=feria").text)) == ["A", "B"]
    assert names_in(browser.get("/leads?tags=VIP").text) == ["A"]


def test_more_than_two_hundred_are_done_by_a_job(installation: Installation, write_lead: WriteLead) -> None:
    from core.jobs.models import JobRow

    for number in range(201):
        write_lead(name=f"L{number}")
    browser = installation.browser()
    browser.get("/leads")
    answer = browser.post(
        "/leads/bulk", {"action": "tag", "all": "1", "query": "", "sure": "y", "tags": "muchos"}
    )
    assert re.fullmatch(r"/jobs/\d+", answer.headers["Location"])
    with installation.session() as session:
        job = session.get(JobRow, int(answer.headers["Location"].rsplit("/", 1)[1]))
        assert job is not None and job.status == "queued"
    assert work_off(inner_app(installation.app)) >= 1
    assert "201" in browser.get("/leads/summary?tags=muchos").text
    assert "201" in browser.get(answer.headers["Location"]).text


def test_a_salesperson_deletes_nothing_and_assigns_nothing_by_a_forged_form(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    own, other = write_lead(by=ANA, name="De Ana"), write_lead(name="Ajeno")
    browser = installation.browser(ANA)
    browser.get("/leads")
    assert (
        browser.post("/leads/bulk", {"action": "delete", "id": [own, other], "sure": "y"}).status_code == 403
    )
    third = status_id(installation, 2)
    browser.post("/leads/bulk", {"action": "status", "id": [own, other], "sure": "y", "status": third})
    assert names_in(installation.browser().get(f"/leads?status={third}").text) == ["De Ana"]


@pytest.mark.parametrize("action", ["", "nonsense", "status"])
def test_a_senseless_bulk_form_changes_nothing(
    installation: Installation, write_lead: WriteLead, action: str
) -> None:
    write_lead()
    browser = installation.browser()
    browser.get("/leads")
    answer = browser.post("/leads/bulk", {"action": action, "id": ["x", "-1"], "sure": "y"})
    assert answer.status_code in (302, 400)


def test_the_list_is_exported_as_it_is_filtered_with_formulas_as_text(
    installation: Installation, write_lead: WriteLead
) -> None:
    write_lead(name="=HYPERLINK(1)", level="Alto", city="Coro")
    write_lead(name="Otra", level="Bajo")
    browser = installation.browser()
    answer = browser.get("/leads/export?level=Alto&format=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=_separator(answer.data)))
    assert len(rows) == 2 and not any(cell.startswith("=") for cell in rows[1])
    assert browser.get("/leads/export?format=xlsx").data[:2] == b"PK"
    assert browser.get("/leads/export?format=exe").status_code == 404


def _separator(data: bytes) -> str:
    head = data.decode("utf-8-sig").splitlines()[0]
    return max(",;\t", key=head.count)


def test_chosen_rows_are_exported_alone(installation: Installation, write_lead: WriteLead) -> None:
    first, _second = write_lead(name="Uno"), write_lead(name="Dos")
    browser = installation.browser()
    browser.get("/leads")
    answer = browser.post("/leads/bulk", {"action": "export", "id": [first]})
    data = browser.get(answer.headers["Location"].replace("xlsx", "csv")).data.decode("utf-8-sig")
    assert "Uno" in data and "Dos" not in data


def test_a_view_is_kept_changed_and_removed(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(name="Alta", level="Alto")
    write_lead(name="Baja", level="Bajo")
    browser = installation.browser()
    browser.get("/leads")
    assert browser.post("/leads/views/new", {"name": "", "query": "level=Alto"}).status_code == 422
    answer = browser.post("/leads/views/new", {"name": "Los altos", "query": "level=Alto&cursor=x&nothing=1"})
    address = answer.headers["Location"]
    page = browser.get(address).text
    assert "Los altos" in page and names_in(page) == ["Alta"]
    id = re.search(r"view=s(\d+)", address).group(1)
    changed = browser.get(f"/leads?view=s{id}&level=Bajo").text
    assert 'class="changed"' in changed and f"/leads/views/{id}" in changed
    browser.post(f"/leads/views/{id}", {"query": "level=Bajo"})
    assert names_in(browser.get(f"/leads?view=s{id}&level=Bajo").text) == ["Baja"]
    browser.post(f"/leads/views/{id}/delete")
    assert "Los altos" not in browser.get("/leads").text


def test_a_view_is_seen_by_others_only_when_it_is_shared(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    browser = installation.browser()
    browser.get("/leads")
    browser.post("/leads/views/new", {"name": "Privada", "query": "level=Alto"})
    shared = browser.post("/leads/views/new", {"name": "De todos", "query": "level=Bajo", "shared": "y"})
    ana = installation.browser(ANA)
    page = ana.get("/leads").text
    assert "De todos" in page and "Privada" not in page
    id = re.search(r"view=s(\d+)", shared.headers["Location"]).group(1)
    assert ana.post(f"/leads/views/{id}/delete").status_code == 404
    assert ana.post(f"/leads/views/{id}", {"query": ""}).status_code == 404
