"""Mail from the record: written, really sent, kept, taken back, refused, sent once more, returned."""

from __future__ import annotations

import email
import email.policy
import io
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from core.db import utcnow, writing
from core.outbox import OutboxRow, deliver_due
from core.settings import save_setting
from core.switchboard import SWITCHBOARD
from core.testing.installation import ADMIN, Browser, Installation
from tests.fixtures_app import Installer

APPS = ("crm_clients", "crm_leads", "crm_deals", "crm_interactions")
BODY = "Hello María,\n\nsee https://example.com/precios <b>now</b>.\nRegards"


class Office:
    """An installation with a mail server of its own, which keeps what it gets and refuses whom it does not know."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.installation = installation
        self.taken: list[Any] = []
        self.answer = "250 OK"
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "crm@caroni.example"}
        with installation.session() as session:
            for name, value in settings.items():
                save_setting(session, f"mail.{name}", value)
            session.commit()

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        self.taken.append(email.message_from_bytes(envelope.content or b"", policy=email.policy.default))
        return "250 OK"

    def deliver(self) -> None:
        """What a worker does, some time later."""
        with writing(), self.installation.session() as session:
            session.execute(sa.update(OutboxRow).values(run_after=utcnow() - timedelta(seconds=1)))
            session.commit()
        deliver_due(self.installation.app.extensions[SWITCHBOARD].current())


@pytest.fixture
def office(install: Installer) -> Iterator[Office]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    installation = install(apps=APPS, language="en")
    office = Office(installation, port)
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office
    controller.stop()


def test_a_mail_is_written_from_a_record_sent_kept_and_told_of(office: Office) -> None:
    installation = office.installation
    ana = installation.user("ana@elsewhere.example", name="Ana Díaz", language="en").email
    api, key, admin = installation.app.test_client(), installation.token(ana), installation.token()
    lead = api.post(
        "/api/v1/leads",
        json={
            "name": "Café Ávila",
            "email": "cafe@avila.example",
            "contacts": [{"first_name": "María", "last_name": "Niño", "email": "maria@avila.example"}],
        },
        headers=key,
    ).json
    assert "id" in lead, lead
    at = f"/leads/{lead['id']}"
    browser = installation.browser(ana)

    # The page: offered on the record, begun from a template in the writer's language, other addresses beside.
    assert f'href="{at}/mail"' in browser.get(at).text
    page = browser.get(f"{at}/mail").text
    assert "Café Ávila &lt;cafe@avila.example&gt;" in page or "cafe@avila.example" in page
    assert (
        "María Niño" in page and "First contact" in page and page.index("First contact") < page.index("Suivi")
    )
    template = _template(api, admin, "First contact")
    filled = browser.post(f"{at}/mail", {"act": "fill", "template": template, "to": "x@y.example"}).text
    assert "Hello Café Ávila," in filled and "Ana Díaz" in filled and 'value="x@y.example"' in filled
    assert installation.browser(ADMIN).get(f"{at}/mail?template=999999").status_code == 404

    # What is wrong is told beside its field, and what was typed and brought stays.
    wrong = browser.post(
        f"{at}/mail",
        {
            "act": "send",
            "to": "nobody",
            "cc": "",
            "subject": "",
            "body": "Hi {name}",
            "files": _file("Plan.txt"),
        },
    )
    assert wrong.status_code == 422 and not office.taken
    for told in (
        "This is no e-mail address: nobody",
        "Write a subject.",
        "Still to be filled in: {name}",
        "Plan",
    ):
        assert told in wrong.text
    staged = wrong.text.split('name="staged" value="')[1].split('"')[0]
    injected = {
        "act": "send",
        "to": "a@b.example\r\nBcc: x@y.example",
        "subject": "s\r\nBcc: q@q.example",
        "body": "x",
    }
    assert browser.post(f"{at}/mail", injected).status_code == 422

    # Sent: one interaction, the real message with both parts, the file, an answer that comes to Ana.
    sent = browser.post(
        f"{at}/mail",
        {
            "act": "send",
            "to": "Café Ávila <cafe@avila.example>",
            "also": "maria@avila.example",
            "subject": "Precios – niño",
            "body": BODY,
            "staged": staged,
            f"file-{staged}": "Plan.txt",
            "template": template,
        },
    )
    assert sent.status_code == 302 and sent.location.endswith(at), sent.text[-2000:]
    assert not office.taken, "it leaves once it can no longer be taken back"
    (kept,) = api.get("/api/v1/interactions", headers=key).json["items"]
    assert (kept["subject"], kept["direction"], kept["kind"]["name"]) == ("Precios – niño", "out", "E-mail")
    assert kept["record"]["id"] == lead["id"] and len(kept["participants"]) == 2
    mail = f"/api/v1/interactions/{kept['id']}/mail"
    assert api.get(mail, headers=key).json["status"] == "waiting"
    office.deliver()
    office.deliver()
    (message,) = office.taken
    assert (
        message["From"] == "Ana Díaz <crm@caroni.example>"
        and message["Reply-To"] == "Ana Díaz <ana@elsewhere.example>"
    )
    assert message["To"] == "Café Ávila <cafe@avila.example>, maria@avila.example" and message["Bcc"] is None
    assert message["Subject"] == "Precios – niño" and message["Auto-Submitted"] is None
    assert message.get_body(("plain",)).get_content().split() == BODY.split()
    html = message.get_body(("html",)).get_content()
    assert (
        'href="https://example.com/precios"' in html
        and "&lt;b&gt;now&lt;/b&gt;" in html
        and "<b>" not in html
    )
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content().strip()) == ("Plan.txt", "the plan")
    told = api.get(mail, headers=key).json
    assert (told["status"], told["message_id"], told["template"]) == ("sent", message["Message-ID"], template)

    assert "Sent" in browser.get(f"{at}/timeline").text

    # It comes back a day later: told once, whatever the form of the notification.
    for form in (_postfix, _headers_only):
        answer = api.post("/api/v1/mail/bounces", data=form(message["Message-ID"]), headers=admin)
        assert answer.json == {"interaction": kept["id"]}, answer.text
    told = api.get(mail, headers=key).json
    assert told["status"] == "bounced" and told["reason"] == "cafe@avila.example: 550 5.1.1 no such user"
    assert _notifications(browser).count("did not arrive") == 1
    story = browser.get(f"{at}/timeline").text
    assert "Came back" in story and f"/interactions/{kept['id']}/mail/again" in story
    delayed = api.post("/api/v1/mail/bounces", data=_postfix(message["Message-ID"], "delayed"), headers=admin)
    foreign = api.post("/api/v1/mail/bounces", data=_postfix("<else@where.example>"), headers=admin)
    assert delayed.json == foreign.json == {"interaction": None}
    assert api.post("/api/v1/mail/bounces", data=b"Subject: hello\n\nhi", headers=admin).status_code == 422
    assert api.post("/api/v1/mail/bounces", data=b"", headers=key).status_code == 403

    # Once more, to another address: another message.
    again = browser.post(f"/interactions/{kept['id']}/mail/again", {"to": "info@avila.example"})
    assert again.status_code == 302
    office.deliver()
    assert (
        office.taken[-1]["To"] == "info@avila.example"
        and office.taken[-1]["Message-ID"] != message["Message-ID"]
    )
    assert api.get(mail, headers=key).json["status"] == "sent"


def test_a_mail_can_be_taken_back_is_refused_by_the_server_and_stays_within_its_record(
    office: Office,
) -> None:
    installation = office.installation
    ana = installation.user("ana@caroni.example", name="Ana", language="en").email
    beto = installation.user("beto@caroni.example", name="Beto", language="en").email
    api, key, other = installation.app.test_client(), installation.token(ana), installation.token(beto)
    client = api.post(
        "/api/v1/clients", json={"name": "Luz", "kind": "person", "email": "luz@x.example"}, headers=key
    ).json
    deal = api.post("/api/v1/deals", json={"title": "Paneles", "client": client["id"]}, headers=key).json
    letter = {"subject": "Oferta", "body": "Adjunta"}

    # To a deal: its client's address by itself. Another's record is as missing; a kind without timeline too.
    for at in (f"deals/{deal['id']}", "deals/999999", f"clients/{client['id']}"):
        assert api.post(f"/api/v1/{at}/mail", json=letter, headers=other).status_code == 404
        assert installation.browser(beto).get(f"/{at}/mail").status_code == 404
    assert api.post("/api/v1/mail_templates/1/mail", json=letter, headers=key).status_code == 404
    repeated = {**key, "Idempotency-Key": "once"}
    first = api.post(f"/api/v1/deals/{deal['id']}/mail", json=letter, headers=repeated)
    assert first.status_code == 201 and first.json["to"] == ["Luz <luz@x.example>"], first.text
    assert api.post(f"/api/v1/deals/{deal['id']}/mail", json=letter, headers=repeated).json == first.json
    office.deliver()
    assert [each["From"] for each in office.taken] == ["Ana <ana@caroni.example>"], "of our own domain"

    # Taken back in time, and too late. Only by who may change it.
    browser = installation.browser(ana)
    second = api.post(f"/api/v1/deals/{deal['id']}/mail", json=letter, headers=key).json["interaction"]
    assert installation.browser(beto).post(f"/interactions/{second}/mail/withdraw").status_code == 404
    browser.post(f"/interactions/{second}/mail/withdraw")
    assert api.get(f"/api/v1/interactions/{second}", headers=key).status_code == 404
    office.deliver()
    assert len(office.taken) == 1
    browser.post(f"/interactions/{first.json['interaction']}/mail/withdraw")
    assert api.get(f"/api/v1/interactions/{first.json['interaction']}", headers=key).status_code == 200

    # The server puts it off, then refuses it for good; nobody sends it twice meanwhile.
    third = api.post(f"/api/v1/clients/{client['id']}/mail", json=letter, headers=key).json["interaction"]
    mail = f"/api/v1/interactions/{third}/mail"
    office.answer = "450 busy"
    office.deliver()
    assert (
        api.get(mail, headers=key).json["status"] == "waiting"
        and "450" in api.get(mail, headers=key).json["reason"]
    )
    assert api.post(f"{mail}/again", json={}, headers=key).status_code == 409
    office.answer = "550 nobody here"
    office.deliver()
    told = api.get(mail, headers=key).json
    assert told["status"] == "refused" and "nobody here" in told["reason"]
    assert "did not arrive" in _notifications(browser)
    office.answer = "250 OK"
    assert api.post(f"{mail}/again", json={"to": "no address"}, headers=key).status_code == 409
    assert api.post(f"{mail}/again", json={"to": "luz@y.example"}, headers=key).json["status"] == "waiting"
    office.deliver()
    assert office.taken[-1]["To"] == "luz@y.example" and api.get(mail, headers=key).json["status"] == "sent"
    assert api.post(f"{mail}/again", json={}, headers=other).status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_templates_take_only_names_that_can_be_filled_in(install: Installer) -> None:
    installation = install(apps=APPS, language="en")
    api, admin = installation.app.test_client(), installation.token()

    def add(body: str) -> Any:
        json = {"name": "Own", "subject": "For {addressee}", "body": body}
        return api.post("/api/v1/mail_templates", json=json, headers=admin)

    for bad in ("{nothing_such}", "Hello {name} {stage}", "{my_password}"):
        assert add(bad).status_code == 422, bad
    for odd in ("{{7*7}} {% if %} {name.__class__} {0}", "No names { at all }"):
        assert add(odd).status_code in (201, 422)
    made = add("{addressee}: {stage}, {value}")
    assert made.status_code == 201, made.text
    lead = api.post("/api/v1/leads", json={"name": "Uno"}, headers=admin).json
    page = installation.browser().get(f"/leads/{lead['id']}/mail").text
    assert f'<option value="{made.json["id"]}"' not in page, "leads have no stage"
    shown = installation.browser().get(f"/mail_templates/{made.json['id']}").text
    assert "{stage}" in shown and "{my_name}" in shown


def _template(api: Any, headers: Any, name: str) -> int:
    found = api.get("/api/v1/mail_templates", headers=headers).json["items"]
    return next(each["id"] for each in found if each["name"] == name)


def _file(name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"the plan"), name


def _notifications(browser: Browser) -> str:
    return browser.get("/notifications").text


def _postfix(message_id: str, action: str = "failed") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: bounces@caroni.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; cafe@avila.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Precios

text
--B--
""".encode()


def _headers_only(message_id: str) -> bytes:
    """As Exchange and Gmail return it: the headers alone, folded."""
    whole = _postfix(message_id).decode()
    return (
        whole.replace("message/rfc822", "text/rfc822-headers")
        .replace(f"Message-ID: {message_id}", f"Message-ID:\n {message_id}")
        .replace("\n\ntext\n--B--", "\n--B--")
    ).encode()
