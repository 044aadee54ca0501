"""Tasks through their doors: when they are due, how they repeat, who does them, where they stand for their reader."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.notifications.models import Notification
from plugins.crm_interactions.models import DAY, DONE, DUE, MONTH, WEEK, Task
from plugins.crm_interactions.tasks.moments import day_after, due_moment
from plugins.crm_interactions.tasks.series import next_day
from tests.crm_interactions.desk import CARACAS, Desk
from tests.fixtures_app import Installer

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def desk(install: Installer) -> Desk:
    return Desk(install)


def test_a_local_time_is_a_moment_also_where_clocks_are_changed() -> None:
    assert due_moment(date(2026, 11, 22), None, MADRID) == datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)
    assert due_moment(date(2026, 7, 1), "09:00", MADRID) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    skipped = due_moment(date(2026, 3, 29), "02:30", MADRID)
    assert skipped.astimezone(MADRID).strftime("%H:%M") == "03:30", "that hour does not exist"
    twice = due_moment(date(2026, 10, 25), "02:30", MADRID)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "of two the first"


def test_the_next_of_a_series_keeps_day_and_hour() -> None:
    days, start = [], date(2027, 1, 31)
    for _number in range(4):
        days.append(start)
        start = day_after(start, 1, MONTH, 1, anchor=31)
    assert [str(each) for each in days] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert day_after(date(2026, 10, 20), 1, WEEK, 1) == date(2026, 10, 27)

    def follows(done: datetime, **given: object) -> date | None:
        usual = {"due_on": date(2026, 11, 2), "zone": CARACAS, "repeat_every": 2, "repeat_unit": WEEK}
        return next_day(Task(**{**usual, "repeat_from": DUE, "done_at": done, **given}))

    soon, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 3, 15, tzinfo=UTC)
    assert follows(soon) == date(2026, 11, 16)
    assert follows(late) == date(2026, 12, 14), "what was missed meanwhile is passed by"
    assert follows(late, repeat_from=DONE) == date(2026, 12, 17)
    assert follows(late, repeat_every=1, repeat_unit=DAY) == date(2026, 12, 3)
    assert follows(late, repeat_until=date(2026, 12, 13)) is None
    midnight = datetime(2026, 11, 10, 2, tzinfo=UTC)
    assert follows(midnight, repeat_from=DONE) == date(2026, 11, 23), "the 9th, where it is meant"


def test_a_task_is_written_done_and_goes_on(desk: Desk) -> None:
    task = desk.add(
        "Call the port",
        due_on="2027-01-31",
        due_time="9.30 pm",
        priority="high",
        repeat_every=1,
        repeat_unit="month",
        remind=["60", "0"],
        items=[{"text": "Find the number"}, {"text": "Ask for the pilot"}],
    )
    assert (task["due_time"], task["zone"], task["assignee"]["name"]) == ("21:30", CARACAS, "Ada Admin")
    assert (task["due_at"], task["remind"]) == ("2027-02-01T01:30:00+00:00", ["0", "60"])
    assert (task["repeat_from"], task["done"]) == ("due", False)

    refused = desk.call("POST", "tasks", {"title": "", "due_time": "25:00", "repeat_every": 1})
    assert refused.status_code == 422
    assert refused.json["error"]["fields"].keys() >= {"title", "due_time", "due_on"}
    desk.change(task["id"], items=[{**task["items"][0], "done": True}, task["items"][1]])

    done = desk.press(task["id"], "done").json
    assert (done["done"], done["done_by"]["name"]) == (True, "Ada Admin")
    assert desk.press(task["id"], "done").json["done_at"] == done["done_at"], "done is done"
    [again] = desk.call("GET", "tasks?state=open").json["items"]
    assert (again["title"], again["due_on"], again["due_time"]) == ("Call the port", "2027-02-28", "21:30")
    assert (again["remind"], [each["done"] for each in again["items"]]) == (["0", "60"], [False, False])
    desk.press(again["id"], "done")
    [third] = desk.call("GET", "tasks?state=open").json["items"]
    assert third["due_on"] == "2027-03-31", "the 31st is meant, also after February"

    desk.press(again["id"], "reopen")
    assert desk.call("GET", f"tasks/{third['id']}").status_code == 404, "nobody had touched it"
    assert desk.told(again["id"])["done_by"] is None
    desk.press(again["id"], "done")
    [third] = desk.call("GET", "tasks?state=open").json["items"]
    desk.change(third["id"], notes="Bring the papers")
    assert desk.press(again["id"], "reopen").json["next_stays"] == third["id"]
    assert len(desk.titles("state=open")) == 2, "one that somebody has touched stays"
    desk.change(again["id"], repeat_every=None)
    assert desk.told(again["id"])["repeat_unit"] is None


def test_lists_stand_by_the_day_of_their_reader(desk: Desk) -> None:
    here = datetime.now(ZoneInfo(CARACAS))
    day = timedelta(days=1)
    for title, moment in (
        ("Late", here - 2 * day),
        ("Now", here),
        ("Soon", here + 3 * day),
        ("Far", here + 30 * day),
    ):
        desk.add(title, due_on=moment.date().isoformat())
    desk.add("Some day")
    desk.press(desk.add("Over")["id"], "done")
    desk.add("For Sol", assignee=desk.sol)
    found = {
        state: desk.titles(f"state={state}&assignee=~me")
        for state in ("open", "overdue", "today", "week", "planned", "none", "done")
    }
    assert found == {
        "open": found["open"],
        "overdue": ["Late"],
        "today": ["Now"],
        "week": ["Soon"],
        "planned": ["Soon", "Far"],
        "none": ["Some day"],
        "done": ["Over"],
    }
    assert sorted(found["open"]) == ["Far", "Late", "Now", "Some day", "Soon"]
    assert desk.titles("from_me=given") == ["For Sol"]
    assert desk.titles("remind=~any") and desk.call("GET", "tasks?remind=10").status_code == 422
    assert desk.titles("", "sol@example.com") == ["For Sol"], "others' tasks are not hers"
    assert desk.titles("", "leo@example.com") == []
    told = desk.call("GET", "tasks/1", as_="leo@example.com")
    assert told.status_code == 404 == desk.call("POST", "tasks/1/done", {}, "leo@example.com").status_code


def test_done_twice_at_once_makes_one_next_task(desk: Desk) -> None:
    task = desk.add("Count the stock", due_on="2026-11-02", repeat_every=1, repeat_unit="week")
    headers = desk.installation.token()
    gate, answers = threading.Barrier(6), []

    def press() -> None:
        client = desk.installation.app.test_client()
        gate.wait()
        answers.append(client.post(f"/api/v1/tasks/{task['id']}/done", json={}, headers=headers).status_code)

    people = [threading.Thread(target=press) for _ in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert set(answers) == {200}
    with desk.installation.session() as session:
        numbers = session.scalars(sa.select(Task.series_number).order_by(Task.id)).all()
        assert numbers == [1, 2]
        told = session.scalars(sa.select(Notification.kind)).all()
    assert not told, "who goes on with their own work is told nothing"


def test_tasks_go_where_their_record_goes(desk: Desk) -> None:
    def lead(name: str) -> int:
        return int(desk.call("POST", "leads", {"name": name, "salesperson": {"id": desk.sol}}).json["id"])

    first, second = lead("Farmacia Sol"), lead("Farmacia Luna")
    place = {"resource": "leads", "id": first}
    for title, body in (
        ("Call", {"due_on": "2026-11-20"}),
        ("Write", {"items": [{"text": "Say hello"}]}),
        ("Again", {"due_on": "2026-11-21", "repeat_every": 1, "repeat_unit": "day"}),
    ):
        desk.add(title, record=place, **body)
    desk.press(1, "done")
    assert desk.titles("", "sol@example.com") == desk.titles(""), (
        "who sees the lead sees what is to be done about it"
    )
    assert desk.call("POST", "tasks/2/done", {}, "sol@example.com").status_code == 403, "but it is not hers"
    assert desk.titles("", "leo@example.com") == []
    forged = desk.call("POST", "tasks", {"title": "Spy", "record": place}, "leo@example.com")
    missing = desk.call("POST", "tasks", {"title": "Spy", "record": {**place, "id": 999}}, "leo@example.com")
    assert forged.status_code == missing.status_code == 422
    assert (
        forged.json["error"]["fields"]["record"][0]["code"]
        == missing.json["error"]["fields"]["record"][0]["code"]
    )

    assert len(desk.titles(f"record=leads/{first}")) == 3
    assert desk.titles("record=~empty") == [] == desk.titles(f"record=leads/{second}")

    def standing() -> set[tuple[str, int]]:
        found = desk.call("GET", "tasks").json["items"]
        return {(each["record"]["resource"], each["record"]["id"]) for each in found}

    merged = desk.call("POST", "leads/merge", {"keep": second, "merge": [first]}).json
    assert standing() == {("leads", second)}
    desk.call("POST", f"merges/{merged['merge']['id']}/undo", {})
    assert standing() == {("leads", first)}

    done = desk.call("POST", f"leads/{first}/convert", {}).json
    desk.press(3, "done")
    [(resource, _id)] = standing()
    assert resource in ("clients", "deals"), "the next of a series lies where the one before does"
    desk.call("POST", f"conversions/{done['conversion']['id']}/undo", {})
    assert ("leads", first) in standing()
    desk.call("DELETE", f"leads/{first}")
    assert ("leads", first) not in standing()
