"""The day's mail: at each person's hour, once, of what they may still see; and what they choose and read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.notifications.digest import send_due
from core.notifications.models import DAILY, Digest, Notification
from core.notifications.service import choose, notify
from core.outbox import OutboxRow
from core.testing.installation import Installation

SARA, TOM = "sara@example.com", "tom@example.com"
MORNING = datetime(2027, 3, 15, 12, tzinfo=UTC)
"""Eight in the morning in Caracas, one in the afternoon in Paris."""


def test_the_days_mail(installation: Installation) -> None:
    sara = installation.user(SARA, name="Sara", language="en").id
    tom = installation.user(TOM, name="Tom", language="en", zone="Europe/Paris").id
    client, key = installation.app.test_client(), installation.token(SARA)
    other, admin = installation.token(TOM), installation.token()
    daily = {"kinds": {"assigned": {"bell": True, "mail": "daily"}, "followed": {"mail": "daily"}}}
    chosen = client.patch("/api/v1/notifications/choices", json=daily, headers=key).json
    assert chosen is not None and chosen["hour"] == 8
    assert chosen["kinds"]["followed"]["bell"] is True and chosen["kinds"]["followed"]["mail"] == "daily"
    client.patch("/api/v1/notifications/choices", json={**daily, "hour": 18}, headers=other)
    for wrong in (
        {"hour": 24},
        {"hour": True},
        {"kinds": {"assigned": {"mail": "weekly"}}},
        {"x": 1},
        {"kinds": []},
    ):
        answer = client.patch("/api/v1/notifications/choices", json=wrong, headers=key)
        assert answer.status_code == 422, wrong
    assert client.get("/api/v1/notifications/choices", headers=key).json == chosen

    leads = [
        client.post("/api/v1/leads", json={"name": name, "salesperson": sara}, headers=admin).json["id"]
        for name in ("Luna", "Sol", "Read", "Given on")
    ]
    items = client.get("/api/v1/notifications", headers=key).json["items"]
    read = next(each for each in items if "Read" in each["text"])
    client.post("/api/v1/notifications/read", json={"id": read["id"]}, headers=key)
    client.patch(f"/api/v1/leads/{leads[3]}", json={"salesperson": tom}, headers=admin)
    put_at(installation, MORNING - timedelta(hours=2))

    assert send(installation, MORNING - timedelta(minutes=1)) == []
    (mail,) = send(installation, MORNING)
    assert mail["to"] == SARA and "2 notifications" in mail["subject"]
    assert "A record is given to me" in mail["text"] and "“Luna”" in mail["text"] and "“Sol”" in mail["text"]
    assert "Read" not in mail["text"] and "Given on" not in mail["text"], "read, and out of sight"
    # once a day, whatever the clock says and whoever asks; what comes later waits for tomorrow
    say(installation, sara, "Later", MORNING + timedelta(hours=1))
    for now in (MORNING, MORNING - timedelta(hours=3)):
        assert send(installation, now) == []
    (evening,) = send(installation, MORNING + timedelta(hours=9))
    assert evening["to"] == TOM and "“Given on”" in evening["text"]
    assert kept_day(installation, tom) == date(2027, 3, 15)
    (tomorrow,) = send(installation, MORNING + timedelta(days=1))
    assert "“Later”" in tomorrow["text"] and "Luna" not in tomorrow["text"]
    assert send(installation, MORNING + timedelta(days=2)) == []
    assert kept_day(installation, sara) == date(2027, 3, 16)


def test_workers_at_the_same_moment_write_one_mail(installation: Installation) -> None:
    sara = installation.user(SARA, name="Sara", language="en").id
    with installation.session() as session:
        choose(session, installation.house, sara, {"assigned": (False, DAILY)})
        session.commit()
    for name in ("Luna", "Sol"):
        say(installation, sara, name, MORNING - timedelta(hours=1))

    def work(_number: int) -> None:
        with installation.session() as session:
            send_due(session, MORNING)
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with installation.session() as session:
        (mail,) = session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == "mail")).all()
    assert "“Luna”" in mail.payload["text"] and "“Sol”" in mail.payload["text"]


def test_reading_and_leaving_for_later(installation: Installation) -> None:
    sara = installation.user(SARA, name="Sara", language="en").id
    say(installation, sara, "Luna", MORNING)
    say(installation, sara, "Sol", MORNING)
    browser, client, key = (
        installation.browser(SARA),
        installation.app.test_client(),
        installation.token(SARA),
    )
    newest = client.get("/api/v1/notifications", headers=key).json["items"][0]["id"]
    assert browser.post(f"/notifications/{newest}/read").status_code == 302
    assert [
        each["text"] for each in client.get("/api/v1/notifications?unread=true", headers=key).json["items"]
    ] == ["Ada gave you “Luna”"]
    page = browser.get("/notifications?show=unread").text
    assert "“Luna”" in page and "“Sol”" not in page
    assert client.post("/api/v1/notifications/unread", json={"id": newest}, headers=key).json == {"unread": 1}
    assert client.get("/api/v1/notifications", headers=key).json["unread"] == 2
    stranger = installation.token()
    assert client.post("/api/v1/notifications/unread", json={"id": newest}, headers=stranger).json == {
        "unread": 0
    }
    assert client.post("/api/v1/notifications/unread", json={}, headers=key).status_code == 422
    reader = installation.token(SARA, read_only=True)
    assert client.post("/api/v1/notifications/read", headers=reader).status_code == 403
    assert browser.post(f"/notifications/{newest}/unread").status_code == 302
    assert installation.browser().post(f"/notifications/{newest}/unread").status_code == 404
    assert browser.get("/notifications/news").json == {"unread": 2, "cards": []}
    form = {"bell": ["assigned"], "mail-assigned": "daily", "hour": "7"}
    assert browser.post("/notifications/choices", form).status_code == 302
    assert (
        client.get("/api/v1/notifications/choices", headers=key).json["kinds"]["assigned"]["mail"] == "daily"
    )
    assert browser.post("/notifications/choices", {"mail-assigned": "weekly"}).status_code == 400


def say(installation: Installation, user_id: int, record: str, at: datetime) -> None:
    with installation.session() as session:
        notify(session, [user_id], "assigned", {"actor": "Ada", "record": record}, unique=record)
        session.execute(sa.update(Notification).where(Notification.unique == record).values(at=at))
        session.commit()


def put_at(installation: Installation, moment: datetime) -> None:
    with installation.session() as session:
        session.execute(sa.update(Notification).values(at=moment))
        session.execute(sa.delete(OutboxRow))
        session.commit()


def send(installation: Installation, now: datetime) -> list[dict[str, Any]]:
    """The mails that a worker writes at this moment."""
    with installation.session() as session:
        assert send_due(session, now) is False
        session.commit()
        mails = [row.payload for row in session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == "mail"))]
        session.execute(sa.delete(OutboxRow))
        session.commit()
    return mails


def kept_day(installation: Installation, user_id: int) -> date | None:
    with installation.session() as session:
        return session.scalar(sa.select(Digest.sent_on).where(Digest.user_id == user_id))
