"""What a command works in: the app of the enabled plugins, its session, and somebody's name and language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from core.cli.say import Wrong
from core.config import Config
from core.db import db, writing
from core.house import EXTENSION, House
from core.i18n import use_language


def current_app_of(config: Config) -> Flask:
    """The app of the plugins that are on."""
    from core.jobs.worker import inner_app
    from core.switchboard import create_app

    return inner_app(create_app(config))


@contextmanager
def in_app(config: Config, *, user: str | None = None) -> Iterator[tuple[Session, House]]:
    """The session and house of a set-up installation; in the name of this user, else of the system.

    Raises:
        Wrong: the installation is not set up, or nobody active has this e-mail address.
    """
    from core.access.actor import work_for
    from core.access.service import actor_for, find_user
    from core.installation import is_set_up
    from core.settings import settings_of

    app = current_app_of(config)
    with app.app_context():
        session: Session = db.session()
        house: House = app.extensions[EXTENSION]
        session.info["house"] = house
        if not is_set_up(session):
            raise Wrong(
                "This installation is not set up yet; `prospecto init` or `prospecto serve` does that."
            )
        language = settings_of(session)["company.language"]
        if user is not None:
            person = find_user(session, user)
            if person is None or not person.active:
                raise Wrong(f"Nobody active signs in as {user}.")
            actor = actor_for(session, person)
            work_for(session, actor)
            language = actor.language
        session.rollback()
        with use_language(language), writing():
            yield session, house


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts in a language where there is no app yet."""
    from flask_babel import Babel

    app = Flask("prospecto")
    folder = Path(__file__).resolve().parent.parent / "translations"
    Babel(app, default_locale=language, default_translation_directories=str(folder))
    with app.app_context():
        yield
