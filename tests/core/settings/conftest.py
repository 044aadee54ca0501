"""The paint app's installation, and a second session beside the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.db import db, engine_for
from core.house import current_house
from tests.core.paint.fixtures import paint_app, session, sign_in

__all__ = ["paint_app", "session", "sign_in"]


@pytest.fixture
def other_session(paint_app: Flask) -> Iterator[Session]:
    """Another request's session."""
    with paint_app.app_context():
        house, engine = current_house(), engine_for(str(db.engine.url.render_as_string(hide_password=False)))
    with Session(engine, info={"house": house}) as session:
        yield session
