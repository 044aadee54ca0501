"""Reports by mail: at their local minute, once, to each reader their own figures in their own language."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Thread
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from core.access.models import Role, User
from core.db import utcnow
from core.jobs.service import enqueue
from core.jobs.worker import inner_app, work_off
from core.outbox import OutboxRow, deliver_due
from core.settings import save_setting
from core.state import forget
from plugins.crm_reports.models import MONTH, Schedule, Sending
from plugins.crm_reports.schedules.moments import next_moment
from plugins.crm_reports.schedules.sending import JOB, take_due
from tests.crm_reports.conftest import Sold

AT = "/api/v1/reports/mail"


class PostOffice:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.taken: dict[str, list[Any]] = {}

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        message = email.message_from_bytes(
            bytes(envelope.original_content or b""), policy=email.policy.default
        )
        self.taken.setdefault(envelope.rcpt_tos[0], []).append(message)
        return "250 OK"


@pytest.fixture
def post(sold: Sold) -> Iterator[PostOffice]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with sold.installation.session() as session:
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "crm@caroni.example"}
        for name, value in settings.items():
            save_setting(session, f"mail.{name}", value)
        session.commit()
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office
    controller.stop()


def test_a_report_goes_to_each_reader_once(sold: Sold, post: PostOffice) -> None:
    house = sold.installation
    client = house.app.test_client()
    berta, ana, carlos = (house.token(f"{name}@example.com") for name in ("berta", "ana", "carlos"))
    weekly = {
        "name": "Leads",
        "report": "leads-by-salesperson",
        "query": "period=365d",
        "every": "day",
        "time": "08:30",
        "zone": "America/Caracas",
        "people": [sold.ana, sold.berta, sold.carlos],
    }
    assert client.post(AT, json=weekly, headers=ana).status_code == 403
    assert client.post(AT, json={**weekly, "people": [sold.ana]}, headers=ana).status_code == 201
    assert client.post(AT, json=weekly, headers=berta).status_code == 201
    refused: list[dict[str, Any]] = [
        {"zone": "Mars/Base"},
        {"every": "hour"},
        {"people": []},
        {"report": "no"},
    ]
    for wrong in refused:
        assert client.post(AT, json={**weekly, **wrong}, headers=berta).status_code == 409
    assert client.post(AT, json={**weekly, "time": "8"}, headers=berta).status_code == 422
    assert client.post(AT, json={**weekly, "dashboard": 2**64}, headers=berta).status_code == 409
    assert client.get(f"{AT}/1", headers=carlos).status_code == 404
    assert client.patch(f"{AT}/2", json={"name": "His"}, headers=carlos).status_code == 403
    assert client.post(f"{AT}/2/try", headers=carlos).status_code == 403
    assert client.patch(f"{AT}/1", json={"paused": True}, headers=ana).get_json()["next"] is None

    # two workers look at the same moment; both were away when it fell due
    _fall_due(sold)
    threads = [Thread(target=_take, args=(sold,)) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Sending)) == 3
        later = sa.select(Schedule.id).where(Schedule.next_at > utcnow())
        assert session.scalars(later).all() == [2]
        # somebody may not see reports any more by the time that their mail is made
        carlos_now = session.get(User, sold.carlos)
        assert carlos_now is not None
        carlos_now.roles = [Role(name="nothing", label="Nothing")]
        forget(session)
        session.commit()
    # two workers make the mails, one of them from a job that another began and was killed in
    app = inner_app(house.app)
    with house.session() as session:
        enqueue(session, JOB, actor=None, title=JOB)
        session.commit()
    workers = [Thread(target=work_off, args=(app,)) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver_due(app)
    assert sorted(post.taken) == ["ana@example.com", "berta@example.com"]
    assert all(len(mails) == 1 for mails in post.taken.values())
    log = client.get(f"{AT}/2", headers=berta).get_json()["log"]
    assert sorted((each["status"], each["note"]) for each in log) == [
        ("dropped", "reports"),
        ("sent", None),
        ("sent", None),
    ]
    _take(sold)
    work_off(app)
    with house.session() as session:
        assert not session.scalars(sa.select(OutboxRow)).all()
    _mails(sold, post)
    assert client.post(f"{AT}/2/leave", headers=ana).status_code == 204
    assert client.get(f"{AT}/2", headers=berta).get_json()["people"] == [sold.berta, sold.carlos]
    assert client.delete(f"{AT}/2", headers=berta).status_code == 204


def _mails(sold: Sold, post: PostOffice) -> None:
    """Hers in English with her team's figures, Ana's in Spanish with her own; the workbook says the same."""
    (hers,), (own,) = post.taken["berta@example.com"], post.taken["ana@example.com"]
    assert "Ana Salas" in hers.get_body(("plain",)).get_content()
    assert "Berta Gil" not in own.get_body(("plain",)).get_content()
    assert "<table" in hers.get_body(("html",)).get_content()
    asked = "/api/v1/reports/leads-by-salesperson?period=365d"
    for name, mail in (("berta", hers), ("ana", own)):
        headers = sold.installation.token(f"{name}@example.com")
        figures = sold.installation.app.test_client().get(asked, headers=headers).get_json()["figures"]
        (book,) = mail.iter_attachments()
        assert book.get_filename().endswith(".xlsx")
        sheets = openpyxl.load_workbook(BytesIO(book.get_content()))
        charts = [chart for sheet in sheets for chart in sheet._charts]
        assert charts
        cells = {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}
        assert float(figures[0]["value"]) in cells


def test_a_dashboard_goes_by_mail_from_its_page(sold: Sold, post: PostOffice) -> None:
    house = sold.installation
    berta = house.browser("berta@example.com")
    berta.post("/dashboards/new", {"name": "Board", "begin": "starters"})
    assert "America/Caracas" in berta.get("/reports/mail/new?dashboard=1").text
    form = {"name": "Board", "every": "month", "weekday": "0", "day": "31", "time": "07:15"}
    form |= {"zone": "Europe/Madrid", "workbook": "y"}
    at = "/reports/mail/new?dashboard=1"
    assert berta.post(at, {**form, "people": []}).status_code == 422
    assert berta.post(at, {**form, "people": [sold.berta]}).status_code == 302
    assert "7:15" in berta.get("/reports/mail").text
    assert berta.post("/reports/mail/1/try").status_code == 302
    app = inner_app(house.app)
    work_off(app)
    deliver_due(app)
    (mail,) = post.taken["berta@example.com"]
    text = mail.get_body(("plain",)).get_content()
    assert "Conversion rate" in text and "Lead funnel: Funnel" in text
    assert len(list(mail.iter_attachments())) == 1
    assert "Sent" in berta.get("/reports/mail/1").text
    ana = house.browser("ana@example.com")
    assert ana.get("/reports/mail/1").status_code == 404
    assert ana.post("/reports/mail/1/remove").status_code == 404
    assert berta.post("/reports/mail/1/rest").status_code == 302
    assert "rests" in berta.get("/reports/mail").text


def test_a_local_minute_stays_where_it_is_over_clock_changes() -> None:
    """Madrid: 02:30 does not exist on 29 March 2026 and comes twice on 25 October; 08:00 is 08:00 on both sides."""
    daily = Schedule(every="day", minute=8 * 60, zone="Europe/Madrid")
    moment = datetime(2026, 3, 27, 12, tzinfo=UTC)
    hours = []
    for _day in range(4):
        moment = next_moment(daily, moment)
        hours.append((moment.day, moment.hour))
    assert hours == [(28, 7), (29, 6), (30, 6), (31, 6)]
    nightly = Schedule(every="day", minute=150, zone="Europe/Madrid")
    for begin in (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)):
        moments = [begin]
        while len(moments) < 6:
            moments.append(next_moment(nightly, moments[-1]))
        days = [each.date() for each in moments[1:]]
        assert len(set(days)) == 5
    last = Schedule(every=MONTH, day=31, minute=0, zone="UTC")
    found, moment = [], datetime(2027, 1, 1, tzinfo=UTC)
    for _month in range(4):
        moment = next_moment(last, moment)
        found.append((moment.month, moment.day))
    assert found == [(1, 31), (2, 28), (3, 31), (4, 30)]


def _fall_due(sold: Sold) -> None:
    with sold.installation.session() as session:
        session.execute(sa.update(Schedule).values(next_at=utcnow() - timedelta(days=2)))
        session.commit()


def _take(sold: Sold) -> None:
    with sold.installation.session() as session:
        take_due(session)
        session.commit()
