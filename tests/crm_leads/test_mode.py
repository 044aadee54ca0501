"""The CRM mode: simple or classic, changed with what is there, and taken back (S2)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.cli import main
from core.jobs.worker import inner_app, work_off
from core.records.models import Attachment, History
from core.resources.context import write_context
from core.resources.write import check_draft, read_draft, write_drafts
from core.testing.installation import ADMIN, ALL_APPS, Installation
from plugins.crm_clients.mode.models import ModeChange
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import Deal, Pipeline, Stage
from plugins.crm_leads.models import Conversion, Lead
from tests.imports.test_resume import _wait, environ

LUIS = "luis@example.com"


class Api:
    """A program with somebody's token."""

    def __init__(self, installation: Installation, email: str = ADMIN) -> None:
        self.client = installation.app.test_client()
        self.headers = dict(installation.token(email))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.open(
            f"/api/v1{path}", method=method, json=body, headers={**self.headers, **headers}
        )


@pytest.fixture
def crm(install: Callable[..., Installation]) -> Installation:
    return install(apps=ALL_APPS, language="en")


def count(installation: Installation, model: type[Any], *criteria: Any) -> int:
    with installation.session() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*criteria)) or 0


def work(installation: Installation) -> None:
    work_off(inner_app(installation.app))


def fill(installation: Installation, number: int) -> None:
    """So many open leads, each of a company of its own."""
    with installation.session(ADMIN) as session:
        context = write_context(session, installation.house, session.info["actor"], "api")
        leads = installation.house.resources["leads"]
        drafts = [
            read_draft(leads, {"name": f"Empresa {n}", "email": f"e{n}@example.com"}, context)
            for n in range(number)
        ]
        for draft in drafts:
            check_draft(draft, context)
        write_drafts(drafts, context)
        session.commit()


def test_the_mode_is_changed_with_what_is_there_and_taken_back(crm: Installation) -> None:
    api, browser = Api(crm), crm.browser()
    crm.user(LUIS)
    known = api("POST", "/clients", {"name": "Panadería Sol", "email": "sol@example.com"}).json
    sol = api(
        "POST", "/leads", {"name": "Sol", "email": "SOL@example.com", "value": "900", "salesperson": LUIS}
    ).json
    rosa = api("POST", "/leads", {"name": "Rosa", "kind": "person", "phone_1": "0414-5551234"}).json
    twin = api("POST", "/leads", {"name": "Rosa A.", "kind": "person", "phone_1": "+58 4145551234"}).json
    stuck = api("POST", "/leads", {"name": "Ferretería Norte", "notes": "sin RIF"}).json
    junk = api("POST", "/leads", {"name": "Nadie", "status": "Junk", "junk_reason": "Does not answer"}).json
    done = api("POST", "/leads", {"name": "Ya cliente"}).json
    assert api("POST", f"/leads/{done['id']}/convert").status_code == 200
    need = {"name": "Ruta", "type": "text", "required": True, "resources": ["clients", "leads"]}
    ruta = api("POST", "/attributes", need).json
    for each in (sol, rosa, twin):
        assert api("PATCH", f"/leads/{each['id']}", {ruta["field"]: "Norte"}).status_code == 200
    api("PATCH", f"/clients/{known['id']}", {ruta["field"]: "Sur"})
    browser.post(f"/leads/{rosa['id']}/files", {"file": (BytesIO(b"plano"), "plano.txt")})
    clients = count(crm, Client)

    # what it would do, worked out by what does it; nothing is kept of it
    luis = Api(crm, LUIS)
    assert luis("POST", "/mode", {"mode": "simple"}).status_code == 403
    assert crm.browser(LUIS).get("/settings/mode").status_code == 403
    wish = {"mode": "simple", "new_pipeline": "De prospectos"}
    seen = api("POST", "/mode/preview", wish).json
    assert (seen["total"], seen["kept"], seen["troubled"]) == (4, 2, 1)
    assert sorted(each["count"] for each in seen["counts"]) == [1, 1, 1, 3]
    assert seen["troubles"][0]["title"] == "Ferretería Norte" and "Ruta" in str(seen["troubles"])
    page = browser.get("/settings/mode/change").text
    assert "De prospectos" not in page and 'value="kind" checked' in page
    shown = browser.post("/settings/mode/preview", {"mode": "simple", "become": "kind", "pipeline": "new"})
    assert "needs a name" in shown.text
    look = {"mode": "simple", "become": "both", "along": "y", "pipeline": "", "then": "look"}
    assert "Ferretería Norte" in browser.post("/settings/mode", look).text
    assert (count(crm, Conversion), count(crm, Deal), count(crm, Pipeline)) == (1, 0, 1)
    assert api("POST", "/mode", {"mode": "plain", "targets": "deal", "x": 1}).status_code == 422

    # changed: at once for what comes in, by a job for what is there; the page says how far it is
    answer = api("POST", "/mode", wish, **{"Idempotency-Key": "m"})
    assert answer.status_code == 202 and answer.json["state"] == "working"
    assert api("POST", "/mode", wish, **{"Idempotency-Key": "m"}).json == answer.json
    assert api("POST", "/mode", {"mode": "classic"}).json["error"]["code"] == "running"
    assert "being carried out" in browser.get("/settings/mode").text
    between = {"name": "Entretanto", "email": "e@example.com", "values": {ruta["field"]: "Este"}}
    arrived = api("POST", "/inquiries", between).json
    assert [each["resource"] for each in arrived["records"]] == ["deals", "clients"]
    work(crm)
    change = api("GET", "/mode").json["changes"][0]
    assert (change["state"], change["done"], change["failures"]) == ("done", 3, 1)
    assert change["failed"][0]["id"] == stuck["id"]
    with crm.session() as session:
        pipeline = session.scalars(sa.select(Pipeline).where(Pipeline.name == "De prospectos")).one()
        assert session.scalars(sa.select(Stage).where(Stage.pipeline_id == pipeline.id)).first()
        deals = {each.title: each for each in session.scalars(sa.select(Deal))}
        by_name = {name: deal for name, deal in deals.items() if deal.pipeline_id == pipeline.id}
        assert by_name["Sol"].client_id == known["id"] and by_name["Sol"].value == 900
        same = {deal.contact_id or deal.client_id for name, deal in by_name.items() if "Rosa" in name}
        assert len(same) == 1, "two leads of one person are two deals of one client"
        assert session.scalars(sa.select(Attachment.resource)).all() != ["leads"]
        assert session.scalars(sa.select(Conversion.batch)).all().count(f"mode:{change['id']}") == 3
    assert browser.get("/settings/mode").text.count("Ferretería Norte") == 1

    # in simple mode leads are history: nothing new by any door, nothing taken up again; all of it readable
    closed = api("POST", "/leads", {"name": "Nuevo"})
    assert closed.status_code == 409 and "/api/v1/inquiries" in closed.json["error"]["message"]
    assert browser.get("/leads/new").headers["Location"] == "/leads"
    late = browser.post("/leads/new", {"name": "Tecleado"})
    assert late.status_code == 422 and "Tecleado" in late.text and "In simple mode" in late.text
    file = api.client.post(
        "/api/v1/imports",
        data={"resource": "leads", "file": (BytesIO(b"Name\nX\n"), "x.csv")},
        headers=api.headers,
    )
    assert file.status_code == 409 and count(crm, Lead) == 6
    assert browser.get("/leads/import").headers["Location"] == "/leads"
    reopened = api("POST", f"/leads/{junk['id']}/reopen")
    assert reopened.status_code == 422 and "history" in str(reopened.json)
    assert "/do/reopen" not in browser.get(f"/leads/{junk['id']}").text
    back_open = api("PATCH", f"/leads/{done['id']}", {"status": "New"})
    assert back_open.status_code == 422
    listing = browser.get("/leads").text
    assert "In simple mode there are no new leads" in listing and 'href="/leads/quick"' not in listing
    rail = listing.split('id="rail"')[1]
    assert rail.index('href="/clients"') < rail.index('href="/leads"'), "history stands below"
    assert "/leads/new" not in browser.get("/shell/search?q=").text
    assert api("GET", "/leads?q=nadie").json["items"][0]["id"] == junk["id"]
    exported = browser.get("/leads/export?format=csv")
    assert exported.status_code == 200 and "Nadie" in exported.text
    exported.close()
    assert browser.get("/reports").status_code == 200

    # what stayed behind is put right and tried once more
    assert api("POST", "/mode/rest").status_code == 202
    work(crm)
    assert api("GET", f"/mode/changes/{change['id']}").json["failures"] == 1
    api("PATCH", f"/leads/{stuck['id']}", {ruta["field"]: "Norte"})
    browser.post("/settings/mode/rest")
    work(crm)
    change = api("GET", f"/mode/changes/{change['id']}").json
    assert (change["state"], change["done"], change["failures"]) == ("done", 4, 0)
    assert api("POST", "/mode/rest").json["error"]["code"] == "nothing"

    # taken back: everything that nobody has used since; what stays is named with the reason
    sol_deal = next(each for each in api("GET", "/deals").json["items"] if each["title"] == "Sol")
    api("PATCH", f"/deals/{sol_deal['id']}", {"notes": "Llamé"})
    assert "Take the change of mode back" in browser.get("/settings/mode/undo").text
    foreseen = browser.post("/settings/mode/preview", {"undo": "y"}).text
    assert "Leads that come back" in foreseen and "Sol" in foreseen
    assert api("POST", "/mode/undo/preview").json["total"] == 4
    assert browser.post("/settings/mode/undo").headers["Location"] == "/settings/mode"
    work(crm)
    standing = api("GET", "/mode").json
    assert standing["mode"] == "classic" and standing["open_leads"] == 4
    assert standing["changes"][0]["undoes"] == change["id"] and standing["changes"][0]["done"] == 4
    assert any(each.get("stays") and each["title"] == "Sol" for each in standing["changes"][0]["failed"])
    sol_again = api("GET", f"/leads/{sol['id']}").json
    assert sol_again["status"]["name"] == "New" and sol_again["salesperson"]["email"] == LUIS
    assert [each["title"] for each in api("GET", "/deals").json["items"] if "Rosa" in each["title"]] == []
    assert count(crm, Client) == clients + 1, "only who wrote between is new"
    with crm.session() as session:
        assert session.scalars(sa.select(Attachment.resource)).all() == ["leads"]
        told = session.scalars(sa.select(History).where(History.resource == "settings")).all()
        assert [each.changes["company.mode"] for each in told if "company.mode" in each.changes] == [
            ["classic", "simple"],
            ["simple", "classic"],
        ]
    assert api("POST", "/leads", {"name": "Nuevo", ruta["field"]: "x"}).status_code == 201

    # and the way back can be taken back: by command, in the way of before
    shell = CliRunner(
        env={
            "PROSPECTO_INSTANCE": str(crm.config.instance),
            "PROSPECTO_DATABASE_URL": crm.config.database_url,
        }
    )
    dry = shell.invoke(main, ["mode", "--undo", "--dry-run", "--json"])
    assert json.loads(dry.stdout)["total"] == 5
    assert shell.invoke(main, ["mode", "--undo"]).exit_code == 0
    work(crm)
    said = json.loads(shell.invoke(main, ["mode", "--json"]).stdout)
    assert said["mode"] == "simple" and said["changes"][0]["done"] == 5
    assert said["changes"][0]["wish"]["pipeline"] == pipeline.id


def test_of_two_changes_at_once_one_is_made(crm: Installation) -> None:
    fill(crm, 3)
    headers = dict(crm.token())

    def change(_number: int) -> int:
        answer = crm.app.test_client().post("/api/v1/mode", json={"mode": "simple"}, headers=headers)
        return int(answer.status_code)

    with ThreadPoolExecutor(6) as pool:
        codes = [*pool.map(change, range(6))]
    assert sorted(codes) == [202, 409, 409, 409, 409, 409]
    assert count(crm, ModeChange) == 1
    api = Api(crm)

    # somebody ends its job before it begins: it has stopped, says so, and goes on when asked
    crm.browser().post("/jobs/1/cancel")
    assert api("GET", "/mode").json["changes"][0]["state"] == "stopped"
    assert count(crm, Lead, Lead.converted_at.is_(None)) == 3
    inquiry = api("POST", "/inquiries", {"name": "Rosa", "email": "rosa@example.com"}).json
    assert inquiry["mode"] == "simple" and inquiry["records"][0]["resource"] == "deals"
    assert api("POST", "/mode/rest").status_code == 202
    work(crm)
    assert count(crm, Lead, Lead.converted_at.is_(None)) == 0
    assert api("GET", "/mode").json["changes"][0]["state"] == "done"

    # without open leads it is done at once; what was converted may also stay so
    assert api("POST", "/mode", {"mode": "classic", "bring_back": False}).status_code == 200
    assert count(crm, Conversion, Conversion.undone_at.is_(None)) == 3
    at_once = crm.browser().post("/settings/mode", {"mode": "simple"})
    assert at_once.status_code == 302 and api("GET", "/mode").json["mode"] == "simple"


@pytest.fixture
def start_worker(crm: Installation) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-m", "core.cli", "worker"], env=environ(crm)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_change_cut_off_by_a_kill_goes_on(
    crm: Installation, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    fill(crm, 300)
    api = Api(crm)
    assert api("POST", "/mode", {"mode": "simple"}).status_code == 202
    worker = start_worker()
    _wait(lambda: 0 < api("GET", "/mode").json["changes"][0]["done"] < 300)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    cut = count(crm, Conversion)
    assert 0 < cut < 300
    assert count(crm, Lead, Lead.converted_at.is_not(None)) == count(crm, Deal) == count(crm, Client) == cut
    start_worker()
    _wait(lambda: api("GET", "/mode").json["changes"][0]["state"] == "done")
    assert count(crm, Conversion) == count(crm, Deal) == count(crm, Client) == 300
    assert api("GET", "/mode").json["changes"][0]["done"] == 300
