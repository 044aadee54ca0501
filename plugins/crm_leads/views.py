"""The pages of leads that no declaration gives: the conversion dialog and its deed, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    PluginError,
    Refused,
    Words,
    WriteContext,
    _,
    db,
    flash_toast,
    go_on,
    may,
    page_context,
    record_or_404,
)
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, DEAL, targets_in
from plugins.crm_leads.conversion.outcome import Outcome, Trace, Undone
from plugins.crm_leads.conversion.reading import conversions_of, records_of
from plugins.crm_leads.conversion.service import convert_one
from plugins.crm_leads.conversion.undo import plan_undo, undo
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.dialog.sheet import Sheet, first_sheet, sheet_of
from plugins.crm_leads.models import Conversion, Lead

OPENED = (DEAL, COMPANY, CONTACT)
"""What is opened of all that came of a lead."""

blueprint = Blueprint("crm_leads", __name__, template_folder="templates")


@blueprint.get("/leads/<int:id>/convert")
def convert_dialog(id: int) -> ResponseReturnValue:
    """What would become of the lead, to be chosen; nothing is saved. A lead that was converted leads on to that."""
    lead: Lead = record_or_404("leads", id)
    context = page_context("leads")
    if records := _made_before(context, lead):
        return _open(context, lead, records)
    if not may(context.house.resources["leads"], lead, "convert", context.actor, context.house):
        return _back_to(id, _("You may not convert this lead."))
    try:
        return _shown(context, lead, first_sheet(context, lead))
    except (Refused, PluginError) as refused:
        return _back_to(id, str(refused))


@blueprint.post("/leads/<int:id>/convert/preview")
def preview_dialog(id: int) -> ResponseReturnValue:
    """The dialog again by what was chosen and typed; nothing is saved."""
    lead: Lead = record_or_404("leads", id, "convert")
    context = page_context("leads")
    try:
        sheet = sheet_of(context, lead, request.form)
    except (Refused, PluginError) as refused:
        return _back_to(id, str(refused))
    told = sheet.preview.words if sheet.is_ready else sheet.reasons[0]
    page = _shown(context, lead, sheet)
    return page, 200, {"HX-Trigger": json.dumps({"speak": {"text": str(told)}})}


@blueprint.post("/leads/<int:id>/convert")
def convert(id: int) -> ResponseReturnValue:
    """Convert as was chosen, and open what came of it; a form without choices is the short way.

    Where something changed since the dialog was looked at, or something lacks, nothing is done and the dialog says it.
    """
    lead: Lead = record_or_404("leads", id, "convert")
    context = page_context("leads")
    if records := _made_before(context, lead):
        flash_toast(_("“%(lead)s” was converted already; this is what came of it.", lead=lead.name))
        return _open(context, lead, records)
    wish = Wish()
    try:
        if "seen" in request.form:
            sheet = sheet_of(context, lead, request.form)
            if sheet.is_stale(request.form.getlist("seen")):
                told = _("Something has changed since you opened this. Nothing was done: look at it again.")
                return _shown(context, lead, sheet, told), 409
            if not sheet.is_ready:
                return _shown(context, lead, sheet, tried=True), 422
            wish = sheet.settled
        outcome = convert_one(context, lead, wish)
        db.session.commit()
    except (Refused, PluginError) as refused:
        db.session.rollback()
        return _refused(id, str(refused))
    return _done(context, lead, outcome)


@blueprint.get("/leads/<int:id>/convert/undo")
def undo_dialog(id: int) -> ResponseReturnValue:
    """What taking the lead's conversion back would remove, what stays and why; nothing is done."""
    lead: Lead = record_or_404("leads", id, "convert")
    context = page_context("leads")
    conversion = conversions_of(context, [id]).get(id)
    if conversion is None:
        return _back_to(id, _("There is no conversion that could be taken back."))
    plan = plan_undo(context, [conversion])[0]
    resources = context.house.resources
    return _drawn(
        "undo", context, lead=lead, plan=plan, resources=resources, name_of=partial(_name_of, context)
    )


@blueprint.post("/leads/<int:id>/convert/undo")
def undo_conversion(id: int) -> ResponseReturnValue:
    """Take the lead's conversion back, and open the lead; asked again, nothing more happens."""
    lead: Lead = record_or_404("leads", id, "convert")
    context = page_context("leads")
    conversion = conversions_of(context, [id]).get(id)
    if conversion is None:
        return _back_to(id, _("There is no conversion that could be taken back."), "warn")
    try:
        undone = undo(context, [conversion])[0]
        if not undone.ok:
            db.session.rollback()
            return _back_to(id, str(undone.refused))
        db.session.commit()
    except (Refused, PluginError) as refused:
        db.session.rollback()
        return _back_to(id, str(refused))
    flash_toast(_told_of(context, lead, undone))
    return go_on("leads", id)


def _shown(
    context: WriteContext, lead: Lead, sheet: Sheet, notice: Words = "", *, tried: bool = False
) -> str:
    """The dialog, as a fragment or as a page of its own. `tried` has it tell beside the inputs what lacks."""
    return _drawn("convert", context, lead=lead, sheet=sheet, notice=notice, tried=tried)


def _drawn(name: str, context: WriteContext, **shown: Any) -> str:
    """A dialog for script, or a page of its own."""
    is_piece = request.headers.get("HX-Request") == "true"
    page = f"crm_leads/{name}{'' if is_piece else '_page'}.html"
    return render_template(page, formats=context.formats, **shown)


def _refused(id: int, told: str) -> ResponseReturnValue:
    """The dialog with what was chosen, and why it was not done; where it cannot be shown, the lead says it."""
    lead: Lead = record_or_404("leads", id, "convert")
    if "seen" not in request.form:
        return _back_to(id, told)
    context = page_context("leads")
    try:
        sheet = sheet_of(context, lead, request.form)
    except (Refused, PluginError):
        return _back_to(id, told)
    return _shown(context, lead, sheet, told, tried=True), 422


def _done(context: WriteContext, lead: Lead, outcome: Outcome) -> ResponseReturnValue:
    if outcome.is_new:
        flash_toast(
            _("“%(lead)s” was converted.", lead=lead.name),
            undo=url_for("crm_leads.undo_conversion", id=lead.id),
        )
    else:
        flash_toast(_("“%(lead)s” was converted already; this is what came of it.", lead=lead.name))
    return _open(context, lead, outcome.records)


def _made_before(context: WriteContext, lead: Lead) -> Mapping[str, int]:
    """What came of the conversion that holds, of what is still there."""
    conversion: Conversion | None = conversions_of(context, [lead.id]).get(lead.id)
    return records_of(context, [conversion.id]).get(conversion.id, {}) if conversion else {}


def _open(context: WriteContext, lead: Lead, records: Mapping[str, int]) -> ResponseReturnValue:
    """The deal, else the company, the contact; the lead where none of them is the reader's to see."""
    targets = targets_in(context)
    for name in sorted(records, key=lambda each: OPENED.index(each) if each in OPENED else len(OPENED)):
        if name in targets and _is_seen(context, targets[name].resource, records[name]):
            return go_on(targets[name].resource, records[name])
    return go_on("leads", lead.id)


def _is_seen(context: WriteContext, resource: str, id: int) -> bool:
    return context.formats.references.record_name(resource, id) is not None


def _back_to(id: int, told: Words, tone: str = "bad") -> ResponseReturnValue:
    flash_toast(told, tone=tone)
    return go_on("leads", id)


def _name_of(context: WriteContext, trace: Trace) -> str:
    """What a record is called that came of a lead, for who may see it."""
    name = context.formats.references.record_name(trace.resource, trace.record_id)
    return name or str(_("A record that is not yours to see"))


def _told_of(context: WriteContext, lead: Lead, undone: Undone) -> str:
    """In words; of what stays only that which somebody has touched since: that a known record stays is no news."""
    touched = [each for each in undone.staying if each.why or each.kept]
    if not touched:
        return str(_("The conversion of “%(lead)s” was taken back.", lead=lead.name))
    stays = "; ".join(
        f"{_name_of(context, each)} ({', '.join(map(str, [*each.why, *each.kept]))})" for each in touched
    )
    return str(
        _(
            "The conversion of “%(lead)s” was taken back. What stays: %(records)s.",
            lead=lead.name,
            records=stays,
        )
    )
