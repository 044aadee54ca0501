"""The first start in the browser: one link, one page, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.access.models import SetupLink
from core.config import Config, load_config
from core.db import dispose_engines, engine_for, utcnow, writing
from core.installation import LINK_LIVES, make_tables, new_setup_link
from core.switchboard import create_app
from core.testing.installation import PASSWORD, Browser

ANSWERS = {
    "company": "Almacenes Caroní",
    "country": "VE",
    "currency": "USD",
    "zone": "America/Caracas",
    "mode": "classic",
    "apps": ["crm_clients"],
    "name": "Mariángel Castañeda",
    "email": "mariangel@example.com",
    "password": PASSWORD,
}


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Iterator[Config]:
    made = load_config(
        {"PROSPECTO_INSTANCE": str(tmp_path / "instance"), "PROSPECTO_DATABASE_URL": database_url}
    )
    make_tables(made)
    yield made
    dispose_engines()


@pytest.fixture
def link(config: Config) -> str:
    with writing(), Session(engine_for(config.database_url)) as session:
        secret = new_setup_link(session)
        session.commit()
    return f"/setup/{secret}"


@pytest.fixture
def browser(config: Config) -> Browser:
    return Browser(create_app(config))


def test_until_it_is_done_every_page_says_so(browser: Browser) -> None:
    for path in ("/", "/leads", "/sign-in", "/profile"):
        answer = browser.get(path)
        assert (answer.status_code, answer.location) == (302, "/setup"), path
    assert browser.get("/setup").status_code == 200
    assert browser.get("/api/v1/leads").status_code == 503
    assert browser.get("/setup/guessed").status_code == 404


def test_the_link_sets_up_and_lets_its_administrator_in_once(
    browser: Browser, link: str, config: Config
) -> None:
    page = browser.get(link, headers={"Accept-Language": "es-VE"})
    assert page.status_code == 200
    assert 'value="VE"' in page.text
    answer = browser.post(link, ANSWERS)
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/").status_code == 200
    assert browser.get("/leads").status_code == 200, "classic mode brings leads, ticked or not"
    assert browser.get("/settings/users").status_code == 200
    again = Browser(create_app(config))
    assert again.get(link).location == "/sign-in"
    assert again.get("/setup").location == "/sign-in"
    again.get("/sign-in")
    assert again.post(link, ANSWERS | {"email": "thief@example.com"}).location == "/sign-in"
    assert again.sign_in("mariangel@example.com").status_code == 302


def test_answers_that_cannot_be_used_are_said_beside_their_fields(browser: Browser, link: str) -> None:
    browser.get(link)
    answer = browser.post(link, ANSWERS | {"password": "password12", "email": "nonsense", "company": " "})
    assert answer.status_code == 422
    assert (
        'id="email" name="email" type="email" value="nonsense" aria-describedby="email-note" aria-invalid="true"'
        in answer.text
    )
    assert "password12" not in answer.text
    assert 'value="Mariángel Castañeda"' in answer.text, "what was typed stays"
    assert browser.post(link, ANSWERS).status_code == 302, "the link is still good"


def test_the_language_is_changed_in_place(browser: Browser, link: str) -> None:
    browser.get(link)
    answer = browser.post(link, ANSWERS | {"language": "fr", "company": "Chez nous", "mode": "simple"})
    assert answer.status_code == 200
    assert '<html lang="fr"' in answer.text
    assert 'value="Chez nous"' in answer.text
    assert '<html lang="fr"' in browser.get(link).text, "and stays"


def test_simple_mode_goes_without_leads(browser: Browser, link: str) -> None:
    browser.get(link)
    answer = browser.post(link, ANSWERS | {"mode": "simple", "apps": ["crm_clients", "crm_leads"]})
    assert answer.status_code == 302
    assert browser.get("/clients").status_code == 200
    assert browser.get("/leads").status_code == 404
    assert browser.get("/deals").status_code == 200, "it stands on them, asked for or not"


def test_an_old_link_and_a_replaced_one_open_nothing(browser: Browser, link: str, config: Config) -> None:
    with writing(), Session(engine_for(config.database_url)) as session:
        newer = new_setup_link(session)
        session.commit()
    assert browser.get(link).status_code == 404
    assert browser.get(f"/setup/{newer}").status_code == 200
    with writing(), Session(engine_for(config.database_url)) as session:
        session.query(SetupLink).update({"expires_at": utcnow() - LINK_LIVES})
        session.commit()
    assert browser.get(f"/setup/{newer}").status_code == 404


def test_a_password_is_judged_while_it_is_typed(browser: Browser, link: str) -> None:
    browser.get(link)
    weak = browser.post("/password-strength", {"password": "qwertyuiop1", "email": "a@example.com"})
    strong = browser.post("/password-strength", {"password": PASSWORD, "email": "a@example.com"})
    assert "field-good" not in weak.text
    assert "field-help" in weak.text
    assert "field-good" in strong.text
    assert isinstance(browser.client, FlaskClient)
