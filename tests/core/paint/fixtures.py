"""An installation in which the paint app is on, and people who are signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.access.roles import seed_roles
from core.access.service import create_user
from core.app import build_app
from core.config import Config
from core.db import db, dispose_engines, engine_for
from core.host.discovery import discover, make_importable
from core.host.loader import load
from core.house import current_house
from core.references import ship_values
from core.resources.search import ensure_search
from core.settings import save_setting
from core.state import State
from core.testing.installation import Client, hash_of
from core.testing.statements import share_statements

FOLDER = Path(__file__).parent / "plugins"
PASSWORD = "violet-harbour-29-lamps"
PEOPLE = {"ana": "administrator", "marta": "manager", "sam": "salesperson"}


@pytest.fixture
def paint_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with `paint` on, in Spanish-speaking Venezuela but with English people."""
    config = Config(tmp_path / "instance", database_url, plugin_folders=(FOLDER,))
    config.instance.mkdir()
    share_statements(engine_for(database_url))
    make_importable(config)
    app = build_app(config, load(discover(config), ("paint",), ("paint",), strict=True).plugins, 1)
    app.testing = True
    app.test_client_class = Client
    app.config["WTF_CSRF_ENABLED"] = False  # forged forms are tested where they are refused
    with app.app_context():
        db.metadata.create_all(engine_for(database_url))
        _fill(db.session())
    yield app
    dispose_engines()


@pytest.fixture
def session(paint_app: Flask) -> Iterator[Session]:
    """The system's own session, to look at what was stored."""
    with paint_app.app_context():
        yield db.session()


@pytest.fixture
def sign_in(paint_app: Flask) -> Callable[[str], FlaskClient]:
    """A browser in which this person (ana, marta or sam) is signed in."""

    def signed_in(name: str) -> FlaskClient:
        client = paint_app.test_client()
        answer = client.post("/sign-in", data={"email": f"{name}@example.com", "password": PASSWORD})
        assert answer.status_code in (302, 303), answer.text
        return client

    return signed_in


def _fill(session: Session) -> None:
    house = current_house()
    session.add(State(id=1))
    session.flush()
    seed_roles(session, house)
    for name, role in PEOPLE.items():
        made = create_user(
            session, email=f"{name}@example.com", password=None, name=f"{name.title()} Pérez", roles=[role]
        )
        made.password = hash_of(PASSWORD)
    save_setting(session, "installation.ready", True)
    save_setting(session, "company.country", "VE")
    save_setting(session, "company.name", "Almacenes Caroní")
    for declared in house.lists.values():
        ship_values(session, declared, "es")
    for resource in house.resources.values():
        ensure_search(session, resource)
    session.commit()
