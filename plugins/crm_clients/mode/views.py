"""The page of the mode in Settings: which one is on, what changing it would do, how far the last change is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    CLASSIC,
    SIMPLE,
    DateTime,
    JobRow,
    NotValid,
    Refused,
    WriteContext,
    _,
    actor_of,
    current_house,
    db,
    flash_toast,
    require,
    settings_page,
    write_context,
)
from plugins.crm_clients.mode import rest
from plugins.crm_clients.mode.asking import NEW, PIPELINES, choices_of, wanted_from
from plugins.crm_clients.mode.models import STOPPED, WORKING
from plugins.crm_clients.mode.rule import classic_of, mode_of
from plugins.crm_clients.mode.service import (
    RIGHT,
    Wanted,
    change_mode,
    changes,
    go_on_with,
    last_change,
    left_of,
    mode_label,
    plan_change,
    settle,
    state_of,
    undoing,
)

blueprint = Blueprint("crm_clients_mode", __name__, template_folder="../templates")
rest.add_routes(blueprint)

LAST = 5
LEADS_APP = "crm_leads"
"""The app that the page of apps is opened at where none keeps leads."""


@blueprint.get("/settings/mode")
@require(*RIGHT)
def page() -> str:
    """Which mode is on, and the last changes."""
    context = _context()
    session = context.session
    running = settle(session)
    last = last_change(session)
    classic = classic_of(context.house)
    return settings_page(
        "crm_clients/mode.html",
        chosen=mode_of(session, context.house),
        has_leads=classic is not None,
        has_deals="deals" in context.house.resources,
        open_leads=classic.open_leads(session) if classic is not None else 0,
        running=running,
        job=session.get(JobRow, running.job_id) if running is not None else None,
        last=last,
        left=0 if running is not None else left_of(context, last),
        changes=[(each, state_of(session, each)) for each in changes(session, LAST)],
        leads_app=LEADS_APP,
        **_words(context),
    )


@blueprint.get("/settings/mode/change")
@require(*RIGHT)
def ask() -> ResponseReturnValue:
    """What is asked for a change to the other mode; the preview comes beside it."""
    context = _context()
    to = CLASSIC if mode_of(context.session, context.house) == SIMPLE else SIMPLE
    return _asking(context, to)


@blueprint.post("/settings/mode/preview")
@require(*RIGHT)
def preview() -> ResponseReturnValue:
    """What it would do as the form stands; nothing is kept of it."""
    context = _context()
    try:
        wanted = _undo_wanted(context) if "undo" in request.form else _wanted(context, makes=False)
        plan = plan_change(context, wanted)
    except (Refused, NotValid) as error:
        context.session.rollback()
        return render_template("crm_clients/mode_preview.html", problem=_sentence(error), plan=None)
    answer = render_template("crm_clients/mode_preview.html", plan=plan, problem="", **_words(context))
    context.session.rollback()
    return answer


@blueprint.post("/settings/mode")
@require(*RIGHT)
def change() -> ResponseReturnValue:
    """Change it; without script the button “Preview” comes here too."""
    context = _context()
    if request.form.get("then") == "look":
        return _asking(context, request.form.get("mode", ""), look=True)
    return _do(context, lambda: _wanted(context, makes=True))


@blueprint.get("/settings/mode/undo")
@require(*RIGHT)
def ask_undo() -> ResponseReturnValue:
    """What taking the last change back would do."""
    context = _context()
    try:
        wanted = _undo_wanted(context)
    except Refused as error:
        flash_toast(error.message, tone="bad")
        return redirect(url_for("crm_clients_mode.page"))
    return settings_page("crm_clients/mode_undo.html", to=wanted.to, **_words(context))


@blueprint.post("/settings/mode/undo")
@require(*RIGHT)
def undo() -> ResponseReturnValue:
    context = _context()
    return _do(context, lambda: _undo_wanted(context))


@blueprint.post("/settings/mode/rest")
@require(*RIGHT)
def go_on() -> ResponseReturnValue:
    """Try what was left once more."""
    context = _context()
    try:
        go_on_with(context)
        context.session.commit()
    except Refused as error:
        context.session.rollback()
        flash_toast(error.message, tone="bad")
    return redirect(url_for("crm_clients_mode.page"))


def _do(context: WriteContext, wanted: Any) -> ResponseReturnValue:
    try:
        done = change_mode(context, wanted())
        context.session.commit()
    except (Refused, NotValid) as error:
        context.session.rollback()
        flash_toast(_sentence(error), tone="bad")
    else:
        flash_toast(_("The mode is now: %(mode)s.", mode=mode_label(done.to_mode)))
    return redirect(url_for("crm_clients_mode.page"))


def _asking(context: WriteContext, to: str, *, look: bool = False) -> ResponseReturnValue:
    plan, problem = None, ""
    if look:
        try:
            plan = plan_change(context, _wanted(context, makes=False))
        except (Refused, NotValid) as error:
            problem = _sentence(error)
    classic = classic_of(context.house)
    answer = settings_page(
        "crm_clients/mode_change.html",
        to=to,
        open_leads=classic.open_leads(context.session) if classic is not None else 0,
        choices=choices_of(context),
        pipelines=context.formats.references.items(PIPELINES) if PIPELINES in context.house.lists else (),
        usual=context.formats.references.default(PIPELINES) if PIPELINES in context.house.lists else None,
        sent=request.form,
        new=NEW,
        plan=plan,
        problem=problem,
        **_words(context),
    )
    context.session.rollback()
    return answer


def _wanted(context: WriteContext, *, makes: bool) -> Wanted:
    sent = request.form
    chosen = next((each for each in choices_of(context) if each.name == sent.get("become")), None)
    body: dict[str, Any] = {
        "mode": sent.get("mode"),
        "along": sent.get("along", "y" if "become" not in sent else "") == "y",
        "bring_back": sent.get("bring_back") == "y",
    }
    if chosen is not None:
        body["targets"] = list(chosen.targets)
    if sent.get("pipeline") == NEW:
        body["new_pipeline"] = " ".join(sent.get("new_pipeline", "").split()) or None
        if body["new_pipeline"] is None:
            raise Refused(_("The new pipeline needs a name."), "required")
    elif sent.get("pipeline"):
        body["pipeline"] = sent["pipeline"]
    return wanted_from(body, context, makes=makes)


def _undo_wanted(context: WriteContext) -> Wanted:
    last = last_change(context.session)
    if last is None:
        raise Refused(_("There is nothing to take back."), "absent")
    return undoing(context.session, last)


def _sentence(error: Refused | NotValid) -> str:
    if isinstance(error, Refused):
        return str(error.message)
    return " ".join(str(each.message) for each in error.draft.problems)


def _words(context: WriteContext) -> dict[str, Any]:
    users = context.formats.references

    def person(id: int | None) -> str:
        item = users.get("users", id)
        return item.name if item is not None else _("The system")

    return {
        "CLASSIC": CLASSIC,
        "SIMPLE": SIMPLE,
        "WORKING": WORKING,
        "STOPPED": STOPPED,
        "label": mode_label,
        "person": person,
        "moment": lambda at: DateTime().text(at, context.formats),
    }


def _context() -> WriteContext:
    session = db.session()
    return write_context(session, current_house(), actor_of(session), "page")
