"""An import is taken back: first what that would do, then the deed, at once or by a job."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from core.i18n import _, ngettext
from core.imports import jobs
from core.imports.models import FINISHED, RUNNING, UNDOING
from core.imports.touched import preview_undo
from core.imports.undo import undone_so_far
from core.imports.web.own import OwnImport, own
from core.imports.web.sheet import counted
from core.resources.context import Refused
from core.resources.door import flash_toast


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/undo", "undo", undo, methods=["GET"])
    blueprint.add_url_rule(f"{at}/undo", "take_back", take_back, methods=["POST"])


def undo(id: int) -> ResponseReturnValue:
    """What would be removed and put back, and which records somebody has touched since."""
    step = own(id)
    if step.run.state not in (FINISHED, RUNNING, UNDOING) or step.is_busy:
        return redirect(step.step("result"))
    preview = preview_undo(step.here.session, step.here.house, step.run, step.here.formats)
    return render_template(
        "imports/undo.html",
        step=step,
        here=step.here,
        run=step.run,
        preview=preview,
        removes=counted(step, preview.removes, step.here.formats),
        restores=counted(step, preview.restores, step.here.formats),
    )


def take_back(id: int) -> ResponseReturnValue:
    step = own(id)
    if step.is_busy:
        return redirect(step.step("result"))
    here = step.here
    try:
        is_done = jobs.start_undo(here.session, here.house, here.actor, step.run)
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, "warn")
        return redirect(step.step("result"))
    if is_done:
        flash_toast(told_undone(step))
    return redirect(step.step("result"))


def told_undone(step: OwnImport) -> str:
    """“208 removed, 12 put back, 3 kept”."""
    undone = undone_so_far(step.here.session, step.run.id)
    said = [
        ngettext("%(num)s removed", "%(num)s removed", undone.removed) if undone.removed else "",
        ngettext("%(num)s put back", "%(num)s put back", undone.restored) if undone.restored else "",
        ngettext("%(num)s kept", "%(num)s kept", undone.kept) if undone.kept else "",
    ]
    return ", ".join(filter(None, said)) or _("There was nothing to take back.")
