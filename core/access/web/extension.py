"""Flask-Security as this house uses it: sessions, reset links, freshness and one-time codes; the pages are our own."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_login.utils import _user_context_processor  # type: ignore[import-untyped]
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.totp import Totp
from flask_security.utils import check_and_update_authn_fresh, set_request_attr
from flask_security.utils import login_user as _login_user

from core.access.models import Role, User
from core.access.passwords import ARGON2
from core.db import db, utcnow
from core.house import House

LINK_LIVES = timedelta(days=2)
"""Of links to choose a password, by mail or from an administrator."""

FRESH_FOR = timedelta(hours=2)
FRESH_GRACE = timedelta(minutes=30)


class OnceOnlyTotp(Totp):
    """Codes of an authenticator app; each opens once (RFC 6238, 5.2)."""

    def get_last_counter(self, user: User) -> int | None:  # type: ignore[override]
        return user.tf_last_counter

    def set_last_counter(self, user: User, tmatch: Any) -> None:  # type: ignore[override]
        user.tf_last_counter = tmatch.counter


_datastore = SQLAlchemyUserDatastore(db, User, Role)


def init_flask_security(app: Flask, house: House) -> None:
    config = house.config
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # as core.access.passwords hashes, without a second secret
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={f"argon2__{name}": value for name, value in ARGON2.items()},
        SECURITY_PASSWORD_SALT=config.secret("session"),
        SECURITY_RESET_PASSWORD_WITHIN=LINK_LIVES,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_TOTP_SECRETS={"1": config.secret("totp")},
        SECURITY_TOTP_ISSUER="Prospecto",
    )
    security = Security(app, _datastore, register_blueprint=False, totp_cls=OnceOnlyTotp)
    # The gate knows who asks, from memory. What would load the person anew at every request and every template goes.
    security.login_manager._request_callback = None
    before = app.before_request_funcs[None]
    before.remove(security.principal._on_before_request)
    app.template_context_processors[None].remove(_user_context_processor)


def sign_in(user: User, *, remember: bool, via: str) -> None:
    """Begin a session of this person, with nothing of the one before; the caller commits."""
    session.clear()
    _login_user(user, remember=False, authn_via=[via])
    session.permanent = remember
    user.signed_in_at = utcnow()


def is_fresh() -> bool:
    """Whether this person proved who they are lately enough to touch what protects accounts."""
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return bool(check_and_update_authn_fresh(FRESH_FOR, FRESH_GRACE))


def freshen() -> None:
    """They just did."""
    session["fs_paa"] = time.time()


def totp() -> OnceOnlyTotp:
    from flask_security.proxies import _security

    factory = _security.totp_factory
    assert isinstance(factory, OnceOnlyTotp)
    return factory
