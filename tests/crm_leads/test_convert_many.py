"""Many leads are converted at once, in turn, by a job that stops, goes on, and is taken back whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from core.jobs.worker import inner_app, work_off
from core.testing.installation import ALL_APPS, Installation
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import Deal
from plugins.crm_leads.models import Conversion, Lead

PEOPLE = ("ana@example.com", "luis@example.com", "eva@example.com")


@pytest.fixture
def crm(install: Any) -> Installation:
    installation: Installation = install(apps=ALL_APPS)
    for email in PEOPLE:
        installation.user(email)
    return installation


def fill(crm: Installation, headers: Mapping[str, str], count: int) -> list[int]:
    """Leads of companies and of persons in turn, one of whom is a client already."""
    api, ids = crm.app.test_client(), []
    api.post(
        "/api/v1/clients", json={"name": "Ferretería 0, C.A.", "email": "f0@example.com"}, headers=headers
    )
    for number in range(count):
        kind = "person" if number % 3 == 2 else "company"
        body = {
            "name": f"Ferretería {number}",
            "kind": kind,
            "email": f"f{number}@example.com",
            "value": "100",
        }
        ids.append(api.post("/api/v1/leads", json=body, headers=headers).json["id"])
    return ids


def state(crm: Installation) -> tuple[int, int, int, int]:
    """How many clients, deals, converted leads and conversions that hold there are."""
    with crm.session() as session:
        held = sa.select(sa.func.count(Conversion.id)).where(Conversion.undone_at.is_(None))
        converted = sa.select(sa.func.count(Lead.id)).where(Lead.converted_at.is_not(None))
        counts = (sa.select(sa.func.count(Client.id)), sa.select(sa.func.count(Deal.id)), converted, held)
        return tuple(session.scalar(each) or 0 for each in counts)  # type: ignore[return-value]


def test_chosen_leads_are_converted_in_turn_and_taken_back(crm: Installation) -> None:
    headers = crm.token()
    ids = fill(crm, headers, 10)
    browser = crm.browser()
    form = {"id": [str(id) for id in ids], "query": ""}
    asked = browser.post("/leads/convert-many", form)
    assert asked.status_code == 200
    assert all(word in asked.text for word in ("Ana", "Luis", "Eva", 'value="deal"', 'value="kind"'))
    nothing = browser.post("/leads/convert-many", {**form, "sure": "y"})
    assert nothing.status_code == 422
    forged = {**form, "sure": "y", "targets": ["kind"], "people": ["999"]}
    assert browser.post("/leads/convert-many", forged).status_code == 422
    with crm.session() as session:
        people = list(session.scalars(sa.text("SELECT id FROM core_user WHERE email <> 'admin@example.com'")))
    begun = browser.post(
        "/leads/convert-many",
        {
            **form,
            "sure": "y",
            "match": "y",
            "targets": ["kind", "deal"],
            "people": [str(id) for id in people],
        },
    )
    assert begun.status_code == 302, re.findall(r"alert.*", begun.text)[:3]
    assert "/jobs/" in begun.headers["Location"]
    work_off(inner_app(crm.app))
    assert state(crm) == (10, 10, 10, 10)  # one went into the client that was there
    with crm.session() as session:
        got = Counter(session.scalars(sa.select(Deal.salesperson_id)))
        assert sorted(got) == sorted(people)
        assert max(got.values()) - min(got.values()) <= 1
    job = browser.get(begun.headers["Location"])
    assert "/undo" in job.text
    run = session_run(crm)
    assert browser.get(f"/leads/conversions/{run}/undo").status_code == 200
    browser.post(f"/leads/conversions/{run}/undo", {})
    work_off(inner_app(crm.app))
    assert state(crm) == (1, 0, 0, 0)
    assert browser.get(f"/leads/conversions/{run}/undo").status_code == 404


def session_run(crm: Installation) -> str:
    with crm.session() as session:
        return str(session.scalar(sa.select(Conversion.batch).limit(1)))


def test_by_the_api_and_the_command_and_only_ones_own(
    crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = crm.token()
    ids = fill(crm, headers, 6)
    api = crm.app.test_client()
    seller = crm.token("ana@example.com")
    own = api.post("/api/v1/leads", json={"name": "De Ana"}, headers=seller).json["id"]
    body: dict[str, Any] = {"ids": [*ids, own], "targets": ["company"]}
    for wrong in (
        {**body, "filter": "q=x"},
        {**body, "targets": []},
        {**body, "targets": ["invoice"]},
        {"x": 1},
    ):
        assert api.post("/api/v1/leads/convert-many", json=wrong, headers=headers).status_code in (409, 422)
    keyed = {**seller, "Idempotency-Key": "once"}
    first = api.post("/api/v1/leads/convert-many", json=body, headers=keyed)
    assert first.status_code == 202
    assert api.post("/api/v1/leads/convert-many", json=body, headers=keyed).json == first.json
    work_off(inner_app(crm.app))
    assert state(crm)[2:] == (1, 1)  # another's leads answered like missing ones
    assert (
        api.post("/api/v1/conversions/undo", json={"run": first.json["run"]}, headers=seller).status_code
        == 202
    )
    work_off(inner_app(crm.app))
    assert state(crm)[2:] == (0, 0)
    assert api.post("/api/v1/conversions/undo", json={"run": "job:99"}, headers=seller).status_code == 409

    from click.testing import CliRunner

    from core.cli import main

    monkeypatch.setenv("PROSPECTO_INSTANCE", str(crm.config.instance))
    monkeypatch.setenv("PROSPECTO_DATABASE_URL", crm.config.database_url)
    command = [
        "leads",
        "convert",
        "--filter",
        "q=Ferretería",
        "--target",
        "kind",
        "--target",
        "deal",
        "--json",
    ]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.output)
    assert (told["done"], told["failed"]) == (6, 0)
    assert state(crm)[2:] == (6, 6)
    back = CliRunner().invoke(main, ["leads", "undo-conversions", told["run"], "--json"])
    assert json.loads(back.output)["done"] == 6
    assert state(crm)[2:] == (0, 0)
