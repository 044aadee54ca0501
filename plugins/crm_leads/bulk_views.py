"""The pages of converting many leads: the question what shall become of them, and the question before it is taken back."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import Refused, _, chosen_rows, db, flash_toast, page_context
from plugins.crm_leads import bulk_api
from plugins.crm_leads.bulk import OWN_KIND, Order, begin, begin_undo, held, people_for, targets_for

blueprint = Blueprint("crm_leads_bulk", __name__, template_folder="templates")
bulk_api.add_routes(blueprint)


@blueprint.post("/leads/convert-many")
def ask_how() -> ResponseReturnValue:
    """With the rows of a list: what shall become of them; with the answer to that: the job that does it."""
    context = page_context("leads")
    rows = chosen_rows("leads", "convert")
    if not rows.number:
        flash_toast(_("Nothing is selected."), tone="warn")
        return redirect(rows.back)
    order, wrong = _order(), ""
    if request.form.get("sure") == "y":
        try:
            job_id = begin(context, rows.ids, order)
            context.session.commit()
            return redirect(url_for("jobs.page", job_id=job_id))
        except Refused as refused:
            context.session.rollback()
            wrong = str(refused.message)
    targets = targets_for(context)
    shown = render_template(
        "crm_leads/convert_many.html",
        rows=rows,
        order=order if request.form.get("sure") else Order((OWN_KIND,)),
        own=OWN_KIND,
        targets=targets,
        pipelines=context.formats.references.items("pipelines"),
        people=people_for(context.actor),
        wrong=wrong,
    )
    return shown, 422 if wrong else 200


@blueprint.route("/leads/conversions/<batch>/undo", methods=["GET", "POST"])
def undo_run(batch: str) -> ResponseReturnValue:
    """How many conversions of a run would be taken back; by a POST the job that does it."""
    context = page_context("leads")
    number = held(context, batch)
    if request.method == "GET":
        return render_template("crm_leads/undo_many.html", number=number) if number else abort(404)
    try:
        job_id = begin_undo(context, batch)
    except Refused as refused:
        flash_toast(refused.message, tone="warn")
        return redirect(url_for("resources.index", resource="leads"))
    db.session.commit()
    return redirect(url_for("jobs.page", job_id=job_id))


def _order() -> Order:
    """What the form says; what is forged in it is refused when it is checked."""
    pipeline = request.form.get("pipeline", "")
    people = [int(id) for id in request.form.getlist("people") if id.isdecimal() and len(id) < 19]
    return Order(
        tuple(dict.fromkeys(request.form.getlist("targets"))),
        int(pipeline) if pipeline.isdecimal() and len(pipeline) < 19 else None,
        request.form.get("match") == "y",
        tuple(dict.fromkeys(people)),
    )
