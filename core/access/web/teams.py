"""Teams: who works together, and who leads them. For administrators."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access.models import Team, TeamMember, User
from core.access.teams import delete_team, set_team
from core.access.web import blueprint
from core.access.web.gate import administrators_only
from core.admin.settings.views import render
from core.db import db
from core.i18n import _
from core.resources.context import Refused

MOST = 500


@blueprint.get("/settings/teams")
@administrators_only
def teams() -> ResponseReturnValue:
    found = db.session.scalars(sa.select(Team).order_by(Team.name).limit(MOST)).all()
    members: dict[int, list[str]] = defaultdict(list)
    rows = (
        sa.select(TeamMember.team_id, User.name).join(User, User.id == TeamMember.user_id).order_by(User.name)
    )
    for team_id, name in db.session.execute(rows.limit(MOST * 4)):
        members[team_id].append(name)
    managers = sa.select(User.id, User.name).where(
        User.id.in_([team.manager_id for team in found if team.manager_id])
    )
    return render(
        "access/teams.html",
        teams=found,
        members=members,
        managers={id: name for id, name in db.session.execute(managers)},
    )


@blueprint.get("/settings/teams/new")
@administrators_only
def new_team() -> ResponseReturnValue:
    return _form(Team(name=""), set())


@blueprint.post("/settings/teams/new")
@administrators_only
def add_team() -> ResponseReturnValue:
    return _save(Team(name=""))


@blueprint.get("/settings/teams/<int:id>")
@administrators_only
def team(id: int) -> ResponseReturnValue:
    members = db.session.scalars(sa.select(TeamMember.user_id).where(TeamMember.team_id == id))
    return _form(_team(id), set(members))


@blueprint.post("/settings/teams/<int:id>")
@administrators_only
def save_team(id: int) -> ResponseReturnValue:
    return _save(_team(id))


@blueprint.post("/settings/teams/<int:id>/delete")
@administrators_only
def remove_team(id: int) -> ResponseReturnValue:
    """Its members then see their own records only, until they join another."""
    delete_team(db.session(), _team(id))
    db.session.commit()
    flash(_("The team is gone."))
    return redirect(url_for("access.teams"))


def _save(team: Team) -> ResponseReturnValue:
    form = request.form
    people = set(db.session.scalars(sa.select(User.id)))
    members = {id for id in form.getlist("members", type=int) if id in people}
    manager_id = form.get("manager", type=int)
    name = " ".join(form.get("name", "").split())[:80]
    try:
        set_team(
            db.session(),
            team,
            name=name,
            manager_id=manager_id if manager_id in people else None,
            member_ids=members,
        )
    except Refused as error:
        db.session.rollback()
        return _form(Team(id=team.id, name=name, manager_id=manager_id), members, str(error.message)), 422
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("access.teams"))


def _team(id: int) -> Team:
    return db.session.get(Team, id) or abort(404)


def _form(team: Team, members: set[int], wrong: str = "") -> str:
    people = sa.select(User.id, User.name, User.email).where(
        sa.or_(User.active.is_(True), User.id.in_(members))
    )
    elsewhere = (
        sa.select(TeamMember.user_id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.team_id != (team.id or 0))
    )
    return render(
        "access/team.html",
        team=team,
        members=members,
        people=db.session.execute(people.order_by(User.name).limit(MOST)).all(),
        elsewhere={id: name for id, name in db.session.execute(elsewhere)},
        wrong=wrong,
    )
