"""Rules made, tried and run by page, by API, by command and as a file; what is wrong is said beside its place."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from core.access.models import Grant, Role
from core.api import forget
from core.cli import main
from tests.core.resources.test_budgets import BUDGETS, counting
from tests.crm_automation.conftest import Firm

API = "/api/v1/automation"


def test_a_rule_is_built_in_the_page_tried_out_switched_on_and_done(firm: Firm) -> None:
    browser = firm.installation.browser()
    at = "/settings/automation/rules/new?resource=leads"
    assert "No rules yet" in browser.get("/settings/automation").text
    assert 'name="rule-trigger"' in browser.get(at).text
    sent: dict[str, Any] = {
        "rule-name": "Big ones",
        "rule-owner": str(firm.admin),
        "rule-trigger": "status",
        "rule-count": "0",
        "rule-more": "tag",
        "rule-draw": "add",
        "value.from": "1000",
    }
    drawn = browser.post(at, sent)
    assert drawn.status_code == 200 and 'name="rule-on-to"' in drawn.text
    assert 'name="rule-do-0-tags"' in drawn.text and 'value="1000"' in drawn.text
    sent |= {"rule-count": "1", "rule-kind-0": "tag", "rule-do-0-tags": "big", "rule-more": "notify"}
    twice = browser.post(at, sent)
    assert "add the tag big" in twice.text and 'name="rule-do-1-text"' in twice.text
    up = browser.post(at, {**sent, "rule-count": "2", "rule-kind-1": "notify", "rule-draw": "up-1"})
    assert up.text.index('name="rule-do-0-text"') < up.text.index('name="rule-do-1-tags"')
    sent |= {"rule-count": "2", "rule-kind-1": "notify", "rule-do-1-text": "{nmae} is big"}
    del sent["rule-draw"]
    wrong = browser.post(at, sent)
    assert wrong.status_code == 422 and "Choose whom it tells." in wrong.text
    sent |= {"rule-do-1-owner": "y"}
    assert "is no field" in browser.post(at, sent).text
    sent |= {"rule-do-1-text": "{name} is big"}
    assert browser.post(at, sent).status_code == 302
    page = browser.get("/settings/automation").text
    print(re.findall("Leads: .*", page))
    assert (
        "Leads: when its status changes, and Estimated value: from 1000.00: add the tag big, then tell"
        in page
    )
    (rule,) = (int(each) for each in set(re.findall(r"/automation/rules/(\d+)/switch", page)))
    big, small = firm.write([{"name": "Sol", "value": 5000}, {"name": "Luna", "value": 5}])
    firm.write([{"id": id, "status": "En Gestión"} for id in (big, small)])
    tried = browser.post(f"/settings/automation/rules/{rule}/trial")
    assert "Had it been on for the last 30 days: 1 record." in tried.text and "tagged big" in tried.text
    assert firm.field(big, "tags") == [] and firm.work() == 0 and firm.runs() == []
    asked = browser.post(f"/settings/automation/rules/{rule}/run", {"id": [str(big), str(small)]})
    assert "to 2 records now" in asked.text
    browser.post(f"/settings/automation/rules/{rule}/run", {"id": [str(big), str(small)], "sure": "y"})
    firm.work()
    assert firm.field(big, "tags") == ["big"] and firm.field(small, "tags") == []
    log = browser.get(f"/settings/automation/log?rule={rule}").text
    assert "tagged big" in log and f"/leads/{big}" in log and "Luna" not in log
    browser.post(f"/settings/automation/rules/{rule}/switch", {"active": ["", "y"]})
    browser.post(f"/settings/automation/rules/{rule}/duplicate")
    assert "Big ones (copy)" in browser.get("/settings/automation").text
    file = browser.get("/settings/automation/rules.json")
    kept = json.loads(file.data)
    assert [each["owner"] for each in kept["rules"]] == ["admin@example.com"] * 2
    bad = {"rules": [{**kept["rules"][0], "actions": [{"kind": "tag"}]}]}
    browser.post("/settings/automation/import", {"file": (io.BytesIO(json.dumps(bad).encode()), "r.json")})
    assert "actions.0.tags" in browser.get("/settings/automation").text
    browser.post("/settings/automation/import", {"file": (io.BytesIO(file.data), "r.json")})
    again = (
        firm.installation.app.test_client()
        .get(f"{API}/rules", headers=firm.installation.token())
        .json["items"]
    )
    assert [each["active"] for each in again] == [True, False, False, False]
    assert again[2]["trigger"] == again[0]["trigger"] and again[2]["filter"] == again[0]["filter"]
    for path in (each for each in BUDGETS if "/settings/automation" in each):
        address = path.replace("{id}", str(rule))
        browser.get(address)
        with counting(firm.installation) as said:
            assert browser.get(address).status_code == 200
        asked = [each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))]
        assert len(asked) <= BUDGETS[path], (path, len(asked), "\n".join(asked))
    assert "Delete" in browser.post(f"/settings/automation/rules/{rule}/delete").text
    browser.post(f"/settings/automation/rules/{rule}/delete", {"sure": "y"})
    assert browser.get(f"/settings/automation/rules/{rule}").status_code == 404
    assert "tagged big" in browser.get("/settings/automation/log").text
    assert firm.installation.browser("mia@example.com").get("/settings/automation").status_code == 403


def test_rules_by_the_api_and_the_command(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    client, headers = firm.installation.app.test_client(), firm.installation.token()

    def call(method: str, path: str, code: int = 200, **body: Any) -> Any:
        answer = client.open(f"{API}{path}", method=method, json=body or None, headers=headers)
        assert answer.status_code == code, answer.text
        return answer.json

    made = call(
        "POST",
        "/rules",
        201,
        resource="leads",
        name="City",
        trigger={"kind": "changed", "field": "city", "to": "Coro"},
        actions=[{"kind": "status", "to": "En Gestión"}, {"kind": "set", "field": "value", "value": 7}],
        filter="value.to=100",
        active=True,
        owner="ana@example.com",
    )
    assert made["owner"]["email"] == "ana@example.com" and made["sentence"].startswith(
        "Leads: when “City” becomes “Coro”"
    )
    wrong = call(
        "POST",
        "/rules",
        422,
        resource="leads",
        name="",
        trigger={"kind": "x"},
        actions=[{"kind": "set", "field": "no"}],
        filter="nope=1",
    )
    assert {"name", "trigger", "actions.0.field", "filter"} <= set(wrong["error"]["fields"])
    call("POST", "/rules", 422, resource="nothing", name="x", trigger={}, actions=[])
    (lead,) = firm.write([{"name": "Uno", "value": 5, "salesperson": "ana@example.com"}])
    firm.write([{"id": lead, "city": "Coro"}])
    assert call("POST", f"/rules/{made['id']}/dry-run")["items"][0]["result"] == "done"
    assert firm.field(lead, "value") != "7.00"
    firm.work()
    (run,) = call("GET", "/runs?result=done")["items"]
    assert run["record"] == {"id": lead, "name": "Uno"} and len(run["told"]) == 2
    assert firm.field(lead, "status")["name"] == "En Gestión"
    call("POST", f"/runs/{run['id']}/retry", 409)
    call("POST", "/runs/99999/retry", 404)
    assert call("PATCH", f"/rules/{made['id']}", name="Town", active=False)["actions"] == made["actions"]
    call("POST", f"/rules/{made['id']}/run", ids=[lead])
    assert call("POST", "/import", **call("GET", "/export"))["made"] == 1
    first, second = (each["id"] for each in call("GET", "/rules")["items"])
    assert [each["id"] for each in call("POST", "/rules/order", ids=[second, first])["items"]] == [
        second,
        first,
    ]
    document = client.get("/api/v1/openapi.json", headers=headers).json
    assert f"{API}/rules/{{id}}/dry-run" in document["paths"]
    mia = firm.installation.token("mia@example.com")
    assert client.get(f"{API}/rules", headers=mia).status_code == 403

    def grant(session: Session) -> None:
        role = session.scalars(sa.select(Role).where(Role.name == "manager")).one()
        session.execute(
            sa.update(Grant).where(Grant.role_id == role.id, Grant.resource == "automation").values(scope=3)
        )
        forget(session)

    firm.system(
        grant
    )  # who may make rules works with them in their own name, and reads of no record they do not see
    listed = client.get(f"{API}/runs?result=done", headers=mia).json["items"][0]
    assert (listed["record"], listed["told"]) == (None, [])
    for path, body in (("", {"name": "Mine"}), ("/run", {"ids": [lead]})):
        method = "POST" if path else "PATCH"
        refused = client.open(f"{API}/rules/{made['id']}{path}", method=method, json=body, headers=mia)
        assert refused.status_code in (403, 422), refused.text
    assert client.delete(f"{API}/rules/{made['id']}", headers=mia).status_code == 409, "nor is it theirs"

    monkeypatch.setenv("PROSPECTO_INSTANCE", str(firm.installation.config.instance))
    monkeypatch.setenv("PROSPECTO_DATABASE_URL", firm.installation.config.database_url)

    def command(*words: str, code: int = 0) -> str:
        answer = CliRunner().invoke(main, ["automation", *words])
        assert answer.exit_code == code, answer.output
        return answer.stdout

    assert "Town" in command("list") and len(json.loads(command("list", "--json"))) == 2
    command("on", str(first))
    assert "Uno" in command("dry-run", str(first))
    assert json.loads(command("log", "--json"))[0]["rule"]["name"] == "City"
    command("off", str(first))
    command("on", "99999", code=2)
    call("DELETE", f"/rules/{first}", 204)
    call("GET", f"/rules/{first}", 404)
