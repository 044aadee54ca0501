"""The red and green marks: pressed, answered by a link or a code, and red again when the value changes (S3)."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from core.db import utcnow
from core.outbox import OutboxRow, deliver_due
from core.settings import save_setting
from core.switchboard import SWITCHBOARD
from core.testing.installation import ADMIN, Browser, Installation
from plugins.crm_clients.models import Question
from plugins.crm_leads.models import LeadValidation
from tests.core.resources.test_budgets import counting

BARBARA = {"name": "Farmacia Doña Bárbara", "email": "barbara@example.com", "phone_1": "0414-5551234"}


class Mailbox:
    """What the mail server took."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        self.taken.append(email.message_from_bytes(envelope.content or b"", policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def mailbox(installation: Installation) -> Iterator[Mailbox]:
    """A real mail server, set up as the installation's."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "crm@example.com"}
    with installation.session() as session:
        for name, value in settings.items():
            save_setting(session, f"mail.{name}", value)
        session.commit()
    yield box
    controller.stop()


@pytest.fixture
def headers(installation: Installation) -> Mapping[str, str]:
    return installation.token()


def new_lead(installation: Installation, headers: Mapping[str, str], **also: Any) -> int:
    answer = installation.app.test_client().post("/api/v1/leads", json={**BARBARA, **also}, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def mark(
    installation: Installation, headers: Mapping[str, str], id: int, field: str = "email", kind: str = "leads"
) -> Any:
    answer = installation.app.test_client().get(f"/api/v1/{kind}/{id}/validations", headers=headers)
    assert answer.status_code == 200, answer.text
    return next(each for each in answer.json["items"] if each["field"] == field)


def post(
    installation: Installation, headers: Mapping[str, str], path: str, body: Mapping[str, Any]
) -> tuple[int, Any]:
    answer = installation.app.test_client().post(f"/api/v1{path}", json=body, headers=headers)
    return answer.status_code, answer.json


def sent(installation: Installation) -> tuple[str, str]:
    """The link and the code of the newest mail that waits in the outbox."""
    with installation.session() as session:
        payload = session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id.desc())).first().payload  # type: ignore[union-attr]
    return _link_and_code(payload["text"])


def _link_and_code(text: str) -> tuple[str, str]:
    link = re.search(r"https?://[^/\s]+(/validate/\S+)", text)
    code = re.search(r"\b(\d{6})\b", text)
    assert link and code, text
    return link[1], code[1]


def earlier(installation: Installation, by: timedelta) -> None:
    """As if the questions had been sent that long ago."""
    with installation.session() as session:
        for row in session.scalars(sa.select(LeadValidation)):
            row.sent_at -= by
            row.expires_at -= by
        for asked in session.scalars(sa.select(Question)):
            asked.at -= by
        session.commit()


def test_a_mail_leaves_by_smtp_and_its_link_turns_the_mark_green(
    installation: Installation, mailbox: Mailbox, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers)
    browser = installation.browser()
    page = browser.get(f"/leads/{lead}").text
    assert f'action="/validations/leads/{lead}/email"' in page
    pressed = browser.post(f"/validations/leads/{lead}/email", headers={"HX-Request": "true"})
    assert pressed.status_code == 200
    assert 'name="code"' in pressed.text
    deliver_due(installation.app.extensions[SWITCHBOARD].current())
    (mail,) = mailbox.taken
    assert mail["To"] == "barbara@example.com"
    assert "Almacenes Caroní" in mail.get_content()
    link, _code = _link_and_code(mail.get_content())

    visitor = Browser(installation.app)
    page = visitor.get(link).text
    assert "Farmacia" not in page
    assert "barbara" not in page
    assert not mark(installation, headers, lead)["validated"], "looking confirms nothing"
    assert visitor.post(link).status_code == 200
    told = mark(installation, headers, lead)
    assert told["validated"]
    assert told["via"] == "link"
    page = browser.get(f"/leads/{lead}").text
    assert f'action="/validations/leads/{lead}/email"' not in page
    story = browser.get(f"/leads/{lead}/timeline").text
    assert story.count("barbara@example.com") >= 2
    assert visitor.post(link).status_code == 200, "pressed again it says the same"


def test_the_code_can_be_typed_instead_and_five_wrong_ones_close_it(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers)
    assert post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})[0] == 200
    _link, code = sent(installation)
    wrong = "111111" if code != "111111" else "222222"
    path = f"/leads/{lead}/confirm"
    for _try in range(4):
        assert post(installation, headers, path, {"field": "email", "code": wrong})[0] == 409
    status, body = post(installation, headers, path, {"field": "email", "code": f"{code[:3]} {code[3:]}"})
    assert status == 200
    assert body["validated"]
    assert body["via"] == "code"

    other = new_lead(installation, headers, email="otra@example.com", phone_1=None)
    post(installation, headers, f"/leads/{other}/validate", {"field": "email"})
    _link, code = sent(installation)
    for _try in range(5):
        assert post(
            installation, headers, f"/leads/{other}/confirm", {"field": "email", "code": wrong + "9"}
        )[0] == (409)
    assert post(installation, headers, f"/leads/{other}/confirm", {"field": "email", "code": code})[0] == 409
    assert not mark(installation, headers, other)["validated"]
    assert not mark(installation, headers, other)["awaiting_code"]


def test_lists_show_the_marks_of_a_page_with_one_query(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers)
    for number in range(6):
        new_lead(installation, headers, name=f"L{number}", email=f"l{number}@example.com", phone_1=None)
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    _link, code = sent(installation)
    post(installation, headers, f"/leads/{lead}/confirm", {"field": "email", "code": code})
    browser = installation.browser()
    asked: dict[str, int] = {}
    for columns in ("name,city", "name,email"):
        browser.get(f"/leads?columns={columns}")
        with counting(installation) as said:
            page = browser.get(f"/leads?columns={columns}").text
        asked[columns] = len([each for each in said if each.startswith("SELECT")])
    assert page.count('class="valid"') == 1
    assert page.count('class="invalid"') == 0, "a column of red would say nothing"
    assert asked["name,email"] == asked["name,city"] + 1


def test_a_changed_value_is_red_and_the_old_one_green_again(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers)
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    link, _code = sent(installation)
    visitor = Browser(installation.app)
    visitor.get(link)
    visitor.post(link)
    api = installation.app.test_client()
    api.patch(f"/api/v1/leads/{lead}", json={"email": "nueva@example.com"}, headers=headers)
    assert not mark(installation, headers, lead)["validated"]
    api.patch(f"/api/v1/leads/{lead}", json={"email": "Barbara@Example.com"}, headers=headers)
    assert mark(installation, headers, lead)["validated"]


def test_links_and_codes_grow_old(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new_lead(installation, headers)
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    link, code = sent(installation)
    earlier(installation, timedelta(days=3, minutes=1))
    visitor = Browser(installation.app)
    assert visitor.get(link).status_code == 404
    assert visitor.post(link).status_code == 404
    assert post(installation, headers, f"/leads/{lead}/confirm", {"field": "email", "code": code})[0] == 409
    assert not mark(installation, headers, lead)["validated"]


def test_nobody_is_flooded(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new_lead(installation, headers)
    twin = new_lead(installation, headers, name="Otra", phone_1=None)
    path = f"/leads/{lead}/validate"
    assert post(installation, headers, path, {"field": "email"})[0] == 200
    for each in (lead, twin):
        status, body = post(installation, headers, f"/leads/{each}/validate", {"field": "email"})
        assert (status, body["error"]["code"]) == (409, "too_often")
    for _time in range(4):
        earlier(installation, timedelta(minutes=2))
        assert post(installation, headers, path, {"field": "email"})[0] == 200
    earlier(installation, timedelta(minutes=2))
    assert post(installation, headers, path, {"field": "email"})[0] == 409


def test_codes_and_links_are_kept_hashed(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new_lead(installation, headers)
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    link, code = sent(installation)
    with installation.session() as session:
        row = session.scalars(sa.select(LeadValidation)).one()
        assert code not in str(row.code_hash)
        assert link.rpartition("/")[2] not in str(row.link_hash)
        assert row.expires_at > utcnow() + timedelta(days=2)


def test_only_who_may_edit_the_record_presses(installation: Installation, headers: Mapping[str, str]) -> None:
    lead = new_lead(installation, headers)
    installation.user("vera@example.com")
    other = installation.token("vera@example.com")
    assert post(installation, other, f"/leads/{lead}/validate", {"field": "email"})[0] == 404
    vera = installation.browser("vera@example.com")
    assert vera.post(f"/validations/leads/{lead}/email").status_code == 404
    assert vera.post(f"/validations/leads/{lead}/email/code", {"code": "1"}).status_code == 404
    assert Browser(installation.app).post(f"/validations/leads/{lead}/email").status_code in (302, 400)
    admin = installation.browser(ADMIN)
    assert admin.post(f"/validations/leads/{lead}/name").status_code == 404
    assert admin.post(f"/validations/leads/{lead}/contacts.999.email").status_code == 404
    assert post(installation, headers, f"/leads/{lead}/validate", {"field": "contacts.x"})[0] == 409


def test_a_salesperson_asks_for_their_own(installation: Installation, headers: Mapping[str, str]) -> None:
    installation.user("vera@example.com")
    vera = installation.token("vera@example.com")
    lead = new_lead(installation, vera)
    assert post(installation, vera, f"/leads/{lead}/validate", {"field": "email"})[0] == 200
    _link, code = sent(installation)
    status, body = post(installation, vera, f"/leads/{lead}/confirm", {"field": "email", "code": code})
    assert (status, body["validated"]) == (200, True)
    page = installation.browser("vera@example.com").get(f"/leads/{lead}").text
    assert re.search(r'class="valid" title="[^"]*Vera', page)


def test_a_client_has_the_marks_of_the_lead_it_was(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers, document_type="RIF", document_number="J-11721484-1")
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    link, _code = sent(installation)
    visitor = Browser(installation.app)
    status, body = post(installation, headers, f"/leads/{lead}/convert", {})
    assert status == 200
    client = body["client"]["id"]
    visitor.get(link)
    assert visitor.post(link).status_code == 200
    assert mark(installation, headers, client, kind="clients")["validated"], "the open question went along"


def test_a_merged_lead_brings_its_marks_and_takes_them_back(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    kept = new_lead(installation, headers, email=None, phone_1=None)
    gone = new_lead(installation, headers)
    post(installation, headers, f"/leads/{gone}/validate", {"field": "email"})
    _link, code = sent(installation)
    post(installation, headers, f"/leads/{gone}/confirm", {"field": "email", "code": code})
    status, body = post(installation, headers, "/leads/merge", {"keep": kept, "merge": [gone]})
    assert status == 200, body
    assert mark(installation, headers, kept)["validated"]
    undone = installation.app.test_client().post(
        f"/api/v1/merges/{body['merge']['id']}/undo", headers=headers
    )
    assert undone.status_code == 200, undone.text
    assert mark(installation, headers, gone)["validated"]


def test_contact_persons_have_marks_too(installation: Installation, headers: Mapping[str, str]) -> None:
    people = [
        {"first_name": "José", "email": "jose@example.com", "is_main": True},
        {"first_name": "Zoraida", "email": "zoraida@example.com", "phone_1": "0424-7869567"},
    ]
    lead = new_lead(installation, headers, contacts=people)
    api = installation.app.test_client()
    rows = api.get(f"/api/v1/leads/{lead}", headers=headers).json["contacts"]
    place = f"contacts.{rows[1]['id']}.email"
    assert post(installation, headers, f"/leads/{lead}/validate", {"field": place})[0] == 200
    link, _code = sent(installation)
    visitor = Browser(installation.app)
    visitor.get(link)
    visitor.post(link)
    assert mark(installation, headers, lead, place)["validated"]
    assert not mark(installation, headers, lead, f"contacts.{rows[0]['id']}.email")["validated"]


def test_a_deleted_lead_comes_back_with_its_marks(
    installation: Installation, headers: Mapping[str, str]
) -> None:
    lead = new_lead(installation, headers)
    post(installation, headers, f"/leads/{lead}/validate", {"field": "email"})
    link, _code = sent(installation)
    visitor = Browser(installation.app)
    visitor.get(link)
    visitor.post(link)
    browser = installation.browser()
    browser.get("/leads")
    gone = browser.post(f"/leads/{lead}/delete")
    assert gone.status_code == 302
    undo = re.search(r"/undo/\d+", browser.get("/leads").text)
    assert undo
    browser.post(undo[0])
    assert mark(installation, headers, lead)["validated"]


def test_the_api_describes_it(installation: Installation, headers: Mapping[str, str]) -> None:
    document = installation.app.test_client().get("/api/v1/openapi.json", headers=headers).json
    assert "get" in document["paths"]["/api/v1/leads/{id}/validations"]
    body = document["paths"]["/api/v1/clients/{id}/confirm"]["post"]["requestBody"]
    assert set(body["content"]["application/json"]["schema"]["properties"]) == {"field", "code"}
