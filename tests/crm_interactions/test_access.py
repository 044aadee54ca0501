"""What lies beside a record is seen by whom that record is seen by; whose it is says who may change it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.access.models import Grant, Role, Share, Team
from core.access.teams import set_team
from core.access.why import why
from core.api import Refused, Scope, forget
from core.testing.installation import ALL_APPS, Installation
from plugins.crm_interactions.models import Interaction, Participant, Task
from tests.crm_interactions.conftest import Desk
from tests.fixtures_app import Installer

ANA, BETO, LEO = "ana@example.com", "beto@example.com", "leo@example.com"


def _seen(installation: Installation, email: str) -> set[str]:
    with installation.session(email) as session:
        return set(session.scalars(sa.select(Interaction.subject)))


def _grant(installation: Installation, role: str, resource: str, **scopes: Scope) -> None:
    with installation.session() as session:
        id = session.scalar(sa.select(Role.id).where(Role.name == role))
        for action, scope in scopes.items():
            session.merge(Grant(role_id=id, resource=resource, action=action, scope=int(scope)))
        forget(session)
        session.commit()


def test_seen_beside(install: Installer) -> None:
    installation = install(apps=ALL_APPS)
    ana, beto, leo = (
        installation.user(ANA, language="en"),
        installation.user(BETO, language="en"),
        installation.user(LEO, roles=("manager",), language="en"),
    )
    api = installation.app.test_client()
    keys = {each: installation.token(each) for each in (ANA, BETO, LEO)}

    def lead(email: str, name: str) -> int:
        body = {"name": name, "contact_email": f"{name.lower()}@example.com"}
        answer = api.post("/api/v1/leads", json=body, headers=keys[email])
        assert answer.status_code == 201, answer.text
        return int((answer.json or {})["id"])

    hers, his = lead(ANA, "Rosa"), lead(BETO, "Pedro")
    with installation.session() as session:
        for subject, name, id, person in (
            ("hers", "leads", hers, ana.id),
            ("his on hers", "leads", hers, beto.id),
            ("his", "leads", his, beto.id),
            ("hers on his", "leads", his, ana.id),
            ("of an app that is off", "trips", 1, ana.id),
        ):
            session.add(Interaction(resource=name, record_id=id, subject=subject, person_id=person))
        session.commit()
        session.add(Participant(interaction_id=1, name="Guest"))
        session.add(Participant(interaction_id=3, name="Stranger"))
        session.commit()

    assert _seen(installation, ANA) == {"hers", "his on hers"}
    assert _seen(installation, BETO) == {"his", "hers on his"}
    assert _seen(installation, LEO) == set()
    assert _seen(installation, "admin@example.com") == {"hers", "his on hers", "his", "hers on his"}
    with installation.session(ANA) as session:
        assert session.scalars(sa.select(Participant.name)).all() == ["Guest"]
        assert session.scalar(sa.select(sa.func.count(Interaction.id))) == 2

    def answers(method: str, path: str, email: str = ANA, **also: Any) -> int:
        return int(api.open(f"/api/v1/{path}", method=method, headers=keys[email], **also).status_code)

    assert answers("GET", "interactions/1") == 200
    assert answers("GET", "interactions/3") == answers("GET", "interactions/999") == 404
    assert answers("PATCH", "interactions/1", json={"subject": "hers"}) == 200
    refused = answers("PATCH", "interactions/2", json={"subject": "mine now"})
    assert refused in (403, 422)
    assert answers("DELETE", "interactions/2") == 403
    assert answers("DELETE", "interactions/4") == 404

    # whoever writes past the forms is held to the same
    for place in (("leads", his), ("leads", 9999), ("trips", 1)):
        with installation.session(ANA) as session:
            session.add(Interaction(resource=place[0], record_id=place[1], person_id=ana.id))
            with pytest.raises(Refused):
                session.flush()
            session.rollback()
    with installation.session(ANA) as session:
        session.get_one(Interaction, 1).record_id = his
        with pytest.raises(Refused):
            session.flush()
        session.rollback()
    with installation.session(ANA) as session:
        session.add(Interaction(resource="leads", record_id=hers, person_id=beto.id, subject="for him"))
        session.flush()
        session.rollback()

    # a share, a team, a denied status: what is true of the lead is true of what lies beside it
    with installation.session() as session:
        session.add(Share(resource="leads", record_id=his, user_id=ana.id))
        forget(session)
        session.commit()
    assert _seen(installation, ANA) == {"hers", "his on hers", "his", "hers on his"}
    assert answers("DELETE", "interactions/4") == 204
    with installation.session() as session:
        set_team(session, Team(), name="Norte", manager_id=leo.id, member_ids=[ana.id])
        session.commit()
    assert _seen(installation, LEO) == {"hers", "his on hers"}
    _grant(installation, "salesperson", "interactions", view=Scope.NONE)
    assert _seen(installation, BETO) == set()
    assert answers("GET", "interactions", BETO) == 403
    _grant(installation, "salesperson", "interactions", view=Scope.ALL)

    with installation.session("admin@example.com") as session:
        record = session.get(Interaction, 2)
        told = {
            each.action: each
            for each in why(
                session, installation.house, installation.house.resources["interactions"], record, ana.id
            )
        }
        assert told["view"].allowed and not told["edit"].allowed
        told = {
            each.action: each
            for each in why(
                session,
                installation.house,
                installation.house.resources["interactions"],
                session.get(Interaction, 1),
                beto.id,
            )
        }
        assert not told["view"].allowed and not told["edit"].allowed


def test_a_task_is_seen_by_whom_it_belongs_to_and_by_whom_its_record_is(desk: Desk) -> None:
    his = desk.make("leads", BETO, name="Pedro Gil")["id"]
    place = {"resource": "leads", "id": his}
    for_her = desk.make("tasks", BETO, title="For her", record=place, assignee={"id": desk.ana})["id"]
    desk.make("tasks", BETO, title="His own", record=place)
    desk.make("tasks", BETO, title="Of nothing")
    desk.make("tasks", title="The administrator's", record=place)

    def titles(email: str) -> set[str]:
        return {each["title"] for each in desk.ask("GET", "tasks", email, 200)["items"]}

    assert titles(BETO) == {"For her", "His own", "Of nothing", "The administrator's"}
    assert titles(ANA) == {"For her"}
    told = desk.ask("GET", f"tasks/{for_her}", ANA, 200)
    assert told["record"] == {"resource": None, "id": None, "name": None, "hidden": True}
    page = desk.installation.browser(ANA).get(f"/tasks/{for_her}").text
    assert "Pedro Gil" not in page and f"/leads/{his}" not in page
    # what is hidden may be sent back, and stays; another record that she does not see is none
    changed = desk.ask("PATCH", f"tasks/{for_her}", ANA, 200, record=told["record"], notes="Called twice")
    assert changed["notes"] == "Called twice" and changed["record"]["hidden"]
    desk.ask("PATCH", f"tasks/{for_her}", ANA, 422, record={"resource": "leads", "id": his})
    desk.ask("POST", f"leads/{his}/tasks", ANA, 404, title="Mine")
    with desk.installation.session() as session:
        assert session.get_one(Task, for_her).record_id == his
    # given on, it is out of her sight; she may give away what is hers
    desk.ask("PATCH", f"tasks/{for_her}", ANA, 204, assignee={"id": desk.beto})
    assert titles(ANA) == set()
    told = desk.ask("GET", f"leads/{his}/access?user={desk.ana}", status=200)
    assert not next(each for each in told["actions"] if each["action"] == "view")["allowed"]
    told = desk.ask("GET", f"tasks/{for_her}/access?user={desk.beto}", BETO, 200)
    reasons = {each["action"]: " ".join(each["reasons"]) for each in told["actions"]}
    assert "record beside which it lies" in reasons["view"] and "own" in reasons["edit"]
