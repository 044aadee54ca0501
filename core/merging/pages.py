"""The pages of a merge: choosing records, the preview, doing it, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.host.dispatch import PluginError
from core.house import House, current_house
from core.i18n import _, ngettext
from core.merging.candidate_pages import apart, candidates, of_record, together
from core.merging.here import day, enter_here, id_in, ids_in, owner_of
from core.merging.models import Merge
from core.merging.plan import MOST, make_plan
from core.merging.preview import preview_of
from core.merging.rights import reached
from core.merging.service import Wishes, merge
from core.merging.undo import part
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import Here, onward
from core.resources.pages.undoing import told_back
from core.resources.read import find
from core.resources.rights import title_of
from core.resources.write import NotValid


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


def choose(resource: str) -> ResponseReturnValue:
    """POST from a list's selection: on to the merge of the chosen records."""
    here = enter_here(resource)
    ids = ids_in(request.form.getlist("id"))
    if request.form.get("all") == "1" or not 2 <= len(ids) <= MOST:
        flash_toast(_("Choose from two to %(most)s records to merge.", most=MOST), "warn")
        return redirect(here.address)
    return redirect(url_for("merging.merge", resource=resource, id=ids))


def merging(resource: str) -> ResponseReturnValue:
    """GET: what each record says, with a safe choice made; POST: do it."""
    here = enter_here(resource)
    given = request.form if request.method == "POST" else request.args
    ids, keep = ids_in(given.getlist("id")), id_in(given.get("keep", ""))
    if request.method == "GET":
        return _merge_page(here, ids, keep)
    wishes = Wishes(
        _chosen(given, "from-"),
        _chosen(given, "main-"),
        None,
        {id: version for text, version in _chosen(given, "version-").items() if (id := id_in(text))},
    )
    try:
        if keep is None:
            raise Refused(_("Say which record stays."), "choice")
        row = merge(here.writing(), here.resource, keep, [id for id in ids if id != keep], wishes)
        here.session.commit()
    except (Refused, NotValid, PluginError) as error:
        here.session.rollback()
        status = 422 if isinstance(error, NotValid) else 409
        return _merge_page(here, ids, keep, wishes, _reason(here, error), status)
    number = len(row.gone_ids) + 1
    flash_toast(
        ngettext("%(num)d record is one now.", "%(num)d records are one now.", number),
        undo=f"{request.script_root}/merges/{row.id}/undo",
    )
    return onward(here.address_of(keep) if find(here.session, here.resource, keep) else here.address)


def undo(id: int) -> ResponseReturnValue:
    """POST: take a merge back; by script a word, else the record's page."""
    session, house = db.session(), current_house()
    row = session.get(Merge, id)
    if row is None or row.resource not in house.resources:
        abort(404)
    here = Here(house.resources[row.resource], house, session, g.get("actor", ANONYMOUS))
    try:
        done = part(here.writing(), id)
        session.commit()
    except (Refused, NotValid, PluginError) as error:
        session.rollback()
        return told_back(_reason(here, error), "bad", here.address)
    text = ngettext(
        "Taken back: %(num)d record is there again.",
        "Taken back: %(num)d records are there again.",
        len(done.back_ids),
    )
    words = " ".join([text, *map(str, done.left)])
    return told_back(words, "warn" if done.left else "ok", here.address_of(done.record_id))


def _merge_page(
    here: Here,
    ids: Sequence[int],
    keep: int | None,
    wishes: Wishes | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    wishes = wishes or Wishes()
    try:
        plan = make_plan(
            here.writing(), here.resource, ids, keep=keep, sources=wishes.sources, mains=wishes.mains
        )
    except Refused as refused:
        if refused.code == "absent" and not problem:
            abort(404)
        words = problem or refused.message
        page = render_template("merging/refused.html", here=here, resource=here.resource, problem=words)
        return make_response(page, 409)
    allowed = reached(here.session, here.resource, ids, here.actor, here.house)
    if len(allowed) < len(plan.records):
        abort(403)
    page = render_template(
        "merging/merge.html",
        here=here,
        resource=here.resource,
        plan=plan,
        preview=preview_of(here.session, here.house, plan, here.formats),
        problem=problem,
        title=lambda record: title_of(here.resource, record),
        owner=owner_of(here),
        day=lambda moment: day(here, moment),
    )
    return make_response(page, status)


def _reason(here: Here, error: Exception) -> str:
    """Why it could not be, in words: each problem with the name of its field."""
    if not isinstance(error, NotValid):
        return str(getattr(error, "message", error))
    words = []
    for problem in error.draft.problems:
        known = here.resource.has_field(problem.field)
        words.append(
            f"{here.resource.field(problem.field).label}: {problem.message}"
            if known
            else str(problem.message)
        )
    return " ".join(words)


def _chosen(given: Mapping[str, str], prefix: str) -> dict[str, int]:
    found = {}
    for name, value in given.items():
        id = id_in(value) if name.startswith(prefix) else None
        if id is not None:
            found[name.removeprefix(prefix)] = id
    return found
