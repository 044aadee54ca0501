"""A forgotten password: a link by mail, and the page it leads to. Invitations lead to the same page."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security.recoverable import generate_reset_password_token, reset_password_token_status

from core.access import throttle
from core.access.actor import work_for
from core.access.models import User
from core.access.passwords import check_password_strength
from core.access.service import WeakPassword, change_password, find_user
from core.access.web import blueprint
from core.access.web.extension import LINK_LIVES
from core.access.web.gate import before_set_up, public
from core.db import db
from core.i18n import _, ngettext, use_language
from core.mail import send_later
from core.routing import public_address
from core.settings import settings_of


@blueprint.get("/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    return render_template("access/forgotten.html", sent=False)


@blueprint.post("/forgotten")
@public
def send_link() -> ResponseReturnValue:
    """Says the same whether somebody has the address or not."""
    email = request.form.get("email", "")
    address = throttle.address_key(request.remote_addr)
    account = throttle.account_key(f"link:{email}")
    if not throttle.seconds_to_wait(db.session(), account, address):
        throttle.count_attempt(db.session(), account, address)
        user = find_user(db.session(), email)
        if user is not None and user.active:
            mail_link(user)
        db.session.commit()
    return render_template("access/forgotten.html", sent=True)


@blueprint.get("/reset/<token>")
@public
def new_password(token: str) -> ResponseReturnValue:
    user = _user_of(token)
    if user is None:
        return render_template("access/link_gone.html"), 404
    return render_template("access/new_password.html", token=token, email=user.email, wrong="")


@blueprint.post("/reset/<token>")
@public
def set_new_password(token: str) -> ResponseReturnValue:
    """Choosing a password uses the link up, and ends every session of this person."""
    user = _user_of(token)
    if user is None:
        return render_template("access/link_gone.html"), 404
    work_for(db.session(), None)
    try:
        change_password(db.session(), user, request.form.get("password", ""))
    except WeakPassword as error:
        db.session.rollback()
        return render_template(
            "access/new_password.html", token=token, email=user.email, wrong=str(error.message)
        ), 422
    db.session.commit()
    session.clear()
    flash(_("Your new password is set. Sign in with it."))
    return redirect(url_for("access.sign_in_page"))


@blueprint.post("/password-strength")
@before_set_up
def password_strength() -> ResponseReturnValue:
    """What to think of a password while it is typed; the same rules as when it is stored."""
    password = request.form.get("password", "")
    problems = check_password_strength(password, request.form.get("email", "")) if password else []
    return render_template(
        "access/parts/strength.html", password=password, problem=problems[0] if problems else ""
    )


def link_for(user: User) -> str:
    """A link that lets this person choose a password, once."""
    return public_address("access.new_password", token=generate_reset_password_token(user))


def mail_link(user: User, *, invited: bool = False) -> None:
    """Send the link in the person's language; it leaves with the caller's commit."""
    company = settings_of(db.session())["company.name"]
    days = LINK_LIVES.days
    with use_language(user.language):
        subject = _("Welcome to %(company)s", company=company) if invited else _("Choose a new password")
        opening = (
            _("%(company)s works with Prospecto. Choose your password to begin:", company=company)
            if invited
            else _("Somebody, we hope you, asked for a new password. Choose it here:")
        )
        validity = ngettext(
            "The link opens once, within one day.", "The link opens once, within %(num)d days.", days
        )
        ending = "" if invited else _("If it was not you, nothing has changed and you need do nothing.")
    parts = [f"{user.name},", opening, link_for(user), validity, ending]
    send_later(db.session(), user.email, subject, "\n\n".join(part for part in parts if part) + "\n")


def _user_of(token: str) -> User | None:
    expired, invalid, user = reset_password_token_status(token)
    return None if expired or invalid or user is None or not user.active else user
