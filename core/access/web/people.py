"""The people who may sign in: list, invitation, change, deactivation. For administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from core.access.models import Role, Team, TeamMember, User
from core.access.roles import label_of
from core.access.second_step import has_set_up_codes, switch_off
from core.access.service import change_user, create_user
from core.access.web import blueprint, places
from core.access.web.gate import administrators_only, fresh_only
from core.access.web.recovery import link_for, mail_link
from core.admin.settings.views import render
from core.db import db
from core.i18n import LANGUAGES, _, get_locale
from core.resources.context import Refused
from core.routing import id_of
from core.settings import settings_of

PAGE = 100


@blueprint.get("/settings/users")
@administrators_only
def users() -> ResponseReturnValue:
    text = " ".join(request.args.get("q", "").split())[:80]
    start = request.args.get("from", 0, type=id_of)
    wanted = (
        sa.select(User).options(selectinload(User.roles)).order_by(User.active.desc(), User.name, User.id)
    )
    if text:
        wanted = wanted.where(
            sa.or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
        )
    found = db.session.scalars(wanted.offset(max(start, 0)).limit(PAGE + 1)).all()
    return render(
        "access/users.html",
        users=found[:PAGE],
        teams=_teams_of([each.id for each in found[:PAGE]]),
        label_of=label_of,
        has_codes=has_set_up_codes,
        text=text,
        next_start=start + PAGE if len(found) > PAGE else None,
        previous_start=max(start - PAGE, 0) if start > 0 else None,
    )


@blueprint.get("/settings/users/new")
@administrators_only
@fresh_only
def new_user() -> ResponseReturnValue:
    settings = settings_of(db.session())
    typed = {
        "language": settings["company.language"],
        "zone": settings["company.zone"],
        "roles": ["salesperson"],
    }
    return _form(None, typed)


@blueprint.post("/settings/users/new")
@administrators_only
@fresh_only
def invite() -> ResponseReturnValue:
    """A new person gets a link to choose a password: by mail, or shown here once to be handed over."""
    typed = _typed()
    try:
        user = create_user(
            db.session(),
            email=typed["email"],
            password=None,
            name=typed["name"],
            roles=typed["roles"],
            language=typed["language"],
            zone=typed["zone"],
        )
    except Refused as error:
        db.session.rollback()
        return _form(None, typed, str(error.message)), 422
    return _give_link(user)


@blueprint.get("/settings/users/<int:id>")
@administrators_only
@fresh_only
def user(id: int) -> ResponseReturnValue:
    found = _user(id)
    return _form(found, _stored(found))


@blueprint.post("/settings/users/<int:id>")
@administrators_only
@fresh_only
def save_user(id: int) -> ResponseReturnValue:
    found, typed = _user(id), _typed()
    try:
        change_user(
            db.session(),
            found,
            name=typed["name"],
            email=typed["email"],
            roles=typed["roles"],
            active="active" in request.form,
            language=typed["language"],
            zone=typed["zone"],
        )
    except Refused as error:
        db.session.rollback()
        return _form(_user(id), typed | {"active": "active" in request.form}, str(error.message)), 422
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("access.users"))


@blueprint.post("/settings/users/<int:id>/link")
@administrators_only
@fresh_only
def send_user_link(id: int) -> ResponseReturnValue:
    found = _user(id)
    if not found.active:
        abort(404)
    return _give_link(found)


@blueprint.post("/settings/users/<int:id>/two-steps-off")
@administrators_only
@fresh_only
def end_two_steps(id: int) -> ResponseReturnValue:
    """For somebody who lost both phone and recovery codes."""
    found = _user(id)
    switch_off(db.session(), found)
    db.session.commit()
    flash(_("From now on the password alone signs %(name)s in.", name=found.name))
    return redirect(url_for("access.user", id=id))


def _give_link(user: User) -> ResponseReturnValue:
    if request.form.get("how") == "show":
        link = link_for(user)
        db.session.commit()
        return render("access/user_link.html", user=user, link=link)
    mail_link(user, invited=user.password is None)
    db.session.commit()
    flash(_("A link to choose a password goes to %(email)s.", email=user.email))
    return redirect(url_for("access.users"))


def _user(id: int) -> User:
    found = db.session.scalar(sa.select(User).where(User.id == id).options(selectinload(User.roles)))
    return found or abort(404)


def _typed() -> dict[str, Any]:
    form = request.form
    return {
        "name": " ".join(form.get("name", "").split())[:120],
        "email": form.get("email", ""),
        "roles": form.getlist("roles"),
        "language": form.get("language", ""),
        "zone": form.get("zone", ""),
    }


def _stored(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "roles": [role.name for role in user.roles],
        "language": user.language,
        "zone": user.zone,
        "active": user.active,
    }


def _form(user: User | None, typed: dict[str, Any], wrong: str = "") -> str:
    locale = get_locale()
    roles = db.session.scalars(sa.select(Role).order_by(Role.position).limit(200)).all()
    return render(
        "access/user.html",
        user=user,
        typed=typed,
        wrong=wrong,
        roles=[(role.name, label_of(role)) for role in roles],
        languages=list(LANGUAGES.items()),
        zones=places.zones(locale.language if locale else "en"),
        has_codes=user is not None and has_set_up_codes(user),
    )


def _teams_of(user_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(TeamMember.user_id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.user_id.in_(user_ids))
    )
    return {user_id: name for user_id, name in rows}
