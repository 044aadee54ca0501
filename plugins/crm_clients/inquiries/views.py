"""The pages of inquiries: writing one down, and for administrators what came in and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    DateTime,
    WriteContext,
    _,
    actor_of,
    current_house,
    db,
    flash_toast,
    go_on,
    require,
    settings_page,
    write_context,
)
from plugins.crm_clients.inquiries import rest
from plugins.crm_clients.inquiries.declare import KINDS
from plugins.crm_clients.inquiries.forms import InquiryForm, inquiry_form, payload_of, show_problems
from plugins.crm_clients.inquiries.models import REFUSED, TAKEN, KeptInquiry
from plugins.crm_clients.inquiries.service import (
    drop_inquiry,
    inquiries,
    records_of,
    refused_count,
    take_again,
    take_inquiry,
    told,
)
from plugins.crm_clients.mode.rule import mode_of

blueprint = Blueprint("crm_clients_inquiries", __name__, template_folder="../templates")
rest.add_routes(blueprint)

BRING = ("clients", "create")
"""The right to write an inquiry down by hand; what is made of it asks for its own."""


@blueprint.get("/inquiries/new")
@require(*BRING)
def new() -> ResponseReturnValue:
    """The quick form."""
    context = _context()
    return _form_page(context, inquiry_form(context.formats, payload={"kind": "hand"}))


@blueprint.post("/inquiries/new")
@require(*BRING)
def take_by_hand() -> ResponseReturnValue:
    """Take it in and lead on to what it became. Whoever typed it mends it here, so nothing refused is kept."""
    context = _context()
    form = inquiry_form(context.formats, request.form)
    kept = take_inquiry(context, payload_of(form))
    if kept.status == REFUSED:
        problems = kept.problems
        context.session.rollback()
        return _form_page(context, form, show_problems(form, problems)), 422
    context.session.commit()
    return _onward(context, kept)


@blueprint.get("/settings/inquiries")
@require(*rest.SETTINGS)
def page() -> str:
    """What came in, newest first; without a choice those that were refused, while there are any."""
    context = _context()
    waiting = refused_count(context.session)
    status = request.args.get("status", REFUSED if waiting else "all")
    found, following = inquiries(
        context.session, "" if status == "all" else status, request.args.get("before", type=int)
    )
    return settings_page(
        "crm_clients/inquiries.html",
        found=found,
        following=following,
        status=status,
        waiting=waiting,
        kinds=dict(KINDS),
        who=_who,
        records=records_of(context, found),
        labels=_labels(context),
        moment=lambda at: _moment(context, at),
        TAKEN=TAKEN,
        REFUSED=REFUSED,
    )


@blueprint.get("/settings/inquiries/<int:id>")
@require(*rest.SETTINGS)
def show(id: int) -> str:
    """An inquiry as it came; of a refused one the form, to put right what was wrong."""
    context = _context()
    kept = _kept(context, id)
    form = inquiry_form(context.formats, payload=kept.payload)
    return _kept_page(context, kept, form, show_problems(form, kept.problems))


@blueprint.post("/settings/inquiries/<int:id>")
@require(*rest.SETTINGS)
def replay(id: int) -> ResponseReturnValue:
    """Send it in again, as it was put right."""
    context = _context()
    kept = _kept(context, id)
    form = inquiry_form(context.formats, request.form)
    take_again(context, kept, payload_of(form, kept.payload))
    context.session.commit()
    if kept.status == REFUSED:
        return _kept_page(context, kept, form, show_problems(form, kept.problems)), 422
    return _onward(context, kept)


@blueprint.post("/settings/inquiries/<int:id>/delete")
@require(*rest.SETTINGS)
def delete(id: int) -> ResponseReturnValue:
    context = _context()
    drop_inquiry(context.session, _kept(context, id))
    context.session.commit()
    flash_toast(_("The inquiry was deleted; what it became stays."))
    return redirect(url_for("crm_clients_inquiries.page"))


def _form_page(context: WriteContext, form: InquiryForm, problems: list[str] | None = None) -> str:
    return render_template(
        "crm_clients/inquiry_new.html",
        form=form,
        problems=problems or [],
        mode=mode_of(context.session, context.house),
        has_deals="deals" in context.house.resources,
    )


def _kept_page(context: WriteContext, kept: KeptInquiry, form: InquiryForm, problems: list[str]) -> str:
    return settings_page(
        "crm_clients/inquiry.html",
        kept=kept,
        form=form,
        problems=problems,
        kind=dict(KINDS).get(kept.kind, kept.kind),
        who=_who(kept),
        records=told(context, kept),
        labels=_labels(context),
        moment=_moment(context, kept.at),
        said=[(name, value) for name, value in kept.payload.items() if value not in (None, "", {}, [])],
        REFUSED=REFUSED,
    )


def _onward(context: WriteContext, kept: KeptInquiry) -> ResponseReturnValue:
    """To the record it became, if the person may see it."""
    records = told(context, kept)
    if kept.attached:
        flash_toast(_("It went to what was open already; nothing was doubled."))
    else:
        flash_toast(_("The inquiry was taken in."))
    if records:
        return go_on(records[0]["resource"], records[0]["id"])
    return redirect(url_for("crm_clients_inquiries.new"))


def _labels(context: WriteContext) -> dict[str, Any]:
    """What one record of each kind is called."""
    return {name: each.label for name, each in context.house.resources.items()}


def _who(kept: KeptInquiry) -> str:
    payload: Mapping[str, Any] = kept.payload
    named = (str(payload.get(name) or "") for name in ("company", "name", "email", "phone"))
    return " · ".join([each for each in named if each][:2])[:120] or f"#{kept.id}"


def _kept(context: WriteContext, id: int) -> KeptInquiry:
    found = context.session.get(KeptInquiry, id)
    if found is None:
        abort(404)
    return found


def _context() -> WriteContext:
    session = db.session()
    return write_context(session, current_house(), actor_of(session), "page")


def _moment(context: WriteContext, at: Any) -> str:
    return DateTime().text(at, context.formats)
