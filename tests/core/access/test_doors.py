"""The gate before every page, forged forms, keys to the API, and what answers carry for the browser."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.access.models import Token
from core.access.service import find_user, revoke_token
from core.testing.installation import ADMIN, PASSWORD, Browser, Installation

ANA, CARL = "ana@example.com", "carl@example.com"


def create_lead(installation: Installation, email: str, name: str) -> int:
    answer = Browser(installation.app).client.post(
        "/api/v1/leads", json={"name": name}, headers=installation.token(email)
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])  # type: ignore[index]


@pytest.mark.parametrize(
    "path", ["/", "/leads", "/clients", "/leads/1", "/apps", "/settings/users", "/profile", "/reports"]
)
def test_the_anonymous_are_sent_to_sign_in(sqlite_installation: Installation, path: str) -> None:
    answer = sqlite_installation.browser(None).get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


def test_the_api_answers_the_anonymous_in_json(sqlite_installation: Installation) -> None:
    answer = sqlite_installation.browser(None).get("/api/v1/leads")
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_piece_of_a_page_sends_the_whole_page_to_sign_in(sqlite_installation: Installation) -> None:
    answer = sqlite_installation.browser(None).get("/leads", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_every_address_refuses_the_anonymous_unless_it_says_it_is_public(
    sqlite_installation: Installation,
) -> None:
    from core.switchboard import SWITCHBOARD

    inner = sqlite_installation.app.extensions[SWITCHBOARD].current()
    public = {
        rule.endpoint
        for rule in inner.url_map.iter_rules()
        if getattr(inner.view_functions[rule.endpoint], "is_public", False)
        or rule.endpoint.startswith("static")
    }
    assert public <= {
        "static",
        "static_crm_clients",
        "static_crm_leads",
        "static_crm_reports",
        "crm_clients.confirm_page",
        "crm_clients.confirm",
        "crm_interactions_feed.calendar",
        "access.sign_in_page",
        "access.sign_in",
        "access.sign_out",
        "access.code_page",
        "access.check_code",
        "access.forgotten",
        "access.send_link",
        "access.new_password",
        "access.set_new_password",
        "access.password_strength",
        "access.setup_needed",
        "access.setup",
        "access.start",
        "shell.choose_language",
        "shell.choose_theme",
    }


# -- forged forms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/profile", "/profile/tokens", "/settings/users/new", "/forgotten"]
)
def test_a_form_without_the_sessions_token_is_refused(sqlite_installation: Installation, path: str) -> None:
    browser = sqlite_installation.browser()
    assert (
        browser.client.post(path, data={"email": ADMIN, "password": PASSWORD, "name": "x"}).status_code == 400
    )
    other = sqlite_installation.browser()
    forged = browser.client.post(path, data={"name": "x"}, headers={"X-CSRFToken": other.token})
    assert forged.status_code == 400


def test_json_by_a_cookie_needs_the_token_too(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser()
    refused = browser.client.post("/api/v1/leads", json={"name": "x"})
    assert refused.status_code == 400
    assert refused.json is not None
    assert (
        browser.client.post(
            "/api/v1/leads", json={"name": "x"}, headers={"X-CSRFToken": browser.token}
        ).status_code
        == 201
    )


def test_a_bearer_spares_the_token_but_not_for_pages(sqlite_installation: Installation) -> None:
    browser = sqlite_installation.browser()
    forged = browser.client.post(
        "/profile", data={"name": "x"}, headers={"Authorization": "Bearer prt_anything"}
    )
    assert forged.status_code == 400
    wrong = browser.client.post(
        "/api/v1/leads", json={"name": "x"}, headers={"Authorization": "Bearer prt_wrong"}
    )
    assert wrong.status_code == 401, "a wrong key is not saved by the cookie beside it"


# -- keys to the API ----------------------------------------------------------------------------------------


def test_a_token_works_in_its_owners_name(installation: Installation) -> None:
    installation.user(ANA)
    installation.user(CARL)
    mine, theirs = create_lead(installation, ANA, "Ana's"), create_lead(installation, CARL, "Carl's")
    client = installation.browser(None).client
    headers = installation.token(ANA)
    found = client.get("/api/v1/leads", headers=headers).json
    assert found is not None
    assert [item["id"] for item in found["items"]] == [mine]
    another, missing = (client.get(f"/api/v1/leads/{id}", headers=headers) for id in (theirs, 999_999))
    assert another.status_code == missing.status_code == 404
    assert another.text == missing.text
    for method in (client.patch, client.delete):
        another, missing = (
            method(f"/api/v1/leads/{id}", json={"name": "x"}, headers=headers) for id in (theirs, 999_999)
        )
        assert another.status_code == missing.status_code in (403, 404)
        assert another.text == missing.text


def test_a_reading_token_changes_nothing(installation: Installation) -> None:
    id = create_lead(installation, ADMIN, "Kept")
    client = installation.browser(None).client
    headers = installation.token(ADMIN, read_only=True)
    assert client.get(f"/api/v1/leads/{id}", headers=headers).status_code == 200
    answers = [
        client.post("/api/v1/leads", json={"name": "x"}, headers=headers),
        client.patch(f"/api/v1/leads/{id}", json={"name": "x"}, headers=headers),
        client.delete(f"/api/v1/leads/{id}", headers=headers),
        client.post(f"/api/v1/leads/{id}/convert", json={}, headers=headers),
    ]
    assert all(answer.status_code in (403, 404, 422) for answer in answers), [
        answer.status for answer in answers
    ]
    kept = client.get(f"/api/v1/leads/{id}", headers=headers).json
    assert kept is not None
    assert kept["name"] == "Kept"


def test_tokens_are_made_on_the_page_shown_once_and_revoked(installation: Installation) -> None:
    browser = installation.browser()
    answer = browser.post("/profile/tokens", {"name": "Excel"})
    text = answer.text.split('value="prt_')[1].split('"')[0]
    headers = {"Authorization": f"Bearer prt_{text}"}
    client = installation.browser(None).client
    assert client.get("/api/v1/leads", headers=headers).status_code == 200
    assert text not in browser.get("/profile").text
    with installation.session() as session:
        token = session.scalars(sa.select(Token)).one()
        assert text not in token.hash
    assert browser.post(f"/profile/tokens/{token.id}/revoke").status_code == 302
    assert client.get("/api/v1/leads", headers=headers).status_code == 401


def test_anothers_token_is_not_revoked(sqlite_installation: Installation) -> None:
    sqlite_installation.user(ANA)
    sqlite_installation.token(ADMIN)
    with sqlite_installation.session() as session:
        ana = find_user(session, ANA)
        token = session.scalars(sa.select(Token)).one()
        assert ana is not None
        assert not revoke_token(session, ana.id, token.id)


def test_a_token_ends_with_its_owner(sqlite_installation: Installation) -> None:
    from core.access.service import change_user

    sqlite_installation.user(ANA)
    headers = sqlite_installation.token(ANA)
    client = sqlite_installation.browser(None).client
    assert client.get("/api/v1/leads", headers=headers).status_code == 200
    with sqlite_installation.session() as session:
        ana = find_user(session, ANA)
        assert ana is not None
        change_user(session, ana, active=False)
        session.commit()
    assert client.get("/api/v1/leads", headers=headers).status_code == 401


# -- another's records at the pages --------------------------------------------------------------------------


def test_anothers_record_is_like_a_missing_one_at_the_pages(installation: Installation) -> None:
    installation.user(ANA)
    installation.user(CARL)
    theirs = create_lead(installation, CARL, "Carl's secret lead")
    browser = installation.browser(ANA)
    for path in ("/leads/{}", "/leads/{}/edit", "/leads/{}/history"):
        another, missing = browser.get(path.format(theirs)), browser.get(path.format(999_999))
        assert another.status_code == missing.status_code, path
        assert "secret lead" not in another.text
    assert browser.get(f"/leads/{theirs}").status_code == 404
    assert "secret lead" not in browser.get("/leads").text
    assert "secret lead" not in browser.get("/leads?q=secret").text
    assert "secret lead" not in browser.get("/shell/search?q=secret").text


# -- headers and cookies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/leads", "/nowhere", "/api/v1/leads", "/static/css/tokens.css"]
)
def test_every_answer_protects_the_browser(sqlite_installation: Installation, path: str) -> None:
    headers = sqlite_installation.browser().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "not over plain HTTP"
    if not path.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


def test_behind_tls_cookies_are_the_hosts_own(sqlite_installation: Installation) -> None:
    from dataclasses import replace

    from core.switchboard import create_app

    app = create_app(replace(sqlite_installation.config, secure_cookies=True))
    client = app.test_client()
    answer = client.get("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-prospecto=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
