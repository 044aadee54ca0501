"""Tasks through their doors: when they are due, how they repeat, who does them, where they stand for their reader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

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
    desk.press(again["id"], "reopen")
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
    assert desk.titles("", "sol@example.com") == ["For Sol"], "others' tasks are not hers"
    assert desk.titles("", "leo@example.com") == []
    told = desk.call("GET", "tasks/1", as_="leo@example.com")
    assert told.status_code == 404 == desk.call("POST", "tasks/1/done", {}, "leo@example.com").status_code
