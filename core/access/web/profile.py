"""One's own account: name, language, zone, theme, password, keys to the API."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access.models import User
from core.access.passwords import is_password
from core.access.second_step import has_set_up_codes
from core.access.service import (
    WeakPassword,
    change_password,
    change_user,
    create_token,
    revoke_token,
    sign_out_everywhere,
    tokens_of,
)
from core.access.web import blueprint, extension, places
from core.access.web.gate import actor, fresh_only
from core.assignment.absences import absences_of
from core.assignment.web.shown import absence_lines
from core.db import db, utcnow
from core.fields.references import USERS
from core.formats import formats_for
from core.house import current_house
from core.i18n import LANGUAGES, _
from core.resources.context import Refused
from core.state import forget

THEMES = ("light", "dark", "auto")


@blueprint.get("/profile")
def profile() -> ResponseReturnValue:
    return _page(_me())


@blueprint.post("/profile")
def save_profile() -> ResponseReturnValue:
    user, form = _me(), request.form
    theme = form.get("theme", user.theme)
    try:
        change_user(
            db.session(),
            user,
            name=" ".join(form.get("name", "").split())[:120],
            language=form.get("language"),
            zone=form.get("zone"),
            theme=theme if theme in THEMES else user.theme,
        )
    except Refused as error:
        db.session.rollback()
        return _page(_me(), wrong=str(error.message)), 422
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("access.profile"))


@blueprint.post("/profile/password")
def save_password() -> ResponseReturnValue:
    """Needs the old one; every other session of this person ends, this one goes on."""
    user = _me()
    if not is_password(user.password, request.form.get("old", "")):
        return _page(user, wrong_old=_("This is not your password.")), 422
    try:
        change_password(db.session(), user, request.form.get("password", ""))
    except WeakPassword as error:
        db.session.rollback()
        return _page(_me(), wrong_password=str(error.message)), 422
    go_on(user)
    db.session.commit()
    flash(_("Your password is changed; other computers have to sign in again."))
    return redirect(url_for("access.profile"))


@blueprint.post("/profile/sign-out-everywhere")
def end_sessions() -> ResponseReturnValue:
    user = _me()
    sign_out_everywhere(user)
    db.session.flush()
    forget(db.session())
    go_on(user)
    db.session.commit()
    flash(_("Every other computer has to sign in again."))
    return redirect(url_for("access.profile"))


@blueprint.post("/profile/tokens")
@fresh_only
def add_token() -> ResponseReturnValue:
    """The key is shown on the page that answers, once."""
    user = _me()
    _token, text = create_token(
        db.session(), user, request.form.get("name", ""), read_only="read_only" in request.form
    )
    db.session.commit()
    return _page(user, new_token=text)


@blueprint.post("/profile/tokens/<int:id>/revoke")
def end_token(id: int) -> ResponseReturnValue:
    revoke_token(db.session(), actor().user_id or 0, id)
    db.session.commit()
    flash(_("The token no longer opens."))
    return redirect(url_for("access.profile") + "#tokens")


def go_on(user: User) -> None:
    """Keep this session of a person whose other sessions were just ended."""
    remember = session.permanent
    extension.sign_in(user, remember=remember, via="session")


def _me() -> User:
    return db.session.get_one(User, actor().user_id)


def _page(user: User, **words: Any) -> str:
    formats = formats_for(db.session(), actor())
    return render_template(
        "access/profile.html",
        user=user,
        has_codes=has_set_up_codes(user),
        tokens=tokens_of(db.session(), user.id),
        languages=list(LANGUAGES.items()),
        zones=places.zones(user.language),
        absences=absence_lines(absences_of(db.session(), user.id), formats),
        colleagues=[item for item in formats.references.items(USERS) if item.active and item.id != user.id],
        today=utcnow().astimezone(formats.zone).date().isoformat(),
        parts=[
            markup
            for _plugin, markup in current_house().hooks.each(
                "render_slot", slot="profile.below", context={"user": actor()}
            )
        ],
        themes=[("light", _("Light")), ("dark", _("Dark")), ("auto", _("Like the system"))],
        **words,
    )
