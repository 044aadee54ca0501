"""When somebody is away, said by themselves in their profile."""

from __future__ import annotations

from flask import Blueprint, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from core.assignment.absences import add_absence, remove_absence
from core.assignment.web.log_pages import days_of
from core.db import db
from core.i18n import _
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import onward
from core.routing import id_of

blueprint = Blueprint("own_absences", __name__)


@blueprint.post("/profile/absences")
def add() -> ResponseReturnValue:
    """The reader is away from a day to a day."""
    form = request.form
    try:
        days = days_of(form.get("since", ""), form.get("until", ""))
        add_absence(db.session(), g.actor.user_id, *days, form.get("substitute", 0, id_of) or None)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash_toast(refused.message, tone="bad")
    else:
        flash_toast(_("Kept: nothing is given to you on these days."))
    return _back()


@blueprint.post("/profile/absences/<int:id>/delete")
def remove(id: int) -> ResponseReturnValue:
    """One of the reader's own absences."""
    if not remove_absence(db.session(), id, g.actor.user_id):
        abort(404)
    db.session.commit()
    flash_toast(_("The absence was removed."))
    return _back()


def _back() -> ResponseReturnValue:
    return onward(url_for("access.profile") + "#absences")
