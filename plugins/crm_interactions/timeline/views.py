"""The composer of a record's page, and changing and deleting an interaction where it stands in the timeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.api import (
    Actor,
    NotValid,
    Panel,
    PluginError,
    Refused,
    Resource,
    Seek,
    WriteContext,
    _,
    _l,
    actor_of,
    change_here,
    current_house,
    db,
    delete_here,
    flash_toast,
    page_context,
    record_or_404,
    save_files,
    sent_files,
    title_of,
)
from plugins.crm_interactions.models import Interaction, Participant
from plugins.crm_interactions.timeline.composer import (
    Writing,
    directions,
    is_overtaken,
    new_writing,
    raw_of,
    sent_writing,
    stored_writing,
)
from plugins.crm_interactions.timeline.noting import INTERACTIONS, NextStep, NotLogged, log, problems_of
from plugins.crm_interactions.timeline.people import Suggestion, who_may_see, who_takes_part
from plugins.crm_interactions.timeline.strand import anchor_of, shown_of

pages = Blueprint("crm_interactions_timeline", __name__)
COMPOSER = "composer"


def composer_of(resource: Resource) -> Panel:
    """The composer of a record's page, for who may write something down."""

    def render(record: Any) -> Markup:
        context = page_context(INTERACTIONS)
        return Markup(_drawn(resource, record.id, new_writing(context.formats), context))

    return Panel(COMPOSER, _l("Write down"), render, place="composer", permission=(INTERACTIONS, "create"))


@pages.route("/interactions/beside/<resource>/<int:id>", methods=["GET", "POST"])
def write(resource: str, id: int) -> ResponseReturnValue:
    """The composer by itself; POST: write an interaction down."""
    declared, record = _beside(resource, id)
    context = page_context(INTERACTIONS)
    if not _may(context, "create"):
        abort(403)
    if request.method == "GET":
        writing = new_writing(context.formats)
        return _page(declared, record, replace(writing, kind_id=_wanted_kind(writing)), context)
    documents = sent_files(INTERACTIONS)
    writing = replace(sent_writing(request.form, context.formats), documents=documents)
    if documents.problems or "unstage" in request.form:
        return _again(declared, record, writing, context)
    try:
        step = NextStep(writing.value("next_on"), writing.value("next_time"))
        interaction = log(context, declared, record, raw_of(writing, context.formats), step)
        save_files(INTERACTIONS, interaction.id, documents)
        db.session.commit()
    except (NotLogged, Refused, PluginError) as error:
        db.session.rollback()
        return _again(declared, record_or_404(resource, id), _with_problems(writing, error), context)
    told = _("Saved.")
    if not _by_script():
        flash_toast(told)
        return redirect(f"{url_for('resources.record', resource=resource, id=id)}#side")
    fresh = replace(new_writing(context.formats), kind_id=writing.kind_id)
    return _drawn(declared, id, fresh, context), 200, _said(told, kept="", moved=True)


@pages.get("/interactions/beside/<resource>/<int:id>/people")
def people(resource: str, id: int) -> str:
    """Suggestions for a name that is being typed: whom one can name (`for=mention`), or who may have taken part."""
    declared, record = _beside(resource, id)
    context = page_context(INTERACTIONS)
    text = request.args.get("q", "").strip()[:60]
    found: list[Suggestion]
    if request.args.get("for") == "mention":
        found = who_may_see(context.session, context.house, declared, record, context.formats, text)
    else:
        found = who_takes_part(context.session, declared, record, context.formats, text)
    return render_template("crm_interactions/timeline/people.html", found=found)


@pages.route("/interactions/<int:id>/line", methods=["GET", "POST"])
def line(id: int) -> ResponseReturnValue:
    """An interaction as it stands in a timeline (`edit=1`: its form); POST: change it."""
    row, declared, record = _standing(id)
    context = page_context(INTERACTIONS)
    if request.method == "GET" and not request.args.get("edit"):
        return _told(row, declared, record, context)
    record_or_404(INTERACTIONS, id, "edit")
    if request.method == "GET":
        return _form(declared, record, _stored(row, context), context)
    before = (row.at, row.kind_id)
    documents = sent_files(INTERACTIONS, id)
    writing = replace(sent_writing(request.form, context.formats, id), documents=documents)
    if documents.problems:
        return _form(declared, record, writing, context), 422
    if is_overtaken(writing, stored := _stored(row, context)):
        told_of = {"": _("Somebody has changed this record since you read it.")}
        writing = replace(writing, problems=told_of, version=stored.version)
        return _form(declared, record, writing, context), 422
    try:
        removed = save_files(INTERACTIONS, id, documents)
        undo = change_here(INTERACTIONS, id, raw_of(writing, context.formats))
    except (NotValid, Refused, PluginError) as error:
        db.session.rollback()
        row, declared, record = _standing(id)
        return _form(declared, record, _with_problems(writing, error), context), 422
    if not _by_script():
        flash_toast(_("Saved."), undo=undo or removed)
        return redirect(f"{url_for('resources.record', resource=declared.name, id=record.id)}#side")
    row, declared, record = _standing(id)
    moved = (row.at, row.kind_id) != before
    said = _said(_("Saved."), undo or removed, kept=anchor_of(id), moved=moved)
    return _told(row, declared, record, context), 200, said


@pages.post("/interactions/<int:id>/remove")
def remove(id: int) -> ResponseReturnValue:
    """Delete an interaction from where it stands; the toast brings it back."""
    row, declared, record = _standing(id)
    record_or_404(INTERACTIONS, id, "delete")
    title = title_of(current_house().resources[INTERACTIONS], row)
    beside = f"{url_for('resources.record', resource=declared.name, id=record.id)}#side"
    try:
        undo = delete_here(INTERACTIONS, id)
    except (Refused, PluginError) as error:
        db.session.rollback()
        message = str(getattr(error, "message", error))
        if _by_script():
            return (
                "",
                200,
                {
                    "HX-Trigger": json.dumps({"toast": {"text": message, "kind": "error"}}),
                    "HX-Reswap": "none",
                },
            )
        flash_toast(message, tone="bad")
        return redirect(beside)
    told = _("“%(record)s” was deleted.", record=title)
    if _by_script():
        return "", 200, _said(told, undo)
    flash_toast(told, undo=undo)
    return redirect(beside)


def _beside(resource: str, id: int) -> tuple[Resource, Any]:
    """A record that people write down interactions beside; any other is as a missing one."""
    declared = current_house().resources.get(resource)
    if declared is None or not declared.timeline:
        abort(404)
    return declared, record_or_404(resource, id)


def _standing(id: int) -> tuple[Interaction, Resource, Any]:
    """An interaction that the reader sees, and the record on whose timeline it stands."""
    row: Interaction = record_or_404(INTERACTIONS, id)
    return row, *_beside(row.resource, row.record_id)


def _may(context: WriteContext, action: str) -> bool:
    return context.actor is not None and context.actor.may(INTERACTIONS, action)


def _stored(row: Interaction, context: WriteContext) -> Writing:
    wanted = sa.select(Participant).where(Participant.interaction_id == row.id)
    rows = context.session.scalars(wanted.order_by(Participant.position, Participant.id)).all()
    writing = stored_writing(row, rows, context.formats)
    return replace(writing, documents=sent_files(INTERACTIONS, row.id))


def _wanted_kind(writing: Writing) -> int | None:
    """The kind that the address names by what it means, as the quick acts of a narrow page do."""
    meaning = request.args.get("kind", "")
    return next((tab.id for tab in writing.tabs if tab.meaning == meaning), writing.kind_id)


def _with_problems(writing: Writing, error: Exception) -> Writing:
    if isinstance(error, NotLogged):
        return replace(writing, problems=error.problems)
    if isinstance(error, NotValid):
        return replace(writing, problems=problems_of(error))
    return replace(writing, problems={"": str(getattr(error, "message", error))})


def _again(declared: Resource, record: Any, writing: Writing, context: WriteContext) -> ResponseReturnValue:
    if _by_script():
        return _drawn(declared, record.id, writing, context), 422
    return _page(declared, record, writing, context), 422


def _drawn(declared: Resource, record_id: int, writing: Writing, context: WriteContext) -> str:
    return render_template(
        "crm_interactions/timeline/composer.html", **_values(declared, record_id, writing, context)
    )


def _form(declared: Resource, record: Any, writing: Writing, context: WriteContext) -> str:
    template = "composer.html" if _by_script() else "page.html"
    values = _values(declared, record.id, writing, context)
    return render_template(
        f"crm_interactions/timeline/{template}", title=title_of(declared, record), **values
    )


def _page(declared: Resource, record: Any, writing: Writing, context: WriteContext) -> str:
    values = _values(declared, record.id, writing, context)
    return render_template("crm_interactions/timeline/page.html", title=title_of(declared, record), **values)


def _values(declared: Resource, record_id: int, writing: Writing, context: WriteContext) -> Mapping[str, Any]:
    actor = context.actor
    new = writing.id is None
    beside = url_for("crm_interactions_timeline.write", resource=declared.name, id=record_id)
    return {
        "writing": writing,
        "resource": declared,
        "record_id": record_id,
        "name": COMPOSER if new else f"{COMPOSER}-{writing.id}",
        "action": beside if new else url_for("crm_interactions_timeline.line", id=writing.id),
        "people_url": f"{beside}/people",
        "draft": f"{actor.user_id if actor else 0}.{declared.name}.{record_id}" if new else "",
        "outcomes": context.formats.references.items("outcomes"),
        "directions": directions(),
        "plans": new and _may_plan(actor),
        "formats": context.formats,
        "back": url_for("resources.record", resource=declared.name, id=record_id),
    }


def _may_plan(actor: Actor | None) -> bool:
    return actor is not None and actor.may("tasks", "create")


def _told(row: Interaction, declared: Resource, record: Any, context: WriteContext) -> str:
    actor = actor_of(context.session) or context.actor
    assert actor is not None  # a page is somebody's
    seek = Seek(context.session, context.house, declared, record, actor, context.formats, 1)
    return render_template("crm_interactions/timeline/told.html", each=shown_of(seek, [row])[0])


def _said(text: str, undo: str = "", *, kept: str | None = None, moved: bool = False) -> dict[str, str]:
    """Events of an answer: a word with its way back; that something was kept, in which entry; that entries moved."""
    events: dict[str, Any] = {"toast": {"text": text, "undo_url": undo}}
    if kept is not None:
        events["writing-kept"] = {"entry": kept}
    if moved:
        events["record-changed"] = {}
    return {"HX-Trigger": json.dumps(events)}


def _by_script() -> bool:
    return request.headers.get("HX-Request") == "true"
