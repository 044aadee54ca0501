"""Roles for programs: what each may do, and setting it. For administrators."""

from __future__ import annotations

import sqlalchemy as sa
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from core.access.models import Role
from core.access.role_sheet import set_sheet, sheet_of
from core.access.web import blueprint
from core.access.web.extension import is_fresh
from core.access.web.gate import actor
from core.db import db
from core.house import current_house
from core.i18n import _
from core.resources.context import Refused
from core.rest.answers import ApiError, answered
from core.rest.body import json_object
from core.security import has_bearer

AT = "/api/v1/roles"
MOST = 200


@blueprint.get(AT)
@answered
def list_roles() -> ResponseReturnValue:
    """All roles with every right there is."""
    _require()
    session, house = db.session(), current_house()
    roles = session.scalars(sa.select(Role).order_by(Role.position).limit(MOST))
    return jsonify(items=[{"id": each.id, **sheet_of(session, house, each)} for each in roles])


@blueprint.route(f"{AT}/<int:id>", methods=["GET", "PATCH"])
@answered
def one_role(id: int) -> ResponseReturnValue:
    """GET tells one; PATCH sets the rights that the body names, the others stay."""
    _require()
    session, house = db.session(), current_house()
    role = session.get(Role, id)
    if role is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    if request.method == "PATCH":
        body = json_object()
        if unknown := set(body) - {"grants", "statuses"}:
            raise ApiError(
                422, "unknown_field", _("There is no such field.") + f" ({', '.join(sorted(unknown))})"
            )
        try:
            set_sheet(session, house, role, body)
        except Refused as error:
            raise ApiError(422, error.code, error.message) from None
        session.commit()
    return jsonify(id=role.id, **sheet_of(session, house, role))


def _require() -> None:
    """Administrators only; what changes rights needs a token that may write, or somebody who signed in lately."""
    if not actor().is_admin or (request.method == "PATCH" and actor().read_only):
        raise ApiError(403, "forbidden", _("You may not do this."))
    if request.method == "PATCH" and not has_bearer() and not is_fresh():
        raise ApiError(403, "not_fresh", _("Sign in again, or use a token."))
