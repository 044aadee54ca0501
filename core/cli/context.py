"""What a command works in: the app of the enabled plugins, its session, and somebody's name and language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.cli.say import Wrong
from core.config import Config
from core.db import db, writing
from core.house import EXTENSION, House
from core.i18n import use_language

NOT_SET_UP = "This installation is not set up yet; `prospecto init` or `prospecto serve` does that."


def current_app_of(config: Config) -> Flask:
    """The app of the plugins that are on.

    Raises:
        SchemaMismatch: the database does not fit this code; says the command that mends it.
    """
    from core.host.assembly import assemble
    from core.host.schema.check import check_schema

    check_schema(config)
    return assemble(config)


@contextmanager
def in_app(
    config: Config, *, user: str | None = None, by_administrator: bool = False
) -> Iterator[tuple[Session, House]]:
    """The session and house of a set-up installation; in the name of this user, else of the system.

    `by_administrator` is for what needs somebody's name: without a user it is the first administrator's.

    Raises:
        Wrong: the installation is not set up, or nobody active has this e-mail address.
    """
    from core.access.actor import work_for
    from core.installation import is_set_up
    from core.settings import settings_of

    if not is_there(config):
        raise Wrong(NOT_SET_UP)
    app = current_app_of(config)
    with app.app_context():
        session: Session = db.session()
        house: House = app.extensions[EXTENSION]
        session.info["house"] = house
        if not is_set_up(session):
            raise Wrong(NOT_SET_UP)
        actor = _actor(session, user, by_administrator)
        work_for(session, actor)
        language = actor.language if actor else settings_of(session)["company.language"]
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


def is_there(config: Config) -> bool:
    """Whether the database has the core's tables; one that is missing is not made by asking."""
    from core.db import engine_for
    from core.host.state import has_tables

    if config.is_sqlite and not Path(make_url(config.database_url).database or "").exists():
        return False
    with engine_for(config.database_url).connect() as connection:
        return has_tables(connection)


def _actor(session: Session, email: str | None, by_administrator: bool) -> Actor | None:
    from core.access.models import Role, User
    from core.access.service import actor_for, find_user

    if email is not None:
        person = find_user(session, email)
        if person is None or not person.active:
            raise Wrong(f"Nobody active has the address {email}.")
        return actor_for(session, person)
    if not by_administrator:
        return None
    first = (
        select(User.id)
        .join(User.roles)
        .where(Role.is_admin.is_(True), User.active.is_(True))
        .order_by(User.id)
    )
    found = session.scalar(first.limit(1))
    return actor_for(session, found) if found is not None else None
