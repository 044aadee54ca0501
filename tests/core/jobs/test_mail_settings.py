"""The mail server as an administrator sets it in Settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.mail.settings import MailServer
from core.settings import settings_of
from core.testing.installation import Installation, Shape

PLUGINS = Path(__file__).parent / "plugins"


def test_an_administrator_sets_the_server_and_its_password_is_never_shown(
    install: Callable[..., Installation],
) -> None:
    company = install(Shape(language="en", mode="simple", apps=("probe",), plugins=(PLUGINS,)))
    browser = company.browser()
    answers = {
        "host": "mail.example.com",
        "port": "2525",
        "security": "tls",
        "user": "crm",
        "password": "tide-and-time",
        "sender": "crm@example.com",
    }
    assert browser.get("/settings/sections/mail").status_code == 200
    assert browser.post("/settings/sections/mail", answers).status_code in (200, 302, 303)

    page = browser.get("/settings/sections/mail").text
    assert "mail.example.com" in page
    assert "tide-and-time" not in page
    browser.post("/settings/sections/mail", answers | {"password": "", "user": "prospecto"})

    with company.session() as session:
        server = MailServer.of(settings_of(session))
    assert server == MailServer(
        "mail.example.com", 2525, "tls", "prospecto", "tide-and-time", "crm@example.com"
    )
