"""One's tasks in another calendar program: read by a parser of iCalendar, by a secret link, and only one's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar

from core.access.models import User
from core.state import forget
from core.testing.installation import ADMIN
from tests.core.resources.test_budgets import counting
from tests.crm_interactions.conftest import ANA, BETO, Desk


def subscribe(desk: Desk, email: str = ANA) -> str:
    """The path of a new link."""
    url = desk.ask("POST", "calendar-link", email, 201)["url"]
    return "/feed/" + str(url).partition("/feed/")[2]


def read(desk: Desk, path: str) -> dict[str, Any]:
    """{summary: event} of what an anonymous program gets."""
    answer = desk.installation.app.test_client().get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/calendar; charset=utf-8"
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_tasks_are_events_of_a_calendar(desk: Desk) -> None:
    lead = desk.make("leads", name="Taller Ñandú", salesperson={"id": desk.ana})["id"]
    here = {"record": {"resource": "leads", "id": lead}, "zone": "America/New_York"}
    timed = desk.make(
        "tasks",
        ANA,
        title="Call; “now”",
        due_on="2027-03-15",
        due_time="09:00",
        minutes=45,
        remind=["10", "60"],
        notes="a\nb",
        **here,
    )
    desk.make("tasks", ANA, title="Whole day", due_on="2027-03-16", remind=["0", "1440"], zone="Europe/Paris")
    done = desk.make("tasks", ANA, title="Done", due_on="2027-03-17")["id"]
    desk.ask("POST", f"tasks/{done}/done", ANA, 200)
    desk.make("tasks", ANA, title="No date")
    desk.make("tasks", BETO, title="Another's", due_on="2027-03-15")
    path = subscribe(desk)
    events = read(desk, path)
    assert list(events) == ["Call; “now” · Taller Ñandú", "Whole day", "✓ Done"]
    call, whole = events["Call; “now” · Taller Ñandú"], events["Whole day"]
    assert call["dtstart"].params["TZID"] == "America/New_York"
    assert call["dtstart"].dt == datetime(2027, 3, 15, 13, tzinfo=UTC)  # summer time began the day before
    assert call["dtend"].dt - call["dtstart"].dt == timedelta(minutes=45)
    assert "a\nb" in call["description"] and "Taller Ñandú" in call["description"]
    assert [alarm["trigger"].dt for alarm in call.walk("VALARM")] == [
        -timedelta(minutes=10),
        -timedelta(hours=1),
    ]
    assert (whole["dtstart"].dt, whole["dtend"].dt) == (date(2027, 3, 16), date(2027, 3, 17))
    assert [alarm["trigger"].dt for alarm in whole.walk("VALARM")] == [
        timedelta(hours=8),
        -timedelta(hours=16),
    ]
    assert not events["✓ Done"].walk("VALARM")
    zones = {str(zone["tzid"]) for zone in _calendar(desk, path).walk("VTIMEZONE")}
    assert "America/New_York" in zones and len({str(event["uid"]) for event in events.values()}) == 3
    with counting(desk.installation) as said:
        desk.api.get(path)
    assert len([each for each in said if each.startswith("SELECT")]) <= 6, "however many tasks there are"
    # a change keeps the event and says that it is newer; what has not changed is not sent again
    tag = desk.api.get(path).headers["ETag"]
    assert desk.api.get(path, headers={"If-None-Match": tag}).status_code == 304
    desk.ask("PATCH", f"tasks/{timed['id']}", ANA, 200, due_time="10:00")
    changed = desk.api.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    newer = read(desk, path)["Call; “now” · Taller Ñandú"]
    assert newer["uid"] == call["uid"] and newer["sequence"] > call["sequence"]
    # only what is theirs to see now: the lead is another's, then the link is withdrawn
    desk.ask("PATCH", f"leads/{lead}", ADMIN, 200, salesperson={"id": desk.beto})
    assert "Call; “now”" in read(desk, path) and "Ñandú" not in desk.api.get(path).text
    again = subscribe(desk)
    assert desk.api.get(path).status_code == 404 and len(read(desk, again)) == 3
    page = desk.installation.browser(ANA).get("/profile").text
    assert "/profile/calendar-link/withdraw" in page and again not in page
    desk.ask("DELETE", "calendar-link", ANA, 204)
    assert desk.api.get(again).status_code == 404
    assert desk.ask("GET", "calendar-link", ANA) == {"made_at": None}


def test_a_link_opens_for_its_person_only_while_they_may_come_in(desk: Desk) -> None:
    browser = desk.installation.browser(ANA)
    shown = browser.post("/profile/calendar-link")
    assert (
        shown.status_code == 200
        and "webcal://" in shown.text
        and shown.headers["Cache-Control"] == "no-store"
    )
    path = subscribe(desk)
    with desk.installation.session() as session:
        kept = session.scalars(sa.text("SELECT digest FROM crm_interactions_feed")).all()
        assert path.removeprefix("/feed/").removesuffix(".ics") not in kept
    guesses = [desk.api.get(f"/feed/guess{number}.ics").status_code for number in range(35)]
    assert guesses[0] == 404 and guesses[-1] == 429
    assert desk.api.get(path).status_code == 200, "who has a link is not held up by others' guesses"
    reader = desk.installation.token(ANA, read_only=True)
    assert desk.api.post("/api/v1/calendar-link", headers=reader).status_code == 403
    with desk.installation.session() as session:
        session.get_one(User, desk.ana).active = False
        forget(session)
        session.commit()
    assert desk.api.get(path).status_code in (404, 429)


def _calendar(desk: Desk, path: str) -> Any:
    return Calendar.from_ical(desk.api.get(path).data)
