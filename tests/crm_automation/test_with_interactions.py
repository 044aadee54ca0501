"""The three rules people ask for first: greet a new lead, wake one that lies still, thank for a deal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.access.models import Team, TeamMember
from core.api import forget, references_of, utcnow
from core.testing.installation import Installation
from plugins.crm_automation.clock import note_moments
from plugins.crm_automation.models import Rule
from plugins.crm_interactions.mailing.models import MailMessage, MailTemplate
from plugins.crm_interactions.models import Interaction, Task
from plugins.crm_leads.models import Lead
from tests.crm_automation.conftest import APPS, Firm


def test_greet_a_lead_wake_one_that_lies_still_and_thank_for_a_deal(
    install: Callable[..., Installation],
) -> None:
    firm = Firm(install(apps=(*APPS, "crm_interactions")))

    def all_of(model: type[Any]) -> list[Any]:
        return list(
            firm.system(lambda session: session.scalars(sa.select(model).order_by(model.created_at)).all())
        )

    templates = {each.name: each.id for each in all_of(MailTemplate)}
    first, thanks = templates["Primer contacto"], templates["Agradecimiento"]
    today = datetime.now(ZoneInfo("America/Caracas")).date()

    # a lead from the web: given out, a task for tomorrow, a mail kept as an interaction
    firm.rule(
        "created",
        {"kind": "assign", "person": "ana@example.com"},
        {"kind": "task", "title": "Call {name}", "days": 1, "time": "09:30"},
        {"kind": "letter", "template": str(first)},
        name="Welcome",
    )
    body = {"kind": "form", "name": "Bodega Sol", "email": "sol@example.com", "message": "Hello"}
    client, headers = firm.installation.app.test_client(), firm.installation.token()
    answer = client.post("/api/v1/inquiries", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    lead = answer.json["records"][0]["id"]
    firm.work()
    (run,) = firm.runs()
    assert run.result == "done", run.reason
    (task,) = all_of(Task)
    assert (task.title, task.record_id, task.assignee_id) == ("Call Bodega Sol", lead, firm.ana)
    assert (task.due_on, task.due_time) == (today + timedelta(days=1), "09:30")
    (sent,) = all_of(Interaction)
    assert (sent.record_id, sent.subject, sent.direction) == (lead, "Gracias por su interés", "out")
    message = firm.system(lambda session: session.get_one(MailMessage, sent.id))
    assert message.to == ["Bodega Sol <sol@example.com>"] and firm.mails()
    assert [link["resource"] for deed in run.told for link in deed.get("links", ())] == [
        "tasks",
        "interactions",
    ]
    assert f"/tasks/{task.id}" in firm.installation.browser().get("/settings/automation/log").text

    def team(session: Any) -> None:
        team = Team(name="East", manager_id=firm.mia)
        session.add(team)
        session.flush()
        session.add(TeamMember(team_id=team.id, user_id=firm.ana))
        forget(session)

    firm.system(team)
    # nothing done for three days: the manager hears of it, once
    idle = firm.rule(
        {"kind": "idle", "days": 3},
        {"kind": "notify", "people": [str(firm.mia)], "text": "{name} waits"},
        query="status=~open",
    )

    def still(session: Any) -> None:
        session.execute(
            sa.update(Lead).where(Lead.id == lead).values(last_touch_at=utcnow() - timedelta(days=3))
        )
        session.get_one(Rule, idle).looked_at = utcnow() - timedelta(hours=1)

    for _look in range(2):
        firm.system(still)
        firm.system(lambda session: note_moments(session, firm.installation.house))
        firm.work()
    assert firm.results(rule_id=idle) == ["done", "done"]  # another touch, another three days
    firm.system(lambda session: note_moments(session, firm.installation.house))
    firm.work()
    assert [each["text"] for each in firm.bells(firm.mia, "automation_told")] == ["Bodega Sol waits"] * 2

    # a deal is won: thanks by mail, and a task in ninety days
    firm.rule(
        {"kind": "status", "to": ["~won"]},
        {"kind": "letter", "template": str(thanks)},
        {
            "kind": "task",
            "title": "Repeat sale: {title}",
            "days": 90,
            "whose": "person",
            "person": "mia@example.com",
        },
        resource="deals",
    )
    (buyer,) = firm.write([{"name": "Ferretería Ávila", "email": "avila@example.com"}], resource="clients")
    (deal,) = firm.write([{"title": "Equipment", "client": buyer, "value": 100}], resource="deals")
    with firm.installation.session() as session:
        stage = next(item.id for item in references_of(session).items("stages") if item.meaning == "won")
    assert (
        client.patch(f"/api/v1/deals/{deal}", json={"stage": {"id": stage}}, headers=headers).status_code
        == 200
    )
    firm.work()
    assert firm.results(resource="deals") == ["done"], firm.runs()[-1].reason
    assert all_of(Interaction)[-1].resource == "deals"
    later = all_of(Task)[-1]
    assert (later.title, later.due_on) == ("Repeat sale: Equipment", today + timedelta(days=90))
    assert later.assignee_id == firm.mia
