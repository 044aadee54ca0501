"""Codes by SMS: through an app's gateway, into the log, or by an HTTP service whose answers are told."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from core.settings import save_setting
from core.testing.installation import Installation

BARBARA = {"name": "Farmacia Doña Bárbara", "phone_1": "0414-5551234"}


class Service:
    """An SMS service on this machine: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], str]] = []
        self.status = 200
        service = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                service.requests.append((self.command, self.path, dict(self.headers), body))
                self.send_response(service.status)
                if service.status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(b"no credit, key s3cret" if service.status >= 400 else b"ok")

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


def settle(installation: Installation, **values: Any) -> None:
    with installation.session() as session:
        for name, value in values.items():
            save_setting(session, f"sms.{name}", value)
        session.commit()


def new_lead(installation: Installation, headers: Mapping[str, str], **also: Any) -> int:
    answer = installation.app.test_client().post("/api/v1/leads", json={**BARBARA, **also}, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def press(installation: Installation, headers: Mapping[str, str], lead: int) -> Any:
    return installation.app.test_client().post(
        f"/api/v1/leads/{lead}/validate", json={"field": "phone_1"}, headers=headers
    )


def test_without_a_gateway_it_says_so_and_nothing_counts(installation: Installation) -> None:
    headers = installation.token()
    lead = new_lead(installation, headers)
    for _time in range(2):
        answer = press(installation, headers, lead)
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "no_gateway")
    told = installation.app.test_client().get(f"/api/v1/leads/{lead}/validations", headers=headers).json
    assert told["items"][0]["sent_at"] is None


def test_the_log_is_a_gateway_and_its_code_turns_the_mark_green(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    headers = installation.token()
    lead = new_lead(installation, headers)
    settle(installation, gateway="console")
    browser = installation.browser()
    browser.get(f"/leads/{lead}")
    with caplog.at_level(logging.WARNING, "prospecto.sms"):
        pressed = browser.post(f"/validations/leads/{lead}/phone_1", headers={"HX-Request": "true"})
    assert pressed.status_code == 200
    assert "+584145551234" in caplog.text
    code = re.search(r"\b\d{6}\b", caplog.text.rpartition("+584145551234")[2])
    assert code
    wrong = browser.post(
        f"/validations/leads/{lead}/phone_1/code", {"code": "x"}, headers={"HX-Request": "true"}
    )
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    right = browser.post(f"/validations/leads/{lead}/phone_1/code", {"code": code[0]})
    assert right.status_code == 302, "without script back to the record"
    told = installation.app.test_client().get(f"/api/v1/leads/{lead}/validations", headers=headers).json
    assert told["items"][0]["validated"]


def test_an_http_service_gets_what_it_wants_to_hear(installation: Installation, service: Service) -> None:
    headers = installation.token()
    lead = new_lead(installation, headers)
    settle(
        installation,
        gateway="http",
        url=service.url + "/send?to={number}",
        secret="s3cret",
        headers="Authorization: Bearer {secret}\nX-From: {number}",
        body='{"to": "{number}", "message": "{text}"}',
    )
    with installation.session() as session:
        save_setting(session, "company.name", 'La "Mejor" {number} & Cía')
        session.commit()
    assert press(installation, headers, lead).status_code == 200
    ((method, path, sent, body),) = service.requests
    assert (method, path) == ("POST", "/send?to=%2B584145551234")
    assert sent["Authorization"] == "Bearer s3cret"
    assert sent["Content-Type"] == "application/json"
    message = json.loads(body)
    assert message["to"] == "+584145551234"
    assert message["message"].startswith('La "Mejor" {number} & Cía')


@pytest.mark.parametrize("status", [302, 402, 500])
def test_what_the_service_refuses_is_told_and_may_be_tried_again(
    installation: Installation, service: Service, status: int
) -> None:
    headers = installation.token()
    lead = new_lead(installation, headers)
    settle(installation, gateway="http", url=service.url, secret="s3cret", body="x={text}")
    service.status = status
    answer = press(installation, headers, lead)
    assert answer.status_code == 409
    assert answer.json["error"]["code"] == "gateway"
    assert str(status) in answer.json["error"]["message"]
    assert "s3cret" not in answer.text
    service.status = 200
    assert press(installation, headers, lead).status_code == 200
    assert len(service.requests) == 2


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "http://127.0.0.1:9/", "http://[", "ftp://x/"])
def test_an_address_that_is_none_is_told(sqlite_installation: Installation, url: str) -> None:
    headers = sqlite_installation.token()
    lead = new_lead(sqlite_installation, headers)
    settle(sqlite_installation, gateway="http", url=url, body="{text}")
    answer = press(sqlite_installation, headers, lead)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "gateway")


def test_settings_keep_the_secret_and_try_the_gateway_out(
    sqlite_installation: Installation, service: Service
) -> None:
    browser = sqlite_installation.browser()
    browser.get("/settings/sections/sms")
    saved = browser.post(
        "/settings/sections/sms",
        {
            "gateway": "http",
            "method": "GET",
            "url": service.url + "/?n={number}&t={text}&k={secret}",
            "secret": "s3cret",
            "headers": "",
            "body": "",
        },
    )
    assert saved.status_code == 302
    assert "s3cret" not in browser.get("/settings/sections/sms").text
    browser.post("/settings/sections/sms/try", {"text": "0414-5551234"})
    assert "+584145551234" in browser.get("/settings/sections/sms").text
    assert service.requests[0][0] == "GET"
    assert "k=s3cret" in service.requests[0][1]
    browser.post("/settings/sections/sms/try", {"text": "nonsense"})
    assert len(service.requests) == 1
    assert browser.post("/settings/sections/company/try", {"text": "x"}).status_code == 404
    sqlite_installation.user("vera@example.com")
    vera = sqlite_installation.browser("vera@example.com")
    assert vera.post("/settings/sections/sms/try", {"text": "0414-5551234"}).status_code == 403


def test_a_number_that_no_country_knows_has_no_mark(sqlite_installation: Installation) -> None:
    headers = sqlite_installation.token()
    lead = new_lead(sqlite_installation, headers, phone_1="12345")
    page = sqlite_installation.browser().get(f"/leads/{lead}").text
    assert "/validations/" not in page
    assert press(sqlite_installation, headers, lead).json["error"]["code"] == "invalid"
