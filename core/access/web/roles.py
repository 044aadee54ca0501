"""Roles and what each may do: the matrix of resource, action and scope. For administrators."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Scope
from core.access.models import Role, user_roles
from core.access.roles import (
    ACTIONS,
    SCOPES,
    SHIPPED,
    Right,
    create_role,
    delete_role,
    grants_of,
    label_of,
    rights_in,
    set_grants,
)
from core.access.stages import STAGE_ACTIONS, StageKey, set_stage_grants, stage_grants_of, stages_in
from core.access.web import blueprint
from core.access.web.gate import administrators_only, fresh_only
from core.admin.settings.views import render
from core.db import db
from core.house import current_house
from core.i18n import _
from core.resources.context import Refused

YES_OR_NO = (Scope.NONE, Scope.ALL)


@blueprint.get("/settings/roles")
@administrators_only
def roles() -> ResponseReturnValue:
    return _list()


@blueprint.post("/settings/roles")
@administrators_only
@fresh_only
def add_role() -> ResponseReturnValue:
    like = db.session.get(Role, request.form.get("like", 0, type=int))
    try:
        role = create_role(db.session(), request.form.get("label", ""), like=like)
    except Refused as error:
        db.session.rollback()
        return _list(str(error.message)), 422
    db.session.commit()
    return redirect(url_for("access.role", id=role.id))


@blueprint.get("/settings/roles/<int:id>")
@administrators_only
def role(id: int) -> ResponseReturnValue:
    return _matrix(_role(id))


@blueprint.post("/settings/roles/<int:id>")
@administrators_only
@fresh_only
def save_role(id: int) -> ResponseReturnValue:
    found = _role(id)
    try:
        grants: dict[tuple[str, str], Scope] = {}
        for group in rights_in(current_house()):
            for right in group.rights:
                typed = request.form.get(f"{right.resource}.{right.action}")
                if typed is not None:
                    grants[right.resource, right.action] = _scope(right, typed)
        set_grants(db.session(), found, grants)
        set_stage_grants(db.session(), found, _typed_stages())
    except Refused as error:
        db.session.rollback()
        return _matrix(_role(id), str(error.message)), 422
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("access.role", id=id))


@blueprint.post("/settings/roles/<int:id>/delete")
@administrators_only
@fresh_only
def remove_role(id: int) -> ResponseReturnValue:
    try:
        delete_role(db.session(), _role(id))
    except Refused as error:
        db.session.rollback()
        return _matrix(_role(id), str(error.message)), 422
    db.session.commit()
    flash(_("The role is gone."))
    return redirect(url_for("access.roles"))


def _scope(right: Right, typed: str) -> Scope:
    if typed not in {str(int(scope)) for scope in Scope}:
        abort(400)
    scope = Scope(int(typed))
    return scope if right.scoped or scope in YES_OR_NO else Scope.NONE


def _typed_stages() -> dict[StageKey, Scope | None]:
    """What the form says of single statuses: `stage.<resource>.<action>.<status>`, empty where it inherits."""
    house, wanted = current_house(), dict[StageKey, Scope | None]()
    for name, groups in stages_in(db.session(), house).items():
        scoped = house.resources[name].owner is not None
        for item in (item for group in groups for item in group.items):
            for action, _label in STAGE_ACTIONS:
                typed = request.form.get(f"stage.{name}.{action}.{item.id}")
                if typed == "":
                    wanted[name, action, item.id] = None
                elif typed is not None:
                    wanted[name, action, item.id] = _scope(Right(name, action, "", scoped), typed)
    return wanted


def _role(id: int) -> Role:
    return db.session.get(Role, id) or abort(404)


def _list(wrong: str = "") -> str:
    counts = sa.select(user_roles.c.role_id, sa.func.count()).group_by(user_roles.c.role_id)
    return render(
        "access/roles.html",
        roles=db.session.scalars(sa.select(Role).order_by(Role.position).limit(200)).all(),
        people={role_id: count for role_id, count in db.session.execute(counts)},
        label_of=label_of,
        wrong=wrong,
    )


def _matrix(role: Role, wrong: str = "") -> str:
    groups = rights_in(current_house())
    usual = {action for action, _label in ACTIONS}
    return render(
        "access/role.html",
        role=role,
        label=label_of(role),
        is_shipped=role.name in SHIPPED,
        resources=[group for group in groups if group.name],
        general=[right for group in groups if not group.name for right in group.rights],
        others={
            group.name: [right for right in group.rights if right.action not in usual] for group in groups
        },
        actions=ACTIONS,
        granted=grants_of(db.session(), role),
        stages=stages_in(db.session(), current_house()),
        stage_actions=STAGE_ACTIONS,
        set_stages=stage_grants_of(db.session(), role),
        scopes=[(int(scope), text) for scope, text in SCOPES],
        yes_or_no=[(int(Scope.NONE), _("No")), (int(Scope.ALL), _("Yes"))],
        wrong=wrong,
    )
