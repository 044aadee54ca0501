"""Verification in two steps: switching it on with an authenticator app, recovery codes, switching it off."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from core.access.models import User
from core.access.second_step import has_set_up_codes, new_recovery_codes, switch_off, switch_on
from core.access.web import blueprint
from core.access.web.extension import totp
from core.access.web.gate import actor, fresh_only
from core.access.web.profile import go_on
from core.db import db
from core.i18n import _

SECRET = "new_totp_secret"
"""Where the secret waits, encrypted, in the session until a code proves that the phone has it."""


@blueprint.get("/profile/two-steps")
@fresh_only
def two_steps() -> ResponseReturnValue:
    user = _me()
    if has_set_up_codes(user):
        return redirect(url_for("access.profile"))
    session[SECRET] = totp().generate_totp_secret()
    return _page(user)


@blueprint.post("/profile/two-steps")
@fresh_only
def switch_two_steps_on() -> ResponseReturnValue:
    user, secret = _me(), session.get(SECRET)
    if not secret or has_set_up_codes(user):
        return redirect(url_for("access.profile"))
    code = "".join(asked.form.get("code", "").split())
    if not code.isdecimal() or not totp().verify_totp(code, secret, user, window=30):
        return _page(user, _("This code does not open. Take the newest one.")), 422
    codes = switch_on(db.session(), user, secret)
    go_on(user)
    db.session.commit()
    return render_template("access/recovery_codes.html", codes=codes)


@blueprint.post("/profile/two-steps/codes")
@fresh_only
def renew_codes() -> ResponseReturnValue:
    user = _me()
    if not has_set_up_codes(user):
        return redirect(url_for("access.profile"))
    codes = new_recovery_codes(db.session(), user)
    db.session.commit()
    return render_template("access/recovery_codes.html", codes=codes)


@blueprint.post("/profile/two-steps/off")
@fresh_only
def switch_two_steps_off() -> ResponseReturnValue:
    user = _me()
    switch_off(db.session(), user)
    go_on(user)
    db.session.commit()
    flash(_("From now on the password alone signs you in."))
    return redirect(url_for("access.profile"))


def _me() -> User:
    return db.session.get_one(User, actor().user_id)


def _page(user: User, wrong: str = "") -> str:
    secret = session[SECRET]
    return render_template(
        "access/two_steps.html",
        picture=totp().generate_qrcode(user.email, secret),
        key=totp().get_totp_pretty_key(secret),
        wrong=wrong,
    )
