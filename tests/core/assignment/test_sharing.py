"""Many records given out at once: in turn among people, or by a rule; in one go and by a job; taken back."""

from __future__ import annotations

import re
from collections import Counter

import sqlalchemy as sa

from core.assignment.absences import add_absence
from core.assignment.dealing import take_turns
from core.assignment.models import AssignmentLog, AssignmentRule
from core.assignment.rules import rules_of
from core.jobs.worker import inner_app, work_off
from core.notifications.models import Notification
from core.testing.installation import Installation
from tests.core.assignment.conftest import Desk


def owners(desk: Desk) -> list[str | None]:
    model = desk.installation.house.resources["leads"].model
    with desk.installation.session() as session:
        rows = session.scalars(sa.select(model.salesperson_id).order_by(model.id))
        return [desk.names.get(each) for each in rows]


def test_many_are_shared_out(desk: Desk, installation: Installation) -> None:
    rule, boss = desk.rule("Turno", doors=["inquiry"]), installation.browser()
    desk.bring([{"name": f"Lead {number}"} for number in range(7)])
    asked = {"action": "assign", "all": "1"}
    page = boss.post("/leads/bulk", asked).text
    assert 'name="share-how" value="among"' in page and f'<option value="{rule}">Turno' in page
    sure = asked | {"sure": "y", "share-how": "among"}
    assert boss.post("/leads/bulk", sure).status_code == 422  # among whom?
    among = sure | {"share-among": [str(desk.ids["ana"]), str(desk.ids["carla"])]}
    done = boss.post("/leads/bulk", among)
    assert done.status_code in (204, 302), done.text
    assert owners(desk) == ["ana", "carla"] * 3 + ["ana"]
    undo = re.search(r"/undo/\d+", boss.get("/leads").text)
    assert undo and boss.post(undo[0]).status_code in (204, 302)
    assert owners(desk) == [None] * 7
    boss.post("/leads/bulk", among)  # whoever was last given one is not the first again
    assert Counter(owners(desk)) in (Counter(ana=4, carla=3), Counter(ana=3, carla=4))
    by_rule = sure | {"share-how": "rule", "share-rule": str(rule)}
    assert boss.post("/leads/bulk", by_rule | {"share-rule": "99"}).status_code == 422
    boss.post("/leads/bulk", by_rule)
    assert owners(desk) == ["ana", "beto", "carla"] * 2 + ["ana"]
    with installation.session() as session:
        assert session.scalar(sa.select(AssignmentRule.turn)) == 1
        newest = session.scalars(sa.select(AssignmentLog).order_by(AssignmentLog.id.desc()).limit(1)).one()
        assert (newest.reason["rule"], newest.rule_id, newest.source) == ("Turno", rule, "page")
    boss.post("/leads/bulk", {**asked, "sure": "y", "salesperson": str(desk.ids["beto"])})  # to one, as ever
    assert owners(desk) == ["beto"] * 7
    client, headers = installation.app.test_client(), installation.token()
    ids = [each["id"] for each in client.get("/api/v1/leads", headers=headers).json["items"]]  # type: ignore[index]

    def assign(as_headers: object = headers, **body: object) -> object:
        answer = client.post("/api/v1/leads/assign", json={"ids": ids, **body}, headers=as_headers)
        return answer.json if answer.status_code == 200 else answer.status_code

    assert assign(among=["carla@example.com", "beto@example.com"]) == {"done": 4, "skipped": 3, "failed": []}
    assert sorted(Counter(owners(desk)).values()) == [3, 4]
    assert [assign(user="x"), assign(), assign(user=None, rule=rule), assign(rule=0)] == [422] * 4
    assert assign(installation.token("ana@example.com"), user="ana@example.com") == 403
    assert assign(user="beto@example.com") in ({"done": n, "skipped": 7 - n, "failed": []} for n in (3, 4))
    with installation.session() as session:
        latest = session.scalars(sa.select(AssignmentLog).order_by(AssignmentLog.id.desc()).limit(1)).one()
        assert latest.reason == {"how": "hand"}
        resource = installation.house.resources["leads"]
        people = list(desk.ids.values())
        today = desk.user(session, "ana").created_at.date()
        add_absence(session, desk.ids["ana"], today.replace(day=1), today.replace(year=today.year + 1))
        assert take_turns(session, resource, people, 3) == [people[1], people[2], people[1]]
        assert take_turns(session, resource, people, 2, start=1) == [people[2], people[1]]
        kept = next(each for each in rules_of(session, "leads") if each.id == rule)
        assert take_turns(session, resource, kept, 2) == [people[1], people[2]]
        assert take_turns(session, resource, [desk.ids["ana"]], 2) == []


def test_a_job_goes_on_with_the_turns_of_its_steps(sqlite_installation: Installation) -> None:
    desk, boss = Desk(sqlite_installation), sqlite_installation.browser()
    desk.bring([{"name": f"Lead {number}"} for number in range(250)])
    among = {"share-among": [str(id) for id in desk.ids.values()], "share-how": "among", "sure": "y"}
    assert "/jobs/" in boss.post("/leads/bulk", {"action": "assign", "all": "1", **among}).location
    work_off(inner_app(sqlite_installation.app))
    given = owners(desk)
    assert sorted(Counter(given).values()) == [83, 83, 84]
    assert given == (["ana", "beto", "carla"] * 84)[:250]
    with sqlite_installation.session() as session:
        told = session.scalars(sa.select(Notification).where(Notification.kind != "job")).all()
        heard = [(desk.names.get(each.user_id), each.kind, each.values.get("count")) for each in told]
        assert sorted(each for each in heard if each[0]) == [
            ("ana", "assigned_many", 84),
            ("beto", "assigned_many", 83),
            ("carla", "assigned_many", 83),
        ]
