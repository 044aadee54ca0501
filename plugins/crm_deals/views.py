"""The pages of deals that no declaration gives: repeating one."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.api import NotValid, PluginError, Refused, _, db, flash_toast, go_on, page_context, record_or_404
from plugins.crm_deals.repeating import repeat

blueprint = Blueprint("crm_deals", __name__, template_folder="templates")


@blueprint.post("/deals/<int:id>/repeat")
def repeat_deal(id: int) -> ResponseReturnValue:
    """Make the same deal once more, and open it."""
    deal = record_or_404("deals", id)
    try:
        made = repeat(page_context("deals"), deal)
        db.session.commit()
    except NotValid as error:
        db.session.rollback()
        flash_toast(" ".join(str(problem.message) for problem in error.draft.problems), tone="bad")
        return go_on("deals", id)
    except (Refused, PluginError) as error:
        db.session.rollback()
        flash_toast(getattr(error, "message", str(error)), tone="bad")
        return go_on("deals", id)
    flash_toast(_("This is the new deal; the one before stays as it was."))
    return go_on("deals", made.id)
