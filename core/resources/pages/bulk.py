"""What is done to the chosen rows: first the question (who, which status, really?), then the deed and its result."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.assignment.dealing import AMONG
from core.assignment.sharing import SHARE, Offered, in_their_order, offered_to
from core.db import db
from core.fields import AttachedFile, Tags
from core.i18n import Text, _, ngettext
from core.jobs import enqueue
from core.jobs.service import job_for
from core.records.undo import undo_address
from core.resources.bulk import (
    AT_ONCE,
    DELETE,
    EDIT,
    JOB,
    MOST_TO_UNDO,
    PRESS,
    TAG,
    UNDO_JOB,
    UNTAG,
    Deed,
    do,
    payload_of,
)
from core.resources.declare import Field, Resource
from core.resources.door import flash_toast
from core.resources.pages.chosen import Chosen, chosen_ids, chosen_in, common_group
from core.resources.pages.forms import form_of
from core.resources.pages.here import Here, enter, onward
from core.resources.pages.inputs import typed
from core.resources.pages.tabs import query_of
from core.resources.shortcuts import shortcut_of
from core.routing import id_of

ONE, RULE = "one", "rule"
"""Ways of assigning many, besides in turn among some people."""


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/bulk", "bulk", bulk, methods=["POST"])
    blueprint.add_url_rule("/jobs/<int:job_id>/undo", "undo_bulk", undo_bulk, methods=["POST"])


def bulk(resource: str) -> ResponseReturnValue:
    """POST with an action and rows: asks for what is missing, else does it."""
    action = request.form.get("action", "")
    here = enter(resource, {"assign": "assign", DELETE: "delete", "export": "export"}.get(action, "edit"))
    chosen = chosen_in(here)
    if not chosen.number:
        flash_toast(_("Nothing is selected."), tone="warn")
        return onward(here.address)
    if action == "export":
        pairs = (
            query_of(here, chosen.query).arguments()
            if chosen.whole
            else [("id", str(id)) for id in chosen.ids]
        )
        return onward(f"{here.address}/export?{urlencode([*pairs, ('format', 'xlsx')])}")
    if action.startswith(PRESS):
        return _press(here, action.removeprefix(f"{PRESS}:"), chosen)
    if action == EDIT:
        action = f"{EDIT}:{request.form.get('field', '')}"
        if action == f"{EDIT}:":
            return _ask_which(here, chosen)
    declared = _field_of(here, action)
    if declared is None and action != DELETE:
        abort(400)
    if request.form.get("sure") != "y":
        return _ask(here, action, declared, chosen)
    if action == "assign" and request.form.get("share-how", ONE) != ONE:
        return _share(here, declared, chosen)
    deed = Deed(action)
    asked = _asked(here, action, declared)
    if asked and not request.form.get(asked[0], ""):
        return _ask(here, action, declared, chosen, asked), 422 if "asked" in request.form else 200
    if declared is not None:
        raw = "\n".join(filter(None, request.form.getlist(declared.name)))  # of several that are ticked all
        if action in (TAG, UNTAG) and not raw.strip():
            return _ask(here, action, declared, chosen), 422
        deed = Deed(
            action.partition(":")[0],
            declared.name,
            raw if isinstance(declared.kind, Tags) else typed(declared, raw) or None,
            {name: typed(here.resource.field(name), request.form.get(name, "")) or None for name in asked},
        )
    return _do(here, deed, chosen)


def _share(here: Here, declared: Field | None, chosen: Chosen) -> ResponseReturnValue:
    """Give them out in turn among the people who were ticked, or by a rule."""
    offered = _offered(here)
    if declared is None:
        abort(400)
    if request.form["share-how"] == RULE:
        rule = request.form.get("share-rule", 0, id_of)
        if rule not in {each.id for each in offered.rules}:
            return _ask(here, "assign", declared, chosen, wrong=_("Choose a rule.")), 422
        return _do(here, Deed(SHARE, declared.name, {RULE: rule}), chosen)
    ticked = set(request.form.getlist("share-among"))
    people = [each.id for each in offered.people if str(each.id) in ticked]
    if not people:
        return _ask(here, "assign", declared, chosen, wrong=_("Choose among whom.")), 422
    people = in_their_order(here.session, here.resource, people)
    return _do(here, Deed(SHARE, declared.name, {AMONG: people}), chosen)


def _offered(here: Here) -> Offered:
    return offered_to(here.session, here.resource, here.actor, here.formats.references)


def _do(here: Here, deed: Deed, chosen: Chosen) -> ResponseReturnValue:
    back = f"{here.address}?{chosen.query}" if chosen.query else here.address
    if chosen.number > AT_ONCE:
        payload = payload_of(
            deed, here.resource, ids=None if chosen.whole else chosen.ids, query=chosen.query
        )
        job = enqueue(here.session, JOB, payload, actor=here.actor, title=_title(here, deed, chosen))
        here.session.commit()
        return onward(f"{request.script_root}/jobs/{job.id}")
    result = do(deed, here.resource, chosen_ids(here, chosen), here.writing())
    here.session.commit()
    undo = undo_address(result.undo) if result.done else ""
    if result.failed:
        return render_template(
            "resources/bulk_result.html",
            here=here,
            resource=here.resource,
            result=result,
            back=back,
            undo=undo,
            title=_title(here, deed, chosen),
        )
    flash_toast(result.text(), undo=undo)
    return onward(back)


def _field_of(here: Here, action: str) -> Field | None:
    """The field that an action gives a value to."""
    resource = here.resource
    if action == "assign":
        return next((each for each in resource.fields if each.attribute == resource.owner), None)
    if action == "status" and resource.path is not None:
        return resource.field(resource.path.field)
    if action.startswith(f"{EDIT}:"):
        name = action.partition(":")[2]
        return next((each for each in editable_together(resource) if each.name == name), None)
    if action in (TAG, UNTAG):
        return next((each for each in resource.fields if isinstance(each.kind, Tags)), None)
    return None


def editable_together(resource: Resource) -> list[Field]:
    """The fields that many records can be given the same value of; what names one record is none of them."""
    own = {resource.title, resource.subtitle, resource.path.field if resource.path else ""}
    own |= {each.name for each in resource.fields if each.attribute == resource.owner}
    keys = {attribute for key in resource.identity for attribute in key.attributes}
    return [
        each
        for each in resource.fields
        if each.writable
        and each.name not in own
        and not isinstance(each.kind, (AttachedFile, Tags))
        and not keys & set(each.kind.attributes(each) if each.side is None else ())
    ]


def undo_bulk(job_id: int) -> ResponseReturnValue:
    """Have what a job did taken back by another job; only who asked for it may."""
    session, actor = db.session(), g.get("actor", ANONYMOUS)
    row = job_for(session, job_id, actor)
    undos = (row.result or {}).get("undos") if row is not None and row.type == JOB else None
    if row is None or not undos or row.actor_id != actor.user_id:
        abort(404)
    title = _("Take back: %(job)s", job=row.title)
    job = enqueue(session, UNDO_JOB, {"undos": undos}, actor=actor, title=title)
    row.result = {**row.result, "undos": []}
    session.commit()
    return onward(f"{request.script_root}/jobs/{job.id}")


def _ask_which(here: Here, chosen: Chosen) -> str:
    return render_template(
        "resources/bulk.html",
        here=here,
        resource=here.resource,
        action=EDIT,
        chosen=chosen,
        offered=editable_together(here.resource),
        title=_title(here, Deed(EDIT), chosen),
        back=f"{here.address}?{chosen.query}" if chosen.query else here.address,
        most_to_undo=MOST_TO_UNDO,
    )


def _press(here: Here, name: str, chosen: Chosen) -> ResponseReturnValue:
    """A shortcut asks nothing: it is done at once, and can be taken back."""
    shortcut = shortcut_of(here.resource, name)
    if shortcut is None or not here.may(shortcut.permission):
        abort(404)
    return _do(here, Deed(PRESS, name), chosen)


def _asked(here: Here, action: str, declared: Field | None) -> Sequence[str]:
    """The fields that the chosen status asks for."""
    path = here.resource.path
    wanted = request.form.get(declared.name, "") if declared is not None and action == "status" else ""
    if path is None or not wanted.isdecimal() or len(wanted) > 18:
        return ()
    item = here.formats.references.get(path.list, int(wanted))
    ask = path.asks.get(item.meaning or "") if item is not None else None
    return [name for name in ask.fields if here.resource.has_field(name)] if ask else ()


def _ask(
    here: Here,
    action: str,
    declared: Field | None,
    chosen: Chosen,
    asked: Sequence[str] = (),
    wrong: Text = "",
) -> str:
    group = common_group(here, chosen) if action == "status" else {}
    form = form_of(here, [*([declared.name] if declared else []), *asked], group)
    if asked:
        form[asked[0]].flags.required = True
        if "asked" in request.form:
            form[asked[0]].errors = [_("This is needed.")]
    if action == "status" and declared is not None:
        form[declared.name].choices = [each for each in form[declared.name].choices if each.value]
    return render_template(
        "resources/bulk.html",
        here=here,
        resource=here.resource,
        action=action,
        chosen=chosen,
        field=form[declared.name] if declared else None,
        asked=[form[name] for name in asked],
        sharing=_offered(here) if action == "assign" else None,
        how=request.form.get("share-how", ONE),
        wrong=wrong,
        title=_title(here, Deed(action.partition(":")[0]), chosen),
        back=f"{here.address}?{chosen.query}" if chosen.query else here.address,
        most_to_undo=MOST_TO_UNDO,
    )


def _title(here: Here, deed: Deed, chosen: Chosen) -> Text:
    records = str(here.resource.label if chosen.number == 1 else here.resource.plural).lower()
    assign = ngettext(
        "Assign %(num)d %(records)s", "Assign %(num)d %(records)s", chosen.number, records=records
    )
    return {
        SHARE: assign,
        "assign": assign,
        "status": ngettext(
            "Status of %(num)d %(records)s", "Status of %(num)d %(records)s", chosen.number, records=records
        ),
        TAG: ngettext("Tag %(num)d %(records)s", "Tag %(num)d %(records)s", chosen.number, records=records),
        UNTAG: ngettext(
            "Take tags from %(num)d %(records)s",
            "Take tags from %(num)d %(records)s",
            chosen.number,
            records=records,
        ),
        EDIT: ngettext(
            "Change %(num)d %(records)s", "Change %(num)d %(records)s", chosen.number, records=records
        ),
        DELETE: ngettext(
            "Delete %(num)d %(records)s", "Delete %(num)d %(records)s", chosen.number, records=records
        ),
        PRESS: _(
            "%(deed)s: %(num)s %(records)s", deed=_label(here, deed), num=chosen.number, records=records
        ),
    }.get(deed.action, "")


def _label(here: Here, deed: Deed) -> Text:
    shortcut = shortcut_of(here.resource, deed.field)
    return shortcut.label if shortcut else ""
