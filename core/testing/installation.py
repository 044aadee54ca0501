"""An installation for tests: made once by the product's own first start, then copied for whoever asks, on both databases."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.config import Config, load_config
from core.db import db, dispose_engine, engine_for, writing
from core.house import EXTENSION, House
from core.testing.statements import share_statements

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from core.access.models import User

ADMIN = "admin@example.com"
PASSWORD = "correct horse battery staple"

ALL_APPS = ("crm_clients", "crm_leads", "crm_deals", "crm_interactions", "crm_automation", "crm_reports")
"""Every app of the repository, for tests of what they do together: `install(apps=ALL_APPS)`."""


@dataclass(frozen=True)
class Shape:
    """What the first start is told. Two tests of the same shape share the work of making it."""

    language: str = "es"
    country: str = "VE"
    currency: str = "USD"
    zone: str = "America/Caracas"
    mode: str = "classic"
    apps: tuple[str, ...] = ("crm_clients", "crm_leads", "crm_reports")
    plugins: tuple[Path, ...] = ()
    """Folders with further plugins."""

    @property
    def name(self) -> str:
        """The same in every process, and fit for a database."""
        words = "_".join((self.language, self.country, self.mode, *self.apps)).lower()
        return f"{re.sub('[^a-z0-9]+', '_', words)[:40]}_{sha256(repr(self).encode()).hexdigest()[:12]}"


def make(config: Config, shape: Shape) -> None:
    """Do the first start as a person would, into an empty database."""
    from core.installation import SetUp, set_up_installation

    set_up_installation(
        config,
        SetUp(
            email=ADMIN,
            password=PASSWORD,
            name="Ada Admin",
            company="Almacenes Caroní",
            country=shape.country,
            currency=shape.currency,
            language=shape.language,
            zone=shape.zone,
            mode=shape.mode,
            apps=shape.apps,
        ),
    )


def config_for(instance: Path, shape: Shape, database_url: str = "") -> Config:
    environ = {
        "PROSPECTO_INSTANCE": str(instance),
        "PROSPECTO_PLUGINS": ":".join(str(path) for path in shape.plugins),
    }
    if database_url:
        environ["PROSPECTO_DATABASE_URL"] = database_url
    return load_config(environ)


def copy_instance(template: Path, target: Path) -> None:
    shutil.copytree(template, target, dirs_exist_ok=True)


@cache
def hash_of(password: str) -> str:
    """As it is stored; hashing costs what it should, but not once for each person of each test."""
    from core.access.passwords import hash_password

    return hash_password(password)


@dataclass
class Installation:
    """A company's Prospecto, ready to be used by tests through its doors."""

    config: Config
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        from core.switchboard import create_app

        share_statements(engine_for(self.config.database_url))
        self.app = create_app(self.config)
        self.app.test_client_class = Client

    @property
    def house(self) -> House:
        """What the plugins that are on now have declared."""
        from core.switchboard import SWITCHBOARD

        house: House = self.app.extensions[SWITCHBOARD].current().extensions[EXTENSION]
        return house

    @contextmanager
    def session(self, email: str | None = None) -> Iterator[Session]:
        """A session of the system, or with an e-mail of that person; a writing one. The block commits."""
        from core.access.actor import work_for
        from core.access.service import actor_for, find_user
        from core.switchboard import SWITCHBOARD

        inner = self.app.extensions[SWITCHBOARD].current()
        with inner.app_context(), writing():
            session: Session = db.session()
            session.info["house"] = inner.extensions[EXTENSION]
            work_for(session, None)
            if email is not None:
                user = find_user(session, email)
                if user is None:
                    raise LookupError(email)
                work_for(session, actor_for(session, user))
            yield session

    def user(self, email: str, roles: Sequence[str] = ("salesperson",), **also: Any) -> User:
        """A new user who can sign in with `PASSWORD`."""
        from core.access.service import create_user

        with self.session() as session:
            created = create_user(
                session,
                email=email,
                password=None,
                name=also.pop("name", email.split("@")[0].title()),
                roles=list(roles),
                language=also.pop("language", "es"),
                zone=also.pop("zone", "America/Caracas"),
            )
            for name, value in {"password": hash_of(PASSWORD), **also}.items():
                setattr(created, name, value)
            session.commit()
        return created

    def browser(self, email: str | None = ADMIN) -> Browser:
        """A client signed in as this person (None: nobody), without the detour over the page: `sign_in` takes that."""
        client = Browser(self.app)
        if email is not None:
            client.begin_session(*self._session_cookie(email))
        return client

    def _session_cookie(self, email: str) -> tuple[str, str]:
        """Name and value of the cookie that signing in would give this person."""
        from flask import session as visit

        from core.access.service import find_user
        from core.access.web import extension
        from core.switchboard import SWITCHBOARD

        inner = self.app.extensions[SWITCHBOARD].current()
        with inner.test_request_context("/"), writing():
            db.session().info["house"] = inner.extensions[EXTENSION]
            user = find_user(db.session(), email)
            if user is None or not user.active:
                raise AssertionError(f"{email} cannot sign in")
            extension.sign_in(user, remember=False, via="password")
            db.session.commit()
            answer = inner.response_class()
            inner.session_interface.save_session(inner, visit, answer)
        name, _equals, rest = answer.headers["Set-Cookie"].partition("=")
        return name, rest.partition(";")[0]

    def token(self, email: str = ADMIN, *, read_only: bool = False) -> Mapping[str, str]:
        """Headers that call the API in this person's name."""
        from core.access.service import create_token, find_user

        with self.session() as session:
            user = find_user(session, email)
            if user is None:
                raise LookupError(email)
            _token, secret = create_token(session, user, "test", read_only=read_only)
            session.commit()
        return {"Authorization": f"Bearer {secret}"}

    def close(self) -> None:
        dispose_engine(self.config.database_url)


class Client(FlaskClient):
    """Reads each answer whole, by which the file that it came from is closed."""

    def open(self, *args: Any, buffered: bool = True, **also: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **also)


class Browser:
    """A person at the pages: keeps cookies, and sends the CSRF token of the last page as the page's script does."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self._token: str | None = None
        self._is_signed_in = False

    @property
    def token(self) -> str:
        """The CSRF token of the last page; who has seen none yet looks at one, as somebody would who stands on a page."""
        if self._token is None and self._is_signed_in:
            self.get("/profile")
        return self._token or ""

    @token.setter
    def token(self, token: str) -> None:
        self._token = token

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"email": email, "password": password})
        if answer.status_code not in (302, 303):
            raise AssertionError(f"{email} cannot sign in: {answer.status_code}\n{answer.text[:3000]}")
        self.get("/profile")
        return answer

    def begin_session(self, name: str, value: str) -> None:
        """Go on with a session that somebody began elsewhere."""
        self.client.set_cookie(name, value)
        self._is_signed_in = True

    def get(self, path: str, **also: Any) -> TestResponse:
        answer = self.client.get(path, **also)
        if answer.mimetype == "text/html":
            found = re.search(
                r'name="csrf-token" content="([^"]+)"|name="csrf_token"[^>]*value="([^"]+)"', answer.text
            )
            if found:
                self.token = found.group(1) or found.group(2)
        return answer

    def post(self, path: str, data: Mapping[str, Any] | None = None, **also: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token, **also.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, **also)
