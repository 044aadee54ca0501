"""Signing in and out at the pages: what is said, what is kept, what is refused."""

from __future__ import annotations

import re
import time

import pytest
import sqlalchemy as sa

from core.access import throttle
from core.access.models import Attempt, User
from core.access.service import find_user
from core.db import engine_for, utcnow
from core.outbox import OutboxRow
from core.testing.installation import ADMIN, PASSWORD, Installation

SALES = "yulimar@example.com"


def test_a_person_signs_in_and_goes_where_they_wanted(installation: Installation) -> None:
    browser = installation.browser(None)
    answer = browser.get("/leads?status=open")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=%2Fleads%3Fstatus%3Dopen"
    page = browser.get(answer.location)
    assert page.status_code == 200
    answer = browser.post(
        "/sign-in", {"email": f" {ADMIN.upper()} ", "password": PASSWORD, "next": "/leads?status=open"}
    )
    assert (answer.status_code, answer.location) == (302, "/leads?status=open")
    assert browser.get("/profile").status_code == 200
    assert browser.get("/sign-in").status_code == 302, "who is in needs no sign-in"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/x\r\nSet-Cookie: a=b",
        "evil",
    ],
)
def test_nobody_is_sent_to_another_site(sqlite_installation: Installation, target: str) -> None:
    browser = sqlite_installation.browser(None)
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"email": ADMIN, "password": PASSWORD, "next": target})
    assert answer.location == "/"


def test_wrong_and_unknown_read_the_same(installation: Installation) -> None:
    installation.user(SALES, active=False)
    browser = installation.browser(None)
    page = browser.get("/sign-in")
    answers = [
        browser.post("/sign-in", {"email": email, "password": password})
        for email, password in (
            (ADMIN, "wrong password"),
            ("nobody@example.com", "wrong password"),
            (SALES, PASSWORD),
        )
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {
        re.sub(r'(content|value)="[^"]*"', "", answer.text)
        for answer, _email in zip(answers, (ADMIN, "nobody@example.com", SALES), strict=True)
    }
    assert len(texts) == 1
    assert "Set-Cookie" not in answers[0].headers or "_user_id" not in answers[0].headers["Set-Cookie"]
    assert page.status_code == 200


def test_unknown_takes_as_long_as_wrong(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser(None)
    browser.get("/sign-in")
    took = {}
    for email in (ADMIN, "nobody@example.com", ADMIN, "nobody@example.com"):
        began = time.perf_counter()
        browser.post("/sign-in", {"email": email, "password": "wrong password"})
        took[email] = time.perf_counter() - began
    slow, quick = max(took.values()), min(took.values())
    assert slow < quick * 3 + 0.05


def test_guessing_is_slowed_down_for_account_and_address(installation: Installation) -> None:
    browser = installation.browser(None)
    browser.get("/sign-in")
    for _attempt in range(throttle.FREE_PER_ACCOUNT):
        assert browser.post("/sign-in", {"email": ADMIN, "password": "guess"}).status_code == 422
    refused = browser.post("/sign-in", {"email": ADMIN.title(), "password": PASSWORD})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert "segundos" in refused.text or "seconds" in refused.text
    assert browser.post("/sign-in", {"email": "other@example.com", "password": "guess"}).status_code == 422
    with installation.session() as session:
        session.execute(sa.update(Attempt).values(closed_until=None))
        session.commit()
    assert browser.post("/sign-in", {"email": ADMIN, "password": PASSWORD}).status_code == 302
    with installation.session() as session:
        assert session.get(Attempt, throttle.account_key(ADMIN)) is None, "a success begins anew"


def test_one_address_may_not_try_every_account(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser(None)
    browser.get("/sign-in")
    answers = [
        browser.post("/sign-in", {"email": f"guess{number}@example.com", "password": "guess"}).status_code
        for number in range(throttle.FREE_PER_ADDRESS + 1)
    ]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {422}


def test_attempts_of_long_ago_do_not_count(sqlite_installation: Installation) -> None:
    with sqlite_installation.session() as session:
        for _attempt in range(4):
            throttle.count_attempt(session, "a" * 64, "b" * 64)
        session.execute(sa.update(Attempt).values(last_at=utcnow() - throttle.FORGOTTEN_AFTER * 2))
        throttle.count_attempt(session, "a" * 64, "b" * 64)
        assert session.scalars(sa.select(Attempt.failures)).all() == [1, 1]
        session.execute(sa.update(Attempt).values(last_at=utcnow() - throttle.FORGOTTEN_AFTER * 2))
        assert throttle.clear_old_attempts(session) == 2


def test_a_session_from_before_signing_in_is_worth_nothing(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser(None)
    browser.get("/sign-in")
    planted = browser.client.get_cookie("prospecto")
    assert planted is not None
    browser.post("/sign-in", {"email": ADMIN, "password": PASSWORD})
    signed_in = browser.client.get_cookie("prospecto")
    assert signed_in is not None
    assert signed_in.value != planted.value
    with browser.client.session_transaction() as kept:
        token_after = kept.get("csrf_token")
    attacker = sqlite_installation.browser(None)
    attacker.client.set_cookie("prospecto", planted.value)
    assert attacker.get("/profile").status_code == 302
    assert token_after is None or token_after not in planted.value


def test_signing_out_ends_the_session(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser()
    assert browser.get("/sign-out").status_code == 405, "a link or a picture must not sign one out"
    assert browser.post("/sign-out").status_code == 302
    assert browser.get("/profile").status_code == 302


def test_remembering_is_a_choice(sqlite_installation: Installation) -> None:
    for remember, kept in (({}, False), ({"remember": "y"}, True)):
        browser = sqlite_installation.browser(None)
        browser.get("/sign-in")
        answer = browser.post("/sign-in", {"email": ADMIN, "password": PASSWORD, **remember})
        assert ("Expires=" in answer.headers["Set-Cookie"]) is kept
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_deactivation_ends_open_sessions(installation: Installation) -> None:
    installation.user(SALES)
    browser = installation.browser(SALES)
    assert browser.get("/profile").status_code == 200
    boss = installation.browser()
    with installation.session() as session:
        found = find_user(session, SALES)
        assert found is not None
        id = found.id
    answer = boss.post(
        f"/settings/users/{id}",
        {
            "name": "Yulimar",
            "email": SALES,
            "roles": "salesperson",
            "language": "es",
            "zone": "America/Caracas",
        },
    )
    assert answer.status_code == 302
    assert browser.get("/profile").status_code == 302


# -- recovery -----------------------------------------------------------------------------------------------


def link_in_mail(installation: Installation) -> str:
    with installation.session() as session:
        row = session.scalars(
            sa.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc())
        ).first()
        assert row is not None
        text = str(row.payload["text"])
    return next(line for line in text.splitlines() if "/reset/" in line).split("localhost")[1]


def test_a_forgotten_password_is_replaced_by_a_link_that_opens_once(installation: Installation) -> None:
    installation.user(SALES)
    open_elsewhere = installation.browser(SALES)
    browser = installation.browser(None)
    browser.get("/forgotten")
    known = browser.post("/forgotten", {"email": SALES})
    unknown = browser.post("/forgotten", {"email": "nobody@example.com"})
    assert known.text == unknown.text
    link = link_in_mail(installation)
    assert browser.get(link).status_code == 200
    weak = browser.post(link, {"password": "password123"})
    assert weak.status_code == 422
    fresh = "nueva clave bien larga 7"
    assert browser.post(link, {"password": fresh}).status_code == 302
    assert browser.get(link).status_code == 404
    assert browser.post(link, {"password": "otra clave bien larga 8"}).status_code == 404
    assert open_elsewhere.get("/profile").status_code == 302, "sessions of the old password end"
    browser.get("/sign-in")
    assert browser.post("/sign-in", {"email": SALES, "password": PASSWORD}).status_code == 422
    assert browser.post("/sign-in", {"email": SALES, "password": fresh}).status_code == 302


def test_a_forged_or_old_link_opens_nothing(
    sqlite_installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_installation.user(SALES)
    browser = sqlite_installation.browser(None)
    browser.get("/forgotten")
    browser.post("/forgotten", {"email": SALES})
    link = link_in_mail(sqlite_installation)
    assert browser.get(link[:-3] + "abc").status_code == 404
    later = time.time() + 3 * 24 * 3600
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert browser.get(link).status_code == 404


def test_the_mail_is_in_the_persons_language(sqlite_installation: Installation) -> None:
    sqlite_installation.user(SALES, language="en")
    browser = sqlite_installation.browser(None)
    browser.get("/forgotten", headers={"Accept-Language": "fr"})
    browser.post("/forgotten", {"email": SALES}, headers={"Accept-Language": "fr"})
    with sqlite_installation.session() as session:
        row = session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id.desc())).first()
        assert row is not None
        assert row.payload["subject"] == "Choose a new password"


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(installation: Installation) -> None:
    installation.user(SALES)
    mine, other = installation.browser(SALES), installation.browser(SALES)
    assert (
        mine.post("/profile/password", {"old": "wrong", "password": "una clave nueva 99"}).status_code == 422
    )
    assert mine.post("/profile/password", {"old": PASSWORD, "password": "1234567890"}).status_code == 422
    assert (
        mine.post("/profile/password", {"old": PASSWORD, "password": "una clave nueva 99"}).status_code == 302
    )
    assert mine.get("/profile").status_code == 200
    assert other.get("/profile").status_code == 302


def test_signing_out_everywhere_else(sqlite_installation: Installation) -> None:
    mine, other = sqlite_installation.browser(), sqlite_installation.browser()
    assert mine.post("/profile/sign-out-everywhere").status_code == 302
    assert mine.get("/profile").status_code == 200
    assert other.get("/profile").status_code == 302


def test_what_protects_accounts_asks_again_after_a_while(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser()
    with browser.client.session_transaction() as kept:
        kept["fs_paa"] = time.time() - 3 * 3600
        kept.pop("fs_gexp", None)
    answer = browser.get("/settings/users/new")
    assert (answer.status_code, answer.location) == (302, "/confirm?next=/settings/users/new")
    browser.get(answer.location)
    assert browser.post("/confirm", {"password": "wrong", "next": "/settings/users/new"}).status_code == 422
    answer = browser.post("/confirm", {"password": PASSWORD, "next": "/settings/users/new"})
    assert answer.location == "/settings/users/new"
    assert browser.get(answer.location).status_code == 200


def test_a_request_in_a_session_asks_the_database_nothing_about_the_person(
    sqlite_installation: Installation,
) -> None:
    browser = sqlite_installation.browser()
    browser.get("/settings/roles")
    said: list[str] = []
    engine = engine_for(sqlite_installation.config.database_url)
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _k, text, *_rest: said.append(text))
    browser.get("/settings/roles")
    assert not [
        text for text in said if "core_user." in text or "core_grant" in text or "core_setting" in text
    ]


def test_the_user_of_flask_security_is_ours(sqlite_installation: Installation) -> None:
    """Its hashing understands ours, so that either may check a password."""
    from core.switchboard import SWITCHBOARD

    inner = sqlite_installation.app.extensions[SWITCHBOARD].current()
    with inner.app_context(), sqlite_installation.session() as session:
        user = session.scalar(sa.select(User).where(User.email == ADMIN))
        assert user is not None
        with inner.test_request_context():
            assert user.verify_and_update_password(PASSWORD)
