"""Rules at work: what people set up with them, in whose name they act, and what stops them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.access.models import User
from core.api import utcnow
from core.records.models import History
from core.state import forget
from plugins.crm_automation.clock import note_moments
from plugins.crm_automation.models import Happening, Rule, Run
from plugins.crm_automation.working import MOST_AN_HOUR
from tests.crm_automation.conftest import Firm


def test_a_lead_from_the_web_is_given_out_tagged_told_of_and_written_to(firm: Firm) -> None:
    rule = firm.rule(
        "created",
        {"kind": "assign", "person": "ana@example.com"},
        {"kind": "set", "field": "city", "value": "Coro"},
        {"kind": "tag", "tags": ["web"]},
        {"kind": "notify", "people": [str(firm.mia)], "owner": True, "text": "{name} of {city}"},
        {"kind": "mail", "to": "record", "subject": "Hello {name}", "text": "From {salesperson}."},
        name="Welcome",
        query="value.from=1000",
    )
    big, small = firm.write(
        [
            {"name": "Bodega Sol", "email": "sol@example.com", "value": 5000},
            {"name": "Luna", "value": 10},
        ],
        source="inquiry",
    )
    assert firm.runs() == []  # whoever writes does not wait for rules
    firm.work()
    (run,) = firm.runs()
    assert (run.rule_id, run.record_id, run.result, run.chain != "") == (rule, big, "done", True)
    assert run.told[0]["text"] == "given to Ana"
    assert firm.field(big, "salesperson")["email"] == "ana@example.com"
    assert (firm.field(big, "city"), firm.field(big, "tags")) == ("Coro", ["web"])
    assert firm.field(small, "tags") == []
    assert [each["text"] for each in firm.bells(firm.ana, "automation_told")] == ["Bodega Sol of Coro"]
    assert firm.bells(firm.ana, "assigned")[0]["actor"] == "The rule “Welcome”"
    (mail,) = [each for each in firm.mails() if each["to"] == "sol@example.com"]
    assert (mail["subject"], mail["text"]) == ("Hello Bodega Sol", "From Ana.")
    sources = firm.system(
        lambda session: session.scalars(
            sa.select(History).where(History.record_id == big, History.source == "automation")
        ).all()
    )
    assert sources and all(each.changes["because"] == "Welcome" for each in sources)
    story = firm.installation.browser().get(f"/leads/{big}/timeline").text
    assert "Rule “Welcome”" in story
    assert firm.work() == 0 and len(firm.runs()) == 1


def test_what_rules_wait_for(firm: Firm) -> None:
    """Each kind of trigger, asked of one lead that changes step by step."""
    told = {"kind": "notify", "people": [str(firm.admin)], "text": "x"}
    rules = {
        "status": firm.rule({"kind": "status", "from": ["~open"], "to": ["~junk"]}, told),
        "any status": firm.rule({"kind": "status"}, told),
        "changed": firm.rule({"kind": "changed", "field": "city", "to": "Coro"}, told),
        "any city": firm.rule({"kind": "changed", "field": "city"}, told),
        "owner": firm.rule({"kind": "owner", "to": [str(firm.ana)]}, told),
        "tag": firm.rule({"kind": "tag", "tags": ["VIP"]}, told),
        "imported": firm.rule("created", told, imports=True),
        "not imported": firm.rule("created", told),
        "off": firm.rule("created", told, active=False),
    }
    names = {id: name for name, id in rules.items()}

    def after(**raw: object) -> list[str]:
        before = len(firm.runs())
        firm.write([{"id": lead, **raw}])
        firm.work()
        return sorted(names[run.rule_id] for run in firm.runs()[before:] if run.rule_id)

    (lead,) = firm.write([{"name": "Uno"}], source="import")
    firm.work()
    assert [names[run.rule_id] for run in firm.runs() if run.rule_id] == ["imported"]
    assert after(city="Caracas") == ["any city"]
    assert after(city="Coro", email="a@example.com") == ["any city", "changed"]
    assert after(tags=["nuevo"]) == []
    assert after(tags=["nuevo", "vip"]) == ["tag"]
    assert after(salesperson="mia@example.com") == []
    assert after(salesperson="ana@example.com") == ["owner"]
    assert after(status="En Gestión") == ["any status"]
    junk = firm.installation.app.test_client().patch(
        f"/api/v1/leads/{lead}",
        json={"status": "Descalificado", "junk_reason": {"id": 1}},
        headers=firm.installation.token(),
    )
    assert junk.status_code == 200, junk.text
    firm.work()
    assert [names[run.rule_id] for run in firm.runs()[-2:] if run.rule_id] == ["status", "any status"]


def test_moments_that_come_are_noted_once(firm: Firm) -> None:
    """An attribute's date, and days after it, at an hour of the company's day, whoever looks and how often."""
    client, headers = firm.installation.app.test_client(), firm.installation.token()
    body = {"name": "Renewal", "type": "date", "resources": ["leads"]}
    assert client.post("/api/v1/attributes", json=body, headers=headers).status_code == 201
    rule = firm.rule(
        {"kind": "date", "field": "x_renewal", "days": 3, "side": "after", "hour": 0},
        {"kind": "set", "field": "city", "value": "Coro"},
    )
    today = utcnow() - timedelta(hours=4)  # Caracas
    due, later = firm.write(
        [
            {"name": "Uno", "x_renewal": (today - timedelta(days=3)).date().isoformat()},
            {"name": "Dos", "x_renewal": today.date().isoformat()},
        ]
    )

    def look() -> int:
        return int(firm.system(lambda session: note_moments(session, firm.installation.house)))

    def back(session: sa.orm.Session) -> None:
        session.get_one(Rule, rule).looked_at = utcnow() - timedelta(days=1)

    assert look() == 0  # that day began before the rule was made
    firm.system(back)
    assert look() == 1
    firm.system(back)
    look()  # as a second worker that looked at the same time
    firm.work()
    assert [(run.record_id, run.result) for run in firm.runs()] == [(due, "done")]
    assert (firm.field(due, "city"), firm.field(later, "city")) == ("Coro", None)


def test_a_rule_may_what_its_owner_may_and_does_all_or_nothing(firm: Firm) -> None:
    """Records out of the owner's sight stay as they are, with the reason in the log; a refused deed takes back the rest."""
    anas = firm.rule("created", {"kind": "tag", "tags": ["mine"]}, owner=firm.ana, name="Ana's")
    broken = firm.rule(
        "created",
        {"kind": "set", "field": "city", "value": "Coro"},
        {"kind": "mail", "to": "record", "subject": "x", "text": "y"},
    )
    hers, others = firm.write(
        [{"name": "Hers", "salesperson": "ana@example.com", "email": "h@example.com"}, {"name": "Others"}]
    )
    firm.work()
    assert firm.field(hers, "tags") == ["mine"] and firm.field(others, "tags") == []
    assert firm.results(rule_id=anas) == ["done", "skipped"]
    assert "does not see this record" in firm.runs(rule_id=anas)[1].reason
    assert firm.results(rule_id=broken) == ["done", "failed"]
    assert firm.field(others, "city") is None  # all of it or nothing
    failed = firm.runs(rule_id=broken)[1]
    assert "no e-mail address" in failed.reason and failed.again_at is None
    firm.write([{"id": others, "email": "o@example.com"}])
    headers = firm.installation.token()
    client = firm.installation.app.test_client()
    assert client.post(f"/api/v1/automation/runs/{failed.id}/retry", headers=headers).status_code == 200
    firm.work()
    assert firm.results(rule_id=broken) == ["done", "done"] and firm.field(others, "city") == "Coro"

    def leave(session: sa.orm.Session) -> None:
        session.get_one(User, firm.ana).active = False
        forget(session)

    firm.system(leave)
    firm.write([{"name": "Three"}])
    firm.work()
    stopped = firm.system(lambda session: session.get_one(Rule, anas))
    assert not stopped.active and stopped.stopped
    assert firm.bells(firm.admin, "automation_stopped")[0]["rule"] == "Ana's"
    assert firm.results(rule_id=anas)[-1] == "skipped"


def test_loops_are_stopped(firm: Firm) -> None:
    """Two rules that cause one another, and one that works on a record time and again."""
    firm.rule(
        {"kind": "changed", "field": "city"}, {"kind": "set", "field": "title", "value": "{city}x"}, name="A"
    )
    firm.rule(
        {"kind": "changed", "field": "title"}, {"kind": "set", "field": "city", "value": "Coro"}, name="B"
    )
    (lead,) = firm.write([{"name": "Uno", "city": "Caracas"}])
    firm.write([{"id": lead, "city": "Mérida"}])
    firm.work()
    assert [(run.rule_name, run.depth, run.result) for run in firm.runs()] == [
        ("A", 0, "done"),
        ("B", 1, "done"),
        ("A", 2, "stopped"),
    ]
    assert len({run.chain for run in firm.runs()}) == 1
    busy = firm.rule(
        {"kind": "changed", "field": "notes"}, {"kind": "notify", "people": [str(firm.mia)], "text": "x"}
    )
    told = {
        "rule_id": busy,
        "rule_name": "x",
        "resource": "leads",
        "record_id": lead,
        "chain": "x",
        "result": "done",
    }
    firm.system(lambda session: session.add_all([Run(**told) for _number in range(MOST_AN_HOUR - 1)]))
    firm.write([{"id": lead, "notes": "once"}])
    firm.write([{"id": lead, "notes": "twice"}])
    firm.write([{"id": lead, "notes": "thrice"}])  # by then it is off
    firm.work()
    assert firm.results(rule_id=busy) == ["done"] * MOST_AN_HOUR + ["stopped"]
    assert not firm.system(lambda session: session.get_one(Rule, busy)).active
    assert firm.bells(firm.admin, "automation_stopped")


def test_a_chain_of_more_than_five_rules_ends(firm: Firm) -> None:
    fields = (
        "city",
        "title",
        "notes",
        "legal_name",
        "source_detail",
        "municipality",
        "parish",
        "postal_code",
    )
    for before, after in pairwise(fields):
        firm.rule({"kind": "changed", "field": before}, {"kind": "set", "field": after, "value": "set"})
    (lead,) = firm.write([{"name": "Uno"}])
    firm.write([{"id": lead, fields[0]: "go"}])
    firm.work()
    assert firm.results() == ["done"] * 6 + ["stopped"]


def test_nothing_happens_twice_and_nothing_is_lost_with_what_is_taken_back(firm: Firm) -> None:
    firm.rule("created", {"kind": "tag", "tags": ["x"]})
    with firm.installation.session("admin@example.com") as session:
        from core.resources.context import write_context
        from core.resources.write import create

        context = write_context(session, firm.installation.house, session.info["actor"], "api")
        create(firm.installation.house.resources["leads"], {"name": "Gone"}, context)
        session.rollback()
    count = sa.select(sa.func.count()).select_from(Happening)
    assert firm.system(lambda session: session.scalar(count)) == 0
    (deleted,) = firm.write([{"name": "Cero"}])
    client, headers = firm.installation.app.test_client(), firm.installation.token()
    assert client.delete(f"/api/v1/leads/{deleted}", headers=headers).status_code == 204
    assert firm.work() and firm.runs() == []  # nothing to do, and nothing to tell
    (lead,) = firm.write([{"name": "Uno"}])
    with firm.installation.session() as session:
        held = session.scalars(sa.select(Happening).where(Happening.record_id == lead)).one()
        run = dict(rule_name="x", resource="leads", record_id=lead, chain="c", result="done")
        session.add(Run(rule_id=held.rules[0], happening_id=held.id, **run))
        session.add(Run(rule_id=held.rules[0], happening_id=held.id, **run))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()
