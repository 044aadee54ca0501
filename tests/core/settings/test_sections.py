"""Sections of settings as an administrator sees and saves them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.formats import formats_for
from core.records.models import History
from core.settings import save_setting, settings_of

SignIn = Callable[[str], FlaskClient]


def test_settings_open_with_the_company_and_name_every_section(sign_in: SignIn) -> None:
    page = sign_in("ana").get("/settings", follow_redirects=True)
    assert page.request.path == "/settings/sections/company"
    for label in (
        "Company and region",
        "Users",
        "Teams",
        "Shop",
        "Colours",
        "Stages",
        "Workshop",
        "Health",
    ):
        assert label in page.text
    assert 'value="Almacenes Caroní"' in page.text


def test_only_who_may_change_settings_sees_them(sign_in: SignIn) -> None:
    sam = sign_in("sam")
    assert sam.get("/settings/sections/company").status_code == 403
    assert sam.post("/settings/sections/company", data={"name": "Sam's"}).status_code in (400, 403)
    assert 'href="/settings"' not in sam.get("/").text


def test_a_saved_section_is_in_force_at_once_and_noted_in_the_history(
    sign_in: SignIn, session: Session
) -> None:
    saved = sign_in("ana").post(
        "/settings/sections/shop",
        data={"days": "20", "deposit": "1,250.50", "slogan": "Buy", "open_on_sunday": "y", "finish": "gloss"},
    )
    assert saved.status_code in (302, 303)
    settings = settings_of(session)
    assert [
        settings[f"shop.{name}"] for name in ("days", "deposit", "slogan", "open_on_sunday", "finish")
    ] == [
        20,
        Decimal("1250.50"),
        "Buy",
        True,
        "gloss",
    ]
    entry = session.scalar(sa.select(History).where(History.resource == "settings"))
    assert entry.changes["shop.days"] == [15, 20]


def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_saved(
    sign_in: SignIn, session: Session
) -> None:
    page = sign_in("ana").post(
        "/settings/sections/shop", data={"days": "400", "deposit": "much", "slogan": "Kept as typed"}
    )
    assert page.status_code == 422
    assert "From 1 to 90." in page.text and "“much” is not an amount." in page.text
    assert 'value="Kept as typed"' in page.text
    assert settings_of(session)["shop.slogan"] is None


def test_an_emptied_setting_goes_back_to_its_default(sign_in: SignIn, session: Session) -> None:
    save_setting(session, "shop.days", 40)
    session.commit()
    sign_in("ana").post("/settings/sections/shop", data={"days": "", "deposit": "10.00", "finish": "matt"})
    assert settings_of(session)["shop.days"] == 15


def test_a_password_is_never_shown_and_stays_when_nothing_is_typed(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    mail = {
        "host": "mail.example.com",
        "port": "587",
        "security": "tls",
        "user": "ana",
        "sender": "ana@example.com",
    }
    ana.post("/settings/sections/mail", data={**mail, "password": "s3cret-words"})
    assert settings_of(session)["mail.password"] == "s3cret-words"
    assert "s3cret-words" not in ana.get("/settings/sections/mail").text
    ana.post("/settings/sections/mail", data={**mail, "password": ""})
    session.expire_all()
    assert settings_of(session)["mail.password"] == "s3cret-words"
    for entry in session.scalars(sa.select(History)):
        assert "s3cret-words" not in str(entry.changes)


def test_the_company_is_read_by_every_page(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    ana.post(
        "/settings/sections/company",
        data={
            "name": "Pinturas Ávila",
            "country": "FR",
            "currency": "EUR",
            "language": "fr",
            "zone": "Europe/Paris",
        },
    )
    assert "Pinturas Ávila" in ana.get("/").text
    formats = formats_for(session, None)
    assert (formats.country, formats.currency, formats.language, formats.zone.key) == (
        "FR",
        "EUR",
        "fr",
        "Europe/Paris",
    )


def test_a_country_or_zone_that_does_not_exist_is_refused(sign_in: SignIn) -> None:
    page = sign_in("ana").post(
        "/settings/sections/company", data={"name": "X", "country": "XX", "zone": "Mars/Base"}
    )
    assert page.status_code == 422
    assert "is not a country we know" in page.text and "is not a time zone we know" in page.text


def test_the_search_jumps_to_a_page_or_to_a_single_setting(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    assert ana.get("/settings/find?q=stages").headers["Location"].endswith("/settings/lists/stages")
    assert ana.get("/settings/find?q=deposit").headers["Location"].endswith("/settings/sections/shop#deposit")
    several = ana.get("/settings/find?q=o")
    assert several.status_code == 200 and "Colours" in several.text
    assert "No setting has this name" in ana.get("/settings/find?q=xyzzy").text


def test_a_section_nobody_declares_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("ana").get("/settings/sections/nothing").status_code == 404
