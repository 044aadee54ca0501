"""Tasks at their pages and by command: a person's day, the calendar, a series that is left out once or ended."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.cli import main
from core.notifications.models import Notification
from tests.core.resources.test_budgets import BUDGETS, counting
from tests.crm_interactions.desk import CARACAS, Desk
from tests.fixtures_app import Installer


@pytest.fixture
def desk(install: Installer) -> Desk:
    return Desk(install)


def test_a_day_at_the_pages(desk: Desk) -> None:
    """My day, ticking and moving, the card at home, the pending tasks of a record, the calendar."""
    sol = desk.browser("sol@example.com")
    today = datetime.now(ZoneInfo(CARACAS)).date()
    lead = desk.call("POST", "leads", {"name": "Farmacia Sol", "salesperson": {"id": desk.sol}}).json["id"]
    late = desk.add("Late one", "sol@example.com", due_on=str(today - timedelta(days=1)), due_time="09:00")[
        "id"
    ]
    listed = desk.add(
        "With steps", "sol@example.com", items=[{"text": "One"}], record={"resource": "leads", "id": lead}
    )
    desk.add("Not hers", assignee=desk.leo)
    script = {"HX-Request": "true"}

    page = sol.get("/my-day").text
    assert "Late one" in page and "With steps" in page and "Not hers" not in page
    assert "Late one" in sol.get("/").text and "With steps" in sol.get(f"/leads/{lead}").text
    moved = sol.post(f"/tasks/{late}/put", {"to": "tomorrow"}, headers=script)
    assert moved.status_code == 204 and "undo_url" in moved.headers["HX-Trigger"]
    assert (
        desk.told(late)["due_on"] == str(today + timedelta(days=1)) and desk.told(late)["due_time"] == "09:00"
    )
    sol.post(f"/tasks/{late}/put", {"due_on": "2026-12-24", "due_time": "10:15"})
    sol.post(f"/tasks/{late}/put", {"minutes": "45"})
    told = desk.told(late)
    assert (told["due_on"], told["due_time"], told["minutes"]) == ("2026-12-24", "10:15", 45)
    calendar = sol.get("/calendar?view=week&on=2026-12-24").text
    assert "Late one" in calendar and "r-41 s-3" in calendar
    assert "Not hers" not in sol.get("/calendar?whose=all").text
    for address in (
        "/calendar?view=day&on=9999-99-99",
        "/calendar?on=2999-12-31&done=1",
        "/calendar?on=1900-01-01",
    ):
        assert sol.get(address).status_code == 200

    step = listed["items"][0]["id"]
    assert sol.post(f"/tasks/{listed['id']}/steps/{step}", {"done": "1"}, headers=script).status_code == 204
    assert desk.told(listed["id"])["items"][0]["done"] is True
    assert sol.post(f"/tasks/{listed['id']}/steps/{step + 99}", {"done": "1"}).status_code == 404
    turned = sol.post(f"/tasks/{listed['id']}/turn", {"done": "1"}, headers=script)
    assert desk.told(listed["id"])["done"] and "Done today" in sol.get("/my-day").text
    sol.post(json.loads(turned.headers["HX-Trigger"])["toast"]["undo_url"])
    assert not desk.told(listed["id"])["done"], "taken back"

    refused = sol.post("/tasks/add", {"title": "", "due_time": "09:00"}, headers=script)
    assert refused.status_code == 422 and "needs a day" in refused.text
    assert (
        sol.post("/tasks/add", {"title": "Quick", "resource": "leads", "record_id": lead}).status_code == 302
    )
    assert "Quick" in sol.get(f"/tasks/pending/leads/{lead}").text
    dialog = sol.get("/calendar/new?due_on=2026-12-01&due_time=09:00", headers=script).text
    assert 'value="2026-12-01"' in dialog and 'value="09:00"' in dialog
    assert sol.post("/calendar/new", {"task-due_on": "2026-12-01"}, headers=script).status_code == 422
    made = sol.post("/calendar/new", {"task-title": "Dialog", "task-due_on": "2026-12-01"}, headers=script)
    assert made.status_code == 204 and desk.titles("due_on=2026-12-01") == ["Dialog"]

    for number in range(8):
        due = str(today + timedelta(days=number - 2))
        desk.add(f"More {number}", "sol@example.com", due_on=due, record={"resource": "leads", "id": lead})
    for path, budget in BUDGETS.items():
        if any(each in path for each in ("/tasks", "/my-day", "/calendar")):
            address = path.replace("{id}", str(late))
            sol.get(address)
            with counting(desk.installation) as said:
                assert sol.get(address).status_code == 200
            asked = [
                each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))
            ]
            assert len(asked) <= budget, (path, len(asked), "\n".join(asked))

    given = desk.call("POST", "tasks", {"title": "Favour", "assignee": desk.leo}, "sol@example.com").json[
        "id"
    ]
    assert desk.titles("from_me=given", "sol@example.com") == ["Favour"], (
        "who gave it sees what becomes of it"
    )
    assert desk.told(given, "sol@example.com")["assignee"]["name"] == "Leo Paz"
    assert desk.press(given, "done", "sol@example.com").status_code == 403, "but it is his to do"

    with desk.installation.session() as session:
        heard = session.execute(
            sa.select(Notification.user_id, Notification.kind, Notification.record_id)
        ).all()
    assert (desk.leo, "assigned", given) in [tuple(each) for each in heard]
    many = [desk.add(f"Many {number}", "sol@example.com")["id"] for number in range(3)]
    sol.post("/tasks/bulk", {"action": "press:done", "id": [str(id) for id in many], "sure": "y"})
    assert all(desk.told(id)["done"] for id in many)

    pressing = desk.titles("state=overdue&state=today&assignee=~me", "sol@example.com")
    counted = re.search(r'id="[^"]*tasks[^"]*"[^>]*>(\d+)<', sol.get("/shell/counts").text)
    assert counted and int(counted[1]) == len(pressing) > 0

    form = sol.get(f"/tasks/{late}/edit").text
    [box] = re.findall(r'<input[^>]*name="items-0-done"[^>]*>', form)
    assert "checked" not in box, "an empty line of a checklist is not done"
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)
    sent = {"title": "Late no more", "version": version[1] if version else "", "items-rows": "1"}
    sent |= {"items-0-text": "", "due_on": str(today), "priority": "normal", "zone": CARACAS}
    assert sol.post(f"/tasks/{late}/edit", sent).status_code == 302
    assert (desk.told(late)["title"], desk.told(late)["items"]) == ("Late no more", [])

    leo = desk.browser("leo@example.com")
    for missing in (
        f"/tasks/{late}/turn",
        f"/tasks/{late}/put",
        f"/tasks/{late}/steps/{step}",
        "/tasks/999/turn",
    ):
        assert leo.post(missing, {"to": "today", "done": "1"}).status_code == 404
    assert (
        leo.get(f"/tasks/pending/leads/{lead}").status_code
        == 404
        == leo.get("/tasks/pending/users/1").status_code
    )


def test_a_series_is_left_out_once_or_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleting one that repeats asks which is meant; commands do what pages do."""
    start = datetime.now(ZoneInfo(CARACAS)).date() + timedelta(days=3)
    task = desk.add("Water the plants", due_on=str(start), repeat_every=2, repeat_unit="week")["id"]
    ada = desk.browser()
    asked = ada.get(f"/tasks/{task}/delete", headers={"HX-Request": "true"}, follow_redirects=True).text
    assert "Only this one" in asked and "The whole series" in asked
    ada.post(f"/tasks/{task}/series", {"what": "one"})
    [following] = desk.call("GET", "tasks").json["items"]
    assert (following["id"] != task, following["due_on"]) == (True, str(start + timedelta(weeks=2)))
    left = desk.press(following["id"], "leave-out").json
    assert left["due_on"] == str(start + timedelta(weeks=4))
    assert desk.press(left["next"], "leave-out", "leo@example.com").status_code == 404
    ada.post(f"/tasks/{left['next']}/series", {"what": "series"})
    assert desk.titles("") == []
    once = desk.add("Once")["id"]
    assert desk.press(once, "leave-out").status_code == 409
    assert "Only this one" not in ada.get(f"/tasks/{once}/delete", headers={"HX-Request": "true"}).text

    monkeypatch.setenv("PROSPECTO_INSTANCE", str(desk.installation.config.instance))
    monkeypatch.setenv("PROSPECTO_DATABASE_URL", desk.installation.config.database_url)

    def run(*words: str, fails: bool = False) -> str:
        result = CliRunner().invoke(main, ["tasks", *words])
        assert (result.exit_code != 0) == fails, result.output
        return result.output

    made = json.loads(run("add", "From afar", "--due", "2026-12-24", "--for", "sol@example.com", "--json"))[0]
    assert (made["due_on"], made["assignee"]["name"]) == ("2026-12-24", "Sol Vera")
    assert "[x]" in run("done", str(made["id"])) and "[ ]" in run("reopen", str(made["id"]))
    assert "From afar" in run("list", "--filter", "due_on=2026-12-24")
    assert "no task 999" in run("done", "999", fails=True) and "needs a day" in run(
        "add", "x", "--time", "9", fails=True
    )
