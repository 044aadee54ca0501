"""The second step of signing in: a code of the phone or a recovery code, each good once."""

from __future__ import annotations

import re

from flask_security.totp import Totp

from core.access.service import find_user
from core.testing.installation import PASSWORD, Browser, Installation

SALES = "yulimar@example.com"


def test_the_second_step_is_asked_and_a_code_opens_once(installation: Installation) -> None:
    installation.user(SALES)
    browser, codes, used = switch_on_two_steps(installation, SALES)
    assert len(codes) == 10
    assert browser.get("/profile").status_code == 200, "this computer goes on"

    other = installation.browser(None)
    other.get("/sign-in")
    answer = other.post("/sign-in", {"email": SALES, "password": PASSWORD})
    assert answer.location.startswith("/sign-in/code")
    assert other.get("/profile").status_code == 302, "the password alone opens nothing"
    other.get(answer.location)
    assert other.post("/sign-in/code", {"code": used}).status_code == 422, "a code opens once"
    assert other.post("/sign-in/code", {"code": "123456"}).status_code == 422
    assert other.post("/sign-in/code", {"code": codes[0], "next": "/leads"}).location == "/leads"
    assert other.get("/profile").status_code == 200

    third = installation.browser(None)
    third.get("/sign-in")
    third.post("/sign-in", {"email": SALES, "password": PASSWORD})
    third.get("/sign-in/code")
    assert third.post("/sign-in/code", {"code": codes[0]}).status_code == 422, "a recovery code opens once"
    assert third.post("/sign-in/code", {"code": codes[1].upper()}).status_code == 302


def test_codes_cannot_be_guessed_on_and_on(sqlite_installation: Installation) -> None:
    sqlite_installation.user(SALES)
    switch_on_two_steps(sqlite_installation, SALES)
    browser = sqlite_installation.browser(None)
    browser.get("/sign-in")
    browser.post("/sign-in", {"email": SALES, "password": PASSWORD})
    browser.get("/sign-in/code")
    answers = [browser.post("/sign-in/code", {"code": f"{number:06}"}).status_code for number in range(6)]
    assert answers == [422] * 5 + [429]


def test_two_steps_are_switched_off_by_who_is_in(sqlite_installation: Installation) -> None:
    sqlite_installation.user(SALES)
    browser, _codes, _used = switch_on_two_steps(sqlite_installation, SALES)
    browser.get("/profile")
    assert browser.post("/profile/two-steps/off").status_code == 302
    sqlite_installation.browser(SALES)


def test_secrets_are_not_readable_in_the_database(sqlite_installation: Installation) -> None:
    sqlite_installation.user(SALES)
    _browser, codes, _used = switch_on_two_steps(sqlite_installation, SALES)
    with sqlite_installation.session() as session:
        user = find_user(session, SALES)
        assert user is not None
        assert user.password is not None
        assert user.password.startswith("$argon2id$")
        assert '"enckey"' in str(user.tf_totp_secret)
        assert codes[0] not in user.recovery_codes


def code_of(installation: Installation, secret: str) -> str:
    """What the phone shows now."""
    return Totp({"1": installation.config.secret("totp")}, "Prospecto").generate_totp_password(secret)


def switch_on_two_steps(installation: Installation, email: str) -> tuple[Browser, list[str], str]:
    """A signed-in browser of a person whose phone is set up, their recovery codes, and the code used for it."""
    browser = installation.browser(email)
    page = browser.get("/profile/two-steps")
    assert 'src="data:image/svg+xml;base64,' in page.text
    with browser.client.session_transaction() as kept:
        secret = kept["new_totp_secret"]
    assert browser.post("/profile/two-steps", {"code": "000000"}).status_code == 422
    code = code_of(installation, secret)
    answer = browser.post("/profile/two-steps", {"code": code})
    codes = re.findall(r"<li><code>([^<]+)</code>", answer.text)
    return browser, codes, code
