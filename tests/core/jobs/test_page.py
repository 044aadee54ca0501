"""The page of a job: its owner's and the administrators', nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.access.actor import actor_of
from core.jobs import JobRow, enqueue
from core.jobs.worker import inner_app, work_off
from core.testing.installation import Installation, Shape

PLUGINS = Path(__file__).parent / "plugins"
ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture
def company(install: Callable[..., Installation]) -> Installation:
    """A company with `probe` on, and two salespeople."""
    made = install(Shape(language="en", mode="simple", apps=("probe",), plugins=(PLUGINS,)))
    for email in (ANA, BEN):
        made.user(email, language="en")
    return made


def ask(company: Installation, kind: str = "probe.count", **payload: object) -> int:
    with company.session(ANA) as session:
        row = enqueue(session, kind, payload, actor=actor_of(session), title="Count the stars")
        session.commit()
        return row.id


def test_who_asked_sees_it_wait_run_and_end(company: Installation) -> None:
    job_id = ask(company, "probe.who")
    browser = company.browser(ANA)

    page = browser.get(f"/jobs/{job_id}")
    assert (page.status_code, "Count the stars" in page.text, "Waiting" in page.text) == (200, True, True)
    assert f'hx-get="/jobs/{job_id}/progress"' in page.text

    work_off(inner_app(company.app))
    part = browser.get(f"/jobs/{job_id}/progress")
    assert part.status_code == 286  # htmx asks no more
    assert "Done" in part.text
    assert "Ana en" in part.text
    assert "hx-get" not in part.text


def test_anothers_job_answers_like_a_missing_one_but_administrators_see_all(company: Installation) -> None:
    job_id = ask(company)
    other, administrator = company.browser(BEN), company.browser()
    for path in (f"/jobs/{job_id}", f"/jobs/{job_id}/progress", f"/api/v1/jobs/{job_id}", "/jobs/99999"):
        assert other.get(path).status_code == 404, path
    assert other.post(f"/jobs/{job_id}/cancel").status_code == 404
    assert administrator.get(f"/jobs/{job_id}").status_code == 200
    assert company.browser(None).get(f"/jobs/{job_id}").status_code in (302, 303)


def test_it_is_paused_resumed_and_cancelled_by_buttons(company: Installation) -> None:
    job_id = ask(company, rows=1)
    browser = company.browser(ANA)

    def status() -> str:
        with company.session() as session:
            return session.get_one(JobRow, job_id).status

    browser.get(f"/jobs/{job_id}")
    assert browser.post(f"/jobs/{job_id}/pause").headers["Location"] == f"/jobs/{job_id}"
    assert status() == "paused"
    assert "Resume" in browser.get(f"/jobs/{job_id}").text
    assert "Pause" in browser.post(f"/jobs/{job_id}/resume", headers={"HX-Request": "true"}).text
    assert status() == "queued"
    browser.post(f"/jobs/{job_id}/cancel")
    assert status() == "cancelled"


def test_the_api_tells_how_it_stands(company: Installation) -> None:
    job_id = ask(company, "probe.refuse")
    work_off(inner_app(company.app))
    answer = company.browser(None).get(f"/api/v1/jobs/{job_id}", headers=company.token(ANA))
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["error"]) == ("failed", "The moon is full.")
