"""The home page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.access.service import actor_for, find_user
from core.house import current_house
from core.jobs.service import enqueue

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def pot(session: Session) -> Any:
    """One pot of Sam's and a newer one of Marta's."""
    model = current_house().resources["pots"].model
    for name in ("sam", "marta"):
        session.add(model(name=f"{name}'s pot", painter_id=find_user(session, f"{name}@example.com").id))
        session.flush()
    session.commit()
    return model


def test_one_is_greeted_by_name(sign_in: SignIn) -> None:
    assert ", Sam</h2>" in sign_in("sam").get("/").text


def test_an_empty_installation_says_what_to_do_first(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana").get("/").text
    for address in ("/pots/new", "/pots/import", "/apps", "/settings/users"):
        assert f'href="{address}"' in ana
    sam = sign_in("sam").get("/").text
    assert 'href="/pots/new"' in sam and 'href="/settings/users"' not in sam


def test_where_there_are_records_one_sees_the_newest_of_ones_own(sign_in: SignIn, pot: Any) -> None:
    home = sign_in("sam").get("/").text
    assert "sam&#39;s pot" in home and "marta" not in home
    assert "First steps" not in home
    assert "First steps" not in sign_in("ana").get("/").text, "others' records count for whom may see them"


def test_a_card_that_fails_says_so_and_the_page_lives(sign_in: SignIn) -> None:
    home = sign_in("sam").get("/")
    assert home.status_code == 200
    assert "It shines on Sam Pérez." in home.text
    assert home.text.index("Rain") < home.text.index("This card did not answer.")
    assert "not for all" not in home.text
    assert "roof leaks" not in home.text


def test_ones_own_work_under_way_is_shown(sign_in: SignIn, session: Session) -> None:
    sam = find_user(session, "sam@example.com")
    job = enqueue(session, "import", {}, actor=actor_for(session, sam), title="Import of pots.csv")
    session.commit()
    assert f'href="/jobs/{job.id}"' in sign_in("sam").get("/").text
    assert "pots.csv" not in sign_in("marta").get("/").text
