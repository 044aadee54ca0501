"""When people are told of their tasks: whom, at which moment, and what they do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.access.models import User
from core.db import utcnow
from core.jobs.errands import run_errand
from core.notifications.models import Notification
from core.outbox import OutboxRow
from core.state import forget
from core.switchboard import SWITCHBOARD
from core.testing.installation import ADMIN
from plugins.crm_interactions.models import Reminder
from plugins.crm_interactions.reminders.telling import ERRAND
from tests.crm_interactions.conftest import ANA, BETO, Desk

NEW_YORK = "America/New_York"


@pytest.fixture
def clock(desk: Desk) -> Clock:
    return Clock(desk)


class Clock:
    """What the reminders of a desk are planned for, and a way to let their moment come."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def planned(self, task: int) -> list[datetime]:
        with self.desk.installation.session() as session:
            rows = sa.select(Reminder).where(Reminder.task_id == task).order_by(Reminder.minutes)
            return [row.at for row in session.scalars(rows) if row.told_at is None and row.at is not None]

    def comes(self, task: int, *, late: timedelta = timedelta(seconds=2)) -> None:
        """Let the moment of a task's reminders be just over, and a worker do what is due."""
        with self.desk.installation.session() as session:
            theirs = sa.update(Reminder).where(Reminder.task_id == task, Reminder.told_at.is_(None))
            session.execute(theirs.values(at=utcnow() - late))
            session.commit()
        self.work()

    def work(self) -> None:
        app = self.desk.installation.app.extensions[SWITCHBOARD].current()
        assert run_errand(app, ERRAND, 5)

    def told(self, email: str) -> Sequence[Any]:
        items: Sequence[Any] = self.desk.ask("GET", "notifications?unread=true", email)["items"]
        return [each for each in items if each["kind"] == "task_reminder"]

    def mails(self) -> list[tuple[str, str]]:
        with self.desk.installation.session() as session:
            rows = session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == "mail"))
            return [(row.payload["to"], row.payload["subject"]) for row in rows]


def task(desk: Desk, as_: str = ANA, **values: Any) -> int:
    usual = {"title": "Call Luna", "zone": NEW_YORK, "remind": ["0"]}
    return int(desk.make("tasks", as_, **usual | values)["id"])


def test_a_reminder_keeps_to_its_task_and_to_local_time(desk: Desk, clock: Clock) -> None:
    """The clocks of New York go back on 1 November 2027, forward on 14 March 2027: nine in the morning stays nine."""
    before = task(desk, due_on="2027-03-13", due_time="09:00", remind=["0", "60", "1440"])
    assert clock.planned(before) == [
        datetime(2027, 3, 13, 14, tzinfo=UTC),
        datetime(2027, 3, 13, 13, tzinfo=UTC),
        datetime(2027, 3, 12, 14, tzinfo=UTC),
    ]
    desk.ask("PATCH", f"tasks/{before}", ANA, 200, due_on="2027-03-15")
    assert clock.planned(before)[0] == datetime(2027, 3, 15, 13, tzinfo=UTC)
    whole = task(desk, due_on="2027-03-15", remind=["0", "1440"])
    eight = datetime(2027, 3, 15, 8, tzinfo=ZoneInfo(NEW_YORK))
    assert clock.planned(whole) == [eight, datetime(2027, 3, 14, 8, tzinfo=ZoneInfo(NEW_YORK))]
    # fewer, none, without a day, done and open again
    desk.ask("PATCH", f"tasks/{before}", ANA, 200, remind=["60"])
    assert clock.planned(before) == [datetime(2027, 3, 15, 12, tzinfo=UTC)]
    desk.ask("POST", f"tasks/{before}/done", ANA, 200)
    assert clock.planned(before) == []
    desk.ask("POST", f"tasks/{before}/reopen", ANA, 200)
    assert clock.planned(before) == [datetime(2027, 3, 15, 12, tzinfo=UTC)]
    desk.ask("PATCH", f"tasks/{before}", ANA, 200, due_on=None, due_time=None)
    assert clock.planned(before) == []
    # a habit is what new tasks begin with; what is over when it is set is told to nobody
    assert desk.ask("GET", "reminders", ANA)["habit"] == [0]
    desk.ask("PUT", "reminders/habit", ANA, 200, minutes=30)
    made = desk.make("tasks", ANA, title="New", due_on="2027-03-15", due_time="10:00", zone=NEW_YORK)
    assert made["remind"] == ["30"]
    desk.api.put("/api/v1/reminders/habit", json={"minutes": None}, headers=desk.key(ANA))
    assert desk.make("tasks", ANA, title="New", due_on="2027-03-15")["remind"] == []
    desk.ask("PUT", "reminders/habit", ANA, 422, minutes=31)
    desk.ask("PUT", "reminders/habit", ANA, 422, minutes="30")
    past = task(desk, due_on="2020-01-01", due_time="10:00")
    clock.work()
    assert (clock.planned(past), clock.told(ANA)) == ([], [])


def test_whoever_has_the_task_is_told_once_and_does_something_about_it(desk: Desk, clock: Clock) -> None:
    id = task(desk, due_on="2027-03-15", due_time="09:00", remind=["0", "60"])
    desk.ask("PATCH", f"tasks/{id}", ADMIN, 200, assignee={"id": desk.beto})
    clock.comes(id)
    clock.work()
    assert clock.told(ANA) == []
    told = clock.told(BETO)
    assert [each["text"].partition(" is due")[0] for each in told] == ["“Call Luna”", "“Call Luna”"]
    mails = [subject for to, subject in clock.mails() if to == BETO and " is due" in subject]
    assert len(mails) == 2
    # the machine's clock is set back
    with desk.installation.session() as session:
        session.execute(sa.update(Reminder).values(told_at=utcnow() + timedelta(hours=1)))
        session.commit()
    clock.work()
    assert len(clock.told(BETO)) == 2
    # moved into the future it is told again, moved within the past not
    desk.ask("PATCH", f"tasks/{id}", BETO, 200, due_on="2020-01-01")
    clock.work()
    assert len(clock.told(BETO)) == 2
    desk.ask("PATCH", f"tasks/{id}", BETO, 200, due_on="2028-03-15")
    assert len(clock.planned(id)) == 2
    # late ones say since when
    clock.comes(id, late=timedelta(hours=3))
    assert "This comes late, it was for" in clock.told(BETO)[0]["text"]
    # over the open page, with what one can do about it; the reminder is put off, not the task
    beto = desk.installation.browser(BETO)
    news = beto.get("/notifications/news").json
    assert news is not None and news["unread"] >= 4 and len(news["cards"]) == 3
    assert f"/reminders/{_reminder(desk, id, 0)}/later" in news["cards"][0]["html"] + news["cards"][1]["html"]
    first = clock.told(BETO)[0]["id"]
    later = f"/reminders/{_reminder(desk, id, 0)}/later?notification={first}"
    assert desk.installation.browser(ANA).post(later).status_code == 404
    assert beto.post(f"{later}{'9' * 30}", headers={"HX-Request": "true"}).status_code == 204
    assert beto.post(later, headers={"HX-Request": "true"}).status_code == 204
    (again,) = clock.planned(id)
    assert timedelta(minutes=9) < again - utcnow() <= timedelta(minutes=10)
    assert first not in [each["id"] for each in clock.told(BETO)]
    desk.ask("PATCH", f"tasks/{id}", BETO, 200, title="Call Luna again")
    assert clock.planned(id) == [again]
    desk.ask("POST", f"reminders/{_reminder(desk, id, 0)}/later", ANA, 404, minutes=5)
    desk.ask("POST", f"reminders/{_reminder(desk, id, 0)}/later", BETO, 422, minutes=0)
    desk.ask("POST", f"reminders/{_reminder(desk, id, 0)}/later", BETO, 200, minutes=60)
    assert desk.ask("GET", "reminders", BETO)["items"][0]["title"] == "Call Luna again"
    assert clock.told(BETO)
    done = beto.post(f"/reminders/{_reminder(desk, id, 0)}/done", headers={"HX-Request": "true"})
    assert done.status_code == 204 and desk.ask("GET", f"tasks/{id}", BETO)["done"]
    assert clock.told(BETO) == [], "what is done needs nothing more"
    # nobody hears of what is done, deleted or no longer theirs to see
    gone, hidden = (task(desk, due_on="2027-03-15") for _each in range(2))
    lead = desk.make("leads", name="Luna", salesperson={"id": desk.ana})["id"]
    beside = task(desk, due_on="2027-03-15", record={"resource": "leads", "id": lead})
    desk.ask("DELETE", f"tasks/{gone}", ANA)
    with desk.installation.session() as session:
        session.get_one(User, desk.ana).active = False
        forget(session)
        session.commit()
    clock.comes(hidden)
    clock.comes(beside)
    with desk.installation.session() as session:
        hers = sa.select(Notification).where(
            Notification.user_id == desk.ana, Notification.kind == "task_reminder"
        )
        assert session.scalars(hers).all() == []


def test_who_follows_a_record_hears_of_what_is_written_down_on_it(desk: Desk) -> None:
    lead = desk.make("leads", name="Luna", salesperson={"id": desk.ana})["id"]
    desk.ask("POST", f"leads/{lead}/follow", ANA, 200)
    desk.ask("POST", f"leads/{lead}/follow", ADMIN, 200)
    here = {"record": {"resource": "leads", "id": lead}}
    written = desk.make("interactions", ADMIN, subject="She wants two", **here)["id"]
    desk.make("tasks", ADMIN, title="Send them", assignee={"id": desk.beto}, **here)
    told = [each for each in desk.ask("GET", "notifications", ANA)["items"] if each["kind"] == "followed"]
    assert [(each["text"], each["url"]) for each in told] == [
        ("Ada Admin wrote down on “Luna”: She wants two", f"/interactions/{written}")
    ]
    assert not [each for each in desk.ask("GET", "notifications")["items"] if each["kind"] == "followed"]


def _reminder(desk: Desk, task_id: int, minutes: int) -> int:
    with desk.installation.session() as session:
        wanted = sa.select(Reminder.id).where(Reminder.task_id == task_id, Reminder.minutes == minutes)
        return int(session.scalars(wanted).one())
