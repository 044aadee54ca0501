"""The pages of candidates: groups that share a key, those of one record, and pairs that are not the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.i18n import _
from core.merging.across import groups_across
from core.merging.apart import Record, bring_together, keep_apart, said_of
from core.merging.candidates import alike, groups_of
from core.merging.here import day, enter_here, id_in, owner_of
from core.merging.models import NotDuplicate
from core.merging.rights import reached
from core.resources.context import Refused
from core.resources.declare import Resource
from core.resources.door import flash_toast
from core.resources.identity import kin_of
from core.resources.pages.here import Here, onward
from core.resources.pages.undoing import told_back
from core.resources.read import find
from core.resources.rights import title_of


def candidates(resource: str) -> ResponseReturnValue:
    """Groups of records that share a key, the largest first; `with` names another kind to compare with."""
    here = enter_here(resource)
    others = [each for each in kin_of(here.house, here.resource)[1:] if here.actor.may(each.name, "view")]
    other = next((each for each in others if each.name == request.args.get("with")), None)
    keys = {each.name: each for each in here.resource.identity}
    key = keys.get(request.args.get("key", ""), here.resource.identity[0])
    try:
        cursor = request.args.get("cursor", "")
        if other is not None:
            page = groups_across(here.session, here.resource, key, other, cursor=cursor)
        else:
            page = groups_of(here.session, here.house, here.resource, key, here.actor, cursor=cursor)
    except ValueError:
        return redirect(url_for("merging.candidates", resource=resource, key=key.name))
    chosen = {"key": key.name, **({"with": other.name} if other is not None else {})}
    return render_template(
        "merging/candidates.html",
        here=here,
        resource=here.resource,
        keys=list(keys.values()),
        key=key,
        groups=page.groups,
        others=others,
        other=other,
        step=lambda record: _first_step(here, record) if other is not None else None,
        title=lambda record, kind=here.resource: title_of(kind, record),
        owner=owner_of(here),
        next=f"{here.address}/duplicates?{urlencode({**chosen, 'cursor': page.next})}" if page.next else "",
    )


def of_record(resource: str, id: int) -> ResponseReturnValue:
    """Whatever shares a key with one record, and what was said not to be the same."""
    here = enter_here(resource)
    stored = here.record(id)
    found = alike(here.session, here.house, here.resource, stored.record, here.actor)
    merged = reached(
        here.session,
        here.resource,
        [id, *(record.id for _key, kin, record in found if kin is here.resource)],
        here.actor,
        here.house,
    )
    return render_template(
        "merging/of_record.html",
        here=here,
        resource=here.resource,
        record=stored.record,
        title=lambda record, kind=here.resource: title_of(kind, record),
        owner=owner_of(here),
        found=found,
        mergeable={each.id for each in merged},
        apart=_said(here, id),
    )


def apart(resource: str) -> ResponseReturnValue:
    """POST: these are not the same; it is remembered for everybody."""
    here = enter_here(resource)
    records = _records(here)
    try:
        keep_apart(here.session, records, here.actor.user_id)
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, "bad")
        return onward(_back(here))
    here.session.commit()
    pairs = urlencode([("record", f"{kind}-{id}") for kind, id in records])
    flash_toast(_("Remembered: these are not the same."), undo=f"{here.address}/duplicates/together?{pairs}")
    return onward(_back(here))


def together(resource: str) -> ResponseReturnValue:
    """POST: these may be the same after all."""
    here = enter_here(resource)
    bring_together(here.session, _records(here))
    here.session.commit()
    return told_back(_("They are candidates again."), onto=_back(here))


def _first_step(here: Here, record: Any) -> tuple[Any, str] | None:
    """The record's main action (to convert it) and its address, where this person may do it now."""
    action = next((each for each in here.resource.actions if each.primary and each.dialog), None)
    if action is None or not here.may_with(record, action.permission):
        return None
    if action.visible is not None and not action.visible(record):
        return None
    return action, url_for(action.endpoint, id=record.id, **action.values)


def _said(here: Here, id: int) -> list[tuple[Resource, Any, NotDuplicate, str, str]]:
    """(kind, record, what was said, by whom, when) of what is not the same as this record, where the other is seen."""
    found = []
    for row in said_of(here.session, (here.resource.name, id)):
        ends = [(row.resource, row.record_id), (row.other_resource, row.other_id)]
        name, other_id = next((end for end in ends if end != (here.resource.name, id)), ends[0])
        kind = here.house.resources.get(name)
        other = (
            find(here.session, kind, other_id) if kind is not None and here.actor.may(name, "view") else None
        )
        if kind is not None and other is not None:
            who = here.formats.references.get("users", row.by_id)
            found.append((kind, other.record, row, who.name if who else _("The system"), day(here, row.at)))
    return found


def _records(here: Here) -> list[Record]:
    """The records a form names (`record=leads-5`), all of which the person must see, and may merge those of this kind."""
    kinds = {each.name: each for each in kin_of(here.house, here.resource)}
    found: list[Record] = []
    for text in (request.form.getlist("record") or request.args.getlist("record"))[:50]:
        name, _dash, number = text.rpartition("-")
        id = id_in(number)
        if name not in kinds or id is None:
            abort(400)
        found.append((name, id))
    for name, kind in kinds.items():
        ids = {id for each, id in found if each == name}
        seen = (
            reached(here.session, kind, list(ids), here.actor, here.house)
            if kind is here.resource
            else [
                each
                for id in ids
                if here.actor.may(name, "view") and (each := find(here.session, kind, id)) is not None
            ]
        )
        if len(seen) < len(ids):
            abort(404)
    return found


def _back(here: Here) -> str:
    own, back = request.host_url.rstrip("/"), request.referrer or ""
    return back if back.startswith(f"{own}/") else f"{here.address}/duplicates"
