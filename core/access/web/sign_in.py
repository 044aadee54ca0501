"""Signing in and out, the second step, and the question whether it is still you."""

from __future__ import annotations

import time
from datetime import datetime

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access import throttle
from core.access.actor import work_for
from core.access.models import User
from core.access.passwords import is_password
from core.access.second_step import has_set_up_codes, take_recovery_code
from core.access.service import find_user
from core.access.web import blueprint, extension
from core.access.web.gate import actor, public
from core.db import db
from core.formats import zone_of
from core.i18n import _, ngettext
from core.security import safe_next
from core.settings import settings_of

SECOND_STEP_WITHIN = 10 * 60
REMEMBERED_DAYS = 30


@blueprint.get("/sign-in")
@public
def sign_in_page() -> ResponseReturnValue:
    if actor().user_id is not None:
        return redirect(safe_next(request.args.get("next")))
    return _page()


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """A wrong password, an unknown address and a person who may no longer come in read the same, and take as long."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    account, address = throttle.account_key(email), throttle.address_key(request.remote_addr)
    if wait := throttle.seconds_to_wait(db.session(), account, address):
        return _wait(wait, email)
    throttle.count_attempt(db.session(), account, address)
    db.session.commit()
    user = find_user(db.session(), email)
    right = is_password(user.password if user else None, password)
    if user is None or not right or not user.active:
        return _page(email, _("This e-mail address and password do not belong together.")), 422
    throttle.forgive(db.session(), account, address)
    remember = "remember" in request.form
    if has_set_up_codes(user):
        db.session.commit()
        session.clear()
        session["second_step"] = {"key": user.fs_uniquifier, "remember": remember, "at": time.time()}
        return redirect(url_for("access.code_page", next=safe_next(request.values.get("next"))))
    return _let_in(user, remember=remember, via="password")


@blueprint.get("/sign-in/code")
@public
def code_page() -> ResponseReturnValue:
    if _halfway() is None:
        return redirect(url_for("access.sign_in_page"))
    return render_template("access/code.html", next=safe_next(request.args.get("next")), wrong="")


@blueprint.post("/sign-in/code")
@public
def check_code() -> ResponseReturnValue:
    """The second step: a code of the authenticator app, or one of the recovery codes."""
    user = _halfway()
    if user is None:
        flash(_("That took too long. Please sign in again."), "error")
        return redirect(url_for("access.sign_in_page"))
    key, address = throttle.code_key(user.id), throttle.address_key(request.remote_addr)
    wrong, status = "", 422
    if wait := throttle.seconds_to_wait(db.session(), key, address):
        wrong, status = _wait_words(wait), 429
    else:
        throttle.count_attempt(db.session(), key, address)
        db.session.commit()
        if is_second_step(user, request.form.get("code", "")):
            throttle.forgive(db.session(), key, address)
            return _let_in(user, remember=bool(session["second_step"]["remember"]), via="authenticator")
        wrong = _("This code does not open. Take the newest one.")
    return render_template("access/code.html", next=safe_next(request.form.get("next")), wrong=wrong), status


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    session.clear()
    return redirect(url_for("access.sign_in_page"))


@blueprint.get("/confirm")
def confirm() -> ResponseReturnValue:
    return render_template("access/confirm.html", next=safe_next(request.args.get("next")), wrong="")


@blueprint.post("/confirm")
def confirmed() -> ResponseReturnValue:
    """The password once more, before what protects accounts is changed."""
    user = db.session.get_one(User, actor().user_id)
    account, address = throttle.account_key(user.email), throttle.address_key(request.remote_addr)
    target, status = safe_next(request.form.get("next")), 422
    if wait := throttle.seconds_to_wait(db.session(), account, address):
        wrong, status = _wait_words(wait), 429
    else:
        throttle.count_attempt(db.session(), account, address)
        db.session.commit()
        if is_password(user.password, request.form.get("password", "")):
            throttle.forgive(db.session(), account, address)
            db.session.commit()
            extension.freshen()
            return redirect(target)
        wrong = _("This is not your password.")
    return render_template("access/confirm.html", next=target, wrong=wrong), status


def is_second_step(user: User, typed: str) -> bool:
    """Whether this is a code that opens now; it opens no second time. The caller commits."""
    typed = "".join(typed.split())
    if typed.isdecimal() and user.tf_totp_secret:
        return extension.totp().verify_totp(typed, user.tf_totp_secret, user, window=30)
    return take_recovery_code(user, typed)


def _let_in(user: User, *, remember: bool, via: str) -> ResponseReturnValue:
    target = safe_next(request.values.get("next"))
    work_for(db.session(), None)  # from here on it is the sign-in's own doing
    extension.sign_in(user, remember=remember, via=via)
    db.session.commit()
    return redirect(target)


def _halfway() -> User | None:
    """Who gave the right password a moment ago in this browser."""
    kept = session.get("second_step")
    if not isinstance(kept, dict) or time.time() - kept["at"] > SECOND_STEP_WITHIN:
        return None
    return db.session.scalar(sa.select(User).where(User.fs_uniquifier == kept["key"], User.active.is_(True)))


def _page(email: str = "", wrong: str = "", wait: int = 0) -> str:
    return render_template(
        "access/sign_in.html",
        email=email,
        wrong=wrong,
        wait=wait,
        next=safe_next(request.values.get("next")),
        greeting=_greeting(),
        days=REMEMBERED_DAYS,
    )


def _wait(seconds: int, email: str) -> ResponseReturnValue:
    return _page(email, _wait_words(seconds), seconds), 429, {"Retry-After": str(seconds)}


def _wait_words(seconds: int) -> str:
    if seconds < 60:
        return ngettext(
            "Too many attempts. Try again in one second.",
            "Too many attempts. Try again in %(num)d seconds.",
            seconds,
        )
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts. Try again in one minute.",
        "Too many attempts. Try again in %(num)d minutes.",
        minutes,
    )


def _greeting() -> str:
    hour = datetime.now(zone_of(settings_of(db.session())["company.zone"])).hour
    if 5 <= hour < 12:
        return _("Good morning")
    return _("Good afternoon") if 12 <= hour < 19 else _("Good evening")
