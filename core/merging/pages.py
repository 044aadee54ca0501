"""The pages of merging: candidates, those of one record, the merge with its preview, and its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.host.dispatch import PluginError
from core.house import House, current_house
from core.i18n import _, ngettext
from core.merging.apart import Record, bring_together, keep_apart, said_of
from core.merging.candidates import alike, groups_of
from core.merging.models import Merge
from core.merging.plan import MOST, make_plan
from core.merging.preview import preview_of
from core.merging.rights import may_merge, reached
from core.merging.service import Wishes, merge
from core.merging.undo import part
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.identity import kin_of
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.read import find
from core.resources.rights import title_of
from core.resources.write import NotValid
from core.routing import id_of


def pages_of(house: House) -> Blueprint:
    """The pages for all resources whose records can be told apart by keys."""
    blueprint = Blueprint("merging", __name__)
    blueprint.add_url_rule("/merges/<int:id>/undo", "undo", undo, methods=["POST"])
    mergeable = [name for name, each in house.resources.items() if each.identity]
    if mergeable:
        at = f"/<any({', '.join(map(repr, mergeable))}):resource>"
        blueprint.add_url_rule(f"{at}/duplicates", "candidates", candidates)
        blueprint.add_url_rule(f"{at}/duplicates/apart", "apart", apart, methods=["POST"])
        blueprint.add_url_rule(f"{at}/duplicates/together", "together", together, methods=["POST"])
        blueprint.add_url_rule(f"{at}/<int:id>/duplicates", "of_record", of_record)
        blueprint.add_url_rule(f"{at}/merge", "merge", merging, methods=["GET", "POST"])
        blueprint.add_url_rule(f"{at}/merge/choose", "choose", choose, methods=["POST"])
    return blueprint


def candidates(resource: str) -> ResponseReturnValue:
    """Groups of records that share a key, the largest first."""
    here = _enter(resource)
    keys = {each.name: each for each in here.resource.identity}
    key = keys.get(request.args.get("key", ""), here.resource.identity[0])
    try:
        page = groups_of(
            here.session, here.house, here.resource, key, here.actor, cursor=request.args.get("cursor", "")
        )
    except ValueError:
        return redirect(url_for("merging.candidates", resource=resource, key=key.name))
    following = {"key": key.name, "cursor": page.next}
    return render_template(
        "merging/candidates.html",
        here=here,
        resource=here.resource,
        keys=list(keys.values()),
        key=key,
        groups=page.groups,
        title=lambda record, kind=here.resource: title_of(kind, record),
        owner=_owner_of(here),
        next=f"{here.address}/duplicates?{urlencode(following)}" if page.next else "",
        is_first=not request.args.get("cursor"),
    )


def of_record(resource: str, id: int) -> ResponseReturnValue:
    """Whatever shares a key with one record, and what was said not to be the same."""
    here = _enter(resource)
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
        owner=_owner_of(here),
        found=found,
        mergeable={each.id for each in merged},
        apart=_said(here, id),
    )


def apart(resource: str) -> ResponseReturnValue:
    """POST: these are not the same; it is remembered for everybody."""
    here = _enter(resource)
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
    here = _enter(resource)
    bring_together(here.session, _records(here))
    here.session.commit()
    flash_toast(_("They are candidates again."))
    if is_htmx() or request.headers.get("X-Requested-With") == "fetch":
        return jsonify(text=str(_("They are candidates again."))), 200, {"HX-Refresh": "true"}
    return redirect(_back(here))


def choose(resource: str) -> ResponseReturnValue:
    """POST from a list's selection: on to the merge of the chosen records."""
    here = _enter(resource)
    ids = _ids(request.form.getlist("id"))
    if request.form.get("all") == "1" or not 2 <= len(ids) <= MOST:
        flash_toast(_("Choose from two to %(most)s records to merge.", most=MOST), "warn")
        return redirect(here.address)
    return redirect(url_for("merging.merge", resource=resource, id=ids))


def merging(resource: str) -> ResponseReturnValue:
    """GET: what each record says, with a safe choice made; POST: do it."""
    here = _enter(resource)
    given = request.form if request.method == "POST" else request.args
    ids, keep = _ids(given.getlist("id")), _id(given.get("keep", ""))
    if request.method == "GET":
        return _merge_page(here, ids, keep)
    wishes = Wishes(
        _chosen(given, "from-"),
        _chosen(given, "main-"),
        None,
        {int(k): v for k, v in _chosen(given, "version-").items()},
    )
    try:
        if keep is None:
            raise Refused(_("Say which record stays."), "choice")
        row = merge(here.writing(), here.resource, keep, [id for id in ids if id != keep], wishes)
        here.session.commit()
    except NotValid as error:
        here.session.rollback()
        words = [
            _problem_words(here, problem.field, str(problem.message)) for problem in error.draft.problems
        ]
        return _merge_page(here, ids, keep, wishes, " ".join(words)), 422
    except (Refused, PluginError) as error:
        here.session.rollback()
        return _merge_page(here, ids, keep, wishes, str(getattr(error, "message", error))), 409
    number = len(row.gone_ids) + 1
    flash_toast(
        ngettext("%(num)d record is one now.", "%(num)d records are one now.", number),
        undo=f"{request.script_root}/merges/{row.id}/undo",
    )
    return onward(here.address_of(keep) if find(here.session, here.resource, keep) else here.address)


def undo(id: int) -> ResponseReturnValue:
    """POST: take a merge back."""
    session, house = db.session(), current_house()
    row = session.get(Merge, id)
    if row is None or row.resource not in house.resources:
        abort(404)
    here = Here(house.resources[row.resource], house, session, g.get("actor", ANONYMOUS))
    try:
        done = part(here.writing(), id)
        session.commit()
        text = ngettext(
            "Taken back: %(num)d record is there again.",
            "Taken back: %(num)d records are there again.",
            len(done.back_ids),
        )
        flash_toast(" ".join([text, *map(str, done.left)]), "warn" if done.left else "ok")
        address = here.address_of(done.record_id)
    except (Refused, NotValid, PluginError) as error:
        session.rollback()
        text = str(getattr(error, "message", error))
        flash_toast(text, "bad")
        address = here.address
    if is_htmx() or request.headers.get("X-Requested-With") == "fetch":
        return jsonify(text=text), 200, {"HX-Refresh": "true"}
    return redirect(address)


def _merge_page(
    here: Here, ids: Sequence[int], keep: int | None, wishes: Wishes | None = None, problem: str = ""
) -> ResponseReturnValue:
    wishes = wishes or Wishes()
    try:
        plan = make_plan(
            here.writing(), here.resource, ids, keep=keep, sources=wishes.sources, mains=wishes.mains
        )
    except Refused as refused:
        if refused.code == "absent" and not problem:
            abort(404)
        return render_template(
            "merging/refused.html", here=here, resource=here.resource, problem=problem or refused.message
        ), 409
    allowed = reached(here.session, here.resource, ids, here.actor, here.house)
    if len(allowed) < len(plan.records):
        abort(403)
    return render_template(
        "merging/merge.html",
        here=here,
        resource=here.resource,
        plan=plan,
        preview=preview_of(here.session, here.house, plan, here.formats),
        problem=problem,
        title=lambda record: title_of(here.resource, record),
        owner=_owner_of(here),
        day=lambda moment: _day(here, moment),
        formats=here.formats,
    )


def _enter(resource: str) -> Here:
    here = enter(resource)
    if not may_merge(here.resource, here.actor):
        abort(403)
    return here


def _owner_of(here: Here) -> object:
    """A function that tells whose record one is."""
    declared = next((each for each in here.resource.fields if each.attribute == here.resource.owner), None)

    def owner(record: object) -> str:
        return declared.kind.text(declared.kind.load(record, declared), here.formats) if declared else ""

    return owner


def _day(here: Here, moment: object) -> str:
    from core.fields.moments import DateTime

    return DateTime().text(moment, here.formats)  # type: ignore[arg-type]


def _said(here: Here, id: int) -> list[tuple[object, object, object, str, str]]:
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
            found.append((kind, other.record, row, who.name if who else _("The system"), _day(here, row.at)))
    return found


def _records(here: Here) -> list[Record]:
    """The records a form names (`record=leads-5`), all of which the person must see, and may merge those of this kind."""
    kinds = {each.name: each for each in kin_of(here.house, here.resource)}
    found: list[Record] = []
    for text in (request.form.getlist("record") or request.args.getlist("record"))[:50]:
        name, _dash, number = text.rpartition("-")
        id = _id(number)
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


def _problem_words(here: Here, field: str, message: str) -> str:
    label = str(here.resource.field(field).label) if here.resource.has_field(field) else ""
    return f"{label}: {message}" if label else message


def _chosen(given: Mapping[str, str], prefix: str) -> dict[str, int]:
    found = {}
    for name, value in given.items():
        id = _id(value) if name.startswith(prefix) else None
        if id is not None:
            found[name.removeprefix(prefix)] = id
    return found


def _ids(texts: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(id for text in texts[:100] if (id := _id(text)) is not None))


def _id(text: str) -> int | None:
    try:
        return id_of(text) or None
    except ValueError:
        return None
